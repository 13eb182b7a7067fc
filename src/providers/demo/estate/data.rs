//! Databases, tables and caches.

use super::{App, Recipe, Site, count, recipe, word};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("rds/cluster", clusters),
    recipe("rds/instance", instances),
    recipe("rds/snapshot", snapshots),
    recipe("rds/subnet-group", subnet_groups),
    recipe("dynamodb/table", tables),
    recipe("elasticache/replication-group", replication_groups),
    recipe("elasticache/cluster", cache_clusters),
];

/// One line of `databases`.
struct Database {
    app: &'static App,
    name: &'static str,
    engine: &'static str,
    class: &'static str,
    members: usize,
}

fn all(site: &Site) -> impl Iterator<Item = Database> + '_ {
    site.all(|a| &a.databases).map(|(app, text)| Database {
        app,
        name: word(text, 0).unwrap_or_default(),
        engine: word(text, 1).unwrap_or("postgres"),
        class: word(text, 2).unwrap_or("db.t4g.medium"),
        members: count(text, 3),
    })
}

impl Database {
    fn is_aurora(&self) -> bool {
        self.engine.starts_with("aurora")
    }

    fn port(&self) -> u16 {
        match self.engine {
            e if e.contains("postgres") => 5432,
            e if e.starts_with("oracle") => 1521,
            _ => 3306,
        }
    }

    fn version(&self) -> &'static str {
        match self.engine {
            "aurora-postgresql" => "16.8",
            "postgres" => "17.5",
            "mysql" => "8.0.42",
            "mariadb" => "10.6.22",
            _ => "19.0.0.0.ru-2026-07.rur-2026-07.r1",
        }
    }

    fn host(&self, site: &Site, label: &str) -> String {
        format!("{}.{label}{}.{}.rds.amazonaws.com", self.name, site.hex("rds", 12), site.region)
    }
}

fn cluster_status(site: &Site, name: &str) -> &'static str {
    match (name, site.region.as_str()) {
        ("pay-db", "us-west-2") => "backing-up",
        _ => "available",
    }
}

fn clusters(site: &Site) -> Vec<Value> {
    let one = |d: Database| {
        let arn = site.arn("rds", &format!("cluster:{}", d.name));
        let members: Vec<Value> = (1..=d.members)
            .map(|n| json!({"DBInstanceIdentifier": format!("{}-{n}", d.name), "IsClusterWriter": n == 1, "DBClusterParameterGroupStatus": "in-sync", "PromotionTier": n}))
            .collect();
        json!({
            "DBClusterIdentifier": d.name, "DBClusterArn": arn, "Engine": d.engine, "EngineVersion": d.version(), "EngineMode": "provisioned",
            "Status": cluster_status(site, d.name), "Endpoint": d.host(site, "cluster-"), "ReaderEndpoint": d.host(site, "cluster-ro-"),
            "Port": d.port(), "MasterUsername": "root_admin", "DatabaseName": d.app.name, "MultiAZ": d.members > 1, "AllocatedStorage": 1,
            "StorageEncrypted": true, "KmsKeyId": site.arn("kms", &format!("key/{}", super::key_id(site, d.app))), "DBSubnetGroup": "main",
            "AvailabilityZones": [site.zone(0), site.zone(1), site.zone(2)], "BackupRetentionPeriod": 14, "DeletionProtection": site.plan.env == "prod",
            "ClusterCreateTime": site.days(d.name, 500), "PreferredMaintenanceWindow": "sun:03:00-sun:03:30", "DBClusterMembers": members,
            "VpcSecurityGroups": [{"VpcSecurityGroupId": site.group(d.app, "db"), "Status": "active"}], "IAMDatabaseAuthenticationEnabled": true,
            "MasterUserSecret": {"SecretArn": super::storage::secret_arn(site, &format!("{}/db", d.app.name)), "SecretStatus": "active"},
            "DbClusterResourceId": format!("cluster-{}", site.hex(d.name, 26).to_uppercase()), "TagList": site.labels(d.app), "_names": [d.name, arn], "_arn": arn,
        })
    };
    all(site).filter(Database::is_aurora).map(one).collect()
}

fn status(site: &Site, name: &str) -> &'static str {
    match name {
        "erp-db" if site.region == "af-south-1" => "storage-full",
        "crm-db" if site.region == "us-west-1" => "stopped",
        "data-warehouse" if site.region == "us-east-2" => "modifying",
        _ => "available",
    }
}

fn instances(site: &Site) -> Vec<Value> {
    let of = |d: Database| {
        (1..=d.members).map(move |n| {
            let name = if d.is_aurora() { format!("{}-{n}", d.name) } else { d.name.to_owned() };
            let arn = site.arn("rds", &format!("db:{name}"));
            let old = site.plan.env == "legacy";
            let mut item = json!({
                "DBInstanceIdentifier": name, "DBInstanceArn": arn, "DBInstanceClass": d.class, "Engine": d.engine, "EngineVersion": d.version(),
                "DBInstanceStatus": status(site, d.name), "MasterUsername": "root_admin", "DBName": d.app.name,
                "Endpoint": {"Address": d.host(site, if n == 1 { "" } else { "r" }), "Port": d.port(), "HostedZoneId": "Z2R2ITUGPM61AM"},
                "AllocatedStorage": if d.is_aurora() { 1 } else { 200 }, "StorageType": if d.is_aurora() { "aurora" } else if old { "gp2" } else { "gp3" },
                "InstanceCreateTime": site.days(&name, 500), "AvailabilityZone": site.zone(n), "MultiAZ": !old && !d.is_aurora(),
                "BackupRetentionPeriod": if old { 0 } else { 14 }, "PubliclyAccessible": old, "StorageEncrypted": !old, "DeletionProtection": !old,
                "AutoMinorVersionUpgrade": true, "LicenseModel": if d.engine.starts_with("oracle") { "license-included" } else { "general-public-license" },
                "PreferredMaintenanceWindow": "sun:03:00-sun:03:30", "CACertificateIdentifier": if old { "rds-ca-2019" } else { "rds-ca-rsa2048-g1" },
                "VpcSecurityGroups": [{"VpcSecurityGroupId": site.group(d.app, "db"), "Status": "active"}],
                "DBSubnetGroup": {"DBSubnetGroupName": "main", "VpcId": site.vpc(), "SubnetGroupStatus": "Complete",
                    "Subnets": (0..3).map(|z| json!({"SubnetIdentifier": site.subnet("private", z), "SubnetStatus": "Active"})).collect::<Vec<_>>()},
                "DBParameterGroups": [{"DBParameterGroupName": format!("{}-params", d.app.name), "ParameterApplyStatus": "in-sync"}],
                "DbiResourceId": format!("db-{}", site.hex(&name, 26).to_uppercase()), "TagList": site.labels(d.app), "PerformanceInsightsEnabled": true,
                "_names": [name, arn], "_arn": arn,
            });
            if let (true, Some(map)) = (d.is_aurora(), item.as_object_mut()) {
                map.insert("DBClusterIdentifier".to_owned(), json!(d.name));
            }
            item
        })
    };
    all(site).flat_map(of).collect()
}

fn snapshots(site: &Site) -> Vec<Value> {
    let of = |d: Database| {
        (0..3i64).map(move |n| {
            let name = format!("rds:{}-{n}", d.name);
            json!({
                "DBSnapshotIdentifier": name, "DBInstanceIdentifier": d.name, "Engine": d.engine, "EngineVersion": d.version(),
                "SnapshotCreateTime": site.ago(n * 86_400 + 3600), "AllocatedStorage": 200, "Status": if n == 0 { "creating" } else { "available" },
                "PercentProgress": if n == 0 { 63 } else { 100 }, "SnapshotType": "automated", "StorageType": "gp3", "VpcId": site.vpc(),
                "Encrypted": site.plan.env != "legacy", "MasterUsername": "root_admin", "Port": d.port(), "AvailabilityZone": site.zone(0),
                "TagList": site.labels(d.app), "DBSnapshotArn": site.arn("rds", &format!("snapshot:{name}")), "_arn": site.arn("rds", &format!("snapshot:{name}")),
            })
        })
    };
    all(site).filter(|d| !d.is_aurora()).flat_map(of).collect()
}

fn subnet_groups(site: &Site) -> Vec<Value> {
    if all(site).next().is_none() {
        return Vec::new();
    }
    let arn = site.arn("rds", "subgrp:main");
    let subnets: Vec<Value> = (0..3)
        .map(|z| json!({"SubnetIdentifier": site.subnet("private", z), "SubnetAvailabilityZone": {"Name": site.zone(z)}, "SubnetStatus": "Active"}))
        .collect();
    vec![
        json!({"DBSubnetGroupName": "main", "DBSubnetGroupDescription": "private subnets", "VpcId": site.vpc(), "SubnetGroupStatus": "Complete",
        "Subnets": subnets, "DBSubnetGroupArn": arn, "_arn": arn}),
    ]
}

fn tables(site: &Site) -> Vec<Value> {
    let one = |(app, text): (&App, &str)| {
        let name = word(text, 0).unwrap_or_default();
        let items = count(text, 1);
        let arn = site.arn("dynamodb", &format!("table/{name}"));
        let provisioned = name.ends_with("sessions");
        let capacity = if provisioned { 50 } else { 0 };
        let table = json!({
            "TableName": name, "TableArn": arn, "TableId": super::uuid(site, name), "TableStatus": if name == "search-synonyms" { "UPDATING" } else { "ACTIVE" },
            "CreationDateTime": site.days(name, 340), "ItemCount": items, "TableSizeBytes": items * 412,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
            "BillingModeSummary": if provisioned { Value::Null } else { json!({"BillingMode": "PAY_PER_REQUEST"}) },
            "ProvisionedThroughput": {"ReadCapacityUnits": capacity, "WriteCapacityUnits": capacity, "NumberOfDecreasesToday": 0},
            "DeletionProtectionEnabled": app.name == "pay", "TableClassSummary": {"TableClass": "STANDARD"},
            "StreamSpecification": if app.name == "pay" { json!({"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}) } else { Value::Null },
            "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": site.arn("kms", &format!("key/{}", super::key_id(site, app)))},
        });
        let recovery = json!({"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": {
            "PointInTimeRecoveryStatus": if app.name == "pay" { "ENABLED" } else { "DISABLED" }}});
        json!({"TableName": name, "Table": table, "ContinuousBackupsDescription": recovery, "_names": [name, arn], "_tags": site.labels(app), "_arn": arn})
    };
    site.all(|a| &a.tables).map(one).collect()
}

fn caches(site: &Site) -> impl Iterator<Item = (&'static App, &'static str, &'static str, &'static str, usize)> + '_ {
    site.all(|a| &a.caches).map(|(app, text)| {
        (
            app,
            word(text, 0).unwrap_or_default(),
            word(text, 1).unwrap_or("valkey"),
            word(text, 2).unwrap_or_default(),
            count(text, 3),
        )
    })
}

fn replication_groups(site: &Site) -> Vec<Value> {
    let one = |(app, name, engine, class, members): (&App, &str, &str, &str, usize)| {
        let arn = site.arn("elasticache", &format!("replicationgroup:{name}"));
        let host = |label: &str| json!({"Address": format!("{label}.{name}.{}.cache.amazonaws.com", site.hex("cache", 6)), "Port": 6379});
        json!({
            "ReplicationGroupId": name, "ARN": arn, "Description": format!("{name} of {}", app.team), "Engine": engine, "CacheNodeType": class,
            "Status": if name == "shop-sessions" && site.region == "us-west-2" { "modifying" } else { "available" },
            "MemberClusters": (1..=members).map(|n| format!("{name}-{n:03}")).collect::<Vec<_>>(), "AutomaticFailover": "enabled", "MultiAZ": "enabled",
            "NodeGroups": [{"NodeGroupId": "0001", "Status": "available", "PrimaryEndpoint": host("master"), "ReaderEndpoint": host("replica")}],
            "SnapshotRetentionLimit": 3, "ClusterEnabled": false, "TransitEncryptionEnabled": true, "AtRestEncryptionEnabled": true,
            "AuthTokenEnabled": false, "ReplicationGroupCreateTime": site.days(name, 260), "_tags": site.labels(app), "_arn": arn,
        })
    };
    caches(site).map(one).collect()
}

fn cache_clusters(site: &Site) -> Vec<Value> {
    let of = |(app, name, engine, class, members): (&'static App, &'static str, &'static str, &'static str, usize)| {
        (1..=members).map(move |n| {
            let id = format!("{name}-{n:03}");
            let arn = site.arn("elasticache", &format!("cluster:{id}"));
            json!({
                "CacheClusterId": id, "ARN": arn, "CacheNodeType": class, "Engine": engine, "EngineVersion": if engine == "redis" { "7.1.0" } else { "8.1.0" },
                "CacheClusterStatus": "available", "NumCacheNodes": 1, "PreferredAvailabilityZone": site.zone(n), "ReplicationGroupId": name,
                "CacheClusterCreateTime": site.days(&id, 260), "CacheSubnetGroupName": "main", "AutoMinorVersionUpgrade": true,
                "SecurityGroups": [{"SecurityGroupId": site.group(app, "db"), "Status": "active"}], "TransitEncryptionEnabled": true,
                "AtRestEncryptionEnabled": true, "SnapshotRetentionLimit": 3, "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
                "CacheNodes": [{"CacheNodeId": "0001", "CacheNodeStatus": "available", "Endpoint": {"Address": format!("{id}.{}.cache.amazonaws.com", site.hex("cache", 6)), "Port": 6379}}],
                "_tags": site.labels(app), "_arn": arn,
            })
        })
    };
    caches(site).flat_map(of).collect()
}
