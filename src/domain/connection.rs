//! How we reach an account: a role and where its base credentials come from.

use super::error::no_outer_space;
use super::{AccountId, ConnectionId, ConnectionName, ExternalId, Invalid, Partition, Region, RoleArn, SessionName};

/// A profile's name in the AWS configuration files.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileName(String);

impl ProfileName {
    /// Reads a profile's name.
    ///
    /// # Errors
    /// When it is empty, has outer white space, or holds a control character or `]`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const FIELD: &str = "profile name";
        no_outer_space(FIELD, text)?;
        match text.chars().enumerate().find(|(_, c)| c.is_control() || *c == ']') {
            Some((i, c)) => Err(Invalid::new(FIELD, format!("{c:?} is not allowed")).at(i + 1)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ProfileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where base credentials come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The SDK's default chain: environment, files, container, instance.
    Env,
    /// One profile, resolved by the profile provider alone.
    Profile(ProfileName),
    /// The session of another connection (role chaining).
    Connection(ConnectionId),
    /// An IAM Identity Center sign-in. Reserved: not offered yet.
    Sso(String),
}

impl Source {
    /// Reads `env`, `profile:NAME`, `connection:NAME-or-ID` or `sso:NAME`. A connection's name is
    /// turned into its id by `find`.
    ///
    /// # Errors
    /// When the word before the colon is unknown, or `find` knows no such connection.
    pub fn parse(text: &str, find: impl Fn(&str) -> Option<ConnectionId>) -> Result<Self, Invalid> {
        const FIELD: &str = "source";
        no_outer_space(FIELD, text)?;
        if text == "env" {
            return Ok(Self::Env);
        }
        match text.split_once(':') {
            Some(("profile", name)) => ProfileName::parse(name).map(Self::Profile),
            Some(("connection", name)) => match find(name).or_else(|| ConnectionId::parse(name).ok()) {
                Some(id) => Ok(Self::Connection(id)),
                None => Err(Invalid::new(FIELD, "names a connection that is not here").at(12)),
            },
            Some(("sso", name)) => {
                no_outer_space(FIELD, name)?;
                Ok(Self::Sso(name.to_owned()))
            }
            _ => Err(Invalid::new(FIELD, "is not one of env, profile:NAME, connection:NAME").at(1)),
        }
    }

    /// The source in a person's words: another connection of `book` by its name.
    pub fn label(&self, book: &[Connection]) -> String {
        match self {
            Self::Connection(id) => {
                book.iter().find(|c| c.id == *id).map_or_else(|| self.text(), |c| format!("connection:{}", c.name))
            }
            _ => self.text(),
        }
    }

    /// The form of the vault and the reports, with a connection as its id.
    pub fn text(&self) -> String {
        match self {
            Self::Env => "env".to_owned(),
            Self::Profile(name) => format!("profile:{name}"),
            Self::Connection(id) => format!("connection:{id}"),
            Self::Sso(name) => format!("sso:{name}"),
        }
    }
}

/// How the credentials that act are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// A role is assumed, guarded by an ExternalId.
    Role {
        /// The role.
        arn: RoleArn,
        /// Absent for roles inside one's own organization.
        external_id: Option<ExternalId>,
        /// Only during a rotation.
        external_id_next: Option<ExternalId>,
    },
    /// A profile's own credentials; the profile is the connection's source.
    Profile,
    /// The default chain's own credentials. Only for an unsaved connection.
    Env,
}

impl Method {
    /// The word of the vault and the reports.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Role { .. } => "role",
            Self::Profile => "profile",
            Self::Env => "env",
        }
    }
}

/// One way to reach one account, as it stands in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Never changes.
    pub id: ConnectionId,
    /// Unique label.
    pub name: ConnectionName,
    /// How the acting credentials are made.
    pub method: Method,
    /// Where the base credentials come from.
    pub source: Source,
    /// The pinned account: a role's own; otherwise what the first good test answered.
    pub account: Option<AccountId>,
    /// The session's name in the customer's CloudTrail.
    pub session_name: SessionName,
    /// `sts:SourceIdentity`, when the customer asks for one.
    pub source_identity: Option<SessionName>,
    /// Seconds, 900 to 43200.
    pub duration: u32,
    /// The serial of an MFA device that the trust policy asks for.
    pub mfa_serial: Option<String>,
    /// Empty means every enabled region.
    pub regions: Vec<Region>,
    /// A heading in the list.
    pub group: Option<String>,
    /// Nothing may be changed through this connection.
    pub read_only: bool,
    /// Raises every action one danger level.
    pub protected: bool,
    /// Whether the ExternalId probe may run.
    pub probe_external_id: bool,
    /// Asked in place of AWS's hosts.
    pub endpoint_url: Option<String>,
    /// Allows plain http off loopback for `endpoint_url`.
    pub allow_insecure_endpoint: bool,
    /// Whether it stands in a vault; reports show no id for one that does not.
    pub saved: bool,
}

impl Connection {
    /// The default and the longest duration of a chained session, in seconds
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html>, role chaining).
    pub const HOUR: u32 = 3600;

    /// A connection with every optional field at its default.
    pub fn new(id: ConnectionId, name: ConnectionName, method: Method, source: Source) -> Self {
        let account = match &method {
            Method::Role { arn, .. } => Some(arn.account().clone()),
            Method::Profile | Method::Env => None,
        };
        Self {
            id,
            name,
            method,
            source,
            account,
            session_name: SessionName::default(),
            source_identity: None,
            duration: Self::HOUR,
            mfa_serial: None,
            regions: Vec::new(),
            group: None,
            read_only: false,
            protected: false,
            probe_external_id: true,
            endpoint_url: None,
            allow_insecure_endpoint: false,
            saved: true,
        }
    }

    /// The one connection of a run without a vault, straight on the credentials of the default chain or a profile.
    ///
    /// # Errors
    /// For a source that is another connection's, or not offered.
    pub fn at_hand(id: ConnectionId, source: Source) -> Result<Self, Invalid> {
        let (name, method) = match &source {
            Source::Env => (ConnectionName::parse("env")?, Method::Env),
            Source::Profile(profile) => (ConnectionName::of_profile(profile), Method::Profile),
            _ => return Err(Invalid::new("source", "is neither the credentials at hand nor a profile")),
        };
        Ok(Self { saved: false, ..Self::new(id, name, method, source) })
    }

    /// The role, when one is assumed.
    pub fn role_arn(&self) -> Option<&RoleArn> {
        match &self.method {
            Method::Role { arn, .. } => Some(arn),
            _ => None,
        }
    }

    /// The ExternalId, when one is sent.
    pub fn external_id(&self) -> Option<&ExternalId> {
        match &self.method {
            Method::Role { external_id, .. } => external_id.as_ref(),
            _ => None,
        }
    }

    /// The partition: the role's, else that of the first region; `None` when only a call can tell.
    pub fn partition(&self) -> Option<Partition> {
        self.role_arn().map(|r| r.partition().clone()).or_else(|| self.regions.first().map(Region::partition))
    }

    /// Checks a session's length in seconds.
    ///
    /// # Errors
    /// Outside 900 to 43200 (STS API reference).
    pub fn valid_duration(seconds: u32) -> Result<u32, Invalid> {
        if (900..=43200).contains(&seconds) {
            Ok(seconds)
        } else {
            Err(Invalid::new("duration", format!("{seconds} is not between 900 and 43200 seconds")))
        }
    }

    /// Checks an MFA device's serial: 9 to 256 characters of `A-Za-z0-9_+=/:,.@-`.
    ///
    /// # Errors
    /// Says which character is wrong, or that the length is.
    pub fn valid_mfa_serial(text: &str) -> Result<String, Invalid> {
        const FIELD: &str = "MFA serial";
        no_outer_space(FIELD, text)?;
        super::error::only(
            FIELD,
            text,
            |c| c.is_ascii_alphanumeric() || "_+=/:,.@-".contains(c),
            "it looks like arn:aws:iam::111122223333:mfa/alice",
        )?;
        if (9..=256).contains(&text.len()) {
            Ok(text.to_owned())
        } else {
            let why = format!("is {} characters long; AWS's are 9 to 256", text.len());
            Err(Invalid::new(FIELD, why).fix("it looks like arn:aws:iam::111122223333:mfa/alice"))
        }
    }
}
