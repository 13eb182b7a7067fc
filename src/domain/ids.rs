//! Identities: connections, ExternalIds, session names, tickets.

use super::Invalid;
use super::error::{no_outer_space, only};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A connection's identity for its whole life; the name is only a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionId(pub Uuid);

impl ConnectionId {
    /// A new random identity (UUID version 4).
    pub fn generate() -> Self {
        Self(Uuid::new_v4())
    }

    /// Reads a UUID.
    ///
    /// # Errors
    /// When the text is no UUID.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Uuid::try_parse(text).map(Self).map_err(|_| Invalid::new("connection id", "is not a UUID"))
    }
}

impl std::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl TryFrom<String> for ConnectionId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<ConnectionId> for String {
    fn from(id: ConnectionId) -> Self {
        id.to_string()
    }
}

/// A connection's label: letters, digits and `. _ -`, at most 64, unique in a vault.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ConnectionName(String);

impl ConnectionName {
    /// Reads a label.
    ///
    /// # Errors
    /// Says which character is not allowed, or that the label is too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const FIELD: &str = "connection name";
        no_outer_space(FIELD, text)?;
        only(FIELD, text, |c| c.is_alphanumeric() || "._-".contains(c), "use letters, digits and . _ -")?;
        if text.starts_with('-') {
            return Err(Invalid::new(FIELD, "begins with a dash, like an option").at(1));
        }
        if text.chars().count() > 64 {
            return Err(Invalid::new(FIELD, "has more than 64 characters").at(65));
        }
        Ok(Self(text.to_owned()))
    }

    /// The label of an unsaved connection that stands for a profile, which may hold blanks and more.
    pub fn of_profile(profile: &super::ProfileName) -> Self {
        Self(profile.as_str().to_owned())
    }

    /// The label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ConnectionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ConnectionName {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<ConnectionName> for String {
    fn from(name: ConnectionName) -> Self {
        name.0
    }
}

/// 2 to 1224 characters of `A-Za-z0-9_+=,.@:/-`
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>).
/// AWS does not call it a secret; we show it only when asked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ExternalId(String);

impl ExternalId {
    /// A new random one (UUID version 4).
    pub fn generate() -> Self {
        Self(Uuid::new_v4().hyphenated().to_string())
    }

    /// Reads an ExternalId.
    ///
    /// # Errors
    /// Says which character is not allowed, or that the length is wrong.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const FIELD: &str = "ExternalId";
        no_outer_space(FIELD, text)?;
        only(
            FIELD,
            text,
            |c| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c),
            "use letters, digits and _ + = , . @ : / -",
        )?;
        if text.len() < 2 {
            return Err(Invalid::new(FIELD, "has fewer than 2 characters"));
        }
        if text.len() > 1224 {
            return Err(Invalid::new(FIELD, "has more than 1224 characters").at(1225));
        }
        Ok(Self(text.to_owned()))
    }

    /// The value itself, for the call, the vault and the snippets that a person asked for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ExternalId(hidden)")
    }
}

/// 2 to 64 characters of `A-Za-z0-9_+=,.@-`; ours is `Cloudivize-Session`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SessionName(String);

impl SessionName {
    /// Reads a session name.
    ///
    /// # Errors
    /// Says which character is not allowed, or that the length is wrong.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::parse_as("session name", text)
    }

    /// Reads a value with the same rules under another field's name (`sts:SourceIdentity`).
    ///
    /// # Errors
    /// Says which character is not allowed, or that the length is wrong.
    pub fn parse_as(field: &'static str, text: &str) -> Result<Self, Invalid> {
        no_outer_space(field, text)?;
        only(
            field,
            text,
            |c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c),
            "use letters, digits and _ + = , . @ -",
        )?;
        match text.len() {
            0..=1 => Err(Invalid::new(field, "has fewer than 2 characters")),
            2..=64 => Ok(Self(text.to_owned())),
            _ => Err(Invalid::new(field, "has more than 64 characters").at(65)),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SessionName {
    fn default() -> Self {
        Self("Cloudivize-Session".to_owned())
    }
}

impl std::fmt::Display for SessionName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SessionName {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<SessionName> for String {
    fn from(name: SessionName) -> Self {
        name.0
    }
}

/// Our number for one request. A started ticket gives any number of parts and exactly one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Ticket(pub u64);
