//! Trust policies: who may assume a role, and with which ExternalId.

use super::place::Who;
use super::{Document, Effect, PolicyError, Principal, RoleRef, Statement};
use crate::domain::{AccountId, BaseIdentity, Connection, ExternalId, Method, SessionName};
use std::collections::BTreeMap;

/// Whom the role shall trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trusted {
    /// An account that was named (`--trusted-account`): whoever its owner allows.
    Account(AccountId),
    /// The account of our base identity: whoever its owner allows.
    AccountOf(BaseIdentity),
    /// Our base identity alone (`--principal me`).
    Me(BaseIdentity),
}

impl Trusted {
    /// Chooses from `--trusted-account`, the base identity and `--principal`; `None` when neither an
    /// account nor an identity is known.
    ///
    /// # Errors
    /// When one identity alone shall be trusted and it is unknown, or belongs to another account.
    pub fn choose(
        account: Option<AccountId>,
        identity: Option<BaseIdentity>,
        narrow: bool,
    ) -> Result<Option<Self>, PolicyError> {
        match (account, identity) {
            (Some(account), Some(identity)) if account == identity.account => {
                Ok(Some(if narrow { Self::Me(identity) } else { Self::AccountOf(identity) }))
            }
            (Some(_), _) if narrow => Err(PolicyError::NarrowNeedsIdentity),
            (Some(account), _) => Ok(Some(Self::Account(account))),
            (None, Some(identity)) => Ok(Some(if narrow { Self::Me(identity) } else { Self::AccountOf(identity) })),
            (None, None) if narrow => Err(PolicyError::NarrowNeedsIdentity),
            (None, None) => Ok(None),
        }
    }

    /// The account that is trusted.
    pub fn account(&self) -> &AccountId {
        match self {
            Self::Account(account) => account,
            Self::AccountOf(identity) | Self::Me(identity) => &identity.account,
        }
    }

    /// Who asks, when it is known.
    pub fn identity(&self) -> Option<&BaseIdentity> {
        match self {
            Self::Account(_) => None,
            Self::AccountOf(identity) | Self::Me(identity) => Some(identity),
        }
    }
}

/// What a trust policy has to let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustInput {
    /// Who may assume the role.
    pub trusted: Trusted,
    /// Accepted ExternalIds: usually one, two while one replaces the other, none to ask for none.
    pub external_ids: Vec<ExternalId>,
    /// Whether the connection sends an `sts:SourceIdentity`, which a trust policy has to allow.
    pub source_identity: bool,
    /// The session's length in seconds; a new role is made to allow it.
    pub duration: u32,
    /// The session's name in CloudTrail.
    pub session_name: SessionName,
}

impl TrustInput {
    /// Without a connection.
    pub fn new(trusted: Trusted, external_ids: Vec<ExternalId>) -> Self {
        Self {
            trusted,
            external_ids,
            source_identity: false,
            duration: Connection::HOUR,
            session_name: SessionName::default(),
        }
    }

    /// What a connection sends.
    pub fn of(connection: &Connection, trusted: Trusted) -> Self {
        let external_ids = match &connection.method {
            Method::Role { external_id, external_id_next, .. } => {
                external_id.iter().chain(external_id_next).cloned().collect()
            }
            Method::Profile | Method::Env => Vec::new(),
        };
        Self {
            trusted,
            external_ids,
            source_identity: connection.source_identity.is_some(),
            duration: connection.duration,
            session_name: connection.session_name.clone(),
        }
    }
}

/// A role's trust policy and what a new role with it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The policy.
    pub document: Document,
    /// The account that is trusted.
    pub account: AccountId,
    /// The ARN of who asks, when known.
    pub asker: Option<String>,
    /// Whether that identity alone is trusted.
    pub narrow: bool,
    /// Whether an ExternalId is asked for.
    pub external_id: bool,
    /// `MaxSessionDuration` in seconds, when AWS's default of one hour is too short.
    pub max_session: Option<u32>,
    /// The session's name in CloudTrail.
    pub session_name: SessionName,
}

impl Trust {
    /// The description of a role made with it.
    pub(super) fn description(&self) -> String {
        format!("Assumed by Cloudivize from account {}", self.account)
    }

    /// The trust policy for a role, with what has to be said about it.
    pub(super) fn build(role: &RoleRef, input: &TrustInput) -> Result<(Self, Vec<String>), PolicyError> {
        let account = input.trusted.account();
        let mut notes = Vec::new();
        let mut condition = BTreeMap::new();
        if let Some(identity) = input.trusted.identity() {
            if identity.partition != role.partition {
                return Err(PolicyError::Partitions {
                    role: role.partition.clone(),
                    caller: identity.partition.clone(),
                });
            }
            let who = Who::of(identity)?;
            if matches!(input.trusted, Trusted::Me(_)) {
                condition.insert("ArnLike", BTreeMap::from([("aws:PrincipalArn", who.principal_arns(identity)?)]));
            } else if matches!(who, Who::Root | Who::Federated) {
                notes.push(format!(
                    "The base identity {} cannot assume any role; this policy serves other users and roles of {account}.",
                    identity.arn
                ));
            }
        }
        let ids: Vec<String> = input.external_ids.iter().map(|id| id.expose().to_owned()).collect();
        match ids.len() {
            0 => notes.push(format!(
                "This trust policy asks for no ExternalId. That is right inside one organization; anywhere else a service \
                 that uses account {account} for many customers can be talked into using this role (the confused deputy)."
            )),
            1 => {}
            _ => notes.push(
                "This trust policy accepts the old and the new ExternalId; print it again when the old one is given up."
                    .to_owned(),
            ),
        }
        let external_id = !ids.is_empty();
        if external_id {
            condition.insert("StringEquals", BTreeMap::from([("sts:ExternalId", ids)]));
        }
        let document = Document::new(vec![Statement {
            sid: Some("CloudivizeAssume".to_owned()),
            effect: Effect::Allow,
            principal: Some(Principal { aws: format!("arn:{}:iam::{account}:root", role.partition) }),
            action: assume_actions(input.source_identity),
            resource: Vec::new(),
            condition,
        }]);
        let trust = Self {
            document,
            account: account.clone(),
            asker: input.trusted.identity().map(|identity| identity.arn.clone()),
            narrow: matches!(input.trusted, Trusted::Me(_)),
            external_id,
            max_session: (input.duration > Connection::HOUR).then_some(input.duration),
            session_name: input.session_name.clone(),
        };
        Ok((trust, notes))
    }
}

/// What assuming a role takes on both sides. `sts:SetSourceIdentity` has to be allowed by both
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html>).
pub(super) fn assume_actions(source_identity: bool) -> Vec<String> {
    let mut actions = vec!["sts:AssumeRole".to_owned()];
    if source_identity {
        actions.push("sts:SetSourceIdentity".to_owned());
    }
    actions
}
