//! From operations to the IAM actions that policies name: mostly the same word, with the service's own prefix.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.

use crate::catalog::model::Service;

/// Models whose prefix in IAM is another word.
const PREFIXES: [(&str, &str); 15] = [
    ("accessanalyzer", "access-analyzer"),
    ("apigatewayv2", "apigateway"),
    ("cloudcontrol", "cloudformation"),
    ("docdb", "rds"),
    ("efs", "elasticfilesystem"),
    ("elb", "elasticloadbalancing"),
    ("elbv2", "elasticloadbalancing"),
    ("emr", "elasticmapreduce"),
    ("mwaa", "airflow"),
    ("opensearch", "es"),
    ("resourcegroupstaggingapi", "tag"),
    ("service-quotas", "servicequotas"),
    ("sesv2", "ses"),
    ("sso-admin", "sso"),
    ("stepfunctions", "states"),
];

/// Operations whose action is another word.
const ACTIONS: [(&str, &str, &str); 15] = [
    ("budgets", "DescribeBudgets", "budgets:ViewBudget"),
    ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3", "HeadBucket", "s3:ListBucket"),
    ("s3", "ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration"),
    ("s3", "ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration"),
    ("s3", "ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration"),
    ("s3", "ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration"),
    ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
    ("s3", "ListDirectoryBuckets", "s3express:ListAllMyDirectoryBuckets"),
    ("s3", "ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ("s3", "ListObjectVersions", "s3:ListBucketVersions"),
    ("s3", "ListObjects", "s3:ListBucket"),
    ("s3", "ListObjectsV2", "s3:ListBucket"),
    ("s3", "ListParts", "s3:ListMultipartUploadParts"),
];

/// The action of an operation.
pub(super) fn of(service: &Service, operation: &str) -> String {
    if let Some((.., action)) = ACTIONS.iter().find(|(s, o, _)| *s == service.name && *o == operation) {
        return (*action).to_owned();
    }
    let prefix = PREFIXES.iter().find(|(name, _)| *name == service.name).map_or(service.name, |(_, prefix)| prefix);
    // API Gateway's actions are its HTTP methods.
    if prefix == "apigateway" { "apigateway:GET".to_owned() } else { format!("{prefix}:{operation}") }
}
