//! A parsed refusal: who was refused what, and by which kind of policy.

use serde::Serialize;

/// Which kind of policy refused, in the words of the JSON interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No identity policy allows it: the one an Allow mends for certain.
    IdentityNoAllow,
    /// An identity policy denies it.
    ExplicitDenyIdentity,
    /// No service control policy allows it.
    ScpNoAllow,
    /// A service control policy denies it.
    ScpExplicitDeny,
    /// A resource control policy denies it.
    RcpDeny,
    /// The permissions boundary does not allow it.
    PermissionsBoundaryNoAllow,
    /// The permissions boundary denies it.
    PermissionsBoundaryExplicitDeny,
    /// The session policy does not allow it.
    SessionPolicyNoAllow,
    /// The session policy denies it.
    SessionPolicyExplicitDeny,
    /// The resource's policy does not allow it.
    ResourcePolicyNoAllow,
    /// The resource's policy denies it.
    ResourcePolicyExplicitDeny,
    /// A VPC endpoint's policy stands in the way.
    VpcEndpointPolicy,
    /// A refusal of `sts:AssumeRole*` that names no policy type, or the role trust policy.
    TrustOrCaller,
    /// Nothing readable but an encoded message.
    EncodedOnly,
    /// No policy type named. An honest answer.
    Unspecified,
}

impl Reason {
    /// Every reason, in the order of the interface.
    pub const ALL: [Self; 15] = [
        Self::IdentityNoAllow,
        Self::ExplicitDenyIdentity,
        Self::ScpNoAllow,
        Self::ScpExplicitDeny,
        Self::RcpDeny,
        Self::PermissionsBoundaryNoAllow,
        Self::PermissionsBoundaryExplicitDeny,
        Self::SessionPolicyNoAllow,
        Self::SessionPolicyExplicitDeny,
        Self::ResourcePolicyNoAllow,
        Self::ResourcePolicyExplicitDeny,
        Self::VpcEndpointPolicy,
        Self::TrustOrCaller,
        Self::EncodedOnly,
        Self::Unspecified,
    ];

    /// The word of the JSON interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::IdentityNoAllow => "identity_no_allow",
            Self::ExplicitDenyIdentity => "explicit_deny_identity",
            Self::ScpNoAllow => "scp_no_allow",
            Self::ScpExplicitDeny => "scp_explicit_deny",
            Self::RcpDeny => "rcp_deny",
            Self::PermissionsBoundaryNoAllow => "permissions_boundary_no_allow",
            Self::PermissionsBoundaryExplicitDeny => "permissions_boundary_explicit_deny",
            Self::SessionPolicyNoAllow => "session_policy_no_allow",
            Self::SessionPolicyExplicitDeny => "session_policy_explicit_deny",
            Self::ResourcePolicyNoAllow => "resource_policy_no_allow",
            Self::ResourcePolicyExplicitDeny => "resource_policy_explicit_deny",
            Self::VpcEndpointPolicy => "vpc_endpoint_policy",
            Self::TrustOrCaller => "trust_or_caller",
            Self::EncodedOnly => "encoded_only",
            Self::Unspecified => "unspecified",
        }
    }

    /// Whether adding an Allow to the role may help: `identity_no_allow` for certain, `unspecified`
    /// and `encoded_only` if nothing above forbids it. Never for `sts:AssumeRole`, which callers check.
    pub fn allow_may_help(self) -> bool {
        matches!(self, Self::IdentityNoAllow | Self::Unspecified | Self::EncodedOnly)
    }
}

/// The kind of policy that a refusal names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyType {
    /// Identity-based policy.
    Identity,
    /// Service control policy.
    Scp,
    /// Resource control policy.
    Rcp,
    /// Permissions boundary.
    Boundary,
    /// Session policy.
    Session,
    /// Resource-based policy.
    Resource,
    /// Role trust policy.
    RoleTrust,
    /// VPC endpoint policy.
    VpcEndpoint,
}

/// A refusal, as far as the cloud told. Every text in it is sanitised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Denial {
    /// Which kind of policy refused.
    pub reason: Reason,
    /// The kind of policy that was named.
    pub policy_type: Option<PolicyType>,
    /// Whether the text speaks of an explicit deny.
    pub explicit: bool,
    /// The ARN of the denying policy, which AWS names since January 2026.
    pub policy_arn: Option<String>,
    /// Who was refused, an ARN or `anonymous`.
    pub principal: Option<String>,
    /// What was refused, `service:Operation`.
    pub action: Option<String>,
    /// On what, without quotes.
    pub resource: Option<String>,
    /// The cloud's error code.
    pub code: Option<String>,
    /// The cloud's own words, joined to one line.
    pub message: String,
    /// EC2's encoded authorization message, for `sts:DecodeAuthorizationMessage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoded: Option<String>,
    /// The id for `GetRequestAuthorizationDetails` (IAM Access Troubleshooter).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_id: Option<String>,
}

impl Denial {
    /// A refusal of which only the reason is known.
    pub fn bare(reason: Reason) -> Self {
        Self {
            reason,
            policy_type: None,
            explicit: false,
            policy_arn: None,
            principal: None,
            action: None,
            resource: None,
            code: None,
            message: String::new(),
            encoded: None,
            authorization_id: None,
        }
    }

    /// Whether adding an Allow may help: by the reason, and never against an explicit deny, whoever wrote it.
    pub fn allow_may_help(&self) -> bool {
        self.reason.allow_may_help() && !self.explicit
    }
}
