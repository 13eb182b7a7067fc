//! Load balancers, their listeners, target groups and who is in them.

use super::compute::hosts;
use super::{App, Recipe, Site, recipe};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("elbv2/load-balancer", balancers),
    recipe("elbv2/target-group", target_groups),
    recipe("elbv2/listener", listeners),
    recipe("elbv2/target-health", health),
];

/// Whether people reach an application through a load balancer.
pub(super) fn has_balancer(app: &App) -> bool {
    matches!(app.name.as_str(), "pay" | "shop" | "search" | "crm" | "erp")
}

fn key(site: &Site, app: &App) -> String {
    format!("app/{}/{}", app.name, site.hex(&format!("lb{}", app.name), 16))
}

/// The load balancer's ARN.
pub(super) fn balancer_arn(site: &Site, app: &App) -> String {
    site.arn("elasticloadbalancing", &format!("loadbalancer/{}", key(site, app)))
}

/// The names of an application's target groups: its hosts, its services.
fn names(app: &App) -> Vec<(String, &'static str)> {
    if !has_balancer(app) {
        return Vec::new();
    }
    let hosts = app.hosts.first().map(|_| (format!("{}-hosts", app.name), "instance"));
    let services = app.services.first().map(|_| (format!("{}-tasks", app.name), "ip"));
    hosts.into_iter().chain(services).collect()
}

fn group_arn(site: &Site, name: &str) -> String {
    site.arn("elasticloadbalancing", &format!("targetgroup/{name}/{}", site.hex(&format!("tg{name}"), 16)))
}

/// The ARNs of the target groups of an application's hosts.
pub(super) fn groups_of(site: &Site, app: &App) -> Vec<String> {
    names(app).iter().filter(|(_, kind)| *kind == "instance").map(|(name, _)| group_arn(site, name)).collect()
}

/// The ARN of the target group of an application's tasks.
pub(super) fn group_of_tasks(site: &Site, app: &App) -> Option<String> {
    names(app).iter().find(|(_, kind)| *kind == "ip").map(|(name, _)| group_arn(site, name))
}

fn balanced<'s>(site: &'s Site) -> impl Iterator<Item = &'static App> + 's {
    site.apps.iter().copied().filter(|app| has_balancer(app))
}

fn balancers(site: &Site) -> Vec<Value> {
    let one = |app: &App| {
        let arn = balancer_arn(site, app);
        let zones: Vec<Value> =
            (0..2).map(|z| json!({"ZoneName": site.zone(z), "SubnetId": site.subnet("public", z)})).collect();
        let state = if app.name == "erp" { "active_impaired" } else { "active" };
        json!({
            "LoadBalancerArn": arn, "LoadBalancerName": app.name, "Type": "application", "Scheme": "internet-facing",
            "DNSName": format!("{}-{}.{}.elb.amazonaws.com", app.name, site.number("dns") % 1_000_000_000, site.region),
            "CanonicalHostedZoneId": "Z35SXDOTRQ7X7K", "CreatedTime": site.days(&app.name, 250), "State": {"Code": state},
            "VpcId": site.vpc(), "AvailabilityZones": zones, "SecurityGroups": [site.group(app, "lb")],
            "IpAddressType": "ipv4", "_tags": site.tags(app, &app.name), "_arn": arn,
        })
    };
    balanced(site).map(one).collect()
}

fn target_groups(site: &Site) -> Vec<Value> {
    let one = |(app, (name, kind)): (&App, (String, &str))| {
        let arn = group_arn(site, &name);
        json!({
            "TargetGroupArn": arn, "TargetGroupName": name, "Protocol": "HTTP", "Port": 8080, "VpcId": site.vpc(),
            "TargetType": kind, "ProtocolVersion": "HTTP1", "IpAddressType": "ipv4", "HealthCheckEnabled": true,
            "HealthCheckPath": "/healthz", "HealthCheckPort": "traffic-port", "HealthCheckProtocol": "HTTP",
            "HealthCheckIntervalSeconds": 15, "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 3,
            "UnhealthyThresholdCount": 2, "Matcher": {"HttpCode": "200"}, "LoadBalancerArns": [balancer_arn(site, app)],
            "_tags": site.tags(app, &name), "_arn": arn,
        })
    };
    balanced(site).flat_map(|app| names(app).into_iter().map(move |n| (app, n))).map(one).collect()
}

fn listeners(site: &Site) -> Vec<Value> {
    let of = |app: &'static App| {
        let balancer = balancer_arn(site, app);
        let target = names(app).first().map(|(name, _)| group_arn(site, name));
        let one = |(protocol, port): (&str, u16)| {
            let arn =
                balancer.replace(":loadbalancer/", ":listener/") + "/" + &site.hex(&format!("{}{port}", app.name), 16);
            let action = match port {
                80 => {
                    json!({"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}})
                }
                _ => json!({"Type": "forward", "TargetGroupArn": target}),
            };
            let certificate = json!([{"CertificateArn": super::edge::certificate_arn(site, &app.name)}]);
            json!({
                "ListenerArn": arn, "LoadBalancerArn": balancer, "Protocol": protocol, "Port": port, "DefaultActions": [action],
                "SslPolicy": if port == 443 { json!("ELBSecurityPolicy-TLS13-1-2-2021-06") } else { Value::Null },
                "Certificates": if port == 443 { certificate } else { Value::Null },
                "_tags": site.labels(app), "_arn": arn,
            })
        };
        [("HTTPS", 443), ("HTTP", 80)].map(one)
    };
    balanced(site).flat_map(of).collect()
}

fn health(site: &Site) -> Vec<Value> {
    let all = hosts(site);
    let of = |app: &'static App| {
        let mut out = Vec::new();
        for (name, kind) in names(app) {
            let arn = group_arn(site, &name);
            let mut add = |id: String, state: &str, why: Option<&str>| {
                out.push(json!({"_group": arn, "Target": {"Id": id, "Port": 8080}, "HealthCheckPort": "8080",
                    "TargetHealth": {"State": state, "Reason": why}}));
            };
            match kind {
                "instance" => all.iter().filter(|h| h.app.name == app.name && h.state == "running").for_each(|h| {
                    match site.number(&h.key) % 9 {
                        0 => add(h.id(site), "unhealthy", Some("Target.ResponseCodeMismatch")),
                        _ => add(h.id(site), "healthy", None),
                    }
                }),
                _ => (0..3).for_each(|n| add(format!("10.{}.48.{}", site.network(), 20 + n), "healthy", None)),
            }
        }
        out
    };
    balanced(site).flat_map(of).collect()
}
