//! What the AWS configuration files name: profiles, what kind they are, and which role they assume.
//! No key and no token is taken out of them.

use aws_config::profile::{ProfileFileLoadError, ProfileSet, load};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

/// One profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFacts {
    /// Its name.
    pub name: String,
    /// Where its credentials come from.
    pub kind: ProfileKind,
}

/// Where a profile's credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileKind {
    /// A role is assumed.
    Role(Box<RoleFacts>),
    /// A session of IAM Identity Center.
    Sso,
    /// A session of `aws login`.
    Login,
    /// A program gives them.
    Process,
    /// Keys stand in the file.
    Keys,
    /// It has none of its own.
    Nothing,
}

impl ProfileKind {
    /// A word for a listing.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Role(_) => "role",
            Self::Sso => "IAM Identity Center",
            Self::Login => "aws login",
            Self::Process => "credential process",
            Self::Keys => "keys",
            Self::Nothing => "no credentials of its own",
        }
    }
}

/// A profile that assumes a role, in the words of the file
/// (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html>).
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RoleFacts {
    /// `role_arn`.
    pub role_arn: String,
    /// `source_profile`.
    pub source_profile: Option<String>,
    /// `credential_source`.
    pub credential_source: Option<String>,
    /// Whether `web_identity_token_file` is set.
    pub web_identity: bool,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `role_session_name`.
    pub session_name: Option<String>,
    /// `duration_seconds`.
    pub duration: Option<String>,
    /// `mfa_serial`.
    pub mfa_serial: Option<String>,
    /// `endpoint_url`.
    pub endpoint_url: Option<String>,
}

impl std::fmt::Debug for RoleFacts {
    /// Without the ExternalId.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoleFacts").field("role_arn", &self.role_arn).finish_non_exhaustive()
    }
}

/// Reads the configuration files that the environment names, else `~/.aws/config` and
/// `~/.aws/credentials`; profiles by name. Files that are not there are empty.
///
/// # Errors
/// When a file cannot be read or is no configuration; the text says which and where.
pub async fn profiles() -> Result<Vec<ProfileFacts>, String> {
    let set = load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None).await.map_err(|e| explain(&e))?;
    let mut found: Vec<ProfileFacts> = set.profiles().filter_map(|name| facts(&set, name)).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The files that are read, for a sentence: `~/.aws/config or ~/.aws/credentials`.
pub fn files() -> String {
    format!("{} or {}", file("AWS_CONFIG_FILE", "~/.aws/config"), credentials_file())
}

/// The file that holds a profile's keys, for a sentence.
pub fn keys_file(name: &str) -> String {
    let credentials = credentials_file();
    let path = match (credentials.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => credentials.clone().into(),
    };
    let heading =
        |line: &str| line.trim().strip_prefix('[').and_then(|l| l.strip_suffix(']')).map(str::trim) == Some(name);
    match std::fs::read_to_string(path) {
        Ok(text) if text.lines().any(heading) => credentials,
        _ => file("AWS_CONFIG_FILE", "~/.aws/config"),
    }
}

fn credentials_file() -> String {
    file("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
}

fn file(variable: &str, usual: &str) -> String {
    std::env::var(variable).ok().filter(|v| !v.is_empty()).unwrap_or_else(|| usual.to_owned())
}

fn facts(set: &ProfileSet, name: &str) -> Option<ProfileFacts> {
    let profile = set.get_profile(name)?;
    let get = |key: &str| profile.get(key).map(str::to_owned);
    let has = |key: &str| profile.get(key).is_some();
    let kind = match get("role_arn") {
        Some(role_arn) => ProfileKind::Role(Box::new(RoleFacts {
            role_arn,
            source_profile: get("source_profile"),
            credential_source: get("credential_source"),
            web_identity: has("web_identity_token_file"),
            external_id: get("external_id"),
            session_name: get("role_session_name"),
            duration: get("duration_seconds"),
            mfa_serial: get("mfa_serial"),
            endpoint_url: get("endpoint_url"),
        })),
        None if has("sso_session") || has("sso_start_url") => ProfileKind::Sso,
        None if has("login_session") => ProfileKind::Login,
        None if has("credential_process") => ProfileKind::Process,
        None if has("aws_access_key_id") => ProfileKind::Keys,
        None => ProfileKind::Nothing,
    };
    Some(ProfileFacts { name: name.to_owned(), kind })
}

fn explain(error: &ProfileFileLoadError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    format!("the AWS configuration could not be read: {text}; correct the file")
}
