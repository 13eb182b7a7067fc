//! AWS account ids.

use super::Invalid;
use super::error::no_outer_space;
use serde::{Deserialize, Serialize};

/// Twelve digits, leading zeros kept (<https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// Reads `111122223333` or the console's `1111-2222-3333`.
    ///
    /// # Errors
    /// Says which character is no digit, or how many digits there are.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const FIELD: &str = "account id";
        no_outer_space(FIELD, text)?;
        let grouped =
            text.len() == 14 && text.as_bytes().get(4) == Some(&b'-') && text.as_bytes().get(9) == Some(&b'-');
        for (i, c) in text.chars().enumerate() {
            let dash = grouped && (i == 4 || i == 9);
            if !c.is_ascii_digit() && !dash {
                return Err(Invalid::new(FIELD, format!("{c:?} is not a digit")).at(i + 1).fix("give 12 digits"));
            }
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() != 12 {
            return Err(Invalid::new(FIELD, format!("has {} digits, not 12", digits.len()))
                .fix("keep leading zeros; a spreadsheet drops them"));
        }
        Ok(Self(digits))
    }

    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AccountId {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}
