//! Whose network interface it is, which is what a person wants to know who looks for an address: EC2 says that in five different members, one of them prose.
//!
//! Descriptions as AWS writes them
//! (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html> and the services' own pages).

use serde_json::Value;

/// `owner_kind`: a word for what it is; `owner`: its id or name where one is known; `label`: both.
pub fn derive(interface: &mut Value) {
    let text = |path: &[&str]| {
        let found = path.iter().try_fold(&*interface, |v, name| v.get(name));
        found.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (kind, description) = (text(&["InterfaceType"]), text(&["Description"]));
    let instance = text(&["Attachment", "InstanceId"]);
    let requester = text(&["RequesterId"]);
    let behind = |prefix: &str| description.strip_prefix(prefix).map(|rest| rest.trim().to_owned());
    let last = |t: &str| t.rsplit(' ').next().unwrap_or_default().to_owned();
    let (what, who) = if !instance.is_empty() {
        ("instance", instance)
    } else if let Some(rest) = behind("ELB ") {
        // `ELB app/name/id`, `ELB net/name/id`, or a classic load balancer's name.
        ("load balancer", rest.split('/').nth(1).map_or(rest.clone(), str::to_owned))
    } else if let Some(rest) = behind("AWS Lambda VPC ENI-") {
        ("function", function(&rest))
    } else if let Some(rest) = behind("Interface for NAT Gateway ") {
        ("NAT gateway", rest)
    } else if let Some(rest) = behind("VPC Endpoint Interface ") {
        ("endpoint", rest)
    } else if let Some(rest) = behind("EFS mount target for ") {
        ("file system", rest.split([' ', '(']).next().unwrap_or_default().to_owned())
    } else if let Some(rest) = behind("ElastiCache ") {
        ("cache", last(&rest))
    } else if let Some(rest) = behind("ElastiCache+") {
        ("cache", rest)
    } else if description == "RDSNetworkInterface" {
        ("database", String::new())
    } else if let Some(rest) = behind("RedshiftNetworkInterface") {
        ("warehouse", rest)
    } else if let Some(rest) = behind("Amazon EKS ") {
        ("cluster", rest)
    } else if let Some(rest) = behind("arn:aws:ecs:") {
        ("task", rest.rsplit('/').next().unwrap_or_default().to_owned())
    } else {
        match kind.as_str() {
            "nat_gateway" => ("NAT gateway", String::new()),
            "lambda" => ("function", String::new()),
            "network_load_balancer" | "gateway_load_balancer" | "load_balancer" => ("load balancer", String::new()),
            "vpc_endpoint" | "gateway_load_balancer_endpoint" => ("endpoint", String::new()),
            "transit_gateway" => ("transit gateway", last(&description)),
            "" | "interface" if requester.is_empty() => ("", String::new()),
            "" | "interface" => ("service", requester),
            other => (other, String::new()),
        }
    };
    let (what, who) = (what.to_owned(), who);
    if let Value::Object(map) = interface {
        let label = format!("{what} {who}").trim().to_owned();
        if !label.is_empty() {
            map.insert("label".to_owned(), Value::String(label));
        }
        if !what.is_empty() {
            map.insert("owner_kind".to_owned(), Value::String(what));
        }
        if !who.is_empty() {
            map.insert("owner".to_owned(), Value::String(who));
        }
    }
}

/// `name-8-4-4-4-12`: a function's name, and a UUID behind it.
fn function(text: &str) -> String {
    let uuid = text.len().checked_sub(37).filter(|at| text.is_char_boundary(*at));
    match uuid.map(|at| text.split_at(at)) {
        Some((name, tail)) if tail.starts_with('-') && tail.matches('-').count() == 5 => name.to_owned(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_owner_is_named() {
        let cases = [
            (json!({"Attachment": {"InstanceId": "i-1"}}), "instance", "i-1"),
            (json!({"Description": "ELB app/shop/50dc6c495c0c9188"}), "load balancer", "shop"),
            (json!({"Description": "ELB old-shop"}), "load balancer", "old-shop"),
            (
                json!({"Description": "AWS Lambda VPC ENI-pay-api-3f0c1b7e-0000-4000-8000-1234567890ab"}),
                "function",
                "pay-api",
            ),
            (json!({"Description": "Interface for NAT Gateway nat-1"}), "NAT gateway", "nat-1"),
            (json!({"Description": "VPC Endpoint Interface vpce-1"}), "endpoint", "vpce-1"),
            (json!({"Description": "RDSNetworkInterface"}), "database", ""),
            (json!({"InterfaceType": "nat_gateway"}), "NAT gateway", ""),
            (json!({"RequesterId": "amazon-aws"}), "service", "amazon-aws"),
            (json!({"InterfaceType": "interface"}), "", ""),
        ];
        for (mut value, what, who) in cases {
            derive(&mut value);
            let text = |n: &str| value.get(n).and_then(Value::as_str).unwrap_or_default().to_owned();
            assert_eq!((text("owner_kind").as_str(), text("owner").as_str()), (what, who), "{value}");
        }
    }
}
