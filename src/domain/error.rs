//! What is wrong with a value, and what kept a check from an answer.

use serde::Serialize;

/// A value that is not what its field asks for: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Invalid {
    /// The field in a person's words, such as "role ARN".
    pub field: &'static str,
    /// The first wrong character, counted from 1; `None` when the whole value is wrong.
    pub at: Option<usize>,
    /// What is wrong, without the value itself.
    pub why: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// A value that would be accepted and is probably meant.
    pub suggestion: Option<String>,
}

impl Invalid {
    /// An error about the whole of `field`.
    pub fn new(field: &'static str, why: impl Into<String>) -> Self {
        Self { field, at: None, why: why.into(), fix: None, suggestion: None }
    }

    /// Names the first wrong character, counted from 1.
    #[must_use]
    pub fn at(mut self, position: usize) -> Self {
        self.at = Some(position);
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Adds a value that is probably meant.
    #[must_use]
    pub fn suggest(mut self, value: impl Into<String>) -> Self {
        self.suggestion = Some(value.into());
        self
    }

    /// What is wrong and what to do, for a message that has named the field already.
    pub fn reason(&self) -> String {
        let at = self.at.map(|at| format!(" (at character {at})")).unwrap_or_default();
        let fix = self.fix.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default();
        let value = self.suggestion.as_ref().map(|value| format!("; did you mean {value}")).unwrap_or_default();
        format!("{}{at}{fix}{value}", self.why)
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.reason())
    }
}

/// The known word that `word` was probably meant to be.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let word = word.to_lowercase();
    known
        .iter()
        .map(|k| (strsim::jaro_winkler(&word, &k.to_lowercase()), *k))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

/// Refuses leading and trailing white space, the commonest paste mistake, and says where it is.
pub(super) fn no_outer_space(field: &'static str, text: &str) -> Result<(), Invalid> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    if text.starts_with(char::is_whitespace) {
        return Err(Invalid::new(field, "begins with white space").at(1).suggest(trimmed));
    }
    if trimmed.len() != text.len() {
        let at = trimmed.chars().count() + 1;
        return Err(Invalid::new(field, "ends with white space").at(at).suggest(trimmed));
    }
    Ok(())
}

/// Finds the first character that `allowed` refuses and reports it with its place.
pub(super) fn only(
    field: &'static str,
    text: &str,
    allowed: impl Fn(char) -> bool,
    expected: &str,
) -> Result<(), Invalid> {
    match text.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        None => Ok(()),
        Some((i, c)) => Err(Invalid::new(field, format!("{:?} is not allowed; {expected}", c)).at(i + 1)),
    }
}

/// Why a check has no answer. The words are part of the JSON interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The base credentials could not be had.
    Source,
    /// The host could not be reached.
    Network,
    /// A proxy answered instead of the cloud.
    Proxy,
    /// Too many requests, also after retries.
    Throttled,
    /// The credentials were good once.
    Expired,
    /// The region, or STS in it, is not switched on for the account.
    RegionOff,
    /// This machine's clock is too far off to sign requests.
    Clock,
    /// The endpoint does not know the call.
    Unsupported,
    /// The request or its credentials were malformed or unknown.
    Invalid,
    /// Another account answered than the one this connection is pinned to.
    AccountMismatch,
    /// Something that stands before this check failed.
    NotReached,
    /// A person or a deadline stopped it.
    Cancelled,
    /// None of the above.
    Other,
}

impl ErrorClass {
    /// Every class, in the order of the interface.
    pub const ALL: [Self; 13] = [
        Self::Source,
        Self::Network,
        Self::Proxy,
        Self::Throttled,
        Self::Expired,
        Self::RegionOff,
        Self::Clock,
        Self::Unsupported,
        Self::Invalid,
        Self::AccountMismatch,
        Self::NotReached,
        Self::Cancelled,
        Self::Other,
    ];

    /// The word of the JSON interface.
    pub fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Network => "network",
            Self::Proxy => "proxy",
            Self::Throttled => "throttled",
            Self::Expired => "expired",
            Self::RegionOff => "region_off",
            Self::Clock => "clock",
            Self::Unsupported => "unsupported",
            Self::Invalid => "invalid",
            Self::AccountMismatch => "account_mismatch",
            Self::NotReached => "not_reached",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }
}

/// What kept a check from an answer: never a refusal, which is a [`super::Denial`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckError {
    /// Which of the few kinds of failure it is.
    pub class: ErrorClass,
    /// The cloud's error code, when it gave one.
    pub code: Option<String>,
    /// What happened, why, and what to do; sanitised, one or more sentences.
    pub message: String,
}

impl CheckError {
    /// The code of a role that wants a one-time code while none was given: AWS was not asked.
    const NO_CODE: &'static str = "OneTimeCodeMissing";

    /// A role wants a one-time code, and none was given.
    pub fn without_code(message: impl Into<String>) -> Self {
        Self { code: Some(Self::NO_CODE.to_owned()), ..Self::new(ErrorClass::Invalid, message) }
    }

    /// Whether a one-time code was missing.
    pub fn lacks_code(&self) -> bool {
        self.code.as_deref() == Some(Self::NO_CODE)
    }

    /// A failure without a cloud's error code.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { class, code: None, message: message.into() }
    }
}
