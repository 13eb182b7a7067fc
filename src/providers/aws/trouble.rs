//! Why a source gave no credentials, in one sentence, with the one command that helps.

use super::failure::{errors, find, root_cause};
use crate::diagnose;
use crate::domain::{CheckError, ErrorClass, ProfileName, Source, nearest};
use crate::providers::profiles::{self, ProfileFacts, ProfileKind, RoleFacts};
use crate::text;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use std::error::Error;

/// The longest chain of source profiles that is followed.
const LONGEST: usize = 8;
/// Profiles that are offered by name at most.
const OFFERED: usize = 3;

/// A source's failure: class `source`, the source's name first.
pub(super) async fn explain(error: &CredentialsError, source: &Source, label: &str) -> CheckError {
    let known = profiles::profiles().await;
    let words = match (&known, source) {
        (Err(unreadable), _) => unreadable.clone(),
        (Ok(known), Source::Profile(name)) => of_profile(error, name.as_str(), known),
        (Ok(known), _) => of_environment(error, known),
    };
    let mut out = CheckError::new(ErrorClass::Source, format!("{label}: {}", text::line(&words)));
    out.code = spoken(error).map(|(code, _)| code);
    out
}

/// What helps when AWS does not take a source's credentials: a clause with its separator, or nothing.
pub(super) async fn remedy<F>(source: &Source, class: ErrorClass, known: impl FnOnce() -> F) -> String
where
    F: Future<Output = Vec<ProfileFacts>>,
{
    if !matches!(class, ErrorClass::Expired | ErrorClass::Invalid) {
        return String::new();
    }
    let known = known().await;
    let facts = match source {
        Source::Profile(name) => known.iter().find(|p| p.name == name.as_str()),
        _ => None,
    };
    match facts {
        Some(facts) => format!("; {}", renewal(facts, &known, class)),
        None => "; renew the credentials of the environment, or name a source: --source profile:NAME".to_owned(),
    }
}

/// The one command that renews a profile's credentials.
fn renewal(facts: &ProfileFacts, known: &[ProfileFacts], class: ErrorClass) -> String {
    let name = text::quote::shell(&facts.name);
    match &facts.kind {
        ProfileKind::Sso => format!("renew them: aws sso login --profile {name}"),
        ProfileKind::Login => format!("renew them: aws login --profile {name}"),
        ProfileKind::Process => "run the profile's credential_process by hand and see what it gives".to_owned(),
        ProfileKind::Keys | ProfileKind::Nothing => {
            let file = profiles::keys_file(&facts.name);
            match class {
                ErrorClass::Expired => format!("put fresh keys into {file}: aws configure --profile {name}"),
                _ => format!("correct the keys in {file}: aws configure --profile {name}"),
            }
        }
        ProfileKind::Role(role) => match base(role, known) {
            Some(base) => format!("its source profile is {}: {}", base.name, renewal(base, known, class)),
            None => "renew the credentials that it assumes its role with".to_owned(),
        },
    }
}

/// The profile whose credentials a role profile assumes its role with, through other role profiles.
fn base<'p>(role: &RoleFacts, known: &'p [ProfileFacts]) -> Option<&'p ProfileFacts> {
    let mut name = role.source_profile.as_deref()?;
    for _ in 0..LONGEST {
        let facts = known.iter().find(|p| p.name == name)?;
        match &facts.kind {
            ProfileKind::Role(next) => name = next.source_profile.as_deref().filter(|n| *n != facts.name)?,
            _ => return Some(facts),
        }
    }
    None
}

/// Nothing in the environment, or something that failed.
fn of_environment(error: &CredentialsError, known: &[ProfileFacts]) -> String {
    // The chain's own tale of every place that it tried helps nobody.
    if let CredentialsError::CredentialsNotLoaded(_) = error {
        let named = std::env::var("AWS_PROFILE").ok().filter(|n| !n.is_empty());
        if let Some(name) = named.filter(|n| !known.iter().any(|p| p.name == *n)) {
            return format!("AWS_PROFILE names it, and {}", missing(&name, known));
        }
        let offer = offer(known);
        return format!("no credentials were found; export AWS_PROFILE or keys, or name a source: {offer}");
    }
    if let Some((code, message)) = web_identity(error) {
        return format!("the web identity token was not accepted: {code}: {message}; see AWS_WEB_IDENTITY_TOKEN_FILE");
    }
    let name = std::env::var("AWS_PROFILE").ok().filter(|n| !n.is_empty()).unwrap_or_else(|| "default".to_owned());
    match known.iter().find(|p| p.name == name) {
        Some(facts) => format!("profile {name}: {}", of_kind(error, facts, known)),
        None => format!("no credentials came: {}", root_cause(error)),
    }
}

/// `--source profile:a, profile:b or profile:c`, else the form.
fn offer(known: &[ProfileFacts]) -> String {
    let usable = known.iter().filter(|p| p.kind != ProfileKind::Nothing && ProfileName::parse(&p.name).is_ok());
    let names: Vec<String> = usable.take(OFFERED).map(|p| text::quote::shell(&format!("profile:{}", p.name))).collect();
    match names.split_last() {
        None => "--source profile:NAME".to_owned(),
        Some((only, [])) => format!("--source {only}"),
        Some((last, rest)) => format!("--source {} or {last}", rest.join(", ")),
    }
}

fn of_profile(error: &CredentialsError, name: &str, known: &[ProfileFacts]) -> String {
    match known.iter().find(|p| p.name == name) {
        Some(facts) => of_kind(error, facts, known),
        None => missing(name, known),
    }
}

/// A profile that no file has.
fn missing(name: &str, known: &[ProfileFacts]) -> String {
    let names: Vec<&str> = known.iter().map(|p| p.name.as_str()).collect();
    let files = profiles::files();
    match nearest(name, &names) {
        Some(near) => format!("there is no profile {name} in {files}; did you mean {near}?"),
        None => format!(
            "there is no profile {name} in {files}; add it: aws configure --profile {}",
            text::quote::shell(name)
        ),
    }
}

/// What is wrong with a profile, by where its credentials come from.
fn of_kind(error: &CredentialsError, facts: &ProfileFacts, known: &[ProfileFacts]) -> String {
    let name = text::quote::shell(&facts.name);
    match &facts.kind {
        ProfileKind::Role(role) => of_role(error, role, known),
        _ if let Some(connector) = find::<ConnectorError>(error) => {
            format!("its credentials' service cannot be reached: {}; see `cloudivize doctor`", root_cause(connector))
        }
        ProfileKind::Sso => of_sso(error, &name),
        ProfileKind::Login => format!(
            "sessions of `aws login` are not read by this release; give the profile \
             credential_process = aws configure export-credentials --profile {name}, under another name"
        ),
        ProfileKind::Process => {
            let why = root_cause(error);
            let why = why.strip_prefix("Error retrieving credentials: ").unwrap_or(&why);
            let why = why.trim_end().trim_end_matches(". Stderr:");
            format!("its credential_process gave no credentials: {why}; run it by hand")
        }
        ProfileKind::Keys => format!(
            "its keys in {} cannot be used: {}; correct them: aws configure --profile {name}",
            profiles::keys_file(&facts.name),
            root_cause(error)
        ),
        ProfileKind::Nothing => {
            format!("the profile has no credentials of its own; give it some: aws configure --profile {name}")
        }
    }
}

fn of_sso(error: &CredentialsError, name: &str) -> String {
    if let CredentialsError::InvalidConfiguration(_) = error {
        let why = root_cause(error);
        return format!(
            "its single sign-on settings are not whole: {why}; mend them: aws configure sso --profile {name}"
        );
    }
    let not_there = find::<std::io::Error>(error).is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound);
    match spoken(error) {
        Some((code, message))
            if !matches!(
                code.as_str(),
                "UnauthorizedException" | "InvalidGrantException" | "ExpiredTokenException"
            ) =>
        {
            format!(
                "single sign-on gave no credentials: {code}: {message}; look at the profile's sso_account_id and sso_role_name"
            )
        }
        None if not_there || has_hidden_cause(error) => {
            format!("there is no single sign-on session; sign in: aws sso login --profile {name}")
        }
        _ => signed_out_words(name),
    }
}

/// A profile whose single sign-on session ended.
pub fn signed_out(profile: &str) -> String {
    signed_out_words(&text::quote::shell(profile))
}

fn signed_out_words(quoted: &str) -> String {
    format!("single sign-on expired; renew: aws sso login --profile {quoted}")
}

/// Whether the innermost error names another one in the old way alone: of the SDK's errors about a
/// session's token only the one that found none does.
#[allow(deprecated)]
fn has_hidden_cause(error: &CredentialsError) -> bool {
    errors(error).last().is_some_and(|e| e.cause().is_some())
}

/// A profile that assumes a role: the role, or what stands before it.
fn of_role(error: &CredentialsError, role: &RoleFacts, known: &[ProfileFacts]) -> String {
    if let Some((code, message)) = web_identity(error) {
        return format!("role {} does not take its web identity token: {code}: {message}", role.role_arn);
    }
    let from = match (&role.source_profile, base(role, known)) {
        (Some(named), None) if !known.iter().any(|p| p.name == *named) => {
            return format!("its source_profile is not there: {}", missing(named, known));
        }
        (_, base) => base,
    };
    let with = from.map(|f| format!(" with source profile {}", f.name)).unwrap_or_default();
    if let Some(refusal) = find::<AssumeRoleError>(error) {
        let (code, message) = said(refusal);
        let help = match diagnose::classify(Some(&code), &message) {
            Err(e) if matches!(e.class, ErrorClass::Expired | ErrorClass::Invalid) => {
                from.map(|f| renewal(f, known, e.class)).unwrap_or_else(|| "renew its credentials".to_owned())
            }
            _ if role.mfa_serial.is_some() => {
                "it asks for an MFA code: make it a connection with `cloudivize import aws`".to_owned()
            }
            _ => "have the role's trust policy and the caller's own policy allow it".to_owned(),
        };
        return format!("role {} was not assumed{with}: {code}: {message}; {help}", role.role_arn);
    }
    match from {
        Some(base) => format!("its source profile {}: {}", base.name, of_kind(error, base, known)),
        None => match find::<ConnectorError>(error) {
            Some(e) => format!("STS cannot be reached: {}; see `cloudivize doctor`", root_cause(e)),
            None => {
                format!("role {} was not assumed: {}; correct {}", role.role_arn, root_cause(error), profiles::files())
            }
        },
    }
}

fn web_identity(error: &CredentialsError) -> Option<(String, String)> {
    find::<AssumeRoleWithWebIdentityError>(error).map(said)
}

fn said(error: &impl ProvideErrorMetadata) -> (String, String) {
    let line = |s: Option<&str>, other: &str| text::line(s.unwrap_or(other).trim_end_matches('.')).into_owned();
    (line(error.code(), "an error without a code"), line(error.message(), "no reason was given"))
}

/// Code and message of the service that answered, if one did.
fn spoken(error: &CredentialsError) -> Option<(String, String)> {
    if let Some(refusal) = find::<AssumeRoleError>(error) {
        return Some(said(refusal));
    }
    if let Some(answer) = web_identity(error) {
        return Some(answer);
    }
    // What a service's own type does not list is plain metadata.
    if let Some(meta) = find::<ErrorMetadata>(error).filter(|m| m.code().is_some()) {
        return Some(said(meta));
    }
    errors(error).find_map(named)
}

/// The services of single sign-on have types that cannot be named here; their words begin with the code.
fn named(error: &(dyn Error + 'static)) -> Option<(String, String)> {
    let words = error.to_string();
    let (code, message) = words.split_once(": ").unwrap_or((words.as_str(), ""));
    let is_code = code.len() > 9 && code.ends_with("Exception") && code.chars().all(|c| c.is_ascii_alphanumeric());
    is_code.then(|| (code.to_owned(), text::line(message).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str, kind: ProfileKind) -> ProfileFacts {
        ProfileFacts { name: name.to_owned(), kind }
    }

    fn role(name: &str, from: &str) -> ProfileFacts {
        let role_arn = "arn:aws:iam::111122223333:role/R".to_owned();
        let facts = RoleFacts { role_arn, source_profile: Some(from.to_owned()), ..RoleFacts::default() };
        profile(name, ProfileKind::Role(Box::new(facts)))
    }

    fn known() -> Vec<ProfileFacts> {
        vec![
            profile("hub", ProfileKind::Sso),
            profile("plain", ProfileKind::Nothing),
            role("outer", "inner"),
            role("inner", "hub"),
            role("astray", "hubb"),
        ]
    }

    fn assume_role(code: &str) -> CredentialsError {
        let meta = ErrorMetadata::builder().code(code).message("No.").build();
        CredentialsError::provider_error(AssumeRoleError::generic(meta))
    }

    #[test]
    fn a_session_that_ended_names_the_one_command() {
        let error = CredentialsError::provider_error("the SSO token has expired and cannot be refreshed");
        let words = of_profile(&error, "hub", &known());
        assert_eq!(words, "single sign-on expired; renew: aws sso login --profile hub");
        let words = of_profile(&error, "outer", &known());
        let behind = "its source profile hub: single sign-on expired; renew: aws sso login --profile hub";
        assert_eq!(words, behind);
    }

    #[test]
    fn a_session_that_never_was_is_no_expired_one() {
        let none = CredentialsError::provider_error(std::io::Error::from(std::io::ErrorKind::NotFound));
        let words = of_profile(&none, "hub", &known());
        assert_eq!(words, "there is no single sign-on session; sign in: aws sso login --profile hub");
        let refused = ErrorMetadata::builder().code("ForbiddenException").message("No access").build();
        let words = of_profile(&CredentialsError::provider_error(refused), "hub", &known());
        assert!(words.contains("ForbiddenException: No access") && !words.contains("aws sso login"), "{words}");
    }

    #[test]
    fn a_refused_role_says_awss_code_and_words_alone() {
        let words = of_profile(&assume_role("AccessDenied"), "inner", &known());
        assert!(
            words.contains("was not assumed with source profile hub: AccessDenied: No; have the role's"),
            "{words}"
        );
        assert!(!words.contains("Error {") && !words.contains("unhandled"), "{words}");
        let words = of_profile(&assume_role("ExpiredToken"), "inner", &known());
        assert!(words.ends_with("ExpiredToken: No; renew them: aws sso login --profile hub"), "{words}");
    }

    #[test]
    fn a_profile_that_is_not_there_is_told_with_the_nearest() {
        let error = CredentialsError::not_loaded("profile not defined");
        let words = of_profile(&error, "hubs", &known());
        assert!(words.starts_with("there is no profile hubs in ") && words.ends_with("did you mean hub?"), "{words}");
        let words = of_profile(&error, "astray", &known());
        assert!(words.contains("no profile hubb in ") && words.ends_with("did you mean hub?"), "{words}");
        let words = of_profile(&error, "plain", &known());
        assert!(words.ends_with("give it some: aws configure --profile plain"), "{words}");
    }

    #[test]
    fn profiles_with_credentials_are_offered() {
        assert_eq!(offer(&[]), "--source profile:NAME");
        assert_eq!(offer(&known()[..2]), "--source profile:hub");
        assert_eq!(offer(&known()), "--source profile:hub, profile:outer or profile:inner");
    }
}
