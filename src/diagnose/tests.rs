use super::*;
use crate::domain::Reason;

#[test]
fn reads_the_ordinary_refusal() {
    let d = denial(
        Some("AccessDenied"),
        "User: arn:aws:sts::111122223333:assumed-role/R/s is not authorized to perform: iam:GetAccountSummary on \
         resource: * because no identity-based policy allows the iam:GetAccountSummary action",
    );
    assert_eq!(d.reason, Reason::IdentityNoAllow);
    assert_eq!(d.action.as_deref(), Some("iam:GetAccountSummary"));
    assert_eq!(d.resource.as_deref(), Some("*"));
}
