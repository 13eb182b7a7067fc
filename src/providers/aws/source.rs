//! Base credentials: the default chain, one profile, or another connection's session.

use super::calls;
use super::endpoint::Service;
use super::failure::{CallError, Failure};
use super::store::Wanted;
use super::{Aws, Round, trouble};
use crate::domain::{BaseIdentity, CheckError, Connection, ConnectionId, ErrorClass, Partition, Region, Source};
use crate::providers::profiles::{self, ProfileFacts};
use crate::text;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::profile::region::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, future};
use futures_util::FutureExt;
use std::sync::Arc;

/// Base credentials that stand ready in place of this machine's files and environment: the demo's.
pub trait Wallet: Send + Sync {
    /// A source's credentials, and the region beside them.
    ///
    /// # Errors
    /// Class `source`, with what helps.
    fn credentials(&self, source: &Source) -> Result<(Credentials, Option<Region>), CheckError>;

    /// The profiles that it knows.
    fn profiles(&self) -> Vec<ProfileFacts>;
}

/// Base credentials and who they are.
pub struct Base {
    pub(super) credentials: Credentials,
    /// Who we are with them.
    pub identity: BaseIdentity,
    /// The region that stands beside them in the configuration.
    pub region: Option<Region>,
}

impl Base {
    /// Whether a role assumed with them is chained, and so lasts an hour at most
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html>).
    pub fn is_temporary(&self) -> bool {
        self.credentials.session_token().is_some()
    }
}

impl Aws {
    /// The base credentials of a connection, proved by `sts:GetCallerIdentity`; once per source and round.
    ///
    /// # Errors
    /// Class `source`, with what helps; the source's connections are untested, not denied.
    pub(super) async fn base(
        &self,
        round: &Round,
        book: &[Connection],
        connection: &Connection,
        wanted: Wanted,
    ) -> Result<Arc<Base>, CheckError> {
        let source = self.aliased(&connection.source, book)?;
        if let Source::Connection(id) = &source {
            return self.chained(round, book, *id, wanted).await;
        }
        let key = (source.clone(), self.proved_at(connection));
        self.store.base(key, round, wanted, self.make_base(round, connection, &source).boxed()).await
    }

    /// A source under the name that this machine has for it (`[source_alias]`).
    pub fn aliased(&self, source: &Source, book: &[Connection]) -> Result<Source, CheckError> {
        let find = |name: &str| book.iter().find(|c| c.name.as_str() == name).map(|c| c.id);
        // A person writes a chained source by its name.
        let by_name = match source {
            Source::Connection(id) => book.iter().find(|c| c.id == *id).map(|c| format!("connection:{}", c.name)),
            _ => None,
        };
        let alias = self.aliases.get(&source.text()).or_else(|| by_name.and_then(|n| self.aliases.get(&n)));
        match alias {
            None => Ok(source.clone()),
            Some(text) => Source::parse(text, find).map_err(|e| {
                CheckError::new(
                    ErrorClass::Source,
                    format!("[source_alias] turns {} into {text:?}: {e}", source.text()),
                )
            }),
        }
    }

    async fn chained(
        &self,
        round: &Round,
        book: &[Connection],
        id: ConnectionId,
        wanted: Wanted,
    ) -> Result<Arc<Base>, CheckError> {
        let Some(link) = book.iter().find(|c| c.id == id) else {
            let why = format!("its source is the connection {id}, which is not in the vault; choose another source");
            return Err(CheckError::new(ErrorClass::Source, why));
        };
        self.no_loop(book, link)?;
        let assumed = self.session(round, book, link, wanted).await;
        match assumed.outcome {
            Ok(session) => Ok(Arc::new(Base {
                credentials: session.credentials.clone(),
                identity: session.identity.clone(),
                region: session.base_region.clone(),
            })),
            Err(error) => {
                let error = error.into_check_error();
                Err(CheckError {
                    class: ErrorClass::Source,
                    message: format!("connection:{}: {}", link.name, error.message),
                    code: error.code,
                })
            }
        }
    }

    /// The vault refuses loops; an alias could still make one, and a loop would wait for itself.
    fn no_loop(&self, book: &[Connection], first: &Connection) -> Result<(), CheckError> {
        let mut link = first;
        for _ in 0..=book.len() {
            match self.aliased(&link.source, book)? {
                Source::Connection(id) => match book.iter().find(|c| c.id == id) {
                    Some(next) => link = next,
                    None => return Ok(()),
                },
                _ => return Ok(()),
            }
        }
        let why = format!("the sources of {} lead back to it; give one of them a profile as its source", first.name);
        Err(CheckError::new(ErrorClass::Source, why))
    }

    async fn make_base(
        &self,
        round: &Round,
        connection: &Connection,
        source: &Source,
    ) -> Result<Arc<Base>, CheckError> {
        let label = source_label(source);
        let (credentials, region) = match &self.wallet {
            Some(wallet) => wallet.credentials(source)?,
            None => self.of_this_machine(connection, source, &label).await?,
        };
        let identity = self.identify(round, connection, &credentials, region.as_ref(), source, &label).await?;
        Ok(Arc::new(Base { credentials, identity, region }))
    }

    /// What this machine's AWS configuration and environment give for a source.
    async fn of_this_machine(
        &self,
        connection: &Connection,
        source: &Source,
        label: &str,
    ) -> Result<(Credentials, Option<Region>), CheckError> {
        let provider_config = ProviderConfig::without_region()
            .with_http_client(self.http.clone())
            .with_sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
            .with_time_source(aws_smithy_async::time::SystemTimeSource::new());
        let region = self.base_region(source, &provider_config).await;
        // A profile that assumes a role asks STS somewhere, also where the files name no region.
        let usual = || connection.partition().unwrap_or(Partition::Aws).default_region();
        let asked = region.clone().or_else(usual).map(|r| aws_types::region::Region::new(r.as_str().to_owned()));
        let provider_config = provider_config.with_region(asked);
        let provider: Box<dyn ProvideCredentials> = match source {
            Source::Env => Box::new(DefaultCredentialsChain::builder().configure(provider_config).build().await),
            // Alone: the default chain would take the environment's keys first and act in another account.
            Source::Profile(name) => Box::new(
                ProfileFileCredentialsProvider::builder()
                    .configure(&provider_config)
                    .profile_name(name.as_str())
                    .build(),
            ),
            Source::Connection(_) | Source::Sso(_) => {
                let why =
                    "sign-in through IAM Identity Center is not in this release; use profile:NAME with an sso_session";
                return Err(CheckError::new(ErrorClass::Source, why));
            }
        };
        Ok((self.provide(provider.as_ref(), source, label).await?, region))
    }

    /// The profiles that sources may name.
    async fn known_profiles(&self) -> Vec<ProfileFacts> {
        match &self.wallet {
            Some(wallet) => wallet.profiles(),
            None => profiles::profiles().await.unwrap_or_default(),
        }
    }

    /// Resolves credentials within the operation's time limit: the default chain may wait for an
    /// instance's metadata service or a `credential_process`.
    async fn provide(
        &self,
        provider: &dyn ProvideCredentials,
        source: &Source,
        label: &str,
    ) -> Result<Credentials, CheckError> {
        let answer: future::ProvideCredentials<'_> = provider.provide_credentials();
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(credentials)) => Ok(credentials),
            Ok(Err(error)) => Err(trouble::explain(&error, source, label).await),
            Err(_) => Err(CheckError::new(
                ErrorClass::Source,
                format!("{label}: no credentials within {} s; allow more time with --timeout", self.timeout.as_secs()),
            )),
        }
    }

    async fn base_region(&self, source: &Source, config: &ProviderConfig) -> Option<Region> {
        let found = match source {
            Source::Profile(name) => {
                ProfileFileRegionProvider::builder()
                    .configure(config)
                    .profile_name(name.as_str())
                    .build()
                    .region()
                    .await
            }
            // Without the metadata service: it may cost seconds, and a default serves as well.
            _ => match std::env::var("AWS_REGION").or_else(|_| std::env::var("AWS_DEFAULT_REGION")) {
                Ok(region) if !region.is_empty() => return Region::parse(&region).ok(),
                _ => ProfileFileRegionProvider::builder().configure(config).build().region().await,
            },
        };
        found.and_then(|r| Region::parse(r.as_ref()).ok())
    }

    async fn identify(
        &self,
        round: &Round,
        connection: &Connection,
        credentials: &Credentials,
        base: Option<&Region>,
        source: &Source,
        label: &str,
    ) -> Result<BaseIdentity, CheckError> {
        // Whose partition it is only the answer tells: the base region's, else the role's.
        let partition = base.map(Region::partition).or_else(|| connection.partition()).unwrap_or(Partition::Aws);
        let region = Self::sts_region(connection, base, &partition).or_else(|| Partition::Aws.default_region());
        let Some(region) = region else {
            return Err(CheckError::new(
                ErrorClass::Source,
                format!("{label}: no region is known; add one to the profile"),
            ));
        };
        let ask = async |region: Region| {
            let place = self.place(connection, Service::Sts, region, label).map_err(CallError::into_check_error)?;
            Ok::<_, CheckError>(calls::caller_identity(self, round, &place, credentials.clone()).await)
        };
        let mut answer = ask(region).await?;
        // STS is switched off in that region: the partition's default always is on.
        let off = |e: &CallError| matches!(&e.failure, Failure::NoAnswer(e) if e.class == ErrorClass::RegionOff);
        if let (true, Some(default)) = (answer.result.as_ref().is_err_and(off), partition.default_region())
            && default != answer.region
        {
            answer = ask(default).await?;
        }
        match answer.result {
            Ok((identity, _)) => Ok(identity),
            Err(error) => Err(match error.failure {
                // Needs no permission, so only an endpoint's policy can refuse it.
                Failure::Denied(d) => CheckError {
                    class: ErrorClass::Source,
                    code: d.code.clone(),
                    message: format!(
                        "{label}: sts:GetCallerIdentity was refused, which only a VPC endpoint's policy does: {}",
                        d.message
                    ),
                },
                Failure::NoAnswer(e) => {
                    let keep = matches!(
                        e.class,
                        ErrorClass::Network
                            | ErrorClass::Proxy
                            | ErrorClass::Throttled
                            | ErrorClass::Clock
                            | ErrorClass::Unsupported
                    );
                    if keep {
                        // No fault of this source: the same words whichever source met it, to be said once.
                        return Err(e);
                    }
                    CheckError {
                        class: ErrorClass::Source,
                        message: format!(
                            "{label}: {}{}",
                            e.message.trim_end_matches('.'),
                            trouble::remedy(source, e.class, || self.known_profiles()).await
                        ),
                        code: e.code,
                    }
                }
            }),
        }
    }
}

/// A source in a person's words.
pub(super) fn source_label(source: &Source) -> String {
    text::line(&source.text()).into_owned()
}
