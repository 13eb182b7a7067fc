//! Where a policy goes, and how to tell from a caller's ARN.

use super::{Document, PolicyError};
use crate::domain::{AccountId, BaseIdentity, Partition, RoleArn, RoleName};
use crate::text::quote;

/// A role that a snippet is for. Its account is unknown when only a name was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRef {
    /// Where its ARN lives.
    pub partition: Partition,
    /// The owner, when known.
    pub account: Option<AccountId>,
    /// `/` or `/a/b/`.
    pub path: String,
    /// Without the path.
    pub name: RoleName,
}

impl RoleRef {
    /// `role NAME in ACCOUNT`, or `role NAME` when the account is unknown.
    pub fn label(&self) -> String {
        match &self.account {
            Some(account) => format!("role {} in {account}", self.name),
            None => format!("role {}", self.name),
        }
    }

    /// The ARN, when the account is known.
    pub fn arn(&self) -> Option<String> {
        let account = self.account.as_ref()?;
        Some(format!("arn:{}:iam::{account}:role{}{}", self.partition, self.path, self.name))
    }
}

impl From<&RoleArn> for RoleRef {
    fn from(arn: &RoleArn) -> Self {
        Self {
            partition: arn.partition().clone(),
            account: Some(arn.account().clone()),
            path: arn.path().to_owned(),
            name: arn.name().clone(),
        }
    }
}

/// What a policy is attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A role.
    Role(RoleRef),
    /// An IAM user.
    User {
        /// Where its ARN lives.
        partition: Partition,
        /// Its owner.
        account: AccountId,
        /// Without the path.
        name: String,
    },
    /// A permission set of IAM Identity Center: its role takes no policy of anybody else's.
    PermissionSet {
        /// Where its role's ARN lives.
        partition: Partition,
        /// The account in which its role was met.
        account: AccountId,
        /// The set's name.
        name: String,
    },
}

impl Place {
    /// `role NAME in ACCOUNT` and the like.
    pub fn label(&self) -> String {
        match self {
            Self::Role(role) => role.label(),
            Self::User { account, name, .. } => format!("user {name} in {account}"),
            Self::PermissionSet { account, name, .. } => {
                format!("permission set {name} of IAM Identity Center, used in {account}")
            }
        }
    }

    /// The partition of everything in the snippet.
    pub fn partition(&self) -> &Partition {
        match self {
            Self::Role(role) => &role.partition,
            Self::User { partition, .. } | Self::PermissionSet { partition, .. } => partition,
        }
    }

    /// The account in which the policy is attached; unknown for a permission set, which lives where
    /// Identity Center is managed.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Role(role) => role.account.as_ref(),
            Self::User { account, .. } => Some(account),
            Self::PermissionSet { .. } => None,
        }
    }
}

/// How a place takes a policy of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// As an inline policy under its name.
    Inline,
    /// As a managed policy of the account, which may be larger.
    Managed,
}

impl Place {
    /// Inline where it fits, else managed where that helps. AWS counts characters without white space
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>,
    /// <https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html>).
    pub(super) fn hold(&self, document: &Document) -> Result<Hold, PolicyError> {
        let size = document.min().len();
        let limit = match self {
            Self::Role(_) if size <= 10_240 => return Ok(Hold::Inline),
            Self::User { .. } if size <= 2_048 => return Ok(Hold::Inline),
            Self::User { .. } if size <= 6_144 => return Ok(Hold::Managed),
            Self::PermissionSet { .. } if size <= 32_768 => return Ok(Hold::Inline),
            Self::Role(_) => 10_240,
            Self::User { .. } => 6_144,
            Self::PermissionSet { .. } => 32_768,
        };
        Err(PolicyError::TooLarge { size, limit, place: self.label() })
    }
}

/// Who a caller is, read from the ARN that `sts:GetCallerIdentity` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    User { path: String, name: String },
    Role { path: Option<String>, name: RoleName, instance: Option<String> },
    PermissionSet { name: String },
    Root,
    Federated,
}

impl Who {
    /// Reads the ARN of a user, a role, a session of either, or an account's root
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
    pub(super) fn of(identity: &BaseIdentity) -> Result<Self, PolicyError> {
        let unknown = || PolicyError::UnknownIdentity(identity.arn.clone());
        let fields: Vec<&str> = identity.arn.splitn(6, ':').collect();
        let [_, _, service, _, _, resource] = fields[..] else { return Err(unknown()) };
        let role = |text: &str| RoleName::parse(text).map_err(|_| unknown());
        match (service, resource.split_once('/')) {
            ("iam", None) if resource == "root" => Ok(Self::Root),
            ("iam", Some(("user", rest))) => {
                let (path, name) = split_path(rest);
                Ok(Self::User { path, name: name.to_owned() })
            }
            ("iam", Some(("role", rest))) => {
                let (path, name) = split_path(rest);
                Ok(Self::Role { path: Some(path), name: role(name)?, instance: None })
            }
            ("sts", Some(("federated-user", _))) => Ok(Self::Federated),
            ("sts", Some(("assumed-role", rest))) => {
                let (name, session) = rest.split_once('/').ok_or_else(unknown)?;
                if let Some((set, _)) = name.strip_prefix("AWSReservedSSO_").and_then(|n| n.rsplit_once('_')) {
                    return Ok(Self::PermissionSet { name: set.to_owned() });
                }
                // Sessions of an instance role bear the instance's id.
                let instance = session.starts_with("i-").then(|| session.to_owned());
                Ok(Self::Role { path: None, name: role(name)?, instance })
            }
            _ => Err(unknown()),
        }
    }

    /// Where this caller's policy goes.
    pub(super) fn place(&self, identity: &BaseIdentity) -> Result<Place, PolicyError> {
        let (partition, account) = (identity.partition.clone(), identity.account.clone());
        match self {
            Self::User { name, .. } => Ok(Place::User { partition, account, name: name.clone() }),
            Self::PermissionSet { name } => Ok(Place::PermissionSet { partition, account, name: name.clone() }),
            Self::Role { path, name, .. } => Ok(Place::Role(RoleRef {
                partition,
                account: Some(account),
                path: path.clone().unwrap_or_else(|| "/".to_owned()),
                name: name.clone(),
            })),
            Self::Root => Err(PolicyError::RootUser),
            Self::Federated => Err(PolicyError::FederatedUser(identity.arn.clone())),
        }
    }

    /// Values of `aws:PrincipalArn` that match this caller and nobody else.
    ///
    /// A session's ARN does not carry its role's path. Role names are unique in an account whatever
    /// their path, so `role/NAME` and `role/*/NAME` together match that one role.
    pub(super) fn principal_arns(&self, identity: &BaseIdentity) -> Result<Vec<String>, PolicyError> {
        let prefix = format!("arn:{}:iam::{}", identity.partition, identity.account);
        match self {
            Self::User { path, name } => Ok(vec![format!("{prefix}:user{}{}", quote::iam(path), quote::iam(name))]),
            Self::Role { path: Some(path), name, .. } => Ok(vec![format!("{prefix}:role{}{name}", quote::iam(path))]),
            Self::Role { path: None, name, .. } => {
                Ok(vec![format!("{prefix}:role/{name}"), format!("{prefix}:role/*/{name}")])
            }
            Self::PermissionSet { name } => {
                Ok(vec![format!("{prefix}:role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_{name}_*")])
            }
            Self::Root => Err(PolicyError::RootUser),
            Self::Federated => Err(PolicyError::FederatedUser(identity.arn.clone())),
        }
    }
}

/// `a/b/name` into `/a/b/` and `name`.
fn split_path(rest: &str) -> (String, &str) {
    match rest.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), rest),
    }
}
