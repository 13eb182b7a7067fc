//! Buckets, keys, secrets, parameters.

use super::{App, Recipe, Site, recipe};
use serde_json::{Value, json};

pub(super) const RECIPES: &[Recipe] = &[
    recipe("s3/bucket", buckets),
    recipe("kms/key", keys),
    recipe("kms/alias", aliases),
    recipe("secretsmanager/secret", secrets),
    recipe("ssm/parameter", parameters),
];

/// All of an account, wherever its regions are.
fn buckets(home: &Site) -> Vec<Value> {
    let mut out = Vec::new();
    for site in home.everywhere() {
        for (app, name) in site.all(|a| &a.buckets) {
            // Names are one space for all of the world.
            let full = format!("{name}-{}-{}", site.account(), site.region);
            let public = name == "shop-assets";
            let plain = site.plan.env == "legacy";
            let mut item = json!({
                "Name": full, "CreationDate": site.days(name, 600), "BucketRegion": site.region,
                "LocationConstraint": if site.region == "us-east-1" { "" } else { site.region.as_str() },
                "Status": if name.contains("state") || name.contains("ledger") || app.name == "pay" { json!("Enabled") } else { Value::Null },
                "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault":
                    {"SSEAlgorithm": if app.name == "pay" { "aws:kms" } else { "AES256" },
                     "KMSMasterKeyID": if app.name == "pay" { json!(site.arn("kms", &format!("key/{}", super::key_id(&site, app)))) } else { Value::Null }},
                    "BucketKeyEnabled": true}]},
                "_arn": format!("arn:aws:s3:::{full}"),
            });
            if let Some(map) = item.as_object_mut() {
                // Some buckets have no tags, and some no such blocks at all.
                if !name.ends_with("-results") && !plain {
                    map.insert("TagSet".to_owned(), site.labels(app));
                }
                if !plain {
                    map.insert(
                        "PublicAccessBlockConfiguration".to_owned(),
                        json!({"BlockPublicAcls": !public, "IgnorePublicAcls": !public,
                        "BlockPublicPolicy": !public, "RestrictPublicBuckets": !public}),
                    );
                }
                if public || name == "shop-uploads" {
                    map.insert("PolicyStatus".to_owned(), json!({"IsPublic": public}));
                }
            }
            out.push(item);
        }
    }
    out
}

/// Each application's key, and AWS's own.
fn keys(site: &Site) -> Vec<Value> {
    let own = site.apps.iter().map(|app| {
        let id = super::key_id(site, app);
        let arn = site.arn("kms", &format!("key/{id}"));
        let going = app.name == "media";
        let mut metadata = json!({
            "AWSAccountId": site.account(), "KeyId": id, "Arn": arn, "CreationDate": site.days(&id, 500), "Enabled": !going,
            "Description": format!("{} of {}", app.name, app.team), "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": if going { "PendingDeletion" } else { "Enabled" },
            "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": app.name == "pay",
        });
        if let (true, Some(map)) = (going, metadata.as_object_mut()) {
            map.insert("DeletionDate".to_owned(), json!(site.ago(-11 * 86_400)));
        }
        json!({"KeyId": id, "KeyArn": arn, "KeyMetadata": metadata, "KeyRotationEnabled": app.name != "erp", "RotationPeriodInDays": 365,
            "_names": [id, arn, format!("alias/{}", app.name)], "_tags": site.labels(app), "_arn": arn})
    });
    let managed = site.is_used().then(|| {
        let id = super::uuid(site, "aws/ebs");
        let arn = site.arn("kms", &format!("key/{id}"));
        json!({"KeyId": id, "KeyArn": arn, "KeyRotationEnabled": true, "_names": [id, arn, "alias/aws/ebs"], "_tags": [], "_arn": arn,
            "KeyMetadata": {"AWSAccountId": site.account(), "KeyId": id, "Arn": arn, "CreationDate": site.days("ebs", 800), "Enabled": true,
                "Description": "Default key that protects my EBS volumes when no other key is defined", "KeyUsage": "ENCRYPT_DECRYPT",
                "KeyState": "Enabled", "Origin": "AWS_KMS", "KeyManager": "AWS", "KeySpec": "SYMMETRIC_DEFAULT", "MultiRegion": false}})
    });
    own.chain(managed).collect()
}

fn aliases(site: &Site) -> Vec<Value> {
    let one = |name: String, key: String| {
        let arn = site.arn("kms", &format!("alias/{name}"));
        json!({"AliasName": format!("alias/{name}"), "AliasArn": arn, "TargetKeyId": key, "CreationDate": site.days(&name, 500),
            "LastUpdatedDate": site.days(&name, 500), "_arn": arn})
    };
    let own = site.apps.iter().map(|app| one(app.name.clone(), super::key_id(site, app)));
    own.chain(site.is_used().then(|| one("aws/ebs".to_owned(), super::uuid(site, "aws/ebs")))).collect()
}

/// A secret's ARN, with the six letters that AWS adds.
pub(super) fn secret_arn(site: &Site, name: &str) -> String {
    site.arn("secretsmanager", &format!("secret:{name}-{}", site.hex(name, 6)))
}

fn secrets(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = secret_arn(site, name);
        let turned = name.ends_with("/db");
        let version = json!({super::uuid(site, name): ["AWSCURRENT"]});
        json!({
            "ARN": arn, "Name": name, "Description": format!("{name} of {}", app.team), "RotationEnabled": turned,
            "RotationRules": if turned { json!({"AutomaticallyAfterDays": 30}) } else { Value::Null },
            "LastRotatedDate": if turned { json!(site.days(name, 9)) } else { Value::Null }, "LastChangedDate": site.days(name, if turned { 9 } else { 420 }),
            "LastAccessedDate": site.ago(43_200), "CreatedDate": site.days(name, 500), "Tags": site.labels(app),
            "KmsKeyId": site.arn("kms", &format!("key/{}", super::key_id(site, app))), "SecretVersionsToStages": version, "VersionIdsToStages": version,
            "_names": [name, arn], "_arn": arn,
        })
    };
    site.all(|a| &a.secrets).map(one).collect()
}

fn parameters(site: &Site) -> Vec<Value> {
    let one = |(app, name): (&App, &str)| {
        let arn = site.arn("ssm", &format!("parameter{name}"));
        let secure = name.contains("db") || name.contains("limits");
        json!({
            "Name": name, "ARN": arn, "Type": if secure { "SecureString" } else if name.ends_with("flags") { "StringList" } else { "String" },
            "KeyId": if secure { json!("alias/aws/ssm") } else { Value::Null }, "LastModifiedDate": site.days(name, 40),
            "LastModifiedUser": site.iam("role/Deploy"), "Description": format!("{name} of {}", app.team), "Version": 1 + site.number(name) % 30,
            "Tier": "Standard", "DataType": "text", "Policies": [], "_id": name, "_tags": site.labels(app), "_arn": arn,
        })
    };
    site.all(|a| &a.parameters).map(one).collect()
}
