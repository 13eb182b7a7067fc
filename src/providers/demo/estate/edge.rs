//! Certificates, distributions, zones and their records.

use super::{App, Recipe, Site, recipe};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("acm/certificate", certificates),
    recipe("cloudfront/distribution", distributions),
    recipe("route53/hosted-zone", zones),
    recipe("route53/record", records),
];

/// The ARN of an application's certificate.
pub(super) fn certificate_arn(site: &Site, app: &str) -> String {
    site.arn("acm", &format!("certificate/{}", super::uuid(site, &format!("certificate{app}"))))
}

fn certificates(site: &Site) -> Vec<Value> {
    let one = |app: &&App| {
        let arn = certificate_arn(site, &app.name);
        let domain = format!("{}.example.com", app.name);
        // One ends in days and nobody's mailbox hears of it; one waits for a record that nobody made; one is over.
        let (status, ends, kind) = match (app.name.as_str(), site.plan.env.as_str()) {
            ("search", _) => ("ISSUED", 6, "IMPORTED"),
            ("erp", _) => ("EXPIRED", -12, "IMPORTED"),
            ("crm", "legacy") => ("PENDING_VALIDATION", 0, "AMAZON_ISSUED"),
            _ => ("ISSUED", 40 + (site.number(&app.name) % 300) as i64, "AMAZON_ISSUED"),
        };
        let issued = status != "PENDING_VALIDATION";
        let used = super::balancing::has_balancer(app);
        let time = |t: i64| if issued { json!(site.ago(t)) } else { Value::Null };
        let days = |d: i64| time(-d * 86_400);
        let renewal = if kind == "IMPORTED" { "INELIGIBLE" } else { "ELIGIBLE" };
        let detail = json!({
            "CertificateArn": arn, "DomainName": domain, "SubjectAlternativeNames": [domain, format!("*.{domain}")], "Status": status, "Type": kind,
            "KeyAlgorithm": "RSA-2048", "SignatureAlgorithm": "SHA256WITHRSA", "CreatedAt": site.days(&domain, 100), "IssuedAt": days(ends - 395), "NotBefore": days(ends - 395),
            "NotAfter": days(ends), "InUseBy": if used { json!([super::balancing::balancer_arn(site, app)]) } else { json!([]) }, "RenewalEligibility": renewal,
            "Issuer": "Amazon", "Subject": format!("CN={domain}"),
        });
        json!({
            "CertificateArn": arn, "DomainName": domain, "SubjectAlternativeNameSummaries": [domain, format!("*.{domain}")], "Status": status, "Type": kind,
            "HasAdditionalSubjectAlternativeNames": false, "KeyAlgorithm": "RSA-2048", "InUse": used, "RenewalEligibility": renewal, "NotBefore": days(ends - 395),
            "NotAfter": days(ends), "CreatedAt": site.days(&domain, 100), "IssuedAt": days(ends - 395), "Exported": false, "Certificate": detail,
            "_tags": site.labels(app), "_arn": arn,
        })
    };
    site.apps.iter().filter(|a| super::balancing::has_balancer(a) || !a.distributions.is_empty()).map(one).collect()
}

/// The first site that an application has; what belongs to no region is made there.
fn homes(home: &Site) -> impl Iterator<Item = (Site, &'static App)> {
    let mut seen: Vec<&str> = Vec::new();
    let mut out = Vec::new();
    for site in home.everywhere() {
        for app in site.apps.clone() {
            if !seen.contains(&app.name.as_str()) {
                seen.push(&app.name);
                out.push((home.at(&site.region), app));
            }
        }
    }
    out.into_iter()
}

fn distributions(home: &Site) -> Vec<Value> {
    let of = |(site, app): (Site, &'static App)| {
        let names: Vec<&'static String> = app.distributions.iter().collect();
        names.into_iter().map(move |name| {
            let id = format!("E{}", site.hex(name, 13).to_uppercase());
            let arn = format!("arn:aws:cloudfront::{}:distribution/{id}", site.account());
            let deploying = name.starts_with("video");
            json!({
                "Id": id, "ARN": arn, "ETag": format!("E{}", site.hex(&id, 13).to_uppercase()), "Status": if deploying { "InProgress" } else { "Deployed" },
                "LastModifiedTime": site.days(name, 12), "DomainName": format!("d{}.cloudfront.net", site.hex(name, 13)), "Enabled": true, "Comment": name,
                "Aliases": {"Quantity": 1, "Items": [name]}, "PriceClass": "PriceClass_100", "HttpVersion": "http2and3", "IsIPV6Enabled": true, "Staging": false,
                "Origins": {"Quantity": 1, "Items": [{"Id": "origin", "DomainName": format!("{}-{}-{}.s3.{}.amazonaws.com",
                    app.buckets.first().map_or("origin", String::as_str), site.account(), site.region, site.region), "OriginPath": ""}]},
                "DefaultCacheBehavior": {"TargetOriginId": "origin", "ViewerProtocolPolicy": "redirect-to-https", "Compress": true},
                "CacheBehaviors": {"Quantity": 0, "Items": []}, "CustomErrorResponses": {"Quantity": 0, "Items": []}, "WebACLId": "",
                "ViewerCertificate": {"ACMCertificateArn": certificate_arn(&site, &app.name), "MinimumProtocolVersion": "TLSv1.2_2021", "SSLSupportMethod": "sni-only"},
                "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0, "Items": []}}, "_tags": site.labels(app), "_arn": arn,
            })
        })
    };
    homes(home).flat_map(of).collect()
}

fn all_zones(home: &Site) -> Vec<(Site, &'static App, String, bool)> {
    let mut out = Vec::new();
    for (site, app) in homes(home) {
        for name in &app.zones {
            out.push((home.at(&site.region), app, format!("{name}."), false));
        }
        if !app.databases.is_empty() {
            out.push((site, app, format!("{}.internal.", app.name), true));
        }
    }
    out
}

fn zone_id(site: &Site, name: &str) -> String {
    format!("Z{}", site.hex(&format!("zone{name}"), 20).to_uppercase())
}

fn zones(home: &Site) -> Vec<Value> {
    let one = |(site, app, name, private): (Site, &App, String, bool)| {
        let id = zone_id(&site, &name);
        let count = records_of(&site, app, &name, private).len();
        let zone = json!({"Id": format!("/hostedzone/{id}"), "Name": name, "CallerReference": super::uuid(&site, &name),
            "Config": {"PrivateZone": private, "Comment": format!("team {}", app.team)}, "ResourceRecordSetCount": count});
        let mut item = zone.clone();
        if let Some(map) = item.as_object_mut() {
            map.insert("HostedZone".to_owned(), zone);
            let vpcs = json!([{"VPCRegion": site.region, "VPCId": site.vpc()}]);
            map.insert("VPCs".to_owned(), if private { vpcs } else { json!([]) });
            map.insert("_id".to_owned(), json!(id));
            map.insert("_names".to_owned(), json!([id, format!("/hostedzone/{id}")]));
            map.insert("_tags".to_owned(), site.labels(app));
            map.insert("_arn".to_owned(), json!(format!("arn:aws:route53:::hostedzone/{id}")));
        }
        item
    };
    all_zones(home).into_iter().map(one).collect()
}

fn records_of(site: &Site, app: &App, zone: &str, private: bool) -> Vec<Value> {
    let plain = |name: String, kind: &str, ttl: u32, values: &[&str]| {
        let values: Vec<Value> = values.iter().map(|v| json!({"Value": v})).collect();
        json!({"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": values})
    };
    let names = ["ns-512.awsdns-00.net.", "ns-1024.awsdns-00.org."];
    let mut out = vec![
        plain(zone.to_owned(), "NS", 172_800, &names),
        plain(
            zone.to_owned(),
            "SOA",
            900,
            &["ns-512.awsdns-00.net. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"],
        ),
    ];
    if private {
        let host = format!("{}.cluster-{}.{}.rds.amazonaws.com", app.name, site.hex("rds", 12), site.region);
        out.push(plain(format!("db.{zone}"), "CNAME", 60, &[&host]));
        for (n, host) in super::compute::hosts(site).iter().filter(|h| h.app.name == app.name).enumerate() {
            out.push(plain(format!("host-{}.{zone}", n + 1), "A", 60, &[&host.ip]));
        }
        return out;
    }
    let balancer =
        format!("dualstack.{}-{}.{}.elb.amazonaws.com.", app.name, site.number("dns") % 1_000_000_000, site.region);
    let alias = json!({"HostedZoneId": "Z35SXDOTRQ7X7K", "DNSName": balancer, "EvaluateTargetHealth": true});
    out.push(json!({"Name": zone, "Type": "A", "AliasTarget": alias}));
    for (weight, label) in [(90, "blue"), (10, "green")] {
        out.push(json!({"Name": format!("api.{zone}"), "Type": "A", "SetIdentifier": label, "Weight": weight, "AliasTarget": alias}));
    }
    out.push(plain(zone.to_owned(), "MX", 3600, &["10 mx1.example.com.", "20 mx2.example.com."]));
    out.push(plain(zone.to_owned(), "TXT", 3600, &["\"v=spf1 include:amazonses.com -all\""]));
    for n in 1..=12 {
        out.push(plain(format!("tenant-{n:02}.{zone}"), "CNAME", 300, &[zone]));
    }
    out
}

fn records(home: &Site) -> Vec<Value> {
    let of = |(site, app, name, private): (Site, &'static App, String, bool)| {
        let id = zone_id(&site, &name);
        let mut all = records_of(&site, app, &name, private);
        for item in &mut all {
            if let Some(map) = item.as_object_mut() {
                map.insert("_zone".to_owned(), json!([id, format!("/hostedzone/{id}")]));
                map.insert("_parent".to_owned(), json!(format!("arn:aws:route53:::hostedzone/{id}")));
            }
        }
        all
    };
    all_zones(home).into_iter().flat_map(of).collect()
}
