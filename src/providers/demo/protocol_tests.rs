//! What is written is what the caller reads, and what the caller asks is what is read: every protocol, through the
//! real client's own reader and writer.

use super::*;
use crate::providers::aws::caller::{answer_value, request_of};
use proptest::prelude::*;
use serde_json::json;

fn service(name: &str) -> &'static Service {
    Service::load(name).unwrap()
}

/// What the caller reads of what the demo writes.
fn there_and_back(name: &str, op: &str, value: &Value) -> Value {
    let service = service(name);
    let op = service.operation(op).unwrap();
    let written = write(service, op, value, "id");
    answer_value(service, op, written.status, &written.headers, written.body.as_bytes())
        .unwrap_or_else(|e| panic!("{name}:{}: {e}\n{}", op.name, written.body))
}

/// What the demo reads of what the caller asks.
fn asked(name: &str, op: &str, params: &Value) -> Question {
    let service = service(name);
    let op = service.operation(op).unwrap();
    let request = request_of(service, op, params);
    read(&service.signing, &request).unwrap_or_else(|| panic!("{name}:{} is not read: {}", op.name, request.uri()))
}

#[test]
fn answers_come_back_in_every_protocol() {
    for (service, op, value) in [
        (
            "ec2",
            "DescribeInstances",
            json!({"Reservations": [{"ReservationId": "r", "Instances": [{"InstanceId": "i-1", "State": {"Code": 16, "Name": "running"},
            "LaunchTime": "2026-01-02T03:04:05Z", "EbsOptimized": true, "Tags": [{"Key": "Name", "Value": "a<&>\u{1b}[31m\"é請"}]}]}], "NextToken": "t"}),
        ),
        (
            "elbv2",
            "DescribeTags",
            json!({"TagDescriptions": [{"ResourceArn": "a", "Tags": [{"Key": "k", "Value": "v"}]}]}),
        ),
        ("iam", "GetAccountSummary", json!({"SummaryMap": {"Users": 3, "Roles": 4}})),
        (
            "ecs",
            "DescribeServices",
            json!({"services": [{"serviceArn": "a", "runningCount": 3, "createdAt": "2026-01-02T03:04:05Z", "tags": [{"key": "k", "value": "v"}]}]}),
        ),
        ("sqs", "ListQueues", json!({"QueueUrls": ["https://q/1", "https://q/2"]})),
        (
            "eks",
            "DescribeCluster",
            json!({"cluster": {"name": "c", "createdAt": "2026-01-02T03:04:05Z", "tags": {"a": "b"}, "resourcesVpcConfig": {"subnetIds": ["s"], "endpointPublicAccess": false}}}),
        ),
        (
            "apigatewayv2",
            "GetApis",
            json!({"Items": [{"ApiId": "a", "Name": "n", "CreatedDate": "2026-01-02T03:04:05Z", "Tags": {"k": "v"}}]}),
        ),
        (
            "s3",
            "ListBuckets",
            json!({"Buckets": [{"Name": "b", "CreationDate": "2026-01-02T03:04:05Z", "BucketRegion": "eu-west-1"}]}),
        ),
        ("s3", "GetBucketLocation", json!({"LocationConstraint": "eu-west-1"})),
        ("s3", "GetBucketTagging", json!({"TagSet": [{"Key": "k", "Value": "v"}]})),
        (
            "s3",
            "GetBucketEncryption",
            json!({"ServerSideEncryptionConfiguration": {"Rules": [{"BucketKeyEnabled": true}]}}),
        ),
        (
            "cloudfront",
            "ListDistributions",
            json!({"DistributionList": {"IsTruncated": false, "Quantity": 1, "Items": [{"Id": "E", "Aliases": {"Quantity": 1, "Items": ["a"]}}]}}),
        ),
        (
            "route53",
            "ListHostedZones",
            json!({"HostedZones": [{"Id": "/hostedzone/Z", "Name": "n.", "Config": {"PrivateZone": true}}], "IsTruncated": false}),
        ),
    ] {
        assert_eq!(there_and_back(service, op, &value), value, "{service}:{op}");
    }
}

#[test]
fn what_the_model_does_not_know_is_left_out() {
    let value = json!({"Buckets": [{"Name": "b", "_arn": "a", "TagSet": []}]});
    assert_eq!(there_and_back("s3", "ListBuckets", &value), json!({"Buckets": [{"Name": "b"}]}));
}

#[test]
fn requests_are_read_in_every_protocol() {
    for (service, op, params) in [
        (
            "ec2",
            "DescribeInstances",
            json!({"MaxResults": 5, "InstanceIds": ["i-1", "i-2"], "Filters": [{"Name": "vpc-id", "Values": ["a b", "c"]}]}),
        ),
        ("ec2", "DescribeRegions", json!({"AllRegions": true})),
        ("elbv2", "DescribeTargetGroups", json!({"LoadBalancerArn": "a", "Names": ["x", "y"], "PageSize": 400})),
        ("elb", "DescribeLoadBalancers", json!({"LoadBalancerNames": ["x"]})),
        (
            "rds",
            "DescribeDBInstances",
            json!({"Filters": [{"Name": "engine", "Values": ["mysql"]}], "MaxRecords": 100}),
        ),
        ("iam", "ListRoles", json!({"MaxItems": 1000, "Marker": "m"})),
        ("ecs", "DescribeServices", json!({"cluster": "c", "services": ["s"], "include": ["TAGS"]})),
        ("cloudwatch", "DescribeAlarms", json!({"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100})),
        ("lambda", "ListFunctions", json!({"MaxItems": 50, "Marker": "a b"})),
        ("lambda", "ListTags", json!({"Resource": "arn:aws:lambda:us-east-1:1:function:f"})),
        ("eks", "DescribeNodegroup", json!({"clusterName": "a/b", "nodegroupName": "n"})),
        ("apigateway", "GetRestApis", json!({"limit": 500})),
        ("apigatewayv2", "GetApis", json!({"MaxResults": "100"})),
        ("s3", "ListBuckets", json!({"MaxBuckets": 1000})),
        ("s3", "GetBucketTagging", json!({"Bucket": "b"})),
        ("s3", "ListObjectsV2", json!({"Bucket": "b", "Prefix": "x/"})),
        ("route53", "ListResourceRecordSets", json!({"HostedZoneId": "Z1", "MaxItems": "300"})),
        ("sesv2", "GetEmailIdentity", json!({"EmailIdentity": "a@b.c"})),
        ("efs", "DescribeFileSystems", json!({"MaxItems": 100})),
    ] {
        let question = asked(service, op, &params);
        assert_eq!((question.service.name, question.op.name.as_str()), (service, op));
        assert_eq!(question.params, params, "{service}:{op}");
    }
}

/// Some value of a shape, as rich as its model, but not without end.
fn sample(service: &Service, shape: crate::catalog::model::ShapeRef, depth: usize) -> Value {
    match &service.shape(shape).kind {
        Kind::Structure { .. } if depth == 0 => json!({}),
        Kind::Structure { members, .. } => object(
            members
                .iter()
                .filter(|m| m.location.is_none() && !m.attribute)
                .map(|m| (m.name.clone(), sample(service, m.shape, depth - 1)))
                .collect(),
        ),
        Kind::List { item, .. } => json!([sample(service, item.shape, depth), sample(service, item.shape, depth)]),
        Kind::Map { value, .. } => json!({"k": sample(service, value.shape, depth)}),
        Kind::String { values } => values.first().map_or(json!("a & <b>"), |v| json!(v)),
        Kind::Integer { .. } => json!(7),
        Kind::Float { .. } => json!(1.5),
        Kind::Boolean => json!(true),
        Kind::Time(_) => json!("2026-01-02T03:04:05Z"),
        Kind::Blob | Kind::Document => json!("eA=="),
    }
}

/// Every operation that the models have: what is written is read back the same.
#[test]
fn every_operation_of_the_models_comes_back() {
    let mut tried = 0;
    for name in Service::names() {
        let service = service(name);
        for op in service.operations().filter(|op| super::super::store::answers(&op.name)) {
            let Some(output) = op.output else { continue };
            let Kind::Structure { payload, .. } = &service.shape(output).kind else { continue };
            let value = sample(service, output, 3);
            if payload.as_ref().is_some_and(|p| value[p].is_string()) {
                continue;
            }
            let read = there_and_back(name, &op.name, &value);
            // A list inside of a list's element that the depth cut is the one thing that may be lost.
            assert_eq!(read, value, "{name}:{}", op.name);
            tried += 1;
        }
    }
    assert!(tried > 1000, "{tried}");
}

/// Every operation that lists: a request of no parameters but those it needs is known again.
#[test]
fn every_operation_is_known_again() {
    for name in Service::names() {
        let service = service(name);
        for op in service.operations().filter(|op| super::super::store::answers(&op.name)) {
            // AWS tells these apart by their hosts.
            if matches!((name, op.name.as_str()), ("s3", "ListDirectoryBuckets") | ("docdb", _)) {
                continue;
            }
            let mut params = Map::new();
            if let Some(Kind::Structure { members, required, .. }) = op.input.map(|i| &service.shape(i).kind) {
                for m in members.iter().filter(|m| required.contains(&m.name) || m.location == Some(Location::Uri)) {
                    params.insert(m.name.clone(), sample(service, m.shape, 2));
                }
            }
            let question = asked(name, &op.name, &object(params));
            assert_eq!((question.service.name, &question.op.name), (name, &op.name));
        }
    }
}

proptest! {
    #[test]
    fn any_text_survives(text in "\\PC{0,20}[\\x01-\\x08\\x1b]{0,3}") {
        let value = json!({"Reservations": [{"Instances": [{"InstanceId": text.clone()}]}]});
        prop_assert_eq!(there_and_back("ec2", "DescribeInstances", &value), value);
        let value = json!({"QueueUrls": [text.clone()]});
        prop_assert_eq!(there_and_back("sqs", "ListQueues", &value), value);
        let params = json!({"Filters": [{"Name": text.clone(), "Values": [text.clone()]}]});
        prop_assert_eq!(asked("ec2", "DescribeVpcs", &params).params, params);
        let params = json!({"name": format!("x{text}")});
        prop_assert_eq!(asked("eks", "DescribeCluster", &params).params, params);
    }
}
