//! IAM and the organization.

use super::{Recipe, Site, file, recipe};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("iam/user", users),
    recipe("iam/access-key", access_keys),
    recipe("iam/mfa-device", mfa_devices),
    recipe("iam/role", roles),
    recipe("iam/group", groups),
    recipe("iam/policy", policies),
    recipe("iam/instance-profile", instance_profiles),
    recipe("iam/oidc-provider", oidc_providers),
    recipe("iam/saml-provider", saml_providers),
    recipe("organizations/account", accounts),
    recipe("organizations/unit", units),
    recipe("organizations/root", roots),
    recipe("organizations/policy", control_policies),
    recipe("organizations/organization", organization),
];

fn unique(site: &Site, prefix: &str, name: &str) -> String {
    format!("{prefix}{}", super::super::iam::marks(&site.iam(name), 17))
}

/// A document as IAM's answers carry it (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>).
fn encoded(document: &Value) -> String {
    form_urlencoded::byte_serialize(document.to_string().as_bytes()).collect::<String>().replace('+', "%20")
}

fn users(site: &Site) -> Vec<Value> {
    let one = |name: &String| {
        let arn = site.iam(&format!("user/{name}"));
        let person = matches!(name.as_str(), "you" | "tanaka" | "auditor" | "vendor-admin" | "break-glass");
        let mut item = json!({"Path": "/", "UserName": name, "UserId": unique(site, "AIDA", name), "Arn": arn, "CreateDate": site.days(name, 700),
            "Tags": [{"Key": "team", "Value": "platform"}], "_groups": groups_of(name),
            "AttachedPolicies": [{"PolicyName": "ViewOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"}], "_arn": arn});
        if let (true, Some(map)) = (person, item.as_object_mut()) {
            map.insert("PasswordLastUsed".to_owned(), json!(site.days(&format!("{name}password"), 20)));
        }
        item
    };
    site.plan.users.iter().map(one).collect()
}

fn groups_of(user: &str) -> Vec<&'static str> {
    match user {
        "you" | "tanaka" | "vendor-admin" => vec!["Developers"],
        "auditor" => vec!["Auditors"],
        _ => Vec::new(),
    }
}

fn access_keys(site: &Site) -> Vec<Value> {
    let of = |name: &'static String| {
        let number = if matches!(name.as_str(), "jenkins" | "ftp") { 2 } else { 1 };
        (0..number).map(move |n| {
            let id = unique(site, "AKIA", &format!("{name}{n}"));
            json!({"UserName": name, "AccessKeyId": id.get(..20), "Status": if n == 1 { "Inactive" } else { "Active" },
                "CreateDate": site.days(&format!("{name}{n}"), 400), "AccessKeyLastUsed": {"LastUsedDate": site.days(&id, 2), "ServiceName": "s3", "Region": "us-east-1"},
                "_parent": site.iam(&format!("user/{name}"))})
        })
    };
    site.plan.users.iter().filter(|u| u.as_str() != "break-glass").flat_map(of).collect()
}

fn mfa_devices(site: &Site) -> Vec<Value> {
    let one = |name: &String| {
        json!({"UserName": name, "SerialNumber": site.iam(&format!("mfa/{name}")), "EnableDate": site.days(name, 300),
            "_parent": site.iam(&format!("user/{name}"))})
    };
    site.plan.users.iter().filter(|u| matches!(u.as_str(), "you" | "auditor" | "break-glass")).map(one).collect()
}

fn allow(principal: Value, action: &str, condition: Option<Value>) -> Value {
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action});
    if let (Some(condition), Some(map)) = (condition, statement.as_object_mut()) {
        map.insert("Condition".to_owned(), condition);
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn service(name: &str) -> Value {
    allow(json!({"Service": name}), "sts:AssumeRole", None)
}

/// A role: path, name, trust policy, what is attached.
fn all_roles(site: &Site) -> Vec<(&'static str, String, Value, &'static str)> {
    let account =
        |id: &str, condition| allow(json!({"AWS": format!("arn:aws:iam::{id}:root")}), "sts:AssumeRole", condition);
    let external = |id: &str| Some(json!({"StringEquals": {"sts:ExternalId": id}}));
    let mut out = vec![
        (
            "/",
            "CloudivizeRole".to_owned(),
            account("123456789012", external(&super::uuid(site, "external"))),
            "ReadOnlyAccess",
        ),
        (
            "/",
            "Deploy".to_owned(),
            allow(
                json!({"Federated": site.iam("oidc-provider/token.actions.githubusercontent.com")}),
                "sts:AssumeRoleWithWebIdentity",
                Some(json!({"StringLike": {"token.actions.githubusercontent.com:sub": "repo:shop/*"}})),
            ),
            "PowerUserAccess",
        ),
        ("/", "BackupVendor".to_owned(), account("999988887777", external("bkp-2291")), "AWSBackupFullAccess"),
        ("/", "MonitoringVendor".to_owned(), account("999911112222", None), "ReadOnlyAccess"),
        (
            "/",
            "ecsTaskExecutionRole".to_owned(),
            service("ecs-tasks.amazonaws.com"),
            "AmazonECSTaskExecutionRolePolicy",
        ),
        ("/", "EventsInvoke".to_owned(), service("events.amazonaws.com"), "AWSLambdaRole"),
        ("/", "SchedulerInvoke".to_owned(), service("scheduler.amazonaws.com"), "AWSLambdaRole"),
        (
            "/aws-service-role/ecs.amazonaws.com/",
            "AWSServiceRoleForECS".to_owned(),
            service("ecs.amazonaws.com"),
            "AmazonECSServiceRolePolicy",
        ),
        (
            "/aws-service-role/autoscaling.amazonaws.com/",
            "AWSServiceRoleForAutoScaling".to_owned(),
            service("autoscaling.amazonaws.com"),
            "AutoScalingServiceRolePolicy",
        ),
        (
            "/aws-reserved/sso.amazonaws.com/",
            format!("AWSReservedSSO_Developer_{}", site.hex("sso", 16)),
            allow(json!({"Federated": site.iam("saml-provider/AWSSSO_DO_NOT_DELETE")}), "sts:AssumeRoleWithSAML", None),
            "PowerUserAccess",
        ),
    ];
    if site.plan.env == "legacy" || site.plan.name.starts_with("partner") {
        out.push((
            "/",
            "old-admin".to_owned(),
            allow(json!({"AWS": "*"}), "sts:AssumeRole", None),
            "AdministratorAccess",
        ));
    }
    let mut seen: Vec<&str> = Vec::new();
    for place in site.everywhere() {
        for app in place.apps.iter().filter(|a| !seen.contains(&a.name.as_str())).copied().collect::<Vec<_>>() {
            seen.push(&app.name);
            let first = |s: &'static String| s.split(':').next().unwrap_or_default().to_owned();
            out.push(("/", format!("{}-host", app.name), service("ec2.amazonaws.com"), "AmazonSSMManagedInstanceCore"));
            out.extend(
                app.functions
                    .iter()
                    .map(|f| ("/", first(f), service("lambda.amazonaws.com"), "AWSLambdaBasicExecutionRole")),
            );
            out.extend(app.services.iter().map(|s| {
                ("/", format!("{}-task", first(s)), service("ecs-tasks.amazonaws.com"), "AmazonS3ReadOnlyAccess")
            }));
            out.extend(app.machines.iter().map(|m| ("/", m.clone(), service("states.amazonaws.com"), "AWSLambdaRole")));
            for cluster in &app.clusters {
                out.push((
                    "/",
                    format!("{}-cluster", first(cluster)),
                    service("eks.amazonaws.com"),
                    "AmazonEKSClusterPolicy",
                ));
                out.push((
                    "/",
                    format!("{}-node", first(cluster)),
                    service("ec2.amazonaws.com"),
                    "AmazonEKSWorkerNodePolicy",
                ));
            }
        }
    }
    out
}

fn role(site: &Site, (path, name, trust, policy): (&str, String, Value, &str)) -> Value {
    let arn = site.iam(&format!("role{path}{name}"));
    let mut item = json!({
        "Path": path, "RoleName": name, "RoleId": unique(site, "AROA", &name), "Arn": arn, "CreateDate": site.days(&name, 600),
        "AssumeRolePolicyDocument": encoded(&trust), "MaxSessionDuration": 3600, "Description": "",
        "Tags": [{"Key": "env", "Value": site.plan.env}], "AttachedPolicies": [{"PolicyName": policy, "PolicyArn": format!("arn:aws:iam::aws:policy/{policy}")}],
        "_arn": arn,
    });
    if let Some(map) = item.as_object_mut() {
        let never = site.number(&name).is_multiple_of(5);
        let used = if never {
            json!({})
        } else {
            json!({"LastUsedDate": site.days(&format!("{name}used"), 3), "Region": "us-east-1"})
        };
        map.insert("RoleLastUsed".to_owned(), used);
        if name == "VendorBroker" || name.starts_with("erp") {
            map.insert("PermissionsBoundary".to_owned(), json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": site.iam("policy/OperatorBoundary")}));
        }
    }
    item
}

fn roles(site: &Site) -> Vec<Value> {
    all_roles(site).into_iter().map(|r| role(site, r)).collect()
}

fn groups(site: &Site) -> Vec<Value> {
    let one = |name: &str| {
        let arn = site.iam(&format!("group/{name}"));
        let group = json!({"Path": "/", "GroupName": name, "GroupId": unique(site, "AGPA", name), "Arn": arn, "CreateDate": site.days(name, 800)});
        let members: Vec<Value> = users(site)
            .into_iter()
            .filter(|u| u["_groups"].as_array().is_some_and(|g| g.contains(&json!(name))))
            .collect();
        let mut item = group.clone();
        if let Some(map) = item.as_object_mut() {
            map.insert("Group".to_owned(), group);
            map.insert("_users".to_owned(), members.iter().map(|u| u["UserName"].clone()).collect());
            map.insert("Users".to_owned(), Value::Array(members));
            map.insert(
                "AttachedPolicies".to_owned(),
                json!([{"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]),
            );
            map.insert("_arn".to_owned(), json!(arn));
        }
        item
    };
    ["Developers", "Auditors", "Billing", "Administrators"].map(one).into()
}

fn policies(site: &Site) -> Vec<Value> {
    let one = |(name, users): (&str, u32)| {
        let arn = site.iam(&format!("policy/{name}"));
        let document =
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
        json!({"PolicyName": name, "PolicyId": unique(site, "ANPA", name), "Arn": arn, "Path": "/", "DefaultVersionId": "v3", "AttachmentCount": users,
            "PermissionsBoundaryUsageCount": u32::from(name == "OperatorBoundary"), "IsAttachable": true, "CreateDate": site.days(name, 600),
            "UpdateDate": site.days(name, 60), "Description": format!("{name} of this account"), "Tags": [{"Key": "team", "Value": "platform"}],
            "PolicyVersion": {"VersionId": "v3", "IsDefaultVersion": true, "CreateDate": site.days(name, 60), "Document": encoded(&document)},
            "PolicyRoles": [{"RoleName": "Deploy", "RoleId": unique(site, "AROA", "Deploy")}], "PolicyGroups": [], "PolicyUsers": [], "_arn": arn})
    };
    [
        ("DeployBuckets", 1),
        ("OperatorBoundary", 0),
        ("DenyBilling", 2),
        ("ReadSecretsOfTeam", 4),
        ("unused-since-2023", 0),
    ]
    .map(one)
    .into()
}

fn instance_profiles(site: &Site) -> Vec<Value> {
    let hosts = all_roles(site).into_iter().filter(|(_, name, ..)| name.ends_with("-host"));
    let one = |r: (&'static str, String, Value, &'static str)| {
        let name = r.1.clone();
        let arn = site.iam(&format!("instance-profile/{name}"));
        json!({"Path": "/", "InstanceProfileName": name, "InstanceProfileId": unique(site, "AIPA", &name), "Arn": arn, "CreateDate": site.days(&name, 600),
            "Roles": [role(site, r)], "_roles": [name], "Tags": [{"Key": "env", "Value": site.plan.env}], "_arn": arn})
    };
    hosts.map(one).collect()
}

fn oidc_providers(site: &Site) -> Vec<Value> {
    let one = |url: &str| {
        let arn = site.iam(&format!("oidc-provider/{url}"));
        json!({"Arn": arn, "Url": url, "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": [site.hex(url, 32)], "CreateDate": site.days(url, 500),
            "Tags": [{"Key": "team", "Value": "platform"}], "_arn": arn})
    };
    vec![one("token.actions.githubusercontent.com")]
}

fn saml_providers(site: &Site) -> Vec<Value> {
    let arn = site.iam("saml-provider/AWSSSO_DO_NOT_DELETE");
    vec![
        json!({"Arn": arn, "ValidUntil": site.ago(-86_400 * 900), "CreateDate": site.days("saml", 900), "Tags": [], "_arn": arn}),
    ]
}

fn is_member(name: &str) -> bool {
    name.starts_with("shop")
}

const ROOT: &str = "r-a1b2";
const ORGANIZATION: &str = "o-exampleorgid";
const MANAGEMENT: &str = "123456789012";

fn accounts(site: &Site) -> Vec<Value> {
    let one = |id: &str, name: &str, status: &str, joined: &str| {
        let arn = format!("arn:aws:organizations::{MANAGEMENT}:account/{ORGANIZATION}/{id}");
        let account = json!({"Id": id, "Arn": arn, "Name": name, "Email": format!("aws+{name}@example.com"), "Status": status, "State": status,
            "JoinedMethod": joined, "JoinedTimestamp": site.days(name, 900)});
        let mut item = account.clone();
        if let Some(map) = item.as_object_mut() {
            map.insert("Account".to_owned(), account);
            map.insert("_id".to_owned(), json!(id));
            map.insert("_tags".to_owned(), json!([{"Key": "owner", "Value": "platform"}]));
            map.insert("_arn".to_owned(), json!(arn));
        }
        item
    };
    let mut out = vec![one(MANAGEMENT, "shop-management", "ACTIVE", "INVITED")];
    out.extend(file().accounts.iter().filter(|p| is_member(&p.name)).map(|p| one(&p.id, &p.name, "ACTIVE", "CREATED")));
    out.push(one("999900001111", "shop-acquired", "PENDING_CLOSURE", "INVITED"));
    out.push(one("999900002222", "shop-old-lab", "SUSPENDED", "CREATED"));
    out
}

fn units(_: &Site) -> Vec<Value> {
    let one = |(n, name): (usize, &str)| {
        let id = format!("ou-a1b2-{n:08}");
        json!({"Id": id, "Name": name, "Arn": format!("arn:aws:organizations::{MANAGEMENT}:ou/{ORGANIZATION}/{id}"), "_parent_id": ROOT})
    };
    ["Production", "Shared", "Sandbox", "Suspended"].into_iter().enumerate().map(one).collect()
}

fn roots(_: &Site) -> Vec<Value> {
    vec![
        json!({"Id": ROOT, "Name": "Root", "Arn": format!("arn:aws:organizations::{MANAGEMENT}:root/{ORGANIZATION}/{ROOT}"),
        "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}, {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"}]}),
    ]
}

fn control_policies(_: &Site) -> Vec<Value> {
    let one = |(id, name, kind, aws): (&str, &str, &str, bool)| {
        let owner = if aws { "aws" } else { MANAGEMENT };
        let arn = format!("arn:aws:organizations::{owner}:policy/{ORGANIZATION}/{}/{id}", kind.to_lowercase());
        let summary = json!({"Id": id, "Arn": arn, "Name": name, "Description": name, "Type": kind, "AwsManaged": aws});
        let content =
            json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
                .to_string();
        let targets = json!([{"TargetId": ROOT, "Arn": format!("arn:aws:organizations::{MANAGEMENT}:root/{ORGANIZATION}/{ROOT}"), "Name": "Root", "Type": "ROOT"}]);
        let mut item = summary.clone();
        if let Some(map) = item.as_object_mut() {
            map.insert("Policy".to_owned(), json!({"PolicySummary": summary, "Content": content}));
            map.insert("Targets".to_owned(), targets);
            map.insert("_id".to_owned(), json!(id));
            map.insert("_tags".to_owned(), json!([]));
            map.insert("_arn".to_owned(), json!(arn));
        }
        item
    };
    let scp = "SERVICE_CONTROL_POLICY";
    [
        ("p-FullAWSAccess", "FullAWSAccess", scp, true),
        ("p-eu1region", "OnlyApprovedRegions", scp, false),
        ("p-services", "ServicesInUse", scp, false),
        ("p-RCPFullAWSAccess", "RCPFullAWSAccess", "RESOURCE_CONTROL_POLICY", true),
        ("p-breakglass", "BreakGlassFromItsOwnAccountOnly", "RESOURCE_CONTROL_POLICY", false),
    ]
    .map(one)
    .into()
}

fn organization(_: &Site) -> Vec<Value> {
    vec![
        json!({"Id": ORGANIZATION, "Arn": format!("arn:aws:organizations::{MANAGEMENT}:organization/{ORGANIZATION}"), "FeatureSet": "ALL",
        "MasterAccountId": MANAGEMENT, "MasterAccountArn": format!("arn:aws:organizations::{MANAGEMENT}:account/{ORGANIZATION}/{MANAGEMENT}"),
        "MasterAccountEmail": "aws+shop-management@example.com"}),
    ]
}
