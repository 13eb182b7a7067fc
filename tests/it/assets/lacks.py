"""What the emulators cannot hold or tell (ministack 1.5.33, moto 5.2.5), and why.

A kind that is left out here is not made, not listed and not compared; an operation that is left out is one of a
kind's second calls: the kind is compared without its tags.
"""

NO_SERVICE = "the service is unknown"
NO_MAKING = "none can be made"

# Kinds that no emulator can hold.
NEITHER = {
    "aws/accessanalyzer/analyzer": NO_SERVICE,
    "aws/amplify/app": NO_SERVICE,
    "aws/apprunner/service": NO_SERVICE,
    "aws/ec2/capacity-reservation": NO_MAKING,
    "aws/ec2/reserved-instance": "DescribeReservedInstances is unknown",
    "aws/globalaccelerator/accelerator": NO_SERVICE,
    "aws/ssm/managed-node": NO_MAKING,
}

LACKS = {
    "ministack": {
        **{
            kind: NO_SERVICE
            for kind in (
                "aws/application-autoscaling/dynamodb-scalable-target",
                "aws/application-autoscaling/ecs-scalable-target",
                "aws/application-autoscaling/lambda-scalable-target",
                "aws/application-autoscaling/rds-scalable-target",
                "aws/codedeploy/application",
                "aws/codepipeline/pipeline",
                "aws/datasync/task",
                "aws/directconnect/connection",
                "aws/dms/replication-instance",
                "aws/ds/directory",
                "aws/elasticbeanstalk/environment",
                "aws/fsx/file-system",
                "aws/guardduty/detector",
                "aws/network-firewall/firewall",
                "aws/ram/resource-share",
                "aws/redshift/cluster",
                "aws/redshift/snapshot",
                "aws/route53domains/domain",
                "aws/sagemaker/endpoint",
                "aws/sagemaker/notebook-instance",
                "aws/sso-admin/instance",
                "aws/workspaces/workspace",
            )
        },
        "aws/cloudformation/stack-set": "ListStackSets is unknown",
        "aws/ec2/image": "CreateImage is unknown",
        "aws/ec2/spot-request": NO_MAKING,
        "aws/ec2/transit-gateway": "DescribeTransitGateways is unknown",
        "aws/ec2/transit-gateway-attachment": "DescribeTransitGatewayAttachments is unknown",
        "aws/eks/fargate-profile": "CreateFargateProfile is unknown",
        "aws/elb/load-balancer": "CreateLoadBalancer is that of elbv2",
        "aws/kafka/cluster": "only the first version of its API is there",
        "aws/ssm/document": "ListDocuments is unknown",
        "config:list_tags_for_resource": "unknown",
        "iam:list_saml_provider_tags": "unknown",
        "route53:list_tags_for_resources": "unknown",
    },
    "moto": {
        "aws/cloudwatch/composite-alarm": NO_MAKING,
        "aws/cur/report-definition": NO_SERVICE,
        "aws/ec2/placement-group": "DescribePlacementGroups is unknown",
        "application-autoscaling:list_tags_for_resource": "unknown",
        "budgets:list_tags_for_resource": "unknown",
        "datasync:list_tags_for_resource": "unknown",
        "iam:list_instance_profile_tags": "unknown",
        "iam:list_saml_provider_tags": "unknown",
        "route53domains:list_tags_for_domain": "unknown",
        "sso-admin:list_tags_for_resource": "unknown",
    },
}
