//! Requests are those that the AWS CLI sends: method, path, headers, body.

use super::*;
use serde_json::json;

fn made(service: &str, op: &str, params: Value) -> HttpRequest {
    let service = Service::load(service).unwrap();
    request(service, service.operation(op).unwrap(), &params).unwrap()
}

fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap()
}

#[test]
fn ec2_writes_lists_with_capitals_and_numbers() {
    let r = made(
        "ec2",
        "DescribeInstances",
        json!({"MaxResults": 1000, "InstanceIds": ["i-1", "i-2"], "Filters": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc 2"]}]}),
    );
    let mut parts: Vec<String> = body(&r).split('&').map(str::to_owned).collect();
    parts.sort();
    assert_eq!(
        parts,
        [
            "Action=DescribeInstances",
            "Filter.1.Name=vpc-id",
            "Filter.1.Value.1=vpc-1",
            "Filter.1.Value.2=vpc%202",
            "InstanceId.1=i-1",
            "InstanceId.2=i-2",
            "MaxResults=1000",
            "Version=2016-11-15"
        ]
    );
}

#[test]
fn query_services_number_their_members() {
    let r = made("elbv2", "DescribeTargetGroups", json!({"LoadBalancerArn": "a", "Names": ["x"], "PageSize": 400}));
    let mut parts: Vec<String> = body(&r).split('&').map(str::to_owned).collect();
    parts.sort();
    let wanted =
        ["Action=DescribeTargetGroups", "LoadBalancerArn=a", "Names.member.1=x", "PageSize=400", "Version=2015-12-01"];
    assert_eq!(parts, wanted);
}

#[test]
fn json_services_name_their_target() {
    let r = made("ecs", "DescribeServices", json!({"cluster": "c", "services": ["s"], "include": ["TAGS"]}));
    assert_eq!(r.headers().get("x-amz-target"), Some("AmazonEC2ContainerServiceV20141113.DescribeServices"));
    assert_eq!(r.headers().get("content-type"), Some("application/x-amz-json-1.1"));
    let sent: Value = serde_json::from_str(&body(&r)).unwrap();
    assert_eq!(sent, json!({"cluster": "c", "services": ["s"], "include": ["TAGS"]}));
    assert_eq!(body(&made("ecs", "ListClusters", json!({}))), "{}");
}

#[test]
fn paths_and_queries_are_filled() {
    let r = made("lambda", "ListFunctions", json!({"MaxItems": 50, "Marker": "a b"}));
    assert_eq!((r.method(), r.uri()), ("GET", "/2015-03-31/functions?Marker=a%20b&MaxItems=50"));
    let r = made("eks", "DescribeCluster", json!({"name": "a/b"}));
    assert_eq!((r.method(), r.uri()), ("GET", "/clusters/a%2Fb"));
    let r = made("eks", "DescribeNodegroup", json!({"clusterName": "c", "nodegroupName": "n"}));
    assert_eq!((r.method(), r.uri()), ("GET", "/clusters/c/node-groups/n"), "a label has another name than its member");
    let r = made("s3", "GetBucketTagging", json!({"Bucket": "my-bucket"}));
    assert_eq!((r.method(), r.uri()), ("GET", "/my-bucket?tagging"));
    let r = made("route53", "ListHostedZones", json!({"MaxItems": "100"}));
    assert_eq!((r.method(), r.uri()), ("GET", "/2013-04-01/hostedzone?maxitems=100"));
}

#[test]
fn what_an_operation_does_not_take_is_not_sent() {
    let service = Service::load("ecs").unwrap();
    let op = service.operation("DescribeServices").unwrap();
    let e = request(service, op, &json!({"service": []})).unwrap_err();
    assert_eq!(e.to_string(), "DescribeServices takes no service");
    let e = request(service, op, &json!({"cluster": "c"})).unwrap_err();
    assert_eq!(e.to_string(), "DescribeServices needs services");
    let e = request(service, op, &json!({"services": "s"})).unwrap_err();
    assert!(e.to_string().contains("\"s\" is not a list"), "{e}");
}
