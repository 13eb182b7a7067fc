//! How option values become domain types; what is wrong, and where, is in clap's message.

use crate::domain::{
    AccountId, Connection, ConnectionName, ExternalId, Invalid, Partition, ProfileName, Region, RoleArn, RoleName,
    SessionName,
};
use std::time::Duration;

pub(super) fn account(text: &str) -> Result<AccountId, Invalid> {
    AccountId::parse(text)
}

pub(super) fn connection_name(text: &str) -> Result<ConnectionName, Invalid> {
    ConnectionName::parse(text)
}

pub(super) fn external_id(text: &str) -> Result<ExternalId, Invalid> {
    ExternalId::parse(text)
}

pub(super) fn partition(text: &str) -> Result<Partition, Invalid> {
    Partition::parse(text)
}

pub(super) fn profile(text: &str) -> Result<ProfileName, Invalid> {
    ProfileName::parse(text)
}

pub(super) fn region(text: &str) -> Result<Region, Invalid> {
    Region::parse(text)
}

pub(super) fn role_arn(text: &str) -> Result<RoleArn, Invalid> {
    RoleArn::parse(text)
}

pub(super) fn role_name(text: &str) -> Result<RoleName, Invalid> {
    RoleName::parse(text)
}

pub(super) fn session_name(text: &str) -> Result<SessionName, Invalid> {
    SessionName::parse(text)
}

pub(super) fn mfa_serial(text: &str) -> Result<String, Invalid> {
    Connection::valid_mfa_serial(text)
}

/// A session's length in seconds.
pub(super) fn session_seconds(text: &str) -> Result<u32, Invalid> {
    let seconds = text.parse().map_err(|_| Invalid::new("duration", "is not a number of seconds"))?;
    Connection::valid_duration(seconds)
}

/// `90`, `90s`, `15m` or `2h`, at most a day.
pub(super) fn span(text: &str) -> Result<Duration, Invalid> {
    let wrong = || Invalid::new("duration", "is not a span of time").fix("it looks like 90s, 15m or 2h");
    let (number, unit) = match text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
        Some((at, _)) => text.split_at(at),
        None => (text, "s"),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => Some(number),
        "m" => number.checked_mul(60),
        "h" => number.checked_mul(3600),
        _ => return Err(wrong()),
    };
    match seconds {
        Some(s) if (1..=86_400).contains(&s) => Ok(Duration::from_secs(s)),
        _ => Err(Invalid::new("duration", "is not between one second and one day")),
    }
}

/// An empty value takes an optional field away; anything else is read by `parse`.
pub(super) fn or_clear<T>(text: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Result<Change<T>, Invalid> {
    if text.is_empty() { Ok(Change::Clear) } else { parse(text).map(Change::Set) }
}

/// What `edit` does to an optional field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// Takes the value away.
    Clear,
    /// Puts a value in its place.
    Set(T),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_bounded() {
        assert_eq!(span("90").unwrap(), Duration::from_secs(90));
        assert_eq!(span("15m").unwrap(), Duration::from_secs(900));
        assert_eq!(span("2h").unwrap(), Duration::from_secs(7200));
        for wrong in ["", "m", "0", "1d", "-5", "25h", "99999999999999999999h", "1é"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_empty_value_clears() {
        assert_eq!(or_clear("", region).unwrap(), Change::Clear);
        assert!(matches!(or_clear("eu-west-1", region).unwrap(), Change::Set(_)));
        assert!(or_clear("x", region).is_err());
    }
}
