//! Alarms, log groups, stacks, trails.

use super::{App, Recipe, Site, recipe, word};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("cloudwatch/alarm", alarms),
    recipe("cloudwatch/composite-alarm", composites),
    recipe("logs/log-group", log_groups),
    recipe("cloudformation/stack", stacks),
    recipe("cloudtrail/trail", trails),
];

fn alarm_arn(site: &Site, name: &str) -> String {
    site.arn("cloudwatch", &format!("alarm:{name}"))
}

fn alarms(site: &Site) -> Vec<Value> {
    let one = |(app, text): (&App, &str)| {
        let name = word(text, 0).unwrap_or_default();
        let state = word(text, 1).unwrap_or("OK");
        let arn = alarm_arn(site, name);
        let since = if state == "ALARM" { 60 * (5 + site.number(name) % 400) as i64 } else { 86_400 * 6 };
        let topic: Vec<String> = app.topics.iter().take(1).map(|t| site.arn("sns", t)).collect();
        json!({
            "AlarmName": name, "AlarmArn": arn, "AlarmDescription": format!("runbook: https://wiki.example.com/{name}"),
            "AlarmConfigurationUpdatedTimestamp": site.days(name, 90), "ActionsEnabled": name != "data-disk", "OKActions": topic,
            "AlarmActions": topic, "InsufficientDataActions": [], "StateValue": state, "StateUpdatedTimestamp": site.ago(since),
            "StateReason": if state == "ALARM" { "Threshold Crossed: 3 out of the last 3 datapoints were greater than the threshold (5.0)." }
                else { "Threshold Crossed: no datapoints were greater than the threshold (5.0)." },
            "StateTransitionedTimestamp": site.ago(since), "MetricName": "HTTPCode_Target_5XX_Count", "Namespace": "AWS/ApplicationELB", "Statistic": "Sum",
            "Dimensions": [{"Name": "LoadBalancer", "Value": format!("app/{}/{}", app.name, site.hex(&format!("lb{}", app.name), 16))}],
            "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 3, "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching", "_parents": [format!("{}-health", app.name)], "_tags": site.labels(app), "_arn": arn,
        })
    };
    site.all(|a| &a.alarms).map(one).collect()
}

fn composites(site: &Site) -> Vec<Value> {
    let one = |app: &&App| {
        let name = format!("{}-health", app.name);
        let arn = alarm_arn(site, &name);
        let names: Vec<&str> = app.alarms.iter().filter_map(|a| word(a, 0)).collect();
        let bad = app.alarms.iter().any(|a| a.ends_with(":ALARM"));
        let rule: Vec<String> = names.iter().map(|n| format!("ALARM({n})")).collect();
        json!({"AlarmName": name, "AlarmArn": arn, "AlarmDescription": format!("anything wrong with {}", app.name), "ActionsEnabled": true,
            "AlarmRule": rule.join(" OR "), "StateValue": if bad { "ALARM" } else { "OK" }, "StateUpdatedTimestamp": site.ago(3000),
            "StateReason": "the state of one of its alarms changed", "AlarmConfigurationUpdatedTimestamp": site.days(&name, 90),
            "AlarmActions": [], "OKActions": [], "InsufficientDataActions": [], "_tags": site.labels(app), "_arn": arn})
    };
    site.apps.iter().filter(|a| a.alarms.len() > 1).map(one).collect()
}

fn log_groups(site: &Site) -> Vec<Value> {
    let functions =
        site.all(|a| &a.functions).map(|(a, f)| (a, format!("/aws/lambda/{}", word(f, 0).unwrap_or_default())));
    let services = site.all(|a| &a.services).map(|(a, s)| (a, format!("/ecs/{}", word(s, 0).unwrap_or_default())));
    let clusters =
        site.all(|a| &a.clusters).map(|(a, c)| (a, format!("/aws/eks/{}/cluster", word(c, 0).unwrap_or_default())));
    let flow = site.apps.first().filter(|_| site.plan.env != "legacy").map(|a| (*a, "/vpc/flow".to_owned()));
    let one = |(app, name): (&App, String)| {
        let arn = site.arn("logs", &format!("log-group:{name}"));
        let kept = [Some(14), Some(30), None, Some(90)][(site.number(&name) % 4) as usize];
        let mut item = json!({"logGroupName": name, "logGroupArn": arn, "arn": format!("{arn}:*"), "logGroupClass": "STANDARD",
            "creationTime": (site.now - 86_400 * 300) * 1000, "metricFilterCount": 0, "storedBytes": site.number(&name) % 90_000_000_000,
            "_tags": site.map_tags(app), "_arn": arn});
        if let (Some(days), Some(map)) = (kept, item.as_object_mut()) {
            map.insert("retentionInDays".to_owned(), json!(days));
        }
        item
    };
    functions.chain(services).chain(clusters).chain(flow).map(one).collect()
}

fn stacks(site: &Site) -> Vec<Value> {
    let one = |(app, text): (&App, &str)| {
        let name = word(text, 0).unwrap_or_default();
        let status = word(text, 1).unwrap_or("UPDATE_COMPLETE");
        let arn = site.arn("cloudformation", &format!("stack/{name}/{}", super::uuid(site, name)));
        let reason = match status {
            "ROLLBACK_FAILED" => json!("The following resource(s) failed to delete: [WorkerSecurityGroup]."),
            "DELETE_FAILED" => json!(
                "The following resource(s) failed to delete: [RunnerBucket]. The bucket you tried to delete is not empty"
            ),
            _ => Value::Null,
        };
        json!({
            "StackId": arn, "StackName": name, "Description": format!("{name} of {}", app.team), "CreationTime": site.days(name, 400),
            "LastUpdatedTime": site.days(name, 3), "StackStatus": status, "StackStatusReason": reason, "DisableRollback": false,
            "EnableTerminationProtection": name.ends_with("network"), "Capabilities": ["CAPABILITY_NAMED_IAM"], "NotificationARNs": [],
            "DriftInformation": {"StackDriftStatus": if app.name == "search" { "DRIFTED" } else { "IN_SYNC" }, "LastCheckTimestamp": site.days(name, 1)},
            "Parameters": [{"ParameterKey": "Stage", "ParameterValue": site.plan.env}], "Outputs": [{"OutputKey": "Vpc", "OutputValue": site.vpc()}],
            "RollbackConfiguration": {}, "RoleARN": site.iam("role/Deploy"), "Tags": site.labels(app), "_names": [name, arn], "_arn": arn,
        })
    };
    site.all(|a| &a.stacks).map(one).collect()
}

fn trails(site: &Site) -> Vec<Value> {
    let home = site.plan.sites.first().and_then(|s| s.first());
    if home != Some(&site.region) || site.plan.env == "legacy" {
        return Vec::new();
    }
    let arn = site.arn("cloudtrail", "trail/org-trail");
    vec![json!({
        "Name": "org-trail", "TrailARN": arn, "HomeRegion": site.region, "S3BucketName": "org-trail-444455556666-us-east-1", "IsMultiRegionTrail": true,
        "IncludeGlobalServiceEvents": true, "IsOrganizationTrail": true, "LogFileValidationEnabled": true, "HasCustomEventSelectors": false,
        "HasInsightSelectors": false, "IsLogging": true, "LatestDeliveryTime": site.ago(240), "StartLoggingTime": site.days("trail", 700),
        "_names": ["org-trail", arn], "_tags": [{"Key": "team", "Value": "security"}], "_arn": arn,
    })]
}
