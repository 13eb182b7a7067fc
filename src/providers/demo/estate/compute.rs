//! Instances and what hangs on them: volumes, snapshots, images, Auto Scaling groups, launch templates, key pairs.

use super::{App, Recipe, Site, count, recipe, word};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    Recipe { of: "ec2/instance", make: instances, one: Some(instance_of_many) },
    Recipe { of: "ec2/volume", make: volumes, one: Some(volume_of_many) },
    recipe("ec2/snapshot", snapshots),
    recipe("ec2/image", images),
    recipe("ec2/key-pair", key_pairs),
    recipe("ec2/launch-template", launch_templates),
    recipe("ec2/launch-template-version", launch_template_versions),
    recipe("autoscaling/group", groups),
    recipe("ssm/node", nodes),
];

/// A host: everything about it follows from its name.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub app: &'static App,
    /// What it is one of: `pay-api`.
    pub group: String,
    /// Unlike any other here: `pay-api-2`.
    pub key: String,
    pub kind: String,
    pub state: String,
    /// Which of its group it is.
    pub at: usize,
    pub ip: String,
    pub public: bool,
}

/// The hosts of the estate here.
pub(super) fn hosts(site: &Site) -> Vec<Host> {
    let mut out = Vec::new();
    for (app, text) in site.all(|a| &a.hosts) {
        let group = word(text, 0).unwrap_or_default();
        let public = matches!(group, "bastion" | "vpn");
        let states: Vec<&str> = word(text, 3).unwrap_or("running").split(',').collect();
        for at in 0..count(text, 1) {
            let n = out.len();
            out.push(Host {
                app,
                group: group.to_owned(),
                key: format!("{group}-{}", at + 1),
                kind: word(text, 2).unwrap_or("t3.micro").to_owned(),
                state: states.get(at % states.len()).unwrap_or(&"running").to_string(),
                at,
                // Public subnets come first, sixteen numbers each; private ones behind them.
                ip: format!("10.{}.{}.{}", site.network(), if public { 0 } else { 48 } + at % 3 * 16 + 1, 10 + n),
                public,
            });
        }
    }
    out
}

/// One of the many of `--demo-scale`.
fn one_of_many(site: &Site, n: usize) -> Host {
    const KINDS: [&str; 6] = ["m7g.large", "c7g.xlarge", "r6i.large", "t3.medium", "m5.2xlarge", "c7i.large"];
    let apps = &site.apps;
    let app = apps.get(n % apps.len().max(1)).copied().unwrap_or(super::nobody());
    let key = format!("{}-fleet-{:06}", app.name, n + 1);
    let roll = site.number(&key);
    let state = match roll % 40 {
        0 | 1 => "stopped",
        2 => "pending",
        3 => "terminated",
        _ => "running",
    };
    Host {
        app,
        group: format!("{}-fleet", app.name),
        kind: KINDS.get((roll / 64 % 6) as usize).unwrap_or(&"t3.micro").to_string(),
        state: state.to_owned(),
        at: n,
        // Shared address space (RFC 6598) has room for four millions.
        ip: format!("100.{}.{}.{}", 64 + (n >> 16 & 63), n >> 8 & 255, n & 255),
        public: false,
        key,
    }
}

impl Host {
    pub fn id(&self, site: &Site) -> String {
        site.id("i", &self.key)
    }

    pub fn eni(&self, site: &Site) -> String {
        site.id("eni", &self.key)
    }

    fn volume(&self, site: &Site) -> String {
        site.id("vol", &self.key)
    }

    pub fn dns(&self, site: &Site) -> String {
        format!("ip-{}.{}.compute.internal", self.ip.replace('.', "-"), site.region)
    }

    /// What people call it. In one place somebody wrote what no terminal should be given, in another in Japanese.
    pub fn name(&self, site: &Site) -> String {
        match (site.plan.name.as_str(), self.key.as_str(), site.region.as_str()) {
            ("partner-fulfilment", "erp-app-1", "af-south-1") => {
                "erp\u{1b}[31;1m-app\u{1b}]0;owned\u{7}\u{9b}2J\r\n\u{202e}1".to_owned()
            }
            ("partner-fulfilment", "erp-app-1", "ap-northeast-1") => "請求書-バッチ処理-本番".to_owned(),
            ("partner-fulfilment", "erp-app-2", "ap-northeast-1") => "在庫同期サーバー２号".to_owned(),
            _ => self.key.clone(),
        }
    }

    fn gone(&self) -> bool {
        matches!(self.state.as_str(), "terminated" | "shutting-down")
    }

    pub fn has_volume(&self) -> bool {
        self.state != "terminated"
    }

    fn item(&self, site: &Site) -> Value {
        let code = match self.state.as_str() {
            "pending" => 0,
            "running" => 16,
            "shutting-down" => 32,
            "terminated" => 48,
            "stopping" => 64,
            _ => 80,
        };
        let arm = ["t4g", "m7g", "c7g", "r6g", "r7g"].iter().any(|k| self.kind.starts_with(k));
        let id = self.id(site);
        let zone = site.zone(self.at);
        let windows = self.group.ends_with("win");
        let mut tags = site.tags(self.app, &self.name(site));
        if let (Some(list), false) = (tags.as_array_mut(), self.public) {
            list.push(json!({"Key": "aws:autoscaling:groupName", "Value": self.group}));
        }
        let mut item = json!({
            "InstanceId": id, "InstanceType": self.kind, "ImageId": image(site, arm),
            "State": {"Code": code, "Name": self.state}, "_state": self.state,
            "LaunchTime": site.days(&self.key, if self.state == "pending" { 0 } else { 1 + (self.at as i64 % 9) * 7 }),
            "Placement": {"AvailabilityZone": zone, "Tenancy": "default", "GroupName": ""},
            "Monitoring": {"State": if self.app.name == "pay" { "enabled" } else { "disabled" }},
            "Architecture": if arm { "arm64" } else { "x86_64" },
            "PlatformDetails": if windows { "Windows" } else { "Linux/UNIX" },
            "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs", "VirtualizationType": "hvm", "Hypervisor": "xen",
            "EbsOptimized": true, "EnaSupport": true, "AmiLaunchIndex": 0, "SourceDestCheck": self.group != "vpn",
            "MetadataOptions": {"State": "applied", "HttpTokens": if site.plan.env == "legacy" { "optional" } else { "required" },
                "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"},
            "Tags": tags, "_arn": site.arn("ec2", &format!("instance/{id}")),
            "^": {"OwnerId": site.account(), "ReservationId": site.id("r", &self.key)},
        });
        let Some(map) = item.as_object_mut() else { return item };
        if windows {
            map.insert("Platform".to_owned(), json!("windows"));
        }
        if self.group == "runner" {
            map.insert("InstanceLifecycle".to_owned(), json!("spot"));
        }
        if matches!(self.state.as_str(), "stopped" | "terminated") {
            map.insert("StateTransitionReason".to_owned(), json!("User initiated"));
        }
        if self.gone() {
            return item;
        }
        let tier = if self.public { "public" } else { "private" };
        let group = json!({"GroupId": site.group(self.app, "app"), "GroupName": format!("{}-app", self.app.name)});
        let eni = json!({
            "NetworkInterfaceId": self.eni(site), "SubnetId": site.subnet(tier, self.at), "VpcId": site.vpc(),
            "PrivateIpAddress": self.ip, "PrivateDnsName": self.dns(site), "Status": "in-use", "Groups": [group],
            "OwnerId": site.account(), "InterfaceType": "interface", "SourceDestCheck": true,
            "PrivateIpAddresses": [{"PrivateIpAddress": self.ip, "PrivateDnsName": self.dns(site), "Primary": true}],
            "Attachment": {"AttachmentId": site.id("eni-attach", &self.key), "DeviceIndex": 0, "Status": "attached"},
        });
        let disk = json!({"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": self.volume(site), "Status": "attached",
            "DeleteOnTermination": true, "AttachTime": site.days(&self.key, 1)}});
        map.extend([
            ("PrivateIpAddress".to_owned(), json!(self.ip)),
            ("PrivateDnsName".to_owned(), json!(self.dns(site))),
            ("VpcId".to_owned(), json!(site.vpc())),
            ("SubnetId".to_owned(), json!(site.subnet(tier, self.at))),
            ("SecurityGroups".to_owned(), json!([group])),
            ("NetworkInterfaces".to_owned(), json!([eni])),
            ("BlockDeviceMappings".to_owned(), json!([disk])),
            ("KeyName".to_owned(), json!(format!("{}-ops", site.plan.name))),
            (
                "IamInstanceProfile".to_owned(),
                json!({"Arn": site.iam(&format!("instance-profile/{}-host", self.app.name)), "Id": "AIPADEMODEMODEMODEMO"}),
            ),
        ]);
        if let Some(ip) = self.public_ip(site) {
            let dns = format!("ec2-{}.compute-1.amazonaws.com", ip.replace('.', "-"));
            map.insert("PublicIpAddress".to_owned(), json!(ip));
            map.insert("PublicDnsName".to_owned(), json!(dns));
        }
        item
    }

    /// Documentation addresses (RFC 5737), as all public ones here.
    pub fn public_ip(&self, site: &Site) -> Option<String> {
        (self.public && self.state == "running").then(|| format!("203.0.113.{}", 10 + site.number(&self.key) % 200))
    }

    fn disk(&self, site: &Site) -> Value {
        let id = self.volume(site);
        let old = site.plan.env == "legacy";
        json!({
            "VolumeId": id, "Size": 8 << (site.number(&self.key) % 6), "VolumeType": if old { "gp2" } else { "gp3" },
            "State": "in-use", "AvailabilityZone": site.zone(self.at), "CreateTime": site.days(&self.key, 30),
            "Encrypted": !old, "Iops": 3000, "Throughput": 125, "MultiAttachEnabled": false, "SnapshotId": "",
            "KmsKeyId": site.arn("kms", &format!("key/{}", super::key_id(site, self.app))),
            "Attachments": [{"InstanceId": self.id(site), "VolumeId": id, "Device": "/dev/xvda", "State": "attached",
                "DeleteOnTermination": true, "AttachTime": site.days(&self.key, 1)}],
            "Tags": site.tags(self.app, &format!("{} root", self.key)), "_arn": site.arn("ec2", &format!("volume/{id}")),
        })
    }
}

fn image(site: &Site, arm: bool) -> String {
    site.id("ami", if arm { "al2023-arm64" } else { "al2023" })
}

fn instances(site: &Site) -> Vec<Value> {
    hosts(site).iter().map(|h| h.item(site)).collect()
}

fn instance_of_many(site: &Site, n: usize) -> Value {
    one_of_many(site, n).item(site)
}

fn volume_of_many(site: &Site, n: usize) -> Value {
    one_of_many(site, n).disk(site)
}

/// The interface of one of the many.
pub(super) fn interface_of_many(site: &Site, n: usize) -> Value {
    super::network::of_host(site, &one_of_many(site, n))
}

fn volumes(site: &Site) -> Vec<Value> {
    let mut out: Vec<Value> = hosts(site).iter().filter(|h| h.has_volume()).map(|h| h.disk(site)).collect();
    // Disks that nobody uses any more, and one that is being made.
    for (n, (app, state)) in site.apps.iter().zip(["available", "available", "creating"]).enumerate() {
        let name = format!("{}-old-data", app.name);
        let id = site.id("vol", &name);
        out.push(json!({
            "VolumeId": id, "Size": 200 + 50 * n, "VolumeType": "gp2", "State": state, "Encrypted": false, "Iops": 600,
            "AvailabilityZone": site.zone(n), "CreateTime": site.days(&name, 200), "Attachments": [],
            "Tags": site.tags(app, &name), "_arn": site.arn("ec2", &format!("volume/{id}")),
        }));
    }
    out
}

fn snapshots(site: &Site) -> Vec<Value> {
    let one = |(app, n): (&&App, usize)| {
        let name = format!("{}-nightly-{n}", app.name);
        let id = site.id("snap", &name);
        let (state, progress) = if n == 0 { ("pending", "42%") } else { ("completed", "100%") };
        json!({
            "SnapshotId": id, "VolumeId": site.id("vol", &format!("{}-old-data", app.name)), "VolumeSize": 200,
            "State": state, "Progress": progress, "StartTime": site.ago(i64::try_from(n).unwrap_or(0) * 86_400 + 1800),
            "OwnerId": site.account(), "Encrypted": n % 2 == 0, "StorageTier": "standard",
            "Description": format!("nightly copy of {}-old-data", app.name), "Tags": site.tags(app, &name),
            "_arn": format!("arn:aws:ec2:{}::snapshot/{id}", site.region),
        })
    };
    site.apps.iter().take(3).flat_map(|app| (0..4).map(move |n| (app, n))).map(one).collect()
}

fn images(site: &Site) -> Vec<Value> {
    if !site.is_used() {
        return Vec::new();
    }
    let one = |(n, key): (i64, &str)| {
        let id = site.id("ami", key);
        json!({
            "ImageId": id, "Name": format!("shop-{key}-2026.{}", 10 - n), "State": if n == 3 { "deregistered" } else { "available" },
            "Architecture": if key.ends_with("arm64") { "arm64" } else { "x86_64" }, "OwnerId": site.account(),
            "CreationDate": site.ago((20 + 30 * n) * 86_400), "Public": false, "ImageType": "machine",
            "PlatformDetails": "Linux/UNIX", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
            "VirtualizationType": "hvm", "Hypervisor": "xen", "EnaSupport": true, "Description": "golden image",
            "ImageLocation": format!("{}/shop-{key}", site.account()),
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3",
                "SnapshotId": site.id("snap", key), "Encrypted": true, "DeleteOnTermination": true}}],
            "Tags": [{"Key": "Name", "Value": key}, {"Key": "team", "Value": "platform"}],
            "_arn": format!("arn:aws:ec2:{}::image/{id}", site.region),
        })
    };
    (0..).zip(["al2023", "al2023-arm64", "ubuntu-24.04"]).map(one).collect()
}

fn key_pairs(site: &Site) -> Vec<Value> {
    if !site.is_used() {
        return Vec::new();
    }
    let name = format!("{}-ops", site.plan.name);
    let id = site.id("key", &name);
    vec![json!({
        "KeyPairId": id, "KeyName": name, "KeyType": "ed25519", "KeyFingerprint": site.hex("fingerprint", 32),
        "CreateTime": site.days("key", 300), "Tags": [{"Key": "team", "Value": "platform"}],
        "_arn": site.arn("ec2", &format!("key-pair/{id}")),
    })]
}

fn launch_templates(site: &Site) -> Vec<Value> {
    let one = |(app, text): (&App, &str)| {
        let name = word(text, 0).unwrap_or_default();
        let id = site.id("lt", name);
        json!({
            "LaunchTemplateId": id, "LaunchTemplateName": name, "CreateTime": site.days(name, 90),
            "CreatedBy": site.iam("role/Deploy"), "DefaultVersionNumber": 3, "LatestVersionNumber": 7,
            "Tags": site.tags(app, name), "_arn": site.arn("ec2", &format!("launch-template/{id}")),
        })
    };
    site.all(|a| &a.hosts).map(|(app, text)| one((app, text))).collect()
}

fn launch_template_versions(site: &Site) -> Vec<Value> {
    let one = |(app, text): (&App, &str)| {
        let name = word(text, 0).unwrap_or_default();
        json!({
            "LaunchTemplateId": site.id("lt", name), "LaunchTemplateName": name, "VersionNumber": 3, "DefaultVersion": true,
            "CreateTime": site.days(name, 9), "CreatedBy": site.iam("role/Deploy"),
            "LaunchTemplateData": {"ImageId": image(site, false), "InstanceType": word(text, 2), "KeyName": format!("{}-ops", site.plan.name),
                "SecurityGroupIds": [site.group(app, "app")], "UserData": "IyEvYmluL3NoCg==", "MetadataOptions": {"HttpTokens": "required"}},
        })
    };
    site.all(|a| &a.hosts).map(|(app, text)| one((app, text))).collect()
}

fn groups(site: &Site) -> Vec<Value> {
    let hosts = hosts(site);
    let one = |(app, text): (&App, &str)| {
        let name = word(text, 0).unwrap_or_default();
        let members: Vec<Value> = hosts
            .iter()
            .filter(|h| h.group == name && h.state == "running")
            .map(|h| {
                json!({"InstanceId": h.id(site), "AvailabilityZone": site.zone(h.at), "LifecycleState": "InService",
                    "HealthStatus": "Healthy", "ProtectedFromScaleIn": false, "InstanceType": h.kind})
            })
            .collect();
        let tag = |key: &str, value: &str| json!({"Key": key, "Value": value, "ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": true});
        let wanted = count(text, 1);
        json!({
            "AutoScalingGroupName": name, "MinSize": 1, "MaxSize": wanted * 2, "DesiredCapacity": wanted,
            "AutoScalingGroupARN": site.arn("autoscaling", &format!("autoScalingGroup:{}:autoScalingGroupName/{name}", site.hex(name, 12))),
            "LaunchTemplate": {"LaunchTemplateId": site.id("lt", name), "LaunchTemplateName": name, "Version": "7"},
            "DefaultCooldown": 300, "AvailabilityZones": [site.zone(0), site.zone(1), site.zone(2)],
            "HealthCheckType": "ELB", "HealthCheckGracePeriod": 120, "CreatedTime": site.days(name, 120),
            "VPCZoneIdentifier": format!("{},{},{}", site.subnet("private", 0), site.subnet("private", 1), site.subnet("private", 2)),
            "TargetGroupARNs": super::balancing::groups_of(site, app), "Instances": members,
            "SuspendedProcesses": [], "EnabledMetrics": [], "TerminationPolicies": ["Default"],
            "Tags": [tag("Name", name), tag("app", &app.name), tag("team", &app.team), tag("env", &site.plan.env)],
            "_arn": site.arn("autoscaling", &format!("autoScalingGroup:{}:autoScalingGroupName/{name}", site.hex(name, 12))),
        })
    };
    site.all(|a| &a.hosts).map(|(app, text)| one((app, text))).collect()
}

fn nodes(site: &Site) -> Vec<Value> {
    let managed = hosts(site).into_iter().filter(|h| !h.gone() && h.state != "pending");
    let one = |h: Host| {
        let online = h.state == "running" && !site.number(&h.key).is_multiple_of(11);
        json!({
            "InstanceId": h.id(site), "PingStatus": if online { "Online" } else { "ConnectionLost" },
            "LastPingDateTime": site.ago(if online { 60 } else { 90_000 }), "AgentVersion": "3.3.3050.0",
            "IsLatestVersion": site.plan.env != "legacy", "PlatformType": if h.group.ends_with("win") { "Windows" } else { "Linux" },
            "PlatformName": "Amazon Linux", "PlatformVersion": "2023", "ResourceType": "EC2Instance", "IPAddress": h.ip,
            "ComputerName": h.dns(site), "AssociationStatus": "Success",
            "_arn": site.arn("ssm", &format!("managed-instance/{}", h.id(site))),
        })
    };
    managed.map(one).collect()
}
