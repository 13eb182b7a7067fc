//! Security groups and their rules, which refer to one another: the balancer's to the world, the application's to the
//! balancer, the database's to the application.

use super::{App, Recipe, Site, recipe};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[recipe("ec2/security-group", groups), recipe("ec2/security-group-rule", rules)];

/// Whom a rule lets in.
enum From {
    Cidr(&'static str),
    Group(String),
}

struct Rule {
    group: String,
    egress: bool,
    port: Option<u16>,
    from: From,
    why: &'static str,
}

struct Group {
    id: String,
    name: String,
    vpc: String,
    why: String,
    tags: Value,
    rules: Vec<Rule>,
}

fn all(site: &Site) -> Vec<Group> {
    let mut out: Vec<Group> = site.apps.iter().flat_map(|app| of_app(site, app)).collect();
    let main = site.is_used().then(|| site.vpc());
    for vpc in main.into_iter().chain(site.default_vpc()) {
        let id = site.id("sg", &format!("default{vpc}"));
        let own = Rule { group: id.clone(), egress: false, port: None, from: From::Group(id.clone()), why: "" };
        let rules = vec![own, out_everywhere(&id)];
        let why = "default VPC security group".to_owned();
        out.push(Group { id, name: "default".to_owned(), vpc, why, tags: json!([]), rules });
    }
    out
}

fn out_everywhere(group: &str) -> Rule {
    Rule { group: group.to_owned(), egress: true, port: None, from: From::Cidr("0.0.0.0/0"), why: "" }
}

fn of_app(site: &Site, app: &App) -> Vec<Group> {
    let id = |tier: &str| site.group(app, tier);
    let group = |tier: &str, why: &str, rules: Vec<Rule>| Group {
        id: id(tier),
        name: format!("{}-{tier}", app.name),
        vpc: site.vpc(),
        why: why.to_owned(),
        tags: site.tags(app, &format!("{}-{tier}", app.name)),
        rules: rules.into_iter().chain([out_everywhere(&id(tier))]).collect(),
    };
    let rule = |tier: &str, port: u16, from: From, why: &'static str| Rule {
        group: id(tier),
        egress: false,
        port: Some(port),
        from,
        why,
    };
    let mut out = Vec::new();
    if super::network::is_served(app) {
        let web = rule("lb", 443, From::Cidr("0.0.0.0/0"), "the world");
        let plain = rule("lb", 80, From::Cidr("0.0.0.0/0"), "redirected");
        out.push(group("lb", "load balancer", vec![web, plain]));
    }
    let mut inside = vec![rule("app", 8080, From::Group(id("lb")), "from the balancer")];
    if app.name == "ops" {
        inside.push(rule("app", 22, From::Cidr("198.51.100.0/24"), "office"));
    }
    if app.name == "erp" {
        inside.push(rule("app", 3389, From::Cidr("0.0.0.0/0"), "TEMPORARY, remove after migration"));
    }
    out.push(group("app", "hosts and tasks", inside));
    if !app.databases.is_empty() || !app.caches.is_empty() {
        let port = if app.databases.iter().any(|d| d.contains("postgres")) { 5432 } else { 3306 };
        let database = rule("db", port, From::Group(id("app")), "from the application");
        let cache = rule("db", 6379, From::Group(id("app")), "cache");
        out.push(group("db", "database and cache", vec![database, cache]));
    }
    out
}

fn groups(site: &Site) -> Vec<Value> {
    let permission = |r: &Rule| {
        let mut item = json!({"IpProtocol": if r.port.is_some() { "tcp" } else { "-1" }, "IpRanges": [],
            "UserIdGroupPairs": [], "Ipv6Ranges": [], "PrefixListIds": []});
        if let Some(map) = item.as_object_mut() {
            map.extend(r.port.map(|p| ("FromPort".to_owned(), json!(p))));
            map.extend(r.port.map(|p| ("ToPort".to_owned(), json!(p))));
            match &r.from {
                From::Cidr(cidr) => map.insert("IpRanges".to_owned(), json!([{"CidrIp": cidr, "Description": r.why}])),
                From::Group(id) => map.insert(
                    "UserIdGroupPairs".to_owned(),
                    json!([{"GroupId": id, "UserId": site.account(), "Description": r.why}]),
                ),
            };
        }
        item
    };
    let one = |g: Group| {
        let of = |egress: bool| g.rules.iter().filter(|r| r.egress == egress).map(permission).collect::<Vec<_>>();
        json!({
            "GroupId": g.id, "GroupName": g.name, "Description": g.why, "VpcId": g.vpc, "OwnerId": site.account(),
            "IpPermissions": of(false), "IpPermissionsEgress": of(true), "Tags": g.tags,
            "SecurityGroupArn": site.arn("ec2", &format!("security-group/{}", g.id)),
            "_arn": site.arn("ec2", &format!("security-group/{}", g.id)),
        })
    };
    all(site).into_iter().map(one).collect()
}

fn rules(site: &Site) -> Vec<Value> {
    let one = |(n, r): (usize, &Rule)| {
        let id = site.id("sgr", &format!("{}{n}", r.group));
        let mut item = json!({
            "SecurityGroupRuleId": id, "GroupId": r.group, "GroupOwnerId": site.account(), "IsEgress": r.egress,
            "IpProtocol": if r.port.is_some() { "tcp" } else { "-1" }, "FromPort": r.port.map_or(-1, i32::from),
            "ToPort": r.port.map_or(-1, i32::from), "Description": r.why, "Tags": [],
            "SecurityGroupRuleArn": site.arn("ec2", &format!("security-group-rule/{id}")),
            "_arn": site.arn("ec2", &format!("security-group-rule/{id}")),
        });
        if let Some(map) = item.as_object_mut() {
            match &r.from {
                From::Cidr(cidr) => map.insert("CidrIpv4".to_owned(), json!(cidr)),
                From::Group(group) => map.insert(
                    "ReferencedGroupInfo".to_owned(),
                    json!({"GroupId": group, "UserId": site.account(), "VpcId": site.vpc()}),
                ),
            };
        }
        item
    };
    all(site).iter().flat_map(|g| g.rules.iter().enumerate().map(one)).collect()
}
