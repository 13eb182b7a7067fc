//! Functions, queues, topics, rules, state machines, APIs, streams.

use super::{App, Recipe, Site, recipe, word};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("lambda/function", functions),
    recipe("lambda/mapping", mappings),
    recipe("sqs/queue", queues),
    recipe("sns/topic", topics),
    recipe("sns/subscription", subscriptions),
    recipe("events/bus", buses),
    recipe("events/rule", rules),
    recipe("events/target", targets),
    recipe("scheduler/schedule", schedules),
    recipe("stepfunctions/state-machine", machines),
    recipe("stepfunctions/execution", executions),
    recipe("apigateway/rest-api", rest_apis),
    recipe("apigatewayv2/api", apis),
    recipe("apigatewayv2/stage", stages),
    recipe("kinesis/stream", streams),
];

fn function_arn(site: &Site, name: &str) -> String {
    site.arn("lambda", &format!("function:{name}"))
}

fn functions(site: &Site) -> Vec<Value> {
    let one = |(app, text): (&App, &str)| {
        let name = word(text, 0).unwrap_or_default();
        let arn = function_arn(site, name);
        let mut variables = json!({"STAGE": site.plan.env, "LOG_LEVEL": "info"});
        // What people put there although they should not.
        if let (Some(variable), Some(map)) = (word(text, 2), variables.as_object_mut()) {
            map.insert(variable.to_owned(), json!(format!("sk_live_{}", site.hex(name, 24))));
        }
        let in_vpc = app.functions.first().is_some_and(|f| f == text);
        let state = if name == "erp-export" { "Inactive" } else { "Active" };
        let failed = name == "data-quality";
        json!({
            "FunctionName": name, "FunctionArn": arn, "Runtime": word(text, 1), "Role": site.iam(&format!("role/{name}")),
            "Handler": "app.handler", "CodeSize": 40_000 + site.number(name) % 9_000_000, "Timeout": 30, "Version": "$LATEST",
            "MemorySize": 128 << (site.number(name) % 4), "Description": format!("{} of team {}", name, app.team),
            "LastModified": site.days(name, 5).replace('Z', ".000+0000"), "CodeSha256": site.hex(name, 32), "PackageType": "Zip",
            "State": state, "LastUpdateStatus": if failed { "Failed" } else { "Successful" },
            "LastUpdateStatusReason": if failed { json!("The layer version does not exist.") } else { Value::Null },
            "Architectures": ["arm64"], "EphemeralStorage": {"Size": 512}, "TracingConfig": {"Mode": "PassThrough"},
            "RevisionId": super::uuid(site, name), "Environment": {"Variables": variables},
            "LoggingConfig": {"LogFormat": "JSON", "LogGroup": format!("/aws/lambda/{name}")},
            "DeadLetterConfig": app.queues.iter().find(|q| q.ends_with("-dlq")).map(|q| json!({"TargetArn": site.arn("sqs", q)})),
            "VpcConfig": if in_vpc { json!({"VpcId": site.vpc(), "SubnetIds": [site.subnet("private", 1)], "SecurityGroupIds": [site.group(app, "app")]}) }
                else { json!({"VpcId": "", "SubnetIds": [], "SecurityGroupIds": []}) },
            "_tags": site.map_tags(app), "_names": [name, arn], "_arn": arn,
        })
    };
    site.all(|a| &a.functions).map(one).collect()
}

fn mappings(site: &Site) -> Vec<Value> {
    let one = |app: &&App| {
        let function = word(app.functions.first()?, 0)?;
        let queue = app.queues.first()?;
        let id = super::uuid(site, &format!("{function}{queue}"));
        Some(
            json!({"UUID": id, "EventSourceArn": site.arn("sqs", queue), "FunctionArn": function_arn(site, function), "BatchSize": 10,
            "State": "Enabled", "StateTransitionReason": "USER_INITIATED", "LastModified": site.days(function, 80),
            "_names": [function, function_arn(site, function)], "_arn": site.arn("lambda", &format!("event-source-mapping:{id}"))}),
        )
    };
    site.apps.iter().filter_map(one).collect()
}

/// A queue's URL.
fn queue_url(site: &Site, name: &str) -> String {
    format!("https://sqs.{}.amazonaws.com/{}/{name}", site.region, site.account())
}

fn queues(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = site.arn("sqs", name);
        let dead = name.ends_with("-dlq");
        let created = site.now - 86_400 * 200 - (site.number(name) % 8_000_000) as i64;
        let waiting = match (dead, site.number(name) % 7) {
            (true, 0..3) => 1 + site.number(name) % 40,
            (false, 0) => 12_000 + site.number(name) % 30_000,
            (false, n) => n * 3,
            _ => 0,
        };
        let mut attributes = json!({
            "QueueArn": arn, "ApproximateNumberOfMessages": waiting.to_string(), "ApproximateNumberOfMessagesNotVisible": "2",
            "ApproximateNumberOfMessagesDelayed": "0", "CreatedTimestamp": created.to_string(), "DelaySeconds": "0",
            "LastModifiedTimestamp": (created + 86_400).to_string(), "MaximumMessageSize": "262144", "VisibilityTimeout": "30",
            "MessageRetentionPeriod": if dead { "1209600" } else { "345600" }, "ReceiveMessageWaitTimeSeconds": "20",
            "SqsManagedSseEnabled": "true",
        });
        if let Some(map) = attributes.as_object_mut() {
            if name.ends_with(".fifo") {
                map.insert("FifoQueue".to_owned(), json!("true"));
                map.insert("ContentBasedDeduplication".to_owned(), json!("true"));
            }
            if let Some(other) = app.queues.iter().find(|q| **q == format!("{name}-dlq")) {
                let policy = json!({"deadLetterTargetArn": site.arn("sqs", other), "maxReceiveCount": 5}).to_string();
                map.insert("RedrivePolicy".to_owned(), json!(policy));
            }
        }
        json!({"_url": queue_url(site, name), "Attributes": attributes, "Tags": site.map_tags(app), "_arn": arn})
    };
    site.all(|a| &a.queues).map(one).collect()
}

fn topics(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = site.arn("sns", name);
        let confirmed = subscribers(app).len();
        json!({
            "TopicArn": arn, "_tags": site.labels(app), "_arn": arn,
            "Attributes": {"TopicArn": arn, "DisplayName": name, "Owner": site.account(), "SubscriptionsConfirmed": confirmed.to_string(),
                "SubscriptionsPending": if name == "pay-alerts" { "1" } else { "0" }, "SubscriptionsDeleted": "0",
                "KmsMasterKeyId": "alias/aws/sns",
                "Policy": json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": site.account()},
                    "Action": "SNS:Publish", "Resource": arn}]}).to_string()},
        })
    };
    site.all(|a| &a.topics).map(one).collect()
}

/// Whom an application's topics tell: its first queue, its team.
fn subscribers(app: &App) -> Vec<(&'static str, String)> {
    let mail = ("email", format!("{}@example.com", app.team));
    app.queues.first().map(|q| ("sqs", q.clone())).into_iter().chain([mail]).collect()
}

fn subscriptions(site: &Site) -> Vec<Value> {
    let of = |(app, name): (&'static App, &'static str)| {
        let topic = site.arn("sns", name);
        let one = move |(protocol, to): (&str, String)| {
            let waits = name == "pay-alerts" && protocol == "email";
            let arn = if waits {
                "PendingConfirmation".to_owned()
            } else {
                format!("{topic}:{}", super::uuid(site, &format!("{name}{protocol}")))
            };
            let endpoint = if protocol == "sqs" { site.arn("sqs", &to) } else { to };
            let attributes = json!({"SubscriptionArn": arn, "Owner": site.account(), "Protocol": protocol, "Endpoint": endpoint,
                "TopicArn": topic, "RawMessageDelivery": "false", "PendingConfirmation": waits.to_string()});
            json!({"SubscriptionArn": arn, "Owner": site.account(), "Protocol": protocol, "Endpoint": endpoint, "TopicArn": topic,
                "Attributes": attributes, "_arn": arn})
        };
        subscribers(app).into_iter().map(one)
    };
    site.all(|a| &a.topics).flat_map(of).collect()
}

fn buses(site: &Site) -> Vec<Value> {
    if site.region.is_empty() {
        return Vec::new();
    }
    let one = |name: &str| {
        let arn = site.arn("events", &format!("event-bus/{name}"));
        json!({"Name": name, "Arn": arn, "CreationTime": site.days(name, 300), "LastModifiedTime": site.days(name, 30), "_names": [name, arn], "_arn": arn})
    };
    // Every account has its default bus in every region.
    let own = site.is_used().then_some("shop-events");
    ["default"].into_iter().chain(own).map(one).collect()
}

fn rules(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = site.arn("events", &format!("rule/{name}"));
        json!({"Name": name, "Arn": arn, "State": if site.number(name).is_multiple_of(5) { "DISABLED" } else { "ENABLED" },
            "Description": format!("{name} of team {}", app.team), "EventBusName": "default", "_bus": ["default", site.arn("events", "event-bus/default")],
            "ScheduleExpression": if name.contains("hourly") { "rate(1 hour)" } else { "cron(0 2 * * ? *)" },
            "CreatedBy": site.account(), "_tags": site.labels(app), "_arn": arn})
    };
    let pattern = |app: &&App| {
        let name = format!("{}-ecs-stopped", app.name);
        let arn = site.arn("events", &format!("rule/shop-events/{name}"));
        json!({"Name": name, "Arn": arn, "State": "ENABLED", "EventBusName": "shop-events", "_bus": ["shop-events", site.arn("events", "event-bus/shop-events")],
            "EventPattern": json!({"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}}).to_string(),
            "CreatedBy": site.account(), "_tags": site.labels(app), "_arn": arn})
    };
    let on_bus = site.apps.iter().filter(|a| !a.services.is_empty()).map(pattern);
    site.all(|a| &a.rules).map(one).chain(on_bus).collect()
}

fn targets(site: &Site) -> Vec<Value> {
    let of = |(app, name): (&App, &str)| {
        let machine = app.machines.first().map(|m| site.arn("states", &format!("stateMachine:{m}")));
        let function = app.functions.first().and_then(|f| word(f, 0)).map(|f| function_arn(site, f));
        json!({"Id": "1", "Arn": machine.or(function), "_rule": name, "RoleArn": site.iam("role/EventsInvoke")})
    };
    site.all(|a| &a.rules).map(of).collect()
}

fn schedules(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = site.arn("scheduler", &format!("schedule/default/{name}"));
        let function = word(name, 0).unwrap_or_default();
        json!({"Name": function, "Arn": arn, "GroupName": "default", "State": "ENABLED", "ScheduleExpression": "rate(15 minutes)",
            "ScheduleExpressionTimezone": "UTC", "CreationDate": site.days(function, 60), "LastModificationDate": site.days(function, 10),
            "Description": format!("runs {function}"), "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": function_arn(site, function), "RoleArn": site.iam("role/SchedulerInvoke")}, "_tags": site.labels(app), "_arn": arn})
    };
    // Each application's last function runs by the clock.
    site.apps.iter().filter_map(|a| Some((*a, a.functions.last()?.as_str()))).map(one).collect()
}

fn machines(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = site.arn("states", &format!("stateMachine:{name}"));
        let definition = json!({"StartAt": "Load", "States": {"Load": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}});
        json!({"stateMachineArn": arn, "name": name, "type": if name.contains("encode") { "EXPRESS" } else { "STANDARD" },
            "status": if name == "data-backfill" { "DELETING" } else { "ACTIVE" }, "creationDate": site.days(name, 210),
            "roleArn": site.iam(&format!("role/{name}")), "definition": definition.to_string(), "revisionId": super::uuid(site, name),
            "loggingConfiguration": {"level": "ERROR", "includeExecutionData": false, "destinations": []},
            "tracingConfiguration": {"enabled": false}, "_tags": site.small_tags(app), "_arn": arn})
    };
    site.all(|a| &a.machines).map(one).collect()
}

fn executions(site: &Site) -> Vec<Value> {
    const STATES: [&str; 4] = ["RUNNING", "SUCCEEDED", "SUCCEEDED", "FAILED"];
    let of = |(_, name): (&App, &str)| {
        let machine = site.arn("states", &format!("stateMachine:{name}"));
        let name = name.to_owned();
        (0i64..).zip(STATES).map(move |(n, status)| {
            let id = super::uuid(site, &format!("{name}{n}"));
            json!({"executionArn": site.arn("states", &format!("execution:{name}:{id}")), "stateMachineArn": machine, "name": id,
                "status": status, "startDate": site.ago(n * 86_400 + 600),
                "stopDate": if status == "RUNNING" { Value::Null } else { json!(site.ago(n * 86_400 + 60)) }})
        })
    };
    site.all(|a| &a.machines).flat_map(of).collect()
}

fn rest_apis(site: &Site) -> Vec<Value> {
    let one = |app: &&App| {
        let name = format!("{}-partners", app.name);
        let id = site.hex(&name, 10);
        json!({"id": id, "name": name, "description": "for partners", "createdDate": site.days(&name, 700), "apiKeySource": "HEADER",
            "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"}, "tags": site.map_tags(app),
            "disableExecuteApiEndpoint": false, "rootResourceId": site.hex(&id, 10), "apiStatus": "AVAILABLE",
            "_arn": format!("arn:aws:apigateway:{}::/restapis/{id}", site.region)})
    };
    site.apps.iter().filter(|a| matches!(a.name.as_str(), "pay" | "erp" | "crm")).map(one).collect()
}

fn api_id(site: &Site, name: &str) -> String {
    site.hex(&format!("api{name}"), 10)
}

fn apis(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let id = api_id(site, name);
        json!({"ApiId": id, "Name": name, "ProtocolType": "HTTP", "ApiEndpoint": format!("https://{id}.execute-api.{}.amazonaws.com", site.region),
            "CreatedDate": site.days(name, 180), "RouteSelectionExpression": "$request.method $request.path", "IpAddressType": "ipv4",
            "DisableExecuteApiEndpoint": false, "Tags": site.map_tags(app), "_arn": format!("arn:aws:apigateway:{}::/apis/{id}", site.region)})
    };
    site.all(|a| &a.apis).map(one).collect()
}

fn stages(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        json!({"_api": api_id(site, name), "StageName": "$default", "AutoDeploy": true, "CreatedDate": site.days(name, 180),
            "LastUpdatedDate": site.days(name, 4), "DeploymentId": site.hex(name, 6), "Tags": site.map_tags(app)})
    };
    site.all(|a| &a.apis).map(one).collect()
}

fn streams(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = site.arn("kinesis", &format!("stream/{name}"));
        let on_demand = name != "data-orders";
        json!({"StreamName": name, "StreamARN": arn, "StreamStatus": if name == "siem-events" { "UPDATING" } else { "ACTIVE" },
            "StreamModeDetails": {"StreamMode": if on_demand { "ON_DEMAND" } else { "PROVISIONED" }}, "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": site.days(name, 220), "EnhancedMonitoring": [], "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis",
            "OpenShardCount": 4, "ConsumerCount": 1, "_tags": site.labels(app), "_arn": arn})
    };
    site.all(|a| &a.streams).map(one).collect()
}
