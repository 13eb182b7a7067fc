//! `sts:AssumeRole`: the session of a connection, and the probe's variants of the same call.

use super::calls::{self, AssumeInput};
use super::endpoint::Service;
use super::failure::{CallError, Failure};
use super::source::Base;
use super::store::Wanted;
use super::{Answer, Aws, Round, lock};
use crate::domain::{
    AccountId, BaseIdentity, CheckError, Connection, ErrorClass, ExternalId, Method, Partition, Region,
};
use aws_credential_types::Credentials;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// Temporary credentials of one connection.
pub struct Session {
    pub(super) credentials: Credentials,
    /// Who we have become.
    pub identity: BaseIdentity,
    /// The account that the session acts in.
    pub account: AccountId,
    /// Its partition.
    pub partition: Partition,
    /// The base credentials' configured region.
    pub base_region: Option<Region>,
    /// A one-time code was spent: nothing that needs another may follow unasked.
    pub used_code: bool,
}

impl Session {
    /// Whether it is good for five more minutes.
    pub fn lasts(&self) -> bool {
        self.credentials.expiry().is_none_or(super::store::lasts)
    }
}

/// Why there is no session.
#[derive(Debug, Clone)]
pub enum AssumeError {
    /// The base credentials could not be had.
    Source(CheckError),
    /// `sts:AssumeRole` gave nothing.
    Call(CallError),
}

impl AssumeError {
    /// The reason in one sentence.
    pub fn into_check_error(self) -> CheckError {
        match self {
            Self::Source(e) => e,
            Self::Call(e) => e.into_check_error(),
        }
    }
}

/// The outcome of one AssumeRole, kept as the round's evidence.
#[derive(Clone)]
pub struct Assumed {
    /// The session or why there is none.
    pub outcome: Result<Arc<Session>, AssumeError>,
    /// Who asked.
    pub base: Option<Arc<Base>>,
    /// Where it was asked.
    pub region: Option<Region>,
    /// How long it took, in milliseconds.
    pub latency_ms: Option<u64>,
    /// AWS's request id.
    pub request_id: Option<String>,
}

/// Which ExternalId a call carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdVariant {
    /// None at all.
    Without,
    /// A random one.
    Wrong,
}

impl Aws {
    /// The session of a connection; once per connection and round.
    pub(super) fn session<'a>(
        &'a self,
        round: &'a Round,
        book: &'a [Connection],
        connection: &'a Connection,
        wanted: Wanted,
    ) -> BoxFuture<'a, Assumed> {
        // Boxed by type: a chained source comes back here.
        let make = self.make_session(round, book, connection, wanted);
        self.store.session(connection.id, round, wanted, make.boxed()).boxed()
    }

    /// As [`Aws::session`], but only one made in this round will do: for tests.
    pub async fn fresh_session(&self, round: &Round, book: &[Connection], connection: &Connection) -> Assumed {
        self.session(round, book, connection, Wanted::Fresh).await
    }

    /// As [`Aws::session`], content with a session that is good for five more minutes.
    pub async fn usable_session(&self, round: &Round, book: &[Connection], connection: &Connection) -> Assumed {
        self.session(round, book, connection, Wanted::Usable).await
    }

    /// As [`Aws::base`], but proved in this round.
    ///
    /// # Errors
    /// As [`Aws::base`].
    pub async fn fresh_base(
        &self,
        round: &Round,
        book: &[Connection],
        connection: &Connection,
    ) -> Result<Arc<Base>, CheckError> {
        self.base(round, book, connection, Wanted::Fresh).await
    }

    async fn make_session(
        &self,
        round: &Round,
        book: &[Connection],
        connection: &Connection,
        wanted: Wanted,
    ) -> Assumed {
        let nothing = |outcome, base| Assumed { outcome, base, region: None, latency_ms: None, request_id: None };
        let base = match self.base(round, book, connection, wanted).await {
            Ok(base) => base,
            Err(error) => return nothing(Err(AssumeError::Source(error)), None),
        };
        let Method::Role { arn, external_id, .. } = &connection.method else {
            let session = Session {
                credentials: base.credentials.clone(),
                identity: base.identity.clone(),
                account: base.identity.account.clone(),
                partition: base.identity.partition.clone(),
                base_region: base.region.clone(),
                used_code: false,
            };
            return nothing(Ok(Arc::new(session)), Some(base));
        };
        let mut input = match self.assume_input(connection, &base) {
            Ok(input) => input,
            Err(error) => return nothing(Err(AssumeError::Call(error)), Some(base)),
        };
        input.external_id.clone_from(external_id);
        let used_code = input.mfa.is_some();
        let (answer, account) = match self.assume(round, connection, &base, input).await {
            Ok(answer) => (answer, arn.account().clone()),
            Err(error) => return nothing(Err(AssumeError::Call(error)), Some(base)),
        };
        let (outcome, request_id) = match answer.result {
            Ok(((credentials, identity), request_id)) => {
                let session = Session {
                    credentials,
                    account: identity.as_ref().map_or(account, |i| i.account.clone()),
                    identity: identity.unwrap_or_else(|| BaseIdentity {
                        arn: arn.to_string(),
                        account: arn.account().clone(),
                        partition: arn.partition().clone(),
                    }),
                    partition: arn.partition().clone(),
                    base_region: base.region.clone(),
                    used_code,
                };
                (Ok(Arc::new(session)), request_id)
            }
            Err(error) => {
                let id = error.request_id.clone();
                (Err(AssumeError::Call(error)), id)
            }
        };
        Assumed {
            outcome,
            base: Some(base),
            region: Some(answer.region),
            latency_ms: Some(answer.latency_ms),
            request_id,
        }
    }

    /// One call of the probe: the real call but for the ExternalId, made harmless by 15 minutes and
    /// a session policy that denies everything; its credentials are dropped at once.
    ///
    /// # Errors
    /// When the call gave nothing, refusals included.
    pub async fn probe(
        &self,
        round: &Round,
        connection: &Connection,
        base: &Base,
        variant: IdVariant,
    ) -> Result<(), CallError> {
        let mut input = self.assume_input(connection, base)?;
        input.external_id = match variant {
            IdVariant::Without => None,
            IdVariant::Wrong => Some(ExternalId::generate()),
        };
        input.harmless = true;
        let answer = self.assume(round, connection, base, input).await?;
        answer.result.map(|_| ())
    }

    /// What an AssumeRole of this connection carries beside the ExternalId.
    fn assume_input(&self, connection: &Connection, base: &Base) -> Result<AssumeInput, CallError> {
        let Some(arn) = connection.role_arn() else {
            return Err(CallError::local(ErrorClass::Invalid, "this connection assumes no role"));
        };
        if base.identity.partition != *arn.partition() {
            return Err(CallError::local(
                ErrorClass::Invalid,
                format!(
                    "the role is in partition {}, the source's credentials are of {}: a role there needs a source of its own there",
                    arn.partition(),
                    base.identity.partition
                ),
            ));
        }
        let mfa = match &connection.mfa_serial {
            None => None,
            Some(serial) => match lock(&self.codes).remove(&connection.id) {
                Some(code) => Some((serial.clone(), code)),
                None => {
                    let error = CheckError::without_code(format!(
                        "a one-time code of {serial} is needed and none was given: test it again and type the code (t in the \
                         dashboard, or `cloudivize check {}` in a terminal)",
                        connection.name
                    ));
                    return Err(CallError { failure: Failure::NoAnswer(error), request_id: None, unreachable: false });
                }
            },
        };
        // A chained session lasts an hour at most; asking for more is refused.
        let duration =
            if base.is_temporary() { connection.duration.min(Connection::HOUR) } else { connection.duration };
        Ok(AssumeInput {
            role_arn: arn.to_string(),
            session_name: connection.session_name.to_string(),
            source_identity: connection.source_identity.as_ref().map(ToString::to_string),
            duration,
            mfa,
            external_id: None,
            harmless: false,
        })
    }

    async fn assume(
        &self,
        round: &Round,
        connection: &Connection,
        base: &Base,
        input: AssumeInput,
    ) -> Result<Answer<(Credentials, Option<BaseIdentity>)>, CallError> {
        let partition = connection.partition().unwrap_or(Partition::Aws);
        let Some(region) = Self::sts_region(connection, base.region.as_ref(), &partition) else {
            return Err(CallError::local(
                ErrorClass::Invalid,
                format!("this release does not know the regions of partition {partition}; add one with --region"),
            ));
        };
        let account = connection.account.as_ref().map(AccountId::as_str).unwrap_or_default();
        let place = self.place(connection, Service::Sts, region, account)?;
        let answer = calls::assume_role(self, round, &place, base.credentials.clone(), &input).await;
        let Err(error) = &answer.result else { return Ok(answer) };
        let Failure::NoAnswer(e) = &error.failure else { return Ok(answer) };
        // The role allows no more than an hour: the code alone says that a value was refused, and
        // this is the only one of ours that a shorter call can mend.
        if e.code.as_deref() == Some("ValidationError") && input.duration > Connection::HOUR && input.mfa.is_none() {
            let shorter = AssumeInput { duration: Connection::HOUR, ..input };
            return Ok(calls::assume_role(self, round, &place, base.credentials.clone(), &shorter).await);
        }
        // STS is switched off in that region: the partition's default always is on.
        if e.class == ErrorClass::RegionOff
            && input.mfa.is_none()
            && let Some(default) = partition.default_region().filter(|d| *d != place.region)
        {
            let place = self.place(connection, Service::Sts, default, account)?;
            return Ok(calls::assume_role(self, round, &place, base.credentials.clone(), &input).await);
        }
        Ok(answer)
    }
}
