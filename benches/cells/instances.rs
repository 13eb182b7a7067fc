//! Instances as EC2 writes them, for stubs.

use std::fmt::Write as _;

/// The regions that the accounts have on.
pub const REGIONS: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// A page of instances, five tags each: about two kilobytes an instance.
pub fn page(from: usize, count: usize, token: Option<&str>) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    <requestId>8f7724cf-496f-496e-8fe3-example</requestId>\n    <reservationSet>\n",
    );
    for n in from..from + count {
        let id = format!("{:017x}", 0x0a1b_2c3d_4e5f_6000_u64 + n as u64 * 7919);
        let tags: String = [
            ("Name", format!("pay-api-{n:05}")),
            ("team", "payments".to_owned()),
            ("env", "production".to_owned()),
            ("cost-center", format!("cc-{}", n % 40)),
            ("aws:autoscaling:groupName", format!("pay-asg-{}", n % 12)),
        ]
        .iter()
        .map(|(k, v)| format!("<item><key>{k}</key><value>{v}</value></item>"))
        .collect();
        let _ = writeln!(
            out,
            "<item><reservationId>r-{id}</reservationId><ownerId>111122223333</ownerId><groupSet/><instancesSet><item>\
             <instanceId>i-{id}</instanceId><imageId>ami-0abcdef1234567890</imageId><instanceState><code>16</code><name>running</name></instanceState>\
             <privateDnsName>ip-10-0-{a}-{b}.eu-west-1.compute.internal</privateDnsName><dnsName/><reason/><keyName>ops</keyName><amiLaunchIndex>0</amiLaunchIndex><productCodes/>\
             <instanceType>m7g.large</instanceType><launchTime>2026-10-0{d}T08:30:00.000Z</launchTime><placement><availabilityZone>eu-west-1a</availabilityZone><groupName/><tenancy>default</tenancy></placement>\
             <monitoring><state>disabled</state></monitoring><subnetId>subnet-0bb2{id:.8}</subnetId><vpcId>vpc-0aa1b2c3d4e5f6071</vpcId><privateIpAddress>10.0.{a}.{b}</privateIpAddress><sourceDestCheck>true</sourceDestCheck>\
             <groupSet><item><groupId>sg-0123456789abcdef0</groupId><groupName>pay-api</groupName></item></groupSet><architecture>arm64</architecture><rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName>\
             <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-{id}</volumeId><status>attached</status><attachTime>2026-10-01T08:30:01.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping>\
             <virtualizationType>hvm</virtualizationType><clientToken>c-{id}</clientToken><tagSet>{tags}</tagSet><hypervisor>xen</hypervisor>\
             <networkInterfaceSet><item><networkInterfaceId>eni-{id}</networkInterfaceId><subnetId>subnet-0bb2{id:.8}</subnetId><vpcId>vpc-0aa1b2c3d4e5f6071</vpcId><description/><ownerId>111122223333</ownerId><status>in-use</status><macAddress>0a:1b:2c:3d:4e:5f</macAddress><privateIpAddress>10.0.{a}.{b}</privateIpAddress><attachment><attachmentId>eni-attach-{id}</attachmentId><deviceIndex>0</deviceIndex><status>attached</status></attachment></item></networkInterfaceSet>\
             <iamInstanceProfile><arn>arn:aws:iam::111122223333:instance-profile/pay-api</arn><id>AIPA</id></iamInstanceProfile><ebsOptimized>true</ebsOptimized><enaSupport>true</enaSupport>\
             <metadataOptions><state>applied</state><httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpEndpoint>enabled</httpEndpoint></metadataOptions>\
             <platformDetails>Linux/UNIX</platformDetails><usageOperation>RunInstances</usageOperation></item></instancesSet></item>",
            a = n / 250 % 250,
            b = n % 250 + 4,
            d = n % 9 + 1,
        );
    }
    out.push_str("    </reservationSet>\n");
    if let Some(token) = token {
        let _ = writeln!(out, "    <nextToken>{token}</nextToken>");
    }
    out.push_str("</DescribeInstancesResponse>\n");
    out
}
