//! The estate holds together: what leads to something finds it, and every member is one that some model knows.

use super::*;
use crate::catalog::path::Path;
use std::collections::BTreeSet;

fn estate() -> Estate {
    Estate::new(0, SystemTime::now())
}

/// The texts that a path leads to, in all items of a kind.
fn all(of: &str, path: &str) -> BTreeSet<String> {
    let path = Path::parse(path).unwrap();
    let items = estate().items("111122223333", "us-east-1", of);
    let texts = |item: Cow<'_, Value>| -> Vec<String> {
        path.all(&item, &[]).into_iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    items.iter().flat_map(texts).collect()
}

#[test]
fn the_file_is_read() {
    let file: File = toml::from_str(include_str!("estate/estate.toml")).unwrap();
    for plan in &file.accounts {
        for name in plan.sites.iter().flat_map(|s| s.iter().skip(1)) {
            assert!(file.apps.iter().any(|a| a.name == *name), "{} runs {name}, which there is not", plan.name);
        }
    }
}

#[test]
fn what_leads_to_something_finds_it() {
    for (of, path, to, id) in [
        ("ec2/instance", "VpcId", "ec2/vpc", "VpcId"),
        ("ec2/instance", "SubnetId", "ec2/subnet", "SubnetId"),
        ("ec2/instance", "SecurityGroups[].GroupId", "ec2/security-group", "GroupId"),
        ("ec2/instance", "BlockDeviceMappings[].Ebs.VolumeId", "ec2/volume", "VolumeId"),
        ("ec2/instance", "NetworkInterfaces[].NetworkInterfaceId", "ec2/network-interface", "NetworkInterfaceId"),
        ("ec2/instance", "ImageId", "ec2/image", "ImageId"),
        ("ec2/instance", "KeyName", "ec2/key-pair", "KeyName"),
        ("ec2/instance", "IamInstanceProfile.Arn", "iam/instance-profile", "Arn"),
        ("ec2/volume", "Attachments[].InstanceId", "ec2/instance", "InstanceId"),
        ("ec2/security-group", "IpPermissions[].UserIdGroupPairs[].GroupId", "ec2/security-group", "GroupId"),
        ("ec2/security-group-rule", "ReferencedGroupInfo.GroupId", "ec2/security-group", "GroupId"),
        ("ec2/nat-gateway", "NatGatewayAddresses[].AllocationId", "ec2/address", "AllocationId"),
        ("ec2/nat-gateway", "NatGatewayAddresses[].NetworkInterfaceId", "ec2/network-interface", "NetworkInterfaceId"),
        ("ec2/route-table", "Routes[].NatGatewayId", "ec2/nat-gateway", "NatGatewayId"),
        ("autoscaling/group", "Instances[].InstanceId", "ec2/instance", "InstanceId"),
        ("autoscaling/group", "TargetGroupARNs[]", "elbv2/target-group", "TargetGroupArn"),
        ("elbv2/listener", "LoadBalancerArn", "elbv2/load-balancer", "LoadBalancerArn"),
        ("elbv2/listener", "DefaultActions[].TargetGroupArn", "elbv2/target-group", "TargetGroupArn"),
        ("elbv2/listener", "Certificates[].CertificateArn", "acm/certificate", "CertificateArn"),
        ("elbv2/target-health", "_group", "elbv2/target-group", "TargetGroupArn"),
        ("ecs/service", "clusterArn", "ecs/cluster", "clusterArn"),
        ("ecs/service", "loadBalancers[].targetGroupArn", "elbv2/target-group", "TargetGroupArn"),
        ("ecs/service", "taskDefinition", "ecs/task-definition", "_arn"),
        ("ecs/task", "taskDefinitionArn", "ecs/task-definition", "_arn"),
        ("rds/instance", "DBClusterIdentifier", "rds/cluster", "DBClusterIdentifier"),
        ("rds/cluster", "KmsKeyId", "kms/key", "KeyArn"),
        ("rds/cluster", "MasterUserSecret.SecretArn", "secretsmanager/secret", "ARN"),
        ("elasticache/cluster", "ReplicationGroupId", "elasticache/replication-group", "ReplicationGroupId"),
        ("kms/alias", "TargetKeyId", "kms/key", "KeyId"),
        ("lambda/function", "Environment.Variables.none", "kms/key", "KeyArn"),
        ("lambda/mapping", "EventSourceArn", "sqs/queue", "_arn"),
        ("sns/subscription", "TopicArn", "sns/topic", "TopicArn"),
        ("cloudwatch/alarm", "AlarmActions[]", "sns/topic", "TopicArn"),
        ("route53/record", "_parent", "route53/hosted-zone", "_arn"),
    ] {
        let (from, there) = (all(of, path), all(to, id));
        let lost: Vec<&String> = from.difference(&there).collect();
        assert!(lost.is_empty(), "{of} {path} leads to {lost:?}, which no {to} is");
        assert!(!from.is_empty() || path.ends_with("none"), "{of} {path} leads nowhere");
    }
}

#[test]
fn hostile_and_wide_names_stand_where_they_should() {
    let names = |region: &str| -> String {
        let items = estate().items("777788889999", region, "ec2/instance");
        items.iter().map(|i| i["Tags"][0]["Value"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert!(names("af-south-1").contains('\u{1b}'));
    assert!(names("ap-northeast-1").contains("請求書"));
}

#[test]
fn of_the_many_each_is_one_of_its_own() {
    let estate = Estate::new(20_000, SystemTime::now());
    for of in ["ec2/instance", "ec2/volume", "ec2/network-interface"] {
        let items = estate.items("111122223333", "us-east-1", of);
        assert!(items.len() > 1000, "{}", items.len());
        let arns: BTreeSet<String> = items.iter().map(|i| i["_arn"].as_str().unwrap().to_owned()).collect();
        assert_eq!(arns.len(), items.len(), "{of}");
    }
}
