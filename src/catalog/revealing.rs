//! Which operations a user's kind may name: those that read, and none that reveals a secret.
//!
//! A colleague's kind file is code. The provider asks here too, before every call, so that it is the operation that
//! is judged and not the kind.

use super::kind::{Fault, Kind};

/// Operations that read and yet give away what nobody asked to see.
const REVEALING: &[(&str, &str)] = &[
    ("secretsmanager", "GetSecretValue"),
    ("secretsmanager", "BatchGetSecretValue"),
    ("ssm", "GetParameter"),
    ("ssm", "GetParameters"),
    ("ssm", "GetParametersByPath"),
    ("ssm", "GetParameterHistory"),
    ("ec2", "GetPasswordData"),
    ("ec2", "GetConsoleOutput"),
    ("ec2", "GetConsoleScreenshot"),
    ("kms", "Decrypt"),
    ("ecr", "GetAuthorizationToken"),
    ("lambda", "GetFunction"),
    ("redshift", "GetClusterCredentials"),
    ("rds", "DownloadDBLogFilePortion"),
    ("iam", "GetAccountAuthorizationDetails"),
];

/// Whether an operation only reads, and reveals nothing that is to stay hidden.
///
/// By name: the models hold nothing but `List*`, `Describe*` and what `operations.txt` names, and AWS's verbs for
/// reading are these. What else begins so is named above.
pub fn only_reads(service: &str, operation: &str) -> bool {
    const VERBS: [&str; 6] = ["List", "Describe", "Get", "BatchGet", "Search", "Lookup"];
    let reads = VERBS
        .iter()
        .any(|v| operation.strip_prefix(v).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())));
    reads && service != "sts" && !REVEALING.contains(&(service, operation))
}

/// The first operation of a kind that a user's file may not name.
pub(super) fn refused(kind: &Kind) -> Option<Fault> {
    let calls = std::iter::once(&kind.list).chain(kind.get.iter()).chain(kind.fetches.iter().map(|f| &f.call));
    let bad = calls.into_iter().find(|c| !only_reads(&c.service, &c.operation))?;
    Some(Fault::File(format!(
        "{} is not among the operations that a kind may name: only those that list or describe, and reveal no secret",
        bad.name()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::model::Service;

    #[test]
    fn every_operation_of_the_models_is_judged() {
        let mut refused = Vec::new();
        for name in Service::names() {
            let service = Service::load(name).unwrap();
            refused.extend(
                service.operations().filter(|o| !only_reads(name, &o.name)).map(|o| format!("{name}:{}", o.name)),
            );
        }
        refused.sort();
        for writes in ["ec2:TerminateInstances", "ec2:CreateTags", "ec2:GetConsoleOutput", "sts:GetCallerIdentity"] {
            assert!(refused.iter().any(|r| r == writes), "{writes}");
        }
        assert!(only_reads("ecs", "ListServices") && only_reads("s3", "GetBucketTagging"));
        assert!(!only_reads("ssm", "GetParameter") && !only_reads("ec2", "Listen"));
        assert!(refused.len() < 40, "{refused:?}");
    }
}
