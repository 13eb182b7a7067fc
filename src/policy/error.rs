//! Why a snippet cannot be made: what is missing and what gives it.

use super::Format;
use crate::domain::Partition;

/// A snippet that cannot be made without guessing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The root user is the base identity.
    #[error(
        "the base identity is an account's root user, and AWS lets no root user assume a role; \
         sign in as a user or role and choose it with --source"
    )]
    RootUser,
    /// The base identity is a federation token's.
    #[error(
        "the base identity {0} comes from GetFederationToken, and AWS lets such a session assume no role; \
         choose another source with --source"
    )]
    FederatedUser(String),
    /// The base identity's ARN has a shape that no call of AWS answers.
    #[error(
        "the base identity {0:?} is neither a user nor a role, so where the policy goes is not known; choose another source with --source"
    )]
    UnknownIdentity(String),
    /// `--principal me` together with an account that is not the base identity's.
    #[error(
        "a trust policy for one identity alone needs that identity: leave out --trusted-account, or use --principal account"
    )]
    NarrowNeedsIdentity,
    /// The role and the caller live in different partitions.
    #[error(
        "the role is in partition {role} and the base identity in {caller}: no role trusts an account of another \
         partition; choose credentials of {role} with --source"
    )]
    Partitions {
        /// The role's.
        role: Partition,
        /// The caller's.
        caller: Partition,
    },
    /// No role to allow.
    #[error(
        "no connection assumes a role from this source, so there is nothing to allow; add one with connection add, or choose another with --source"
    )]
    NoRoles,
    /// The form cannot express it.
    #[error("{why}; use --format {instead}")]
    NotInThisForm {
        /// The form that was asked for.
        format: Format,
        /// Why not.
        why: String,
        /// A form that can.
        instead: Format,
    },
    /// No asset of these kinds can be tagged.
    #[error("tags of {kinds} cannot be changed from here, so no permission is needed for it")]
    NoTags {
        /// Their titles.
        kinds: String,
    },
    /// The document is larger than AWS takes in this place.
    #[error(
        "the policy has {size} characters and {place} takes {limit}; name fewer kinds at once, or split the connections \
         over two sources"
    )]
    TooLarge {
        /// Characters without white space.
        size: usize,
        /// AWS's quota.
        limit: usize,
        /// Where it goes.
        place: String,
    },
}
