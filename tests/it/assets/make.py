"""Assets of as many kinds as an emulator can hold: with tags and without, more than a page where pages are small."""

import io
import json
import zipfile

from place import CANARY, PLAIN, lower, pairs

MAKERS = []


def makes(*kinds, home=False):
    """Makes these kinds; `home`: of global kinds, only in the first region."""

    def register(function):
        MAKERS.append((kinds, home, function))
        return function

    return register


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"sts:ExternalId": "id-4711"}},
            }
        ],
    }
)
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
)
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]
ATTRIBUTES = [{"AttributeName": "id", "AttributeType": "S"}]


@makes("s3/bucket")
def buckets(p):
    for n in range(2):
        name = f"b-{p.account}-{p.region}-{n}"
        where = {} if p.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": p.region}}
        p.s3.create_bucket(Bucket=name, **where)
        if n == 0:
            p.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
            p.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(p.tags)})


@makes("ec2/vpc", "ec2/subnet", "ec2/security-group", "ec2/security-group-rule", "ec2/route-table", "ec2/network-acl")
def network(p):
    vpc = p.ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=p.on("vpc"))["Vpc"]["VpcId"]
    p.made["vpc"] = vpc
    subnets = []
    for n, zone in enumerate("ab"):
        made = p.ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.1.{n}.0/24",
            AvailabilityZone=p.region + zone,
            TagSpecifications=p.on("subnet") if n == 0 else [],
        )
        subnets.append(made["Subnet"]["SubnetId"])
    p.made["subnets"] = subnets
    group = p.ec2.create_security_group(
        VpcId=vpc, GroupName="web", Description=p.words, TagSpecifications=p.on("security-group")
    )["GroupId"]
    p.made["group"] = group
    port = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    p.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[port])
    p.ec2.create_security_group(VpcId=vpc, GroupName="db", Description="no tags")
    table = p.ec2.create_route_table(VpcId=vpc, TagSpecifications=p.on("route-table"))["RouteTable"]["RouteTableId"]
    p.made["table"] = table
    p.ec2.create_network_acl(VpcId=vpc, TagSpecifications=p.on("network-acl"))


@makes("ec2/internet-gateway", "ec2/nat-gateway", "ec2/address", "ec2/egress-only-internet-gateway")
def gateways(p):
    made = p.ec2.create_internet_gateway(TagSpecifications=p.on("internet-gateway"))
    p.ec2.attach_internet_gateway(
        InternetGatewayId=made["InternetGateway"]["InternetGatewayId"], VpcId=p.made["vpc"]
    )
    p.ec2.create_internet_gateway()
    address = p.ec2.allocate_address(Domain="vpc", TagSpecifications=p.on("elastic-ip"))["AllocationId"]
    p.ec2.allocate_address(Domain="vpc")
    p.ec2.create_nat_gateway(
        SubnetId=p.made["subnets"][0], AllocationId=address, TagSpecifications=p.on("natgateway")
    )
    p.ec2.create_egress_only_internet_gateway(VpcId=p.made["vpc"])


@makes("ec2/dhcp-options")
def dhcp(p):
    p.ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name", "Values": ["corp.example"]}], TagSpecifications=p.on("dhcp-options")
    )


@makes("ec2/customer-gateway", "ec2/vpn-gateway", "ec2/vpn-connection")
def vpn(p):
    customer = p.ec2.create_customer_gateway(
        BgpAsn=65000, PublicIp="198.51.100.7", Type="ipsec.1", TagSpecifications=p.on("customer-gateway")
    )["CustomerGateway"]["CustomerGatewayId"]
    gateway = p.ec2.create_vpn_gateway(Type="ipsec.1", TagSpecifications=p.on("vpn-gateway"))["VpnGateway"]
    p.ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=customer, VpnGatewayId=gateway["VpnGatewayId"],
        TagSpecifications=p.on("vpn-connection"),
    )


@makes("ec2/vpc-endpoint")
def endpoints(p):
    p.ec2.create_vpc_endpoint(
        VpcId=p.made["vpc"],
        ServiceName=f"com.amazonaws.{p.region}.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[p.made["table"]],
        TagSpecifications=p.on("vpc-endpoint"),
    )


@makes("ec2/vpc-peering-connection")
def peering(p):
    other = p.ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    p.ec2.create_vpc_peering_connection(
        VpcId=p.made["vpc"], PeerVpcId=other, TagSpecifications=p.on("vpc-peering-connection")
    )


@makes("ec2/flow-log")
def flow_logs(p):
    p.ec2.create_flow_logs(
        ResourceIds=[p.made["vpc"]],
        ResourceType="VPC",
        TrafficType="REJECT",
        LogDestinationType="s3",
        LogDestination=f"arn:aws:s3:::b-{p.account}-{p.region}-0",
        TagSpecifications=p.on("vpc-flow-log"),
    )


@makes("ec2/managed-prefix-list")
def prefix_lists(p):
    p.ec2.create_managed_prefix_list(
        PrefixListName="offices",
        MaxEntries=5,
        AddressFamily="IPv4",
        Entries=[{"Cidr": "10.0.0.0/8", "Description": "a"}],
        TagSpecifications=p.on("prefix-list"),
    )


@makes("ec2/instance", "ec2/volume", "ec2/network-interface", "ec2/snapshot")
def instances(p):
    image = "ami-12c6146b"
    first = p.ec2.run_instances(
        ImageId=image, MinCount=2, MaxCount=2, InstanceType="t3.micro", SubnetId=p.made["subnets"][0],
        TagSpecifications=p.on("instance"),
    )["Instances"]
    second = p.ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="m5.large")["Instances"]
    p.ec2.stop_instances(InstanceIds=[second[0]["InstanceId"]])
    p.made["instance"] = first[0]["InstanceId"]
    volume = p.ec2.create_volume(
        AvailabilityZone=p.region + "a", Size=8, VolumeType="gp3", TagSpecifications=p.on("volume")
    )["VolumeId"]
    p.ec2.create_volume(AvailabilityZone=p.region + "a", Size=9)
    p.ec2.create_snapshot(VolumeId=volume, Description=p.words, TagSpecifications=p.on("snapshot"))
    p.ec2.create_network_interface(SubnetId=p.made["subnets"][1], TagSpecifications=p.on("network-interface"))


@makes("ec2/image")
def images(p):
    p.ec2.create_image(InstanceId=p.made["instance"], Name="golden", TagSpecifications=p.on("image"))


@makes("ec2/key-pair")
def key_pairs(p):
    p.ec2.create_key_pair(KeyName="ops", TagSpecifications=p.on("key-pair"))


@makes("ec2/launch-template")
def templates(p):
    p.ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"},
        TagSpecifications=p.on("launch-template"),
    )
    p.ec2.create_launch_template(LaunchTemplateName="bare", LaunchTemplateData={"InstanceType": "t3.small"})


@makes("ec2/spot-request")
def spot(p):
    p.ec2.request_spot_instances(
        SpotPrice="0.5", InstanceCount=1, LaunchSpecification={"ImageId": "ami-12c6146b", "InstanceType": "t3.micro"}
    )


@makes("ec2/transit-gateway", "ec2/transit-gateway-attachment")
def transit(p):
    made = p.ec2.create_transit_gateway(Description="hub", TagSpecifications=p.on("transit-gateway"))
    p.ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=made["TransitGateway"]["TransitGatewayId"],
        VpcId=p.made["vpc"],
        SubnetIds=p.made["subnets"],
        TagSpecifications=p.on("transit-gateway-attachment"),
    )


@makes("ec2/placement-group")
def placement(p):
    p.ec2.create_placement_group(GroupName="close", Strategy="cluster", TagSpecifications=p.on("placement-group"))


@makes("autoscaling/group", "autoscaling/launch-configuration")
def scaling(p):
    p.autoscaling.create_launch_configuration(
        LaunchConfigurationName="old", ImageId="ami-12c6146b", InstanceType="t3.micro", UserData=CANARY
    )
    for n in range(2):
        p.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=f"workers-{n}",
            LaunchConfigurationName="old",
            MinSize=0,
            MaxSize=2,
            DesiredCapacity=0,
            VPCZoneIdentifier=",".join(p.made["subnets"]),
            Tags=[{"Key": k, "Value": v, "PropagateAtLaunch": True} for k, v in (p.tags if n == 0 else {}).items()],
        )


@makes("elbv2/load-balancer", "elbv2/target-group", "elbv2/listener")
def balancers(p):
    arn = p.elbv2.create_load_balancer(Name="front", Subnets=p.made["subnets"], Tags=pairs(p.tags))
    arn = arn["LoadBalancers"][0]["LoadBalancerArn"]
    p.elbv2.create_load_balancer(Name="inner", Subnets=p.made["subnets"], Type="network", Scheme="internal")
    group = p.elbv2.create_target_group(
        Name="web", Protocol="HTTP", Port=80, VpcId=p.made["vpc"], TargetType="ip", Tags=pairs(p.tags)
    )["TargetGroups"][0]["TargetGroupArn"]
    for port in (80, 8080):
        p.elbv2.create_listener(
            LoadBalancerArn=arn,
            Protocol="HTTP",
            Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
            Tags=pairs(p.tags),
        )


@makes("elb/load-balancer")
def classic(p):
    p.elb.create_load_balancer(
        LoadBalancerName="classic",
        Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=[p.region + "a"],
        Tags=pairs(p.tags),
    )


@makes("ecs/cluster", "ecs/service", "ecs/task-definition", "ecs/task")
def containers(p):
    for name in ("one", "two"):
        p.ecs.create_cluster(clusterName=name, tags=lower(p.tags) if name == "one" else [])
    for family in ("web", "batch"):
        p.ecs.register_task_definition(
            family=family,
            containerDefinitions=[
                {"name": "main", "image": "nginx", "memory": 64, "environment": [{"name": "PW", "value": CANARY}]}
            ],
            tags=lower(p.tags) if family == "web" else [],
        )
    # Services are described ten at a time.
    for n in range(12):
        p.ecs.create_service(
            cluster="one", serviceName=f"svc-{n:02}", taskDefinition="web", desiredCount=0,
            tags=lower(p.tags) if n % 2 else [],
        )
    p.ecs.create_service(cluster="two", serviceName="svc-00", taskDefinition="batch", desiredCount=0)


@makes("ecs/task")
def tasks(p):
    p.ecs.run_task(
        cluster="one",
        taskDefinition="web",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": p.made["subnets"]}},
        tags=lower(p.tags),
    )


@makes("eks/cluster", "eks/nodegroup")
def kubernetes(p):
    role = p.role("eks")
    for name in ("prod", "test"):
        p.eks.create_cluster(
            name=name, roleArn=role, resourcesVpcConfig={"subnetIds": p.made["subnets"]},
            tags=PLAIN if name == "prod" else {},
        )
    p.eks.create_nodegroup(
        clusterName="prod", nodegroupName="small", subnets=p.made["subnets"], nodeRole=role, tags=PLAIN
    )


@makes("eks/fargate-profile")
def fargate_profiles(p):
    role = p.role("eks-fargate-pods")
    for name, tags in (("batch", PLAIN), ("bare", {})):
        p.eks.create_fargate_profile(
            fargateProfileName=name, clusterName="prod", podExecutionRoleArn=role,
            subnets=p.made["subnets"], selectors=[{"namespace": "jobs"}, {"namespace": name}], tags=tags,
        )


@makes("lambda/function")
def functions(p):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as z:
        z.writestr("main.py", "def handler(event, context): pass")
    role = p.role("lambda")
    # A page holds fifty.
    for n in range(p.many(52)):
        p.client("lambda").create_function(
            FunctionName=f"fn-{n}",
            Runtime="python3.12",
            Role=role,
            Handler="main.handler",
            Code={"ZipFile": packed.getvalue()},
            Environment={"Variables": {"DB_PASSWORD": CANARY}},
            Tags=PLAIN if n else {},
        )


@makes("dynamodb/table")
def tables(p):
    # A page holds a hundred.
    for n in range(p.many(102)):
        p.dynamodb.create_table(
            TableName=f"table-{n}",
            KeySchema=KEY,
            AttributeDefinitions=ATTRIBUTES,
            BillingMode="PAY_PER_REQUEST",
            Tags=pairs(p.tags) if n == 0 else [],
        )


@makes("rds/cluster", "rds/instance", "rds/snapshot")
def databases(p):
    p.rds.create_db_cluster(
        DBClusterIdentifier="aurora", Engine="aurora-mysql", MasterUsername="admin", MasterUserPassword=CANARY,
        Tags=pairs(PLAIN),
    )
    for name in ("main", "spare"):
        p.rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t3.micro",
            Engine="mysql",
            AllocatedStorage=20,
            MasterUsername="admin",
            MasterUserPassword=CANARY,
            Tags=pairs(p.tags) if name == "main" else [],
        )
    p.rds.create_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier="main", Tags=pairs(p.tags))


@makes("rds/cluster-snapshot")
def cluster_snapshots(p):
    p.rds.create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier="aurora-before", DBClusterIdentifier="aurora", Tags=pairs(p.tags)
    )
    p.rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier="aurora-bare", DBClusterIdentifier="aurora")


@makes("rds/proxy")
def proxies(p):
    secret = p.secretsmanager.create_secret(Name="proxy-login", SecretString=CANARY)["ARN"]
    role = p.role("rds")
    for name in ("pool", "bare"):
        p.rds.create_db_proxy(
            DBProxyName=name, EngineFamily="MYSQL", RoleArn=role, VpcSubnetIds=p.made["subnets"],
            Auth=[{"AuthScheme": "SECRETS", "SecretArn": secret, "IAMAuth": "REQUIRED"}], RequireTLS=name == "pool",
            **({"Tags": pairs(PLAIN)} if name == "pool" else {}),
        )


@makes("rds/subnet-group")
def subnet_groups(p):
    for name in ("private", "bare"):
        p.rds.create_db_subnet_group(
            DBSubnetGroupName=name, DBSubnetGroupDescription=p.words, SubnetIds=p.made["subnets"],
            Tags=pairs(p.tags) if name == "private" else [],
        )


@makes("elasticache/cluster", "elasticache/replication-group")
def caches(p):
    p.elasticache.create_cache_cluster(
        CacheClusterId="sessions", CacheNodeType="cache.t3.micro", Engine="redis", NumCacheNodes=1, Tags=pairs(p.tags)
    )
    p.elasticache.create_replication_group(
        ReplicationGroupId="group", ReplicationGroupDescription=p.words, CacheNodeType="cache.t3.micro",
        Engine="redis", Tags=pairs(p.tags), NumCacheClusters=1,
    )


@makes("redshift/cluster")
def warehouse(p):
    p.redshift.create_cluster(
        ClusterIdentifier="facts", NodeType="dc2.large", MasterUsername="admin", MasterUserPassword=CANARY + "Aa1",
        ClusterType="single-node", Tags=pairs(p.tags),
    )


@makes("redshift/snapshot")
def warehouse_snapshots(p):
    for name, tags in (("facts-before", p.tags), ("facts-bare", {})):
        p.redshift.create_cluster_snapshot(SnapshotIdentifier=name, ClusterIdentifier="facts", Tags=pairs(tags))


@makes("sqs/queue")
def queues(p):
    for n in range(3):
        p.sqs.create_queue(QueueName=f"jobs-{n}", tags=p.tags if n == 0 else {})
    p.sqs.create_queue(QueueName="ordered.fifo", Attributes={"FifoQueue": "true"})


@makes("lambda/event-source-mapping")
def sources(p):
    for n in range(2):
        p.client("lambda").create_event_source_mapping(
            FunctionName=f"fn-{n}", EventSourceArn=p.arn("sqs", f"jobs-{n}"), BatchSize=5 + n, Enabled=n == 0,
            Tags=PLAIN if n == 0 else {},
        )


@makes("sns/topic", "sns/subscription")
def topics(p):
    # A page holds a hundred.
    for n in range(p.many(105)):
        topic = p.sns.create_topic(Name=f"topic-{n}", Tags=pairs(p.tags) if n == 0 else [])["TopicArn"]
        p.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=p.arn("sqs", "jobs-0"))
    p.sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ops@example.com")


@makes("events/bus", "events/rule")
def rules(p):
    p.events.create_event_bus(Name="orders", Tags=pairs(p.tags))
    for n in range(2):
        p.events.put_rule(
            Name=f"nightly-{n}", ScheduleExpression="rate(1 day)", State="DISABLED" if n else "ENABLED",
            Tags=pairs(p.tags) if n == 0 else [],
        )
    p.events.put_targets(Rule="nightly-0", Targets=[{"Id": "1", "Arn": p.arn("sqs", "jobs-0")}])
    p.events.put_rule(Name="paid", EventBusName="orders", EventPattern=json.dumps({"source": ["shop"]}))


@makes("scheduler/schedule")
def schedules(p):
    target = {"Arn": p.arn("sqs", "jobs-0"), "RoleArn": f"arn:aws:iam::{p.account}:role/x"}
    for state in ("ENABLED", "DISABLED"):
        p.scheduler.create_schedule(
            Name=f"every-{state.lower()}", ScheduleExpression="rate(1 hour)", State=state, Target=target,
            FlexibleTimeWindow={"Mode": "OFF"},
        )


@makes("pipes/pipe")
def pipes(p):
    p.pipes.create_pipe(
        Name="pipe", Source=p.arn("sqs", "jobs-0"), Target=p.arn("sqs", "jobs-1"),
        RoleArn=f"arn:aws:iam::{p.account}:role/x", Tags=PLAIN,
    )


@makes("stepfunctions/state-machine")
def machines(p):
    role = p.role("states")
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    for n in range(2):
        p.stepfunctions.create_state_machine(
            name=f"flow-{n}", definition=definition, roleArn=role,
            tags=lower(p.tags) if n == 0 else [],
        )


@makes("apigateway/rest-api")
def rest(p):
    p.apigateway.create_rest_api(name="rest", description=p.words, tags=p.tags)
    p.apigateway.create_rest_api(name="bare")


@makes("apigatewayv2/api")
def http(p):
    p.apigatewayv2.create_api(Name="http", ProtocolType="HTTP", Tags=PLAIN)
    p.apigatewayv2.create_api(Name="ws", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")


@makes("appsync/api")
def graphql(p):
    p.appsync.create_graphql_api(name="graph", authenticationType="API_KEY", tags=PLAIN)


@makes("acm/certificate")
def certificates(p):
    p.acm.request_certificate(DomainName="a.example.com", ValidationMethod="DNS", Tags=pairs(PLAIN))
    p.acm.request_certificate(DomainName="*.b.example.com")


@makes("kms/key", "kms/alias")
def keys(p):
    key = p.kms.create_key(Tags=pairs(p.tags, "TagKey", "TagValue"), Description="a")["KeyMetadata"]["KeyId"]
    p.kms.create_alias(AliasName="alias/app", TargetKeyId=key)
    gone = p.kms.create_key()["KeyMetadata"]["KeyId"]
    p.kms.schedule_key_deletion(KeyId=gone, PendingWindowInDays=7)


@makes("secretsmanager/secret")
def secrets(p):
    p.secretsmanager.create_secret(Name="db/password", SecretString=CANARY, Tags=pairs(p.tags))
    p.secretsmanager.create_secret(Name="api", SecretString=CANARY)


@makes("ssm/parameter")
def parameters(p):
    # A page holds fifty.
    for n in range(p.many(53)):
        p.ssm.put_parameter(
            Name=f"/app/p{n:02}", Type="SecureString" if n == 0 else "String", Value=CANARY,
            Tags=pairs(PLAIN) if n == 0 else [],
        )


@makes("ssm/document")
def documents(p):
    content = json.dumps(
        {
            "schemaVersion": "2.2",
            "description": "x",
            "mainSteps": [{"action": "aws:runShellScript", "name": "x", "inputs": {"runCommand": ["true"]}}],
        }
    )
    p.ssm.create_document(Name="restart", Content=content, DocumentType="Command", Tags=pairs(PLAIN))


@makes("cloudwatch/alarm")
def alarms(p):
    for n in range(2):
        p.cloudwatch.put_metric_alarm(
            AlarmName=f"{p.words}{n}", MetricName="CPUUtilization", Namespace="AWS/EC2", Statistic="Average", Period=60,
            EvaluationPeriods=1, Threshold=80.5, ComparisonOperator="GreaterThanThreshold",
            Tags=pairs(PLAIN) if n == 0 else [],
        )
    p.cloudwatch.set_alarm_state(AlarmName=p.words + "1", StateValue="ALARM", StateReason=p.words)


@makes("cloudwatch/composite-alarm")
def composite(p):
    p.cloudwatch.put_metric_alarm(
        AlarmName="one", MetricName="CPUUtilization", Namespace="AWS/EC2", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )
    p.cloudwatch.put_composite_alarm(AlarmName="all", AlarmRule='ALARM("one")', Tags=pairs(PLAIN))


@makes("logs/log-group")
def log_groups(p):
    for n in range(p.many(55)):
        p.logs.create_log_group(logGroupName=f"/app/{n:02}", tags=PLAIN if n == 0 else {})
    p.logs.put_retention_policy(logGroupName="/app/00", retentionInDays=14)


@makes("cloudformation/stack")
def stacks(p):
    template = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-stack"}}}})
    p.cloudformation.create_stack(StackName="base", TemplateBody=template, Tags=pairs(PLAIN))


@makes("cloudformation/stack-set")
def stack_sets(p):
    template = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    p.cloudformation.create_stack_set(StackSetName="baseline", TemplateBody=template, Tags=pairs(PLAIN))


@makes("ecr/repository")
def repositories(p):
    p.ecr.create_repository(repositoryName="team/app", tags=pairs(p.tags))
    p.ecr.create_repository(repositoryName="bare")


@makes("efs/file-system", "efs/access-point")
def files(p):
    id = p.efs.create_file_system(CreationToken="a", Tags=pairs(p.tags))["FileSystemId"]
    p.efs.create_file_system(CreationToken="b")
    user = {"Uid": 0, "Gid": 1000}
    p.efs.create_access_point(
        ClientToken="c", FileSystemId=id, PosixUser=user, RootDirectory={"Path": "/home"}, Tags=pairs(p.tags)
    )
    p.efs.create_access_point(ClientToken="d", FileSystemId=id)


@makes("fsx/file-system")
def fsx(p):
    p.fsx.create_file_system(
        FileSystemType="LUSTRE", StorageCapacity=1200, SubnetIds=p.made["subnets"][:1], Tags=pairs(p.tags)
    )


@makes("kinesis/stream")
def streams(p):
    p.kinesis.create_stream(StreamName="clicks", ShardCount=1, Tags=PLAIN)
    p.kinesis.create_stream(StreamName="bare", StreamModeDetails={"StreamMode": "ON_DEMAND"})


@makes("firehose/delivery-stream")
def delivery(p):
    p.firehose.create_delivery_stream(
        DeliveryStreamName="to-s3",
        S3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{p.account}:role/x", "BucketARN": f"arn:aws:s3:::b-{p.account}-{p.region}-0"
        },
        Tags=pairs(PLAIN),
    )


@makes("kafka/cluster")
def kafka(p):
    p.kafka.create_cluster_v2(
        ClusterName="events",
        Tags=PLAIN,
        Provisioned={
            "BrokerNodeGroupInfo": {"ClientSubnets": p.made["subnets"], "InstanceType": "kafka.m5.large"},
            "KafkaVersion": "3.5.1",
            "NumberOfBrokerNodes": 2,
        },
    )


@makes("mq/broker")
def brokers(p):
    p.mq.create_broker(
        BrokerName="bus", EngineType="ACTIVEMQ", EngineVersion="5.18", HostInstanceType="mq.t3.micro",
        DeploymentMode="SINGLE_INSTANCE", PubliclyAccessible=False, AutoMinorVersionUpgrade=True, Tags=PLAIN,
        Users=[{"Username": "admin", "Password": CANARY + "long"}],
    )


@makes("opensearch/domain")
def domains(p):
    p.opensearch.create_domain(DomainName="logs", TagList=pairs(PLAIN))
    p.opensearch.create_domain(DomainName="bare")


@makes("glue/database", "glue/job")
def glue(p):
    p.glue.create_database(DatabaseInput={"Name": "lake", "Description": "a"}, Tags=PLAIN)
    p.glue.create_job(
        Name="etl", Role="x", Command={"Name": "glueetl", "ScriptLocation": "s3://b/x.py"}, Tags=PLAIN,
        DefaultArguments={"--password": CANARY},
    )


@makes("glue/crawler")
def crawlers(p):
    role = p.role("glue")
    for name, tags in (("raw", PLAIN), ("bare", {})):
        p.glue.create_crawler(
            Name=name, Role=role, DatabaseName="lake", Targets={"S3Targets": [{"Path": f"s3://b/{name}"}]}, Tags=tags
        )


@makes("athena/workgroup")
def athena(p):
    p.athena.create_work_group(Name="analysts", Description="a", Tags=pairs(PLAIN), Configuration={})


@makes("emr/cluster")
def emr(p):
    p.emr.run_job_flow(
        Name="nightly", ReleaseLabel="emr-6.10.0", Tags=pairs(PLAIN), ServiceRole="x", JobFlowRole="y",
        Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True},
    )


@makes("batch/compute-environment", "batch/job-queue")
def batch(p):
    role = p.role("batch")
    made = p.batch.create_compute_environment(
        computeEnvironmentName="spare", type="UNMANAGED", state="ENABLED", serviceRole=role, tags=PLAIN
    )
    p.batch.create_job_queue(
        jobQueueName="nightly", state="ENABLED", priority=1, tags=PLAIN,
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": made["computeEnvironmentArn"]}],
    )


@makes("backup/vault", "backup/plan")
def backup(p):
    p.backup.create_backup_vault(BackupVaultName="vault", BackupVaultTags=PLAIN)
    p.backup.create_backup_plan(
        BackupPlan={"BackupPlanName": "daily", "Rules": [{"RuleName": "r", "TargetBackupVaultName": "vault"}]},
        BackupPlanTags=PLAIN,
    )


@makes("cloudtrail/trail")
def trails(p):
    bucket = f"b-{p.account}-{p.region}-0"
    p.cloudtrail.create_trail(Name="audit", S3BucketName=bucket, TagsList=pairs(PLAIN))


@makes("config/rule")
def config_rules(p):
    rule = {"ConfigRuleName": "encrypted", "Source": {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}}
    p.config.put_config_rule(ConfigRule=rule, Tags=pairs(PLAIN))


@makes("codebuild/project")
def builds(p):
    p.codebuild.create_project(
        name="build",
        source={"type": "S3", "location": "b/x.zip", "buildspec": "version: 0.2"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "TOKEN", "value": CANARY, "type": "PLAINTEXT"}],
        },
        serviceRole=f"arn:aws:iam::{p.account}:role/service-role/x",
        tags=lower(PLAIN),
    )


@makes("codedeploy/application")
def deploys(p):
    p.codedeploy.create_application(applicationName="app", computePlatform="Server", tags=pairs(PLAIN))


@makes("codepipeline/pipeline")
def pipelines(p):
    role = p.role("codepipeline")
    action = {"name": "a", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"}}
    action["configuration"] = {"S3Bucket": "b", "S3ObjectKey": "k"}
    build = {"name": "b", "actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"}}
    p.codepipeline.create_pipeline(
        pipeline={
            "name": "release", "roleArn": role, "version": 1, "artifactStore": {"type": "S3", "location": "bucket"},
            "stages": [{"name": "S", "actions": [action]}, {"name": "B", "actions": [build]}],
        },
        tags=lower(PLAIN),
    )


@makes("cognito-idp/user-pool")
def pools(p):
    for n in range(p.many(6)):
        p.cognito_idp.create_user_pool(PoolName=f"pool-{n}", UserPoolTags=PLAIN if n == 0 else {})


@makes("datasync/task")
def datasync(p):
    ends = [
        p.datasync.create_location_s3(
            S3BucketArn=f"arn:aws:s3:::b-{p.account}-{p.region}-{n}", S3Config={"BucketAccessRoleArn": "arn:aws:iam::1:role/x"}
        )["LocationArn"]
        for n in range(2)
    ]
    p.datasync.create_task(SourceLocationArn=ends[0], DestinationLocationArn=ends[1], Name="copy")


@makes("directconnect/connection")
def lines(p):
    p.directconnect.create_connection(location="EqDC2", bandwidth="1Gbps", connectionName="line", tags=lower(PLAIN))


@makes("dms/replication-instance")
def replication(p):
    p.dms.create_replication_instance(
        ReplicationInstanceIdentifier="mover", ReplicationInstanceClass="dms.t3.micro", Tags=pairs(PLAIN)
    )


@makes("ds/directory")
def directories(p):
    p.ds.create_directory(
        Name="corp.example.com", Password=CANARY + "Aa1", Size="Small", Tags=pairs(PLAIN),
        VpcSettings={"VpcId": p.made["vpc"], "SubnetIds": p.made["subnets"]},
    )


@makes("workspaces/workspace")
def desks(p):
    directory = p.ds.describe_directories()["DirectoryDescriptions"][0]["DirectoryId"]
    p.workspaces.register_workspace_directory(DirectoryId=directory, EnableSelfService=False)
    p.workspaces.create_workspaces(
        Workspaces=[{"DirectoryId": directory, "UserName": "ada", "BundleId": "wsb-1", "Tags": pairs(PLAIN)}]
    )


@makes("elasticbeanstalk/environment")
def beanstalk(p):
    p.elasticbeanstalk.create_application(ApplicationName="shop")
    p.elasticbeanstalk.create_environment(
        ApplicationName="shop", EnvironmentName="shop-prod", SolutionStackName="64bit Amazon Linux 2", Tags=pairs(PLAIN)
    )


@makes("guardduty/detector")
def detectors(p):
    p.guardduty.create_detector(Enable=True, Tags=PLAIN)


@makes("network-firewall/firewall")
def firewalls(p):
    p.network_firewall.create_firewall(
        FirewallName="edge", FirewallPolicyArn=p.arn("network-firewall", "firewall-policy/x"), VpcId=p.made["vpc"],
        SubnetMappings=[{"SubnetId": p.made["subnets"][0]}], Tags=pairs(PLAIN),
    )


@makes("ram/resource-share")
def shares(p):
    p.ram.create_resource_share(name="shared", tags=lower(PLAIN))


@makes("sagemaker/endpoint", "sagemaker/notebook-instance")
def learning(p):
    role = f"arn:aws:iam::{p.account}:role/x"
    p.sagemaker.create_notebook_instance(
        NotebookInstanceName="book", InstanceType="ml.t2.medium", RoleArn=role, Tags=pairs(PLAIN)
    )
    p.sagemaker.create_model(ModelName="m", ExecutionRoleArn=role, PrimaryContainer={"Image": "x"})
    p.sagemaker.create_endpoint_config(
        EndpointConfigName="c",
        ProductionVariants=[
            {"VariantName": "v", "ModelName": "m", "InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
        ],
    )
    p.sagemaker.create_endpoint(EndpointName="scores", EndpointConfigName="c", Tags=pairs(PLAIN))


@makes("servicediscovery/namespace")
def namespaces(p):
    p.servicediscovery.create_http_namespace(Name="mesh", Tags=pairs(PLAIN))


@makes("ses/identity")
def identities(p):
    p.sesv2.create_email_identity(EmailIdentity="ops@example.com", Tags=pairs(PLAIN))
    p.sesv2.create_email_identity(EmailIdentity="example.org")


@makes("transfer/server")
def transfer(p):
    p.transfer.create_server(Protocols=["SFTP"], Tags=pairs(PLAIN))


@makes("wafv2/web-acl")
def acls(p, scope="REGIONAL"):
    p.wafv2.create_web_acl(
        Name="acl", Scope=scope, DefaultAction={"Allow": {}}, Rules=[], Tags=pairs(PLAIN),
        VisibilityConfig={"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"},
    )


@makes("wafv2/web-acl-cloudfront", home=True)
def edge_acls(p):
    acls(p, "CLOUDFRONT")


@makes("wafv2/ip-set")
def addresses(p):
    for name in ("offices", "bare"):
        p.wafv2.create_ip_set(
            Name=name, Scope="REGIONAL", Description=p.words, IPAddressVersion="IPV4", Addresses=["192.0.2.0/24"],
            Tags=pairs(PLAIN) if name == "offices" else [],
        )


@makes(
    "application-autoscaling/dynamodb-scalable-target",
    "application-autoscaling/ecs-scalable-target",
    "application-autoscaling/lambda-scalable-target",
    "application-autoscaling/rds-scalable-target",
)
def targets(p):
    for space, id, what in (
        ("dynamodb", "table/table-0", "dynamodb:table:ReadCapacityUnits"),
        ("dynamodb", "table/table-0", "dynamodb:table:WriteCapacityUnits"),
        ("ecs", "service/one/svc-00", "ecs:service:DesiredCount"),
        ("lambda", "function:fn-0:prod", "lambda:function:ProvisionedConcurrency"),
        ("rds", "cluster:aurora", "rds:cluster:ReadReplicaCount"),
    ):
        p.application_autoscaling.register_scalable_target(
            ServiceNamespace=space, ResourceId=id, ScalableDimension=what, MinCapacity=1, MaxCapacity=4,
            RoleARN=f"arn:aws:iam::{p.account}:role/x",
        )


@makes("iam/user", "iam/access-key", "iam/group", "iam/policy", "iam/role", "iam/instance-profile", home=True)
def iam(p):
    for n in range(p.many(12)):
        p.iam.create_user(UserName=f"user-{n}", Tags=pairs(PLAIN) if n == 0 else [])
    p.iam.create_access_key(UserName="user-0")
    second = p.iam.create_access_key(UserName="user-0")["AccessKey"]["AccessKeyId"]
    p.iam.update_access_key(UserName="user-0", AccessKeyId=second, Status="Inactive")
    p.iam.create_group(GroupName="ops")
    p.iam.create_policy(PolicyName="read", PolicyDocument=POLICY, Tags=pairs(PLAIN))
    p.iam.create_role(RoleName="app", AssumeRolePolicyDocument=TRUST, Tags=pairs(PLAIN), Path="/team/")
    p.iam.create_instance_profile(InstanceProfileName="node", Tags=pairs(PLAIN))


@makes("iam/mfa-device", home=True)
def mfa(p):
    made = p.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    p.iam.enable_mfa_device(
        UserName="user-0", SerialNumber=made, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )


@makes("iam/oidc-provider", "iam/saml-provider", home=True)
def providers(p):
    p.iam.create_open_id_connect_provider(
        Url="https://token.example.com", ClientIDList=["sts.amazonaws.com"], ThumbprintList=["a" * 40],
        Tags=pairs(PLAIN),
    )
    metadata = "<EntityDescriptor>" + "x" * 1000 + "</EntityDescriptor>"
    p.iam.create_saml_provider(Name="idp", SAMLMetadataDocument=metadata, Tags=pairs(PLAIN))


@makes("route53/hosted-zone", "route53/record", home=True)
def zones(p):
    for n in range(2):
        zone = p.route53.create_hosted_zone(Name=f"z{n}.example.", CallerReference=f"{p.account}-{n}")["HostedZone"]
        id = zone["Id"].rsplit("/", 1)[-1]
        if n == 0:
            p.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=id, AddTags=pairs(PLAIN))
            # A page holds three hundred.
            records = [(f"h{i:03}.z0.example.", "A", None) for i in range(305)]
            records += [("w.z0.example.", "A", "one"), ("w.z0.example.", "A", "two"), ("*.z0.example.", "CNAME", None)]
        else:
            records = [("a.z1.example.", "TXT", None)]
        changes = []
        for name, type, set in records:
            value = {"A": "192.0.2.1", "CNAME": "z0.example.", "TXT": '"x & y"'}[type]
            record = {"Name": name, "Type": type, "TTL": 60, "ResourceRecords": [{"Value": value}]}
            record.update({"SetIdentifier": set, "Weight": 1} if set else {})
            changes.append({"Action": "CREATE", "ResourceRecordSet": record})
        p.route53.change_resource_record_sets(HostedZoneId=id, ChangeBatch={"Changes": changes})


@makes("route53/health-check", home=True)
def health_checks(p):
    made = []
    # Tags are told of ten at a time.
    for n in range(12):
        if n == 0:
            target = {"Type": "TCP", "IPAddress": "192.0.2.1", "Port": 5432}
            # Ministack writes "True", which no service of AWS does.
            target.update({"Disabled": True} if p.emulator == "moto" else {})
        else:
            target = {"Type": "HTTPS", "FullyQualifiedDomainName": f"h{n}.example.com", "ResourcePath": "/up"}
        target.update(RequestInterval=10, FailureThreshold=2)
        check = p.route53.create_health_check(CallerReference=f"{p.account}-check-{n}", HealthCheckConfig=target)
        made.append(check["HealthCheck"]["Id"])
    p.route53.create_health_check(
        CallerReference=f"{p.account}-check-all",
        HealthCheckConfig={"Type": "CALCULATED", "HealthThreshold": 1, "ChildHealthChecks": made[:2]},
    )
    for id in made[::5]:
        p.route53.change_tags_for_resource(ResourceType="healthcheck", ResourceId=id, AddTags=pairs(PLAIN))


@makes("route53domains/domain", home=True)
def registered(p):
    person = {
        "FirstName": "Ada", "LastName": "L", "ContactType": "PERSON", "AddressLine1": "1 St", "City": "X",
        "State": "CA", "CountryCode": "US", "ZipCode": "94110", "PhoneNumber": "+1.5555550100", "Email": "a@example.com",
    }
    p.route53domains.register_domain(
        DomainName="example-shop.com", DurationInYears=2, AdminContact=person, RegistrantContact=person,
        TechContact=person,
    )


@makes("cloudfront/distribution", home=True)
def distributions(p):
    for n in range(2):
        config = {
            "CallerReference": f"{p.account}-{n}",
            "Comment": p.words,
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "o",
                "ViewerProtocolPolicy": "allow-all",
                "MinTTL": 0,
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
                "TrustedSigners": {"Enabled": False, "Quantity": 0},
            },
        }
        if n == 0:
            config["Aliases"] = {"Quantity": 1, "Items": ["www.example.com"]}
            tagged = {"DistributionConfig": config, "Tags": {"Items": pairs(PLAIN)}}
            p.cloudfront.create_distribution_with_tags(DistributionConfigWithTags=tagged)
        else:
            p.cloudfront.create_distribution(DistributionConfig=config)


@makes("budgets/budget", home=True)
def budgets(p):
    p.budgets.create_budget(
        AccountId=p.account,
        Budget={
            "BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "100.5", "Unit": "USD"},
        },
    )


@makes("cur/report-definition", home=True)
def reports(p):
    p.cur.put_report_definition(
        ReportDefinition={
            "ReportName": "daily", "TimeUnit": "DAILY", "Format": "Parquet", "Compression": "Parquet",
            "AdditionalSchemaElements": ["RESOURCES"], "S3Bucket": "b", "S3Prefix": "p", "S3Region": "us-east-1",
        }
    )


@makes(
    "organizations/account",
    "organizations/service-control-policy",
    "organizations/resource-control-policy",
    home=True,
)
def organization(p):
    if p.emulator == "moto":
        # Ministack has one already.
        p.organizations.create_organization(FeatureSet="ALL")
    # A page holds twenty.
    for n in range(22):
        p.organizations.create_account(
            Email=f"a{n}@example.com", AccountName=f"account {n}", Tags=pairs(PLAIN) if n == 0 else []
        )
    p.organizations.create_policy(
        Content=POLICY, Description="d", Name="guard", Type="SERVICE_CONTROL_POLICY", Tags=pairs(PLAIN)
    )
    p.organizations.create_policy(Content=POLICY, Description="d", Name="fence", Type="RESOURCE_CONTROL_POLICY")
