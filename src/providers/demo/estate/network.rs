//! Networks: VPCs, subnets, route tables, gateways, addresses, interfaces, endpoints, peerings.

use super::compute::{Host, hosts, interface_of_many};
use super::{App, Recipe, Site, recipe};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("ec2/vpc", vpcs),
    recipe("ec2/subnet", subnets),
    recipe("ec2/route-table", route_tables),
    recipe("ec2/internet-gateway", internet_gateways),
    recipe("ec2/nat-gateway", nat_gateways),
    recipe("ec2/address", addresses),
    Recipe { of: "ec2/network-interface", make: interfaces, one: Some(interface_of_many) },
    recipe("ec2/vpc-endpoint", endpoints),
    recipe("ec2/network-acl", acls),
    recipe("ec2/vpc-peering-connection", peerings),
    recipe("ec2/transit-gateway", transit_gateways),
    recipe("ec2/transit-gateway-attachment", attachments),
    recipe("ec2/flow-log", flow_logs),
    recipe("ec2/dhcp-options", dhcp_options),
];

const TIERS: [&str; 2] = ["public", "private"];

/// Tags of what belongs to no application.
fn platform(site: &Site, name: &str) -> Value {
    json!([{"Key": "Name", "Value": name}, {"Key": "team", "Value": "platform"}, {"Key": "env", "Value": site.plan.env}])
}

fn main_name(site: &Site) -> String {
    format!("{}-main", site.plan.name)
}

fn vpcs(site: &Site) -> Vec<Value> {
    let mut out = Vec::new();
    let vpc = |id: &str, cidr: String, default: bool, tags: Value| {
        json!({
            "VpcId": id, "CidrBlock": cidr, "State": "available", "IsDefault": default, "InstanceTenancy": "default",
            "DhcpOptionsId": site.id("dopt", "usual"), "OwnerId": site.account(), "Tags": tags,
            "CidrBlockAssociationSet": [{"AssociationId": site.id("vpc-cidr-assoc", id), "CidrBlock": cidr,
                "CidrBlockState": {"State": "associated"}}],
            "_arn": site.arn("ec2", &format!("vpc/{id}")),
        })
    };
    if site.is_used() {
        out.push(vpc(&site.vpc(), format!("10.{}.0.0/16", site.network()), false, platform(site, &main_name(site))));
    }
    out.extend(site.default_vpc().map(|id| vpc(&id, "172.31.0.0/16".to_owned(), true, json!([]))));
    out
}

fn subnets(site: &Site) -> Vec<Value> {
    let subnet = |vpc: &str, id: String, cidr: String, zone: usize, (default, public): (bool, bool), tags: Value| {
        json!({
            "SubnetId": id, "VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": site.zone(zone), "State": "available",
            "AvailabilityZoneId": format!("{}-az{}", site.region.replace("-", ""), zone + 1), "OwnerId": site.account(),
            "AvailableIpAddressCount": 4091 - site.number(&id) % 900, "DefaultForAz": default,
            "MapPublicIpOnLaunch": public, "AssignIpv6AddressOnCreation": false, "Tags": tags,
            "SubnetArn": site.arn("ec2", &format!("subnet/{id}")), "_arn": site.arn("ec2", &format!("subnet/{id}")),
        })
    };
    let mut out = Vec::new();
    for (t, tier) in TIERS.into_iter().enumerate().filter(|_| site.is_used()) {
        for zone in 0..3 {
            let letter = ["a", "b", "c"][zone];
            let cidr = format!("10.{}.{}.0/20", site.network(), (t * 3 + zone) * 16);
            let tags = platform(site, &format!("{tier}-{letter}"));
            out.push(subnet(&site.vpc(), site.subnet(tier, zone), cidr, zone, (false, t == 0), tags));
        }
    }
    if let Some(vpc) = site.default_vpc() {
        for zone in 0..3 {
            let id = site.id("subnet", &format!("default{zone}"));
            out.push(subnet(&vpc, id, format!("172.31.{}.0/20", zone * 16), zone, (true, true), json!([])));
        }
    }
    out
}

fn route_tables(site: &Site) -> Vec<Value> {
    let local = |cidr: &str| json!({"DestinationCidrBlock": cidr, "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"});
    let table = |vpc: &str, key: &str, main: bool, subnets: Vec<String>, routes: Vec<Value>, tags: Value| {
        let id = site.id("rtb", key);
        let association = |(n, subnet): (usize, &String)| {
            json!({"RouteTableAssociationId": site.id("rtbassoc", &format!("{key}{n}")), "RouteTableId": id,
                "SubnetId": subnet, "Main": false, "AssociationState": {"State": "associated"}})
        };
        let mut associations: Vec<Value> = subnets.iter().enumerate().map(association).collect();
        if main {
            associations
                .push(json!({"RouteTableAssociationId": site.id("rtbassoc", key), "RouteTableId": id, "Main": true,
                "AssociationState": {"State": "associated"}}));
        }
        json!({"RouteTableId": id, "VpcId": vpc, "OwnerId": site.account(), "Associations": associations,
            "Routes": routes, "PropagatingVgws": [], "Tags": tags, "_arn": site.arn("ec2", &format!("route-table/{id}"))})
    };
    let mut out = Vec::new();
    if site.is_used() {
        let vpc = site.vpc();
        let cidr = format!("10.{}.0.0/16", site.network());
        let internet = json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": site.id("igw", "main"), "State": "active",
            "Origin": "CreateRoute"});
        let public = (0..3).map(|z| site.subnet("public", z)).collect();
        out.push(table(&vpc, "public", true, public, vec![local(&cidr), internet], platform(site, "public")));
        for zone in 0..3 {
            // The last zone's NAT gateway was taken away, and its route forgotten.
            let state = if site.plan.env == "legacy" && zone == 2 { "blackhole" } else { "active" };
            let nat = json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": site.id("nat", &zone.to_string()),
                "State": state, "Origin": "CreateRoute"});
            let key = format!("private-{}", ["a", "b", "c"][zone]);
            let own = vec![site.subnet("private", zone)];
            out.push(table(&vpc, &key, false, own, vec![local(&cidr), nat], platform(site, &key)));
        }
    }
    if let Some(vpc) = site.default_vpc() {
        let internet = json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": site.id("igw", "default"),
            "State": "active", "Origin": "CreateRoute"});
        out.push(table(&vpc, "default", true, Vec::new(), vec![local("172.31.0.0/16"), internet], json!([])));
    }
    out
}

fn internet_gateways(site: &Site) -> Vec<Value> {
    let one = |key: &str, vpc: String, tags: Value| {
        let id = site.id("igw", key);
        json!({"InternetGatewayId": id, "OwnerId": site.account(), "Tags": tags,
            "Attachments": [{"VpcId": vpc, "State": "available"}],
            "_arn": site.arn("ec2", &format!("internet-gateway/{id}"))})
    };
    let own = site.is_used().then(|| one("main", site.vpc(), platform(site, &main_name(site))));
    own.into_iter().chain(site.default_vpc().map(|vpc| one("default", vpc, json!([])))).collect()
}

/// How many zones have a NAT gateway of their own.
fn nats(site: &Site) -> usize {
    match site.plan.env.as_str() {
        _ if !site.is_used() => 0,
        "prod" => 3,
        "legacy" => 2,
        _ => 1,
    }
}

fn public_address(site: &Site, key: &str) -> String {
    format!("198.51.100.{}", 2 + site.number(key) % 250)
}

fn nat_gateways(site: &Site) -> Vec<Value> {
    let one = |zone: usize| {
        let key = zone.to_string();
        let id = site.id("nat", &key);
        json!({
            "NatGatewayId": id, "VpcId": site.vpc(), "SubnetId": site.subnet("public", zone), "State": "available",
            "ConnectivityType": "public", "CreateTime": site.days(&id, 200),
            "NatGatewayAddresses": [{"AllocationId": site.id("eipalloc", &key), "PublicIp": public_address(site, &key),
                "NetworkInterfaceId": site.id("eni", &format!("nat{key}")), "PrivateIp": nat_ip(site, zone),
                "IsPrimary": true, "Status": "succeeded"}],
            "Tags": platform(site, &format!("nat-{}", ["a", "b", "c"][zone])),
            "_arn": site.arn("ec2", &format!("natgateway/{id}")),
        })
    };
    (0..nats(site)).map(one).collect()
}

fn nat_ip(site: &Site, zone: usize) -> String {
    format!("10.{}.{}.5", site.network(), zone * 16)
}

fn addresses(site: &Site) -> Vec<Value> {
    let one = |key: &str, ip: String, name: &str, used: Option<(String, Option<String>, String)>| {
        let id = site.id("eipalloc", key);
        let mut item = json!({"AllocationId": id, "PublicIp": ip, "Domain": "vpc", "PublicIpv4Pool": "amazon",
            "NetworkBorderGroup": site.region, "Tags": platform(site, name),
            "_arn": site.arn("ec2", &format!("elastic-ip/{id}"))});
        if let (Some((eni, instance, private)), Some(map)) = (used, item.as_object_mut()) {
            map.insert("AssociationId".to_owned(), json!(site.id("eipassoc", key)));
            map.insert("NetworkInterfaceId".to_owned(), json!(eni));
            map.insert("NetworkInterfaceOwnerId".to_owned(), json!(site.account()));
            map.insert("PrivateIpAddress".to_owned(), json!(private));
            map.extend(instance.map(|i| ("InstanceId".to_owned(), json!(i))));
        }
        item
    };
    let mut out: Vec<Value> = (0..nats(site))
        .map(|zone| {
            let key = zone.to_string();
            let eni = site.id("eni", &format!("nat{key}"));
            one(&key, public_address(site, &key), &format!("nat-{zone}"), Some((eni, None, nat_ip(site, zone))))
        })
        .collect();
    let own = hosts(site);
    out.extend(own.iter().filter_map(|h| {
        let ip = h.public_ip(site)?;
        Some(one(&h.key, ip, &h.key, Some((h.eni(site), Some(h.id(site)), h.ip.clone()))))
    }));
    if site.is_used() {
        out.push(one("spare", public_address(site, "spare"), "spare, do not release", None));
    }
    out
}

/// A network interface of a host.
pub(super) fn of_host(site: &Site, host: &Host) -> Value {
    let tier = if host.public { "public" } else { "private" };
    let groups = json!([{"GroupId": site.group(host.app, "app"), "GroupName": format!("{}-app", host.app.name)}]);
    let place = (site.subnet(tier, host.at), site.zone(host.at));
    let mut item = interface(site, &host.key, "interface", "", place, host.ip.clone(), groups);
    if let Some(map) = item.as_object_mut() {
        let attachment = json!({"AttachmentId": site.id("eni-attach", &host.key), "InstanceId": host.id(site),
            "InstanceOwnerId": site.account(), "DeviceIndex": 0, "Status": "attached", "DeleteOnTermination": true});
        map.insert("Attachment".to_owned(), attachment);
        if let Some(ip) = host.public_ip(site) {
            let association = json!({"PublicIp": ip, "IpOwnerId": site.account(),
                "AllocationId": site.id("eipalloc", &host.key), "AssociationId": site.id("eipassoc", &host.key)});
            map.insert("Association".to_owned(), association);
        }
    }
    item
}

fn interface(
    site: &Site,
    key: &str,
    kind: &str,
    description: &str,
    (subnet, zone): (String, String),
    ip: String,
    groups: Value,
) -> Value {
    let id = site.id("eni", key);
    let dns = format!("ip-{}.{}.compute.internal", ip.replace('.', "-"), site.region);
    let ours = kind == "interface" && description.is_empty();
    json!({
        "NetworkInterfaceId": id, "InterfaceType": kind, "Description": description, "Status": "in-use",
        "VpcId": site.vpc(), "SubnetId": subnet, "AvailabilityZone": zone, "PrivateIpAddress": ip, "PrivateDnsName": dns,
        "PrivateIpAddresses": [{"PrivateIpAddress": ip, "PrivateDnsName": dns, "Primary": true}], "Groups": groups,
        "OwnerId": site.account(), "RequesterManaged": !ours, "SourceDestCheck": ours, "MacAddress": mac(site, key),
        "RequesterId": if ours { Value::Null } else { json!("amazon-elb") }, "TagSet": [], "Ipv6Addresses": [],
        "_arn": site.arn("ec2", &format!("network-interface/{id}")),
    })
}

fn mac(site: &Site, key: &str) -> String {
    let digits = site.hex(&format!("mac{key}"), 10);
    let pairs: Vec<&str> = (0..5).filter_map(|i| digits.get(i * 2..i * 2 + 2)).collect();
    format!("02:{}", pairs.join(":"))
}

fn interfaces(site: &Site) -> Vec<Value> {
    let mut out: Vec<Value> = hosts(site).iter().filter(|h| h.has_volume()).map(|h| of_host(site, h)).collect();
    let place = |tier: &str, zone: usize| (site.subnet(tier, zone), site.zone(zone));
    let network = site.network();
    for zone in 0..nats(site) {
        let id = site.id("nat", &zone.to_string());
        let text = format!("Interface for NAT Gateway {id}");
        let mut item = interface(
            site,
            &format!("nat{zone}"),
            "nat_gateway",
            &text,
            place("public", zone),
            nat_ip(site, zone),
            json!([]),
        );
        if let Some(map) = item.as_object_mut() {
            let ip = public_address(site, &zone.to_string());
            map.insert("Association".to_owned(), json!({"PublicIp": ip, "IpOwnerId": site.account()}));
        }
        out.push(item);
    }
    for (n, app) in site.apps.iter().enumerate() {
        let group =
            |tier: &str| json!([{"GroupId": site.group(app, tier), "GroupName": format!("{}-{tier}", app.name)}]);
        if super::balancing::has_balancer(app) {
            let text = format!("ELB app/{}/{}", app.name, site.hex(&format!("lb{}", app.name), 16));
            for zone in 0..2 {
                let ip = format!("10.{network}.{}.{}", zone * 16, 40 + n);
                let key = format!("lb{}{zone}", app.name);
                out.push(interface(site, &key, "interface", &text, place("public", zone), ip, group("lb")));
            }
        }
        if let Some(db) = app.databases.first() {
            let ip = format!("10.{network}.{}.{}", 50, 40 + n);
            out.push(interface(site, db, "interface", "RDSNetworkInterface", place("private", 0), ip, group("db")));
        }
        if let Some(function) = app.functions.iter().find_map(|f| f.split(':').next()) {
            let text = format!("AWS Lambda VPC ENI-{function}-{}", super::uuid(site, function));
            let ip = format!("10.{network}.{}.{}", 66, 40 + n);
            out.push(interface(site, function, "lambda", &text, place("private", 1), ip, group("app")));
        }
    }
    for (n, name) in ENDPOINTS.into_iter().enumerate().filter(|_| site.is_used()) {
        let text = format!("VPC Endpoint Interface {}", site.id("vpce", name));
        let ip = format!("10.{network}.52.{}", 40 + n);
        let key = format!("vpce{name}");
        out.push(interface(site, &key, "vpc_endpoint", &text, place("private", 0), ip, json!([])));
    }
    out
}

/// Services with an interface endpoint here.
const ENDPOINTS: [&str; 3] = ["ecr.api", "secretsmanager", "ssm"];

fn endpoints(site: &Site) -> Vec<Value> {
    if !site.is_used() {
        return Vec::new();
    }
    let one = |name: &str, gateway: bool| {
        let id = site.id("vpce", name);
        let tables: Vec<String> = ["public", "private-a", "private-b", "private-c"].map(|k| site.id("rtb", k)).into();
        json!({
            "VpcEndpointId": id, "VpcId": site.vpc(), "ServiceName": format!("com.amazonaws.{}.{name}", site.region),
            "VpcEndpointType": if gateway { "Gateway" } else { "Interface" }, "State": "available",
            "RouteTableIds": if gateway { json!(tables) } else { json!([]) },
            "SubnetIds": if gateway { json!([]) } else { json!([site.subnet("private", 0)]) },
            "NetworkInterfaceIds": if gateway { json!([]) } else { json!([site.id("eni", &format!("vpce{name}"))]) },
            "PrivateDnsEnabled": !gateway, "RequesterManaged": false, "OwnerId": site.account(), "Groups": [],
            "CreationTimestamp": site.days(name, 150), "Tags": platform(site, name),
            "_arn": site.arn("ec2", &format!("vpc-endpoint/{id}")),
        })
    };
    let gateways = ["s3", "dynamodb"].map(|n| one(n, true));
    gateways.into_iter().chain(ENDPOINTS.map(|n| one(n, false))).collect()
}

fn acls(site: &Site) -> Vec<Value> {
    let entry = |number: u32, egress: bool, action: &str| json!({"RuleNumber": number, "Egress": egress, "RuleAction": action, "Protocol": "-1", "CidrBlock": "0.0.0.0/0"});
    let one = |vpc: String, tags: Value| {
        let id = site.id("acl", &vpc);
        json!({"NetworkAclId": id, "VpcId": vpc, "IsDefault": true, "OwnerId": site.account(), "Associations": [],
            "Entries": [entry(100, true, "allow"), entry(32767, true, "deny"), entry(100, false, "allow"), entry(32767, false, "deny")],
            "Tags": tags, "_arn": site.arn("ec2", &format!("network-acl/{id}"))})
    };
    let own = site.is_used().then(|| one(site.vpc(), platform(site, &main_name(site))));
    own.into_iter().chain(site.default_vpc().map(|vpc| one(vpc, json!([])))).collect()
}

/// From the home region to each other one of the account.
fn peerings(site: &Site) -> Vec<Value> {
    let home = site.plan.sites.first().and_then(|s| s.first());
    let others: Vec<&String> = site.plan.sites.iter().skip(1).filter_map(|s| s.first()).collect();
    let mine = |other: &&&String| Some(&site.region) == home || site.region == ***other;
    let one = |other: &&String| {
        let key = format!("{}-{other}", site.plan.name);
        let id = format!("pcx-0{:016x}", super::super::hash(&key));
        let end = |region: &str| json!({"OwnerId": site.account(), "Region": region, "VpcId": site.vpc()});
        let pending = other.starts_with("ca-");
        json!({
            "VpcPeeringConnectionId": id, "RequesterVpcInfo": end(home.map_or("", |h| h)), "AccepterVpcInfo": end(other),
            "Status": {"Code": if pending { "pending-acceptance" } else { "active" }, "Message": ""},
            "Tags": platform(site, &key), "_arn": site.arn("ec2", &format!("vpc-peering-connection/{id}")),
        })
    };
    if site.is_used() { others.iter().filter(mine).map(one).collect() } else { Vec::new() }
}

fn is_hub(site: &Site) -> bool {
    site.is_used() && site.apps.iter().any(|a| a.name == "ops")
}

fn transit_gateways(site: &Site) -> Vec<Value> {
    if !is_hub(site) {
        return Vec::new();
    }
    let id = site.id("tgw", "hub");
    vec![json!({
        "TransitGatewayId": id, "TransitGatewayArn": site.arn("ec2", &format!("transit-gateway/{id}")), "State": "available",
        "OwnerId": site.account(), "Description": "hub", "CreationTime": site.days("tgw", 400),
        "Options": {"AmazonSideAsn": 64512, "DefaultRouteTableAssociation": "enable", "DnsSupport": "enable"},
        "Tags": platform(site, "hub"), "_arn": site.arn("ec2", &format!("transit-gateway/{id}")),
    })]
}

fn attachments(site: &Site) -> Vec<Value> {
    if !is_hub(site) {
        return Vec::new();
    }
    let id = site.id("tgw-attach", "main");
    vec![json!({
        "TransitGatewayAttachmentId": id, "TransitGatewayId": site.id("tgw", "hub"), "ResourceType": "vpc",
        "ResourceId": site.vpc(), "VpcId": site.vpc(), "VpcOwnerId": site.account(), "ResourceOwnerId": site.account(),
        "TransitGatewayOwnerId": site.account(), "State": "available", "CreationTime": site.days("tgw-attach", 380),
        "SubnetIds": (0..3).map(|z| site.subnet("private", z)).collect::<Vec<_>>(), "Tags": platform(site, "main"),
        "_arn": site.arn("ec2", &format!("transit-gateway-attachment/{id}")),
    })]
}

fn flow_logs(site: &Site) -> Vec<Value> {
    if !site.is_used() || site.plan.env == "legacy" {
        return Vec::new();
    }
    let id = site.id("fl", "main");
    vec![json!({
        "FlowLogId": id, "ResourceId": site.vpc(), "FlowLogStatus": "ACTIVE", "TrafficType": "REJECT",
        "LogDestinationType": "cloud-watch-logs", "LogGroupName": "/vpc/flow", "DeliverLogsStatus": "SUCCESS",
        "CreationTime": site.days("fl", 200), "Tags": platform(site, "main"), "_arn": site.arn("ec2", &format!("vpc-flow-log/{id}")),
    })]
}

fn dhcp_options(site: &Site) -> Vec<Value> {
    let id = site.id("dopt", "usual");
    let pair = |key: &str, value: &str| json!({"Key": key, "Values": [{"Value": value}]});
    let domain = format!("{}.compute.internal", site.region);
    vec![json!({
        "DhcpOptionsId": id, "OwnerId": site.account(), "Tags": [],
        "DhcpConfigurations": [pair("domain-name", &domain), pair("domain-name-servers", "AmazonProvidedDNS")],
        "_arn": site.arn("ec2", &format!("dhcp-options/{id}")),
    })]
}

/// Whether an application has a load balancer.
pub(super) fn is_served(app: &App) -> bool {
    !app.hosts.is_empty() || !app.services.is_empty()
}
