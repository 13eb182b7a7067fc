//! Who a vault is encrypted to.

use crate::domain::Invalid;
use age::ssh::ParseRecipientKeyError;

/// One recipient, in the form that age writes.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    X25519(age::x25519::Recipient),
    Tag(age::tag::Recipient),
    Ssh(Box<age::ssh::Recipient>),
    Plugin(age::plugin::Recipient),
}

const FIELD: &str = "recipient";

impl Recipient {
    /// Reads `age1…`, `ssh-ed25519 …`, `ssh-rsa …` or a plugin's `age1name1…`.
    ///
    /// # Errors
    /// Says what the text is instead, and what age can encrypt to.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.contains(char::is_control) {
            return Err(Invalid::new(FIELD, "has more than one line").fix("give each recipient by itself"));
        }
        let kind = if text.starts_with("AGE-SECRET-KEY-") || text.starts_with("AGE-PLUGIN-") {
            return Err(Invalid::new(FIELD, "is a secret identity, not a recipient")
                .fix("give the public half, which begins with age1 (age-keygen -y prints it)"));
        } else if text.starts_with("age1") {
            if let Ok(r) = text.parse() {
                Kind::X25519(r)
            } else if let Ok(r) = text.parse() {
                Kind::Tag(r)
            } else if let Ok(r) = text.parse::<age::plugin::Recipient>() {
                Kind::Plugin(r)
            } else {
                return Err(Invalid::new(FIELD, "is not a whole age recipient").fix("copy it again, with its end"));
            }
        } else {
            match text.parse::<age::ssh::Recipient>() {
                Ok(r) => Kind::Ssh(Box::new(r)),
                Err(e) => return Err(ssh_error(text, &e)),
            }
        };
        Ok(Self { text: text.to_owned(), kind })
    }

    /// The recipient as it stands in the vault.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The plugin that encrypts to it, if one does.
    pub(super) fn plugin(&self) -> Option<&age::plugin::Recipient> {
        match &self.kind {
            Kind::Plugin(r) => Some(r),
            _ => None,
        }
    }

    /// The recipient for age's API; `None` for a plugin's.
    pub(super) fn native(&self) -> Option<&dyn age::Recipient> {
        match &self.kind {
            Kind::X25519(r) => Some(r),
            Kind::Tag(r) => Some(r),
            Kind::Ssh(r) => Some(r.as_ref()),
            Kind::Plugin(_) => None,
        }
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recipient({})", self.text)
    }
}

fn ssh_error(text: &str, e: &ParseRecipientKeyError) -> Invalid {
    let word = text.split_whitespace().next().unwrap_or_default();
    match e {
        ParseRecipientKeyError::RsaModulusTooSmall => {
            Invalid::new(FIELD, "is an ssh-rsa key of fewer than 2048 bits").fix("use ssh-ed25519")
        }
        ParseRecipientKeyError::RsaModulusTooLarge => {
            Invalid::new(FIELD, "is an ssh-rsa key of more than 4096 bits").fix("use ssh-ed25519")
        }
        ParseRecipientKeyError::Unsupported(_) if word.starts_with("sk-") => {
            Invalid::new(FIELD, "is an ssh key on a security key, which age cannot use")
                .fix("use age-plugin-yubikey or age-plugin-fido2-hmac, or an ssh-ed25519 key")
        }
        ParseRecipientKeyError::Unsupported(_) if word.starts_with("ecdsa-") => {
            Invalid::new(FIELD, "is an ecdsa ssh key, which age cannot use").fix("use an ssh-ed25519 or ssh-rsa key")
        }
        ParseRecipientKeyError::Unsupported(_) => {
            Invalid::new(FIELD, "is an ssh key of a kind that age cannot use").fix("use ssh-ed25519 or ssh-rsa")
        }
        _ if word == "ssh-ed25519" || word == "ssh-rsa" => {
            Invalid::new(FIELD, "is not a whole ssh public key").fix("copy the line of the .pub file again")
        }
        _ => Invalid::new(FIELD, "is not one that age knows")
            .fix("it begins with age1, ssh-ed25519 or ssh-rsa; a file of recipients is not read here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read_and_each_stranger_is_named() {
        let key = age::x25519::Identity::generate().to_public().to_string();
        assert_eq!(Recipient::parse(&format!(" {key}\n")).unwrap().text(), key);
        let ed = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice@rust";
        assert_eq!(Recipient::parse(ed).unwrap().text(), ed);
        let says = |text: &str| Recipient::parse(text).unwrap_err().to_string();
        assert!(says("AGE-SECRET-KEY-1ABC").contains("secret identity"));
        assert!(says("age1abc").contains("whole age recipient"));
        assert!(says("ssh-ed25519 AAAA").contains("whole ssh public key"));
        assert!(says("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHFliOyIZs1gxGF3fmDxFykQhE88wy6AKDGFBfn0R6ZuvRmENABZQa9+pj9hMki+LX0qDJbmHTiWDbYv/cmFt/Q=").contains("ecdsa"));
        assert!(says(&format!("{ed}\n{ed}")).contains("more than one line"));
        assert!(says("hello").contains("begins with age1"));
    }

    #[test]
    fn a_secret_given_by_mistake_is_not_repeated() {
        let e = Recipient::parse("AGE-SECRET-KEY-1QQQQQQ").unwrap_err();
        assert!(!format!("{e} {e:?}").contains("QQQQ"));
    }
}
