"""What boto3 lists of each kind: (id, name, state, tags). Written from AWS's own reference, not from the kinds' files."""

from place import UNTOLD, none_if, of

KINDS = {}


def kind(name, scope="regional"):
    def register(function):
        KINDS[f"aws/{name}"] = (scope, function)
        return function

    return register


def row(id, name="", state="", tags=None, **columns):
    """A row; of its columns only those that are compared. Tags that the emulator cannot tell are UNTOLD."""
    tags = None if tags is UNTOLD else tags or {}
    return {"id": id, "name": name or "", "state": state or "", "tags": tags, "columns": columns}


def told(answer, member):
    """Tags of an answer that an emulator may not have."""
    return UNTOLD if answer is None else answer.get(member)


def last(text, by="/"):
    return text.rsplit(by, 1)[-1]


def ec2(name, operation, items, id, state=None, named=None, tags="Tags", **params):
    """EC2's kinds are alike: the tag Name is the name."""

    def listed(p):
        for item in p.all("ec2", operation, items, **params):
            tag = of(item.get(tags))
            called = tag.get("Name") if named is None else item.get(named)
            yield row(item[id], called, state(item) if callable(state) else item.get(state or "", ""), tag)

    kind(f"ec2/{name}")(listed)


def attached(item):
    return (item.get("Attachments") or [{}])[0].get("State")


ec2("address", "describe_addresses", "Addresses", "AllocationId")
ec2("customer-gateway", "describe_customer_gateways", "CustomerGateways", "CustomerGatewayId", "State")
ec2("dhcp-options", "describe_dhcp_options", "DhcpOptions", "DhcpOptionsId")
ec2(
    "egress-only-internet-gateway",
    "describe_egress_only_internet_gateways",
    "EgressOnlyInternetGateways",
    "EgressOnlyInternetGatewayId",
    attached,
)
ec2("flow-log", "describe_flow_logs", "FlowLogs", "FlowLogId", "FlowLogStatus")
ec2("image", "describe_images", "Images", "ImageId", "State", "Name", Owners=["self"])
ec2("internet-gateway", "describe_internet_gateways", "InternetGateways", "InternetGatewayId", attached)
ec2("key-pair", "describe_key_pairs", "KeyPairs", "KeyPairId", named="KeyName")
ec2("launch-template", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId", named="LaunchTemplateName")
ec2("managed-prefix-list", "describe_managed_prefix_lists", "PrefixLists", "PrefixListId", "State", "PrefixListName")
ec2("nat-gateway", "describe_nat_gateways", "NatGateways", "NatGatewayId", "State")
ec2("network-acl", "describe_network_acls", "NetworkAcls", "NetworkAclId")
ec2("placement-group", "describe_placement_groups", "PlacementGroups", "GroupId", "State", "GroupName")
ec2("route-table", "describe_route_tables", "RouteTables", "RouteTableId")
ec2("security-group-rule", "describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId")
ec2("security-group", "describe_security_groups", "SecurityGroups", "GroupId", named="GroupName")
ec2("snapshot", "describe_snapshots", "Snapshots", "SnapshotId", "State", OwnerIds=["self"])
ec2("spot-request", "describe_spot_instance_requests", "SpotInstanceRequests", "SpotInstanceRequestId", "State")
ec2("subnet", "describe_subnets", "Subnets", "SubnetId", "State")
ec2(
    "transit-gateway-attachment",
    "describe_transit_gateway_attachments",
    "TransitGatewayAttachments",
    "TransitGatewayAttachmentId",
    "State",
)
ec2("transit-gateway", "describe_transit_gateways", "TransitGateways", "TransitGatewayId", "State")
ec2("volume", "describe_volumes", "Volumes", "VolumeId", "State")
ec2("vpc-endpoint", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", "State")
ec2(
    "vpc-peering-connection",
    "describe_vpc_peering_connections",
    "VpcPeeringConnections",
    "VpcPeeringConnectionId",
    lambda i: i["Status"]["Code"],
)
ec2("vpc", "describe_vpcs", "Vpcs", "VpcId", "State")
ec2("vpn-connection", "describe_vpn_connections", "VpnConnections", "VpnConnectionId", "State")
ec2("vpn-gateway", "describe_vpn_gateways", "VpnGateways", "VpnGatewayId", "State")


@kind("ec2/network-interface")
def _(p):
    for i in p.all("ec2", "describe_network_interfaces", "NetworkInterfaces"):
        # Ours is named by what it belongs to.
        yield {**row(i["NetworkInterfaceId"], "", i["Status"], of(i.get("TagSet"))), "name": None}


@kind("ec2/instance")
def _(p):
    for reservation in p.all("ec2", "describe_instances", "Reservations"):
        for i in reservation["Instances"]:
            tags = of(i.get("Tags"))
            yield row(
                i["InstanceId"],
                tags.get("Name"),
                i["State"]["Name"],
                tags,
                type=i["InstanceType"],
                zone=i["Placement"]["AvailabilityZone"],
                private_ip=i["PrivateIpAddress"],
                public_ip=i.get("PublicIpAddress"),
                vpc=i["VpcId"],
                subnet=i["SubnetId"],
                groups=[g["GroupName"] for g in i["SecurityGroups"]] or None,
                age=i["LaunchTime"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            )


@kind("acm/certificate")
def _(p):
    for c in p.all("acm", "list_certificates", "CertificateSummaryList"):
        arn = c["CertificateArn"]
        status = p.acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"]
        tags = of(p.acm.list_tags_for_certificate(CertificateArn=arn)["Tags"])
        yield row(last(arn), c["DomainName"], status, tags)


@kind("apigateway/rest-api")
def _(p):
    for a in p.all("apigateway", "get_rest_apis", "items"):
        yield row(a["id"], a["name"], a.get("apiStatus"), a.get("tags"))


@kind("apigatewayv2/api")
def _(p):
    for a in p.all("apigatewayv2", "get_apis", "Items"):
        yield row(a["ApiId"], a["Name"], tags=a.get("Tags"))


def scalable(namespace):
    @kind(f"application-autoscaling/{namespace}-scalable-target")
    def _(p):
        listed = p.all(
            "application-autoscaling", "describe_scalable_targets", "ScalableTargets", ServiceNamespace=namespace
        )
        for t in listed:
            arn = t.get("ScalableTargetARN")
            tags = told(p.told("application-autoscaling:list_tags_for_resource", ResourceARN=arn), "Tags")
            extra = f":{last(t['ScalableDimension'], ':')}" if namespace == "dynamodb" else ""
            yield row(t["ResourceId"] + extra, t["ResourceId"], tags=tags)


for each in ("dynamodb", "ecs", "lambda", "rds"):
    scalable(each)


@kind("appsync/api")
def _(p):
    for a in p.all("appsync", "list_graphql_apis", "graphqlApis"):
        yield row(a["apiId"], a["name"], tags=a.get("tags"))


@kind("athena/workgroup")
def _(p):
    for w in p.all("athena", "list_work_groups", "WorkGroups"):
        arn = p.arn("athena", f"workgroup/{w['Name']}")
        tags = of(p.athena.list_tags_for_resource(ResourceARN=arn)["Tags"])
        yield row(w["Name"], w["Name"], w["State"], tags)


@kind("autoscaling/group")
def _(p):
    for g in p.all("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"):
        name = g["AutoScalingGroupName"]
        yield row(name, name, g.get("Status"), of(g.get("Tags")))


@kind("autoscaling/launch-configuration")
def _(p):
    for c in p.all("autoscaling", "describe_launch_configurations", "LaunchConfigurations"):
        yield row(c["LaunchConfigurationName"], c["LaunchConfigurationName"])


@kind("backup/plan")
def _(p):
    for b in p.all("backup", "list_backup_plans", "BackupPlansList"):
        tags = p.backup.list_tags(ResourceArn=b["BackupPlanArn"])["Tags"]
        yield row(b["BackupPlanId"], b["BackupPlanName"], tags=tags)


@kind("backup/vault")
def _(p):
    for v in p.all("backup", "list_backup_vaults", "BackupVaultList"):
        tags = p.backup.list_tags(ResourceArn=v["BackupVaultArn"])["Tags"]
        yield row(v["BackupVaultName"], v["BackupVaultName"], v.get("VaultState"), tags)


@kind("batch/compute-environment")
def _(p):
    for e in p.all("batch", "describe_compute_environments", "computeEnvironments"):
        name = e["computeEnvironmentName"]
        yield row(name, name, e.get("status"), e.get("tags"))


@kind("batch/job-queue")
def _(p):
    for q in p.all("batch", "describe_job_queues", "jobQueues"):
        yield row(q["jobQueueName"], q["jobQueueName"], q.get("status"), q.get("tags"))


@kind("budgets/budget", "global")
def _(p):
    for b in p.all("budgets", "describe_budgets", "Budgets", AccountId=p.account):
        name = b["BudgetName"]
        arn = f"arn:aws:budgets::{p.account}:budget/{name}"
        tags = of(told(p.told("budgets:list_tags_for_resource", ResourceARN=arn), "ResourceTags"))
        yield row(name, name, tags=tags, limit="100.5 USD", type="COST", period="MONTHLY")


@kind("cloudformation/stack-set")
def _(p):
    for s in p.all("cloudformation", "list_stack_sets", "Summaries", Status="ACTIVE"):
        name = s["StackSetName"]
        tags = of(p.cloudformation.describe_stack_set(StackSetName=name)["StackSet"].get("Tags"))
        yield row(name, name, s["Status"], tags)


@kind("cloudformation/stack")
def _(p):
    for s in p.all("cloudformation", "describe_stacks", "Stacks"):
        yield row(s["StackName"], s["StackName"], s["StackStatus"], of(s.get("Tags")))


@kind("cloudfront/distribution", "global")
def _(p):
    for d in p.all("cloudfront", "list_distributions", "DistributionList.Items"):
        tags = of(p.cloudfront.list_tags_for_resource(Resource=d["ARN"])["Tags"].get("Items"))
        aliases = d.get("Aliases", {}).get("Items") or [d["DomainName"]]
        yield row(d["Id"], aliases[0], d["Status"], tags)


@kind("cloudtrail/trail")
def _(p):
    for t in p.cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]:
        listed = p.cloudtrail.list_tags(ResourceIdList=[t["TrailARN"]])["ResourceTagList"]
        yield row(t["Name"], t["Name"], tags=of(listed[0]["TagsList"] if listed else []))


def alarms(name, member, type):
    @kind(f"cloudwatch/{name}")
    def _(p):
        for a in p.all("cloudwatch", "describe_alarms", member, AlarmTypes=[type]):
            tags = of(p.cloudwatch.list_tags_for_resource(ResourceARN=a["AlarmArn"])["Tags"])
            yield row(a["AlarmName"], a["AlarmName"], a["StateValue"], tags)


alarms("alarm", "MetricAlarms", "MetricAlarm")
alarms("composite-alarm", "CompositeAlarms", "CompositeAlarm")


@kind("codebuild/project")
def _(p):
    names = list(p.all("codebuild", "list_projects", "projects"))
    for c in p.codebuild.batch_get_projects(names=names)["projects"] if names else []:
        yield row(c["name"], c["name"], tags=of(c.get("tags")))


@kind("codedeploy/application")
def _(p):
    for name in p.all("codedeploy", "list_applications", "applications"):
        arn = p.arn("codedeploy", f"application:{name}")
        yield row(name, name, tags=of(p.codedeploy.list_tags_for_resource(ResourceArn=arn)["Tags"]))


@kind("codepipeline/pipeline")
def _(p):
    for c in p.all("codepipeline", "list_pipelines", "pipelines"):
        arn = p.arn("codepipeline", c["name"])
        yield row(c["name"], c["name"], tags=of(p.codepipeline.list_tags_for_resource(resourceArn=arn)["tags"]))


@kind("cognito-idp/user-pool")
def _(p):
    for u in p.all("cognito-idp", "list_user_pools", "UserPools", MaxResults=10):
        pool = p.cognito_idp.describe_user_pool(UserPoolId=u["Id"])["UserPool"]
        yield row(u["Id"], u["Name"], tags=pool.get("UserPoolTags"))


@kind("config/rule")
def _(p):
    for r in p.all("config", "describe_config_rules", "ConfigRules"):
        tags = of(told(p.told("config:list_tags_for_resource", ResourceArn=r["ConfigRuleArn"]), "Tags"))
        yield row(r["ConfigRuleName"], r["ConfigRuleName"], r["ConfigRuleState"], tags)


@kind("cur/report-definition", "global")
def _(p):
    for r in p.all("cur", "describe_report_definitions", "ReportDefinitions"):
        tags = of(p.cur.list_tags_for_resource(ReportName=r["ReportName"]).get("Tags"))
        yield row(r["ReportName"], r["ReportName"], r.get("ReportStatus", {}).get("lastStatus"), tags)


@kind("datasync/task")
def _(p):
    for t in p.all("datasync", "list_tasks", "Tasks"):
        tags = of(told(p.told("datasync:list_tags_for_resource", ResourceArn=t["TaskArn"]), "Tags"))
        yield row(last(t["TaskArn"]), t.get("Name"), t["Status"], tags)


@kind("directconnect/connection")
def _(p):
    for c in p.directconnect.describe_connections()["connections"]:
        yield row(c["connectionId"], c["connectionName"], c["connectionState"], of(c.get("tags")))


@kind("dms/replication-instance")
def _(p):
    for r in p.all("dms", "describe_replication_instances", "ReplicationInstances"):
        tags = of(p.dms.list_tags_for_resource(ResourceArn=r["ReplicationInstanceArn"])["TagList"])
        name = r["ReplicationInstanceIdentifier"]
        yield row(name, name, r["ReplicationInstanceStatus"], tags)


@kind("ds/directory")
def _(p):
    for d in p.all("ds", "describe_directories", "DirectoryDescriptions"):
        tags = of(p.ds.list_tags_for_resource(ResourceId=d["DirectoryId"])["Tags"])
        yield row(d["DirectoryId"], d["Name"], d["Stage"], tags)


@kind("dynamodb/table")
def _(p):
    for name in p.all("dynamodb", "list_tables", "TableNames", Limit=7):
        table = p.dynamodb.describe_table(TableName=name)["Table"]
        tags = of(p.dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"])
        billing = table.get("BillingModeSummary", {}).get("BillingMode")
        yield row(name, name, table["TableStatus"], tags, billing=billing, items=table["ItemCount"], keys=["id"])


@kind("ecr/repository")
def _(p):
    for r in p.all("ecr", "describe_repositories", "repositories"):
        tags = of(p.ecr.list_tags_for_resource(resourceArn=r["repositoryArn"])["tags"])
        yield row(r["repositoryName"], r["repositoryName"], tags=tags)


def clusters(p):
    for arn in p.all("ecs", "list_clusters", "clusterArns"):
        yield p.ecs.describe_clusters(clusters=[arn], include=["TAGS"])["clusters"][0]


@kind("ecs/cluster")
def _(p):
    for c in clusters(p):
        yield row(c["clusterName"], c["clusterName"], c["status"], of(c.get("tags")))


@kind("ecs/service")
def _(p):
    for c in clusters(p):
        for arn in p.all("ecs", "list_services", "serviceArns", cluster=c["clusterArn"]):
            described = p.ecs.describe_services(cluster=c["clusterArn"], services=[arn], include=["TAGS"])
            s = described["services"][0]
            yield row(
                f"{c['clusterName']}/{s['serviceName']}",
                s["serviceName"],
                s["status"],
                of(s.get("tags")),
                cluster=c["clusterName"],
                desired=s["desiredCount"],
                running=s["runningCount"],
                task_definition=last(s["taskDefinition"]),
            )


@kind("ecs/task-definition")
def _(p):
    for family in p.all("ecs", "list_task_definition_families", "families", status="ACTIVE"):
        tags = p.ecs.describe_task_definition(taskDefinition=family, include=["TAGS"]).get("tags")
        yield row(family, family, tags=of(tags))


@kind("ecs/task")
def _(p):
    for c in clusters(p):
        for arn in p.all("ecs", "list_tasks", "taskArns", cluster=c["clusterArn"]):
            t = p.ecs.describe_tasks(cluster=c["clusterArn"], tasks=[arn], include=["TAGS"])["tasks"][0]
            # Moto's tasks change with every look at them.
            state = t["lastStatus"] if p.emulator == "ministack" else None
            found = row(last(arn), last(t.get("group", ""), ":"), state, of(t.get("tags")))
            yield found if state else {**found, "state": None}


@kind("efs/access-point")
def _(p):
    for a in p.all("efs", "describe_access_points", "AccessPoints"):
        yield row(
            a["AccessPointId"],
            a.get("Name"),
            a["LifeCycleState"],
            of(a.get("Tags")),
            file_system=a["FileSystemId"],
            path=a["RootDirectory"]["Path"],
            uid=(a.get("PosixUser") or {}).get("Uid"),
        )


@kind("efs/file-system")
def _(p):
    for f in p.all("efs", "describe_file_systems", "FileSystems"):
        yield row(f["FileSystemId"], f.get("Name"), f["LifeCycleState"], of(f.get("Tags")))


@kind("eks/cluster")
def _(p):
    for name in p.all("eks", "list_clusters", "clusters"):
        c = p.eks.describe_cluster(name=name)["cluster"]
        yield row(name, name, c["status"], c.get("tags"))


@kind("eks/nodegroup")
def _(p):
    for c in p.all("eks", "list_clusters", "clusters"):
        for name in p.all("eks", "list_nodegroups", "nodegroups", clusterName=c):
            n = p.eks.describe_nodegroup(clusterName=c, nodegroupName=name)["nodegroup"]
            yield row(f"{c}/{name}", name, n["status"], n.get("tags"))


@kind("eks/fargate-profile")
def _(p):
    for c in p.all("eks", "list_clusters", "clusters"):
        for name in p.all("eks", "list_fargate_profiles", "fargateProfileNames", clusterName=c):
            f = p.eks.describe_fargate_profile(clusterName=c, fargateProfileName=name)["fargateProfile"]
            namespaces = [s["namespace"] for s in f["selectors"]]
            yield row(f"{c}/{name}", name, f["status"], f.get("tags"), namespaces=namespaces)


@kind("elasticache/cluster")
def _(p):
    for c in p.all("elasticache", "describe_cache_clusters", "CacheClusters"):
        tags = of(p.elasticache.list_tags_for_resource(ResourceName=c["ARN"])["TagList"])
        yield row(c["CacheClusterId"], c["CacheClusterId"], c["CacheClusterStatus"], tags)


@kind("elasticache/replication-group")
def _(p):
    for g in p.all("elasticache", "describe_replication_groups", "ReplicationGroups"):
        tags = of(p.elasticache.list_tags_for_resource(ResourceName=g["ARN"])["TagList"])
        yield row(g["ReplicationGroupId"], g["ReplicationGroupId"], g["Status"], tags)


@kind("elasticbeanstalk/environment")
def _(p):
    for e in p.all("elasticbeanstalk", "describe_environments", "Environments", IncludeDeleted=False):
        tags = p.elasticbeanstalk.list_tags_for_resource(ResourceArn=e["EnvironmentArn"])["ResourceTags"]
        yield row(e["EnvironmentId"], e["EnvironmentName"], e.get("Health"), of(tags))


@kind("elb/load-balancer")
def _(p):
    for b in p.all("elb", "describe_load_balancers", "LoadBalancerDescriptions"):
        name = b["LoadBalancerName"]
        tags = p.elb.describe_tags(LoadBalancerNames=[name])["TagDescriptions"][0]["Tags"]
        yield row(name, name, tags=of(tags))


def balancer_tags(p, arn):
    return of(p.elbv2.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"])


@kind("elbv2/listener")
def _(p):
    for b in p.all("elbv2", "describe_load_balancers", "LoadBalancers"):
        for one in p.all("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=b["LoadBalancerArn"]):
            arn = one["ListenerArn"]
            yield row(last(arn), f"{b['LoadBalancerName']}:{one['Port']}", tags=balancer_tags(p, arn))


@kind("elbv2/load-balancer")
def _(p):
    for b in p.all("elbv2", "describe_load_balancers", "LoadBalancers"):
        name = b["LoadBalancerName"]
        yield row(name, name, b["State"]["Code"], balancer_tags(p, b["LoadBalancerArn"]))


@kind("elbv2/target-group")
def _(p):
    for g in p.all("elbv2", "describe_target_groups", "TargetGroups"):
        yield row(g["TargetGroupName"], g["TargetGroupName"], tags=balancer_tags(p, g["TargetGroupArn"]))


@kind("emr/cluster")
def _(p):
    states = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING", "TERMINATED_WITH_ERRORS"]
    for c in p.all("emr", "list_clusters", "Clusters", ClusterStates=states):
        tags = of(p.emr.describe_cluster(ClusterId=c["Id"])["Cluster"].get("Tags"))
        yield row(c["Id"], c["Name"], c["Status"]["State"], tags)


@kind("events/bus")
def _(p):
    for b in p.all("events", "list_event_buses", "EventBuses"):
        tags = of(p.events.list_tags_for_resource(ResourceARN=b["Arn"])["Tags"])
        yield row(b["Name"], b["Name"], tags=tags)


@kind("events/rule")
def _(p):
    for b in p.all("events", "list_event_buses", "EventBuses"):
        for r in p.all("events", "list_rules", "Rules", EventBusName=b["Name"]):
            tags = of(p.events.list_tags_for_resource(ResourceARN=r["Arn"])["Tags"])
            targets = p.events.list_targets_by_rule(Rule=r["Name"], EventBusName=b["Name"])["Targets"]
            yield row(
                f"{b['Name']}/{r['Name']}",
                r["Name"],
                r["State"],
                tags,
                bus=b["Name"],
                schedule=r.get("ScheduleExpression"),
                targets=[t["Arn"] for t in targets] or None,
            )


@kind("firehose/delivery-stream")
def _(p):
    for name in p.firehose.list_delivery_streams(Limit=10000)["DeliveryStreamNames"]:
        described = p.firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]
        tags = of(p.firehose.list_tags_for_delivery_stream(DeliveryStreamName=name)["Tags"])
        yield row(name, name, described["DeliveryStreamStatus"], tags)


@kind("fsx/file-system")
def _(p):
    for f in p.all("fsx", "describe_file_systems", "FileSystems"):
        tags = of(f.get("Tags"))
        yield row(f["FileSystemId"], tags.get("Name"), f.get("Lifecycle"), tags)


@kind("glue/database")
def _(p):
    for d in p.all("glue", "get_databases", "DatabaseList"):
        tags = p.glue.get_tags(ResourceArn=p.arn("glue", f"database/{d['Name']}"))["Tags"]
        yield row(d["Name"], d["Name"], tags=tags)


@kind("glue/job")
def _(p):
    for j in p.all("glue", "get_jobs", "Jobs"):
        tags = p.glue.get_tags(ResourceArn=p.arn("glue", f"job/{j['Name']}"))["Tags"]
        yield row(j["Name"], j["Name"], tags=tags)


@kind("glue/crawler")
def _(p):
    for c in p.all("glue", "get_crawlers", "Crawlers"):
        tags = p.glue.get_tags(ResourceArn=p.arn("glue", f"crawler/{c['Name']}"))["Tags"]
        paths = [t["Path"] for t in c["Targets"]["S3Targets"]]
        yield row(c["Name"], c["Name"], c["State"], tags, database=c["DatabaseName"], s3=paths)


@kind("guardduty/detector")
def _(p):
    for id in p.all("guardduty", "list_detectors", "DetectorIds"):
        d = p.guardduty.get_detector(DetectorId=id)
        yield row(id, state=d["Status"], tags=d.get("Tags"))


@kind("iam/access-key", "global")
def _(p):
    for u in p.all("iam", "list_users", "Users"):
        for k in p.all("iam", "list_access_keys", "AccessKeyMetadata", UserName=u["UserName"]):
            yield row(k["AccessKeyId"], state=k["Status"])


@kind("iam/group", "global")
def _(p):
    for g in p.all("iam", "list_groups", "Groups"):
        yield row(g["GroupName"], g["GroupName"])


@kind("iam/instance-profile", "global")
def _(p):
    for i in p.all("iam", "list_instance_profiles", "InstanceProfiles"):
        name = i["InstanceProfileName"]
        tags = of(told(p.told("iam:list_instance_profile_tags", InstanceProfileName=name), "Tags"))
        yield row(name, name, tags=tags)


@kind("iam/mfa-device", "global")
def _(p):
    for u in p.all("iam", "list_users", "Users"):
        for m in p.all("iam", "list_mfa_devices", "MFADevices", UserName=u["UserName"]):
            yield row(m["SerialNumber"], last(m["SerialNumber"]))


@kind("iam/oidc-provider", "global")
def _(p):
    for o in p.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        arn = o["Arn"]
        tags = of(p.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn).get("Tags"))
        yield row(arn, last(arn), tags=tags)


@kind("iam/policy", "global")
def _(p):
    for i in p.all("iam", "list_policies", "Policies", Scope="Local"):
        tags = of(p.iam.get_policy(PolicyArn=i["Arn"])["Policy"].get("Tags"))
        yield row(i["PolicyName"], i["PolicyName"], tags=tags)


@kind("iam/role", "global")
def _(p):
    for r in p.all("iam", "list_roles", "Roles"):
        tags = of(p.iam.get_role(RoleName=r["RoleName"])["Role"].get("Tags"))
        ids = ["id-4711"] if r["RoleName"] == "app" else None
        yield row(r["RoleName"], r["RoleName"], tags=tags, path=r["Path"], external_ids=ids)


@kind("iam/saml-provider", "global")
def _(p):
    for s in p.iam.list_saml_providers()["SAMLProviderList"]:
        tags = of(told(p.told("iam:list_saml_provider_tags", SAMLProviderArn=s["Arn"]), "Tags"))
        yield row(last(s["Arn"]), last(s["Arn"]), tags=tags)


@kind("iam/user", "global")
def _(p):
    for u in p.all("iam", "list_users", "Users"):
        tags = of(p.iam.get_user(UserName=u["UserName"])["User"].get("Tags"))
        yield row(u["UserName"], u["UserName"], tags=tags)


@kind("kafka/cluster")
def _(p):
    for c in p.all("kafka", "list_clusters_v2", "ClusterInfoList"):
        yield row(c["ClusterName"], c["ClusterName"], c.get("State"), c.get("Tags"))


@kind("kinesis/stream")
def _(p):
    for name in p.all("kinesis", "list_streams", "StreamNames"):
        s = p.kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
        tags = of(p.kinesis.list_tags_for_stream(StreamName=name)["Tags"])
        yield row(name, name, s["StreamStatus"], tags)


@kind("kms/alias")
def _(p):
    for a in p.all("kms", "list_aliases", "Aliases"):
        yield row(a["AliasName"], a["AliasName"])


@kind("kms/key")
def _(p):
    aliases = {a.get("TargetKeyId"): a["AliasName"] for a in p.all("kms", "list_aliases", "Aliases")}
    for k in p.all("kms", "list_keys", "Keys"):
        meta = p.kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"]
        tags = none_if(["AccessDeniedException"], p.kms.list_resource_tags, KeyId=k["KeyId"])
        yield row(k["KeyId"], aliases.get(k["KeyId"]), meta["KeyState"], of(tags.get("Tags")))


@kind("lambda/event-source-mapping")
def _(p):
    for m in p.all("lambda", "list_event_source_mappings", "EventSourceMappings"):
        yield row(
            m["UUID"],
            m["FunctionArn"].split(":")[6],
            m["State"],
            p.client("lambda").list_tags(Resource=m["EventSourceMappingArn"])["Tags"],
            source=m["EventSourceArn"].split(":")[5],
            batch=m["BatchSize"],
        )


@kind("lambda/function")
def _(p):
    for f in p.all("lambda", "list_functions", "Functions"):
        tags = p.client("lambda").list_tags(Resource=f["FunctionArn"])["Tags"]
        yield row(
            f["FunctionName"],
            f["FunctionName"],
            tags=tags,
            runtime=f["Runtime"],
            memory=f["MemorySize"],
            timeout=f["Timeout"],
            architecture=f["Architectures"],
            size=f["CodeSize"],
        )


@kind("logs/log-group")
def _(p):
    for g in p.all("logs", "describe_log_groups", "logGroups"):
        arn = p.arn("logs", f"log-group:{g['logGroupName']}")
        tags = p.logs.list_tags_for_resource(resourceArn=arn)["tags"]
        yield row(g["logGroupName"], g["logGroupName"], tags=tags, retention=g.get("retentionInDays"))


@kind("mq/broker")
def _(p):
    for b in p.all("mq", "list_brokers", "BrokerSummaries"):
        tags = p.mq.describe_broker(BrokerId=b["BrokerId"]).get("Tags")
        yield row(b["BrokerId"], b["BrokerName"], b["BrokerState"], tags)


@kind("network-firewall/firewall")
def _(p):
    for f in p.all("network-firewall", "list_firewalls", "Firewalls"):
        described = p.network_firewall.describe_firewall(FirewallArn=f["FirewallArn"])["Firewall"]
        yield row(f["FirewallName"], f["FirewallName"], tags=of(described.get("Tags")))


@kind("opensearch/domain")
def _(p):
    for d in p.opensearch.list_domain_names()["DomainNames"]:
        name = d["DomainName"]
        s = p.opensearch.describe_domain(DomainName=name)["DomainStatus"]
        tags = of(p.opensearch.list_tags(ARN=s["ARN"])["TagList"])
        yield row(name, name, s.get("DomainProcessingStatus"), tags)


@kind("organizations/account", "global")
def _(p):
    for a in p.all("organizations", "list_accounts", "Accounts"):
        tags = of(p.organizations.list_tags_for_resource(ResourceId=a["Id"])["Tags"])
        yield row(a["Id"], a["Name"], a.get("State", ""), tags)


def policies(name, filter):
    @kind(f"organizations/{name}", "global")
    def _(p):
        for i in p.all("organizations", "list_policies", "Policies", Filter=filter):
            tags = of(p.organizations.list_tags_for_resource(ResourceId=i["Id"])["Tags"])
            yield row(i["Id"], i["Name"], tags=tags)


policies("service-control-policy", "SERVICE_CONTROL_POLICY")
policies("resource-control-policy", "RESOURCE_CONTROL_POLICY")


@kind("pipes/pipe")
def _(p):
    for i in p.all("pipes", "list_pipes", "Pipes"):
        tags = p.pipes.describe_pipe(Name=i["Name"]).get("Tags")
        yield row(i["Name"], i["Name"], i["CurrentState"], tags)


@kind("ram/resource-share")
def _(p):
    for s in p.all("ram", "get_resource_shares", "resourceShares", resourceOwner="SELF"):
        yield row(last(s["resourceShareArn"]), s["name"], s["status"], of(s.get("tags")))


@kind("rds/cluster")
def _(p):
    for c in p.all("rds", "describe_db_clusters", "DBClusters"):
        name = c["DBClusterIdentifier"]
        yield row(name, name, c["Status"], of(c.get("TagList")))


@kind("rds/instance")
def _(p):
    for i in p.all("rds", "describe_db_instances", "DBInstances"):
        name = i["DBInstanceIdentifier"]
        yield row(
            name,
            name,
            i["DBInstanceStatus"],
            of(i.get("TagList")),
            engine=i["Engine"],
            storage=i["AllocatedStorage"],
            multi_az=i["MultiAZ"],
            port=i["Endpoint"]["Port"],
        )


@kind("rds/snapshot")
def _(p):
    for s in p.all("rds", "describe_db_snapshots", "DBSnapshots"):
        name = s["DBSnapshotIdentifier"]
        yield row(name, name, s["Status"], of(s.get("TagList")))


@kind("rds/cluster-snapshot")
def _(p):
    for s in p.all("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots"):
        name = s["DBClusterSnapshotIdentifier"]
        cluster = s["DBClusterIdentifier"]
        yield row(name, name, s["Status"], of(s.get("TagList")), cluster=cluster, type=s["SnapshotType"])


@kind("rds/proxy")
def _(p):
    for x in p.all("rds", "describe_db_proxies", "DBProxies"):
        tags = of(p.rds.list_tags_for_resource(ResourceName=x["DBProxyArn"])["TagList"])
        more = {"endpoint": x["Endpoint"], "tls": x["RequireTLS"], "iam": [a["IAMAuth"] for a in x["Auth"]]}
        yield row(x["DBProxyName"], x["DBProxyName"], x["Status"], tags, engine=x["EngineFamily"], **more)


@kind("rds/subnet-group")
def _(p):
    for g in p.all("rds", "describe_db_subnet_groups", "DBSubnetGroups"):
        name = g["DBSubnetGroupName"]
        tags = of(p.rds.list_tags_for_resource(ResourceName=g["DBSubnetGroupArn"])["TagList"])
        subnets = [s["SubnetIdentifier"] for s in g["Subnets"]]
        yield row(name, name, g["SubnetGroupStatus"], tags, vpc=g["VpcId"], subnets=subnets)


@kind("redshift/cluster")
def _(p):
    for c in p.all("redshift", "describe_clusters", "Clusters"):
        name = c["ClusterIdentifier"]
        yield row(name, name, c["ClusterStatus"], of(c.get("Tags")))


@kind("redshift/snapshot")
def _(p):
    for s in p.all("redshift", "describe_cluster_snapshots", "Snapshots"):
        name, cluster = s["SnapshotIdentifier"], s["ClusterIdentifier"]
        nodes = s["NumberOfNodes"]
        yield row(f"{cluster}/{name}", name, s["Status"], of(s.get("Tags")), cluster=cluster, nodes=nodes)


@kind("route53/health-check", "global")
def _(p):
    for c in p.all("route53", "list_health_checks", "HealthChecks"):
        told_of = p.told("route53:list_tags_for_resources", ResourceType="healthcheck", ResourceIds=[c["Id"]])
        tags = told(told_of and told_of["ResourceTagSets"][0], "Tags")
        config = c["HealthCheckConfig"]
        # Ministack forgets the ids.
        children = {"children": config.get("ChildHealthChecks")} if p.emulator == "moto" else {}
        yield row(
            c["Id"],
            config.get("FullyQualifiedDomainName") or config.get("IPAddress"),
            tags=of(tags),
            type=config["Type"],
            path=config.get("ResourcePath"),
            disabled=config.get("Disabled"),
            **children,
        )


@kind("route53/hosted-zone", "global")
def _(p):
    for z in p.all("route53", "list_hosted_zones", "HostedZones"):
        id = last(z["Id"])
        tags = p.route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=id)["ResourceTagSet"]["Tags"]
        yield row(id, z["Name"], tags=of(tags))


@kind("route53/record", "global")
def _(p):
    for z in p.all("route53", "list_hosted_zones", "HostedZones"):
        for r in p.all("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=z["Id"]):
            ends = r.get("SetIdentifier", r["Type"])
            yield row(
                f"{last(z['Id'])}/{r['Name']}/{r['Type']}/{ends}",
                r["Name"],
                type=r["Type"],
                ttl=r.get("TTL"),
                values=[v["Value"] for v in r["ResourceRecords"]],
                weight=r.get("Weight"),
            )


@kind("route53domains/domain", "global")
def _(p):
    for d in p.all("route53domains", "list_domains", "Domains"):
        name = d["DomainName"]
        tags = of(told(p.told("route53domains:list_tags_for_domain", DomainName=name), "TagList"))
        yield row(name, name, tags=tags, auto_renew=d["AutoRenew"])


@kind("s3/bucket", "global")
def _(p):
    for b in p.s3.list_buckets()["Buckets"]:
        tags = none_if(["NoSuchTagSet"], p.s3.get_bucket_tagging, Bucket=b["Name"])
        versioning = p.s3.get_bucket_versioning(Bucket=b["Name"]).get("Status")
        found = row(b["Name"], b["Name"], tags=of(tags.get("TagSet")), versioning=versioning)
        where = p.s3.get_bucket_location(Bucket=b["Name"]).get("LocationConstraint")
        # Moto's list does not tell it, so there the row has none.
        yield {**found, "region": (where or "us-east-1") if p.emulator == "ministack" else ""}


@kind("sagemaker/endpoint")
def _(p):
    for e in p.all("sagemaker", "list_endpoints", "Endpoints"):
        tags = of(p.sagemaker.list_tags(ResourceArn=e["EndpointArn"])["Tags"])
        yield row(e["EndpointName"], e["EndpointName"], e["EndpointStatus"], tags)


@kind("sagemaker/notebook-instance")
def _(p):
    for n in p.all("sagemaker", "list_notebook_instances", "NotebookInstances"):
        tags = of(p.sagemaker.list_tags(ResourceArn=n["NotebookInstanceArn"])["Tags"])
        yield row(n["NotebookInstanceName"], n["NotebookInstanceName"], n["NotebookInstanceStatus"], tags)


@kind("scheduler/schedule")
def _(p):
    for s in p.all("scheduler", "list_schedules", "Schedules"):
        yield row(f"{s['GroupName']}/{s['Name']}", s["Name"], s["State"])


@kind("secretsmanager/secret")
def _(p):
    for s in p.all("secretsmanager", "list_secrets", "SecretList"):
        yield row(s["Name"], s["Name"], tags=of(s.get("Tags")))


@kind("servicediscovery/namespace")
def _(p):
    for n in p.all("servicediscovery", "list_namespaces", "Namespaces"):
        tags = of(p.servicediscovery.list_tags_for_resource(ResourceARN=n["Arn"])["Tags"])
        yield row(n["Id"], n["Name"], tags=tags)


@kind("ses/identity")
def _(p):
    for i in p.all("sesv2", "list_email_identities", "EmailIdentities"):
        name = i["IdentityName"]
        tags = of(p.sesv2.get_email_identity(EmailIdentity=name).get("Tags"))
        yield row(name, name, i.get("VerificationStatus"), tags)


@kind("sns/subscription")
def _(p):
    for s in p.all("sns", "list_subscriptions", "Subscriptions"):
        yield row(f"{s['TopicArn']}/{s['Protocol']}/{s['Endpoint']}", s["Endpoint"])


@kind("sns/topic")
def _(p):
    for t in p.all("sns", "list_topics", "Topics"):
        name = last(t["TopicArn"], ":")
        yield row(name, name, tags=of(p.sns.list_tags_for_resource(ResourceArn=t["TopicArn"])["Tags"]))


@kind("sqs/queue")
def _(p):
    for url in p.all("sqs", "list_queues", "QueueUrls", MaxResults=1000):
        at = p.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        yield row(
            last(url),
            last(url),
            tags=p.sqs.list_queue_tags(QueueUrl=url).get("Tags"),
            messages=int(at["ApproximateNumberOfMessages"]),
            visibility=int(at["VisibilityTimeout"]),
            retention=int(at["MessageRetentionPeriod"]),
        )


@kind("ssm/document")
def _(p):
    for d in p.all("ssm", "list_documents", "DocumentIdentifiers", Filters=[{"Key": "Owner", "Values": ["Self"]}]):
        yield row(d["Name"], d["Name"], tags=of(d.get("Tags")))


@kind("ssm/parameter")
def _(p):
    for i in p.all("ssm", "describe_parameters", "Parameters"):
        tags = p.ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=i["Name"])["TagList"]
        yield row(i["Name"], i["Name"], tags=of(tags))


@kind("sso-admin/instance")
def _(p):
    for i in p.all("sso-admin", "list_instances", "Instances"):
        arn = i["InstanceArn"]
        tags = of(told(p.told("sso-admin:list_tags_for_resource", InstanceArn=arn, ResourceArn=arn), "Tags"))
        yield row(last(arn), i.get("Name"), i.get("Status"), tags)


@kind("stepfunctions/state-machine")
def _(p):
    for m in p.all("stepfunctions", "list_state_machines", "stateMachines"):
        arn = m["stateMachineArn"]
        status = p.stepfunctions.describe_state_machine(stateMachineArn=arn)["status"]
        tags = of(p.stepfunctions.list_tags_for_resource(resourceArn=arn)["tags"])
        yield row(m["name"], m["name"], status, tags)


@kind("tagging/resource")
def _(p):
    for r in p.all("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList"):
        tags = of(r["Tags"])
        yield row(r["ResourceARN"], tags.get("Name"), tags=tags)


@kind("transfer/server")
def _(p):
    for s in p.all("transfer", "list_servers", "Servers"):
        tags = of(p.transfer.describe_server(ServerId=s["ServerId"])["Server"].get("Tags"))
        yield row(s["ServerId"], state=s["State"], tags=tags)


def acls(name, scope, where):
    @kind(f"wafv2/{name}", where)
    def _(p):
        for w in p.wafv2.list_web_acls(Scope=scope, Limit=100)["WebACLs"]:
            tags = p.wafv2.list_tags_for_resource(ResourceARN=w["ARN"])["TagInfoForResource"]["TagList"]
            yield row(w["Id"], w["Name"], tags=of(tags))


acls("web-acl", "REGIONAL", "regional")
acls("web-acl-cloudfront", "CLOUDFRONT", "global")


@kind("wafv2/ip-set")
def _(p):
    for s in p.wafv2.list_ip_sets(Scope="REGIONAL", Limit=100)["IPSets"]:
        tags = p.wafv2.list_tags_for_resource(ResourceARN=s["ARN"])["TagInfoForResource"]["TagList"]
        yield row(s["Id"], s["Name"], tags=of(tags), description=s["Description"])


@kind("workspaces/workspace")
def _(p):
    for w in p.all("workspaces", "describe_workspaces", "Workspaces"):
        tags = of(p.workspaces.describe_tags(ResourceId=w["WorkspaceId"])["TagList"])
        yield row(w["WorkspaceId"], w.get("WorkspaceName") or w.get("ComputerName"), w["State"], tags)
