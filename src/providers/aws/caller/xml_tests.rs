//! XML answers become what the AWS CLI shows, or an error; never less.

use super::*;
use proptest::prelude::*;
use serde_json::json;

const INSTANCES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
  <requestId>r</requestId>
  <reservationSet><item><ownerId>111122223333</ownerId><instancesSet>
    <item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState>
      <ebsOptimized>false</ebsOptimized><tagSet><item><key>Name</key><value>a &amp; b &#x41;</value></item></tagSet><later>x</later></item>
    <item><instanceId>i-2</instanceId></item>
  </instancesSet></item></reservationSet><nextToken>t</nextToken>
</DescribeInstancesResponse>"#;

fn ec2(body: &str) -> Result<Value, XmlError> {
    let service = Service::load("ec2").unwrap();
    read(service, service.operation("DescribeInstances").unwrap(), body.as_bytes(), &Wanted::everything())
}

fn with(service: &str, op: &str, body: &str) -> Result<Value, XmlError> {
    let service = Service::load(service).unwrap();
    read(service, service.operation(op).unwrap(), body.as_bytes(), &Wanted::everything())
}

#[test]
fn answers_have_the_cli_s_shape() {
    let v = ec2(INSTANCES).unwrap();
    assert_eq!(v["NextToken"], "t");
    let r = &v["Reservations"][0];
    assert_eq!(r["OwnerId"], "111122223333");
    assert_eq!(
        r["Instances"][0],
        json!({"InstanceId": "i-1", "State": {"Code": 16, "Name": "running"}, "EbsOptimized": false,
               "Tags": [{"Key": "Name", "Value": "a & b A"}]})
    );
    assert_eq!(r["Instances"].as_array().unwrap().len(), 2);
    let v = with("elbv2", "DescribeTags", "<DescribeTagsResponse><DescribeTagsResult><TagDescriptions><member><ResourceArn>a</ResourceArn><Tags/></member></TagDescriptions></DescribeTagsResult></DescribeTagsResponse>").unwrap();
    assert_eq!(v, json!({"TagDescriptions": [{"ResourceArn": "a", "Tags": []}]}));
    let v = with("sqs", "ListQueues", "<x/>");
    assert!(v.is_ok() || v.is_err(), "sqs speaks JSON; it is not read here");
}

#[test]
fn s3_answers_are_read() {
    let v = with("s3", "ListBuckets", r#"<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>o</ID></Owner><Buckets><Bucket><Name>b</Name><CreationDate>2020-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"#).unwrap();
    assert_eq!(v["Buckets"], json!([{"Name": "b", "CreationDate": "2020-01-01T00:00:00.000Z"}]));
    let v = with(
        "s3",
        "GetBucketLocation",
        r#"<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>"#,
    )
    .unwrap();
    assert_eq!(v, json!({"LocationConstraint": "eu-west-1"}));
    let v =
        with("s3", "GetBucketTagging", "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>")
            .unwrap();
    assert_eq!(v, json!({"TagSet": [{"Key": "k", "Value": "v"}]}));
    let v = with("s3", "ListObjectsV2", "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents><Contents><Key>b</Key></Contents></ListBucketResult>").unwrap();
    assert_eq!(v["Contents"], json!([{"Key": "a"}, {"Key": "b"}]));
}

#[test]
fn a_stranger_s_answer_is_an_error() {
    assert!(matches!(ec2("<html><head/><body>sign in</body></html>"), Err(XmlError::Root { .. })));
    assert!(matches!(
        with("s3", "ListBuckets", "<html><head/><body>sign in</body></html>"),
        Err(XmlError::Root { .. })
    ));
    let list = "<Marker/><MaxItems>1</MaxItems><IsTruncated>false</IsTruncated><Quantity>0</Quantity>";
    let distributions = |root: &str| with("cloudfront", "ListDistributions", &format!("<{root}>{list}</{root}>"));
    assert!(distributions("DistributionList").is_ok());
    assert!(matches!(distributions("html"), Err(XmlError::Root { .. })), "where the whole body is one member");
    assert!(matches!(ec2("<DescribeVpcsResponse/>"), Err(XmlError::Root { .. })));
    assert!(matches!(
        with("elbv2", "DescribeTags", "<DescribeTagsResponse><Other/></DescribeTagsResponse>"),
        Err(XmlError::Root { .. })
    ));
    assert!(matches!(ec2(""), Err(XmlError::Broken(_))));
    assert!(matches!(ec2("not xml"), Err(XmlError::Broken(_))));
    let e = ec2(&INSTANCES.replace(">16<", ">many<")).unwrap_err();
    assert_eq!(e.to_string(), "code is \"many\", which is not a whole number");
}

proptest! {
    #[test]
    fn a_body_that_was_cut_is_an_error(at in 0usize..INSTANCES.len() - 1) {
        prop_assert!(INSTANCES.is_char_boundary(at));
        prop_assert!(ec2(&INSTANCES[..at]).is_err());
    }
}
