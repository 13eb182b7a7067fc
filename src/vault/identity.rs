//! Identity files: which kinds there are, and which of them may open a given vault.

use super::error::VaultError;
use super::file::{PrivateError, read_private};
use super::seal::{Failure, Sealed, is_age};
use super::unlock::Locked;
use crate::domain::Secret;
use age::ssh::{Identity as SshIdentity, UnsupportedKey};
use base64::Engine;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Something that may open a vault.
pub(super) enum Candidate {
    /// At hand.
    Ready { identity: Box<dyn age::Identity + Send + Sync>, from: PathBuf },
    /// A plugin holds it.
    Plugin { identity: age::plugin::Identity, from: PathBuf },
    /// A passphrase protects it.
    Protected { key: Protected, from: PathBuf },
}

/// What stands behind a passphrase.
pub(super) enum Protected {
    /// An age identity file, encrypted with age.
    AgeFile(Zeroizing<Vec<u8>>),
    /// An ssh key whose tag stands in the vault's header.
    Ssh(Box<age::ssh::EncryptedKey>),
}

impl Candidate {
    /// What is at hand comes first, what may ask for a touch next, what needs a passphrase last.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Ready { .. } => 0,
            Self::Plugin { .. } => 1,
            Self::Protected { .. } => 2,
        }
    }
}

/// Reads one file into `candidates`; what it holds but cannot serve is noted in `tried`.
pub(super) fn load(
    path: &Path,
    named: bool,
    sealed: &Sealed<'_>,
    candidates: &mut Vec<Candidate>,
    tried: &mut Vec<String>,
) -> Result<(), VaultError> {
    let bytes = match read_private(path) {
        Ok(bytes) => bytes,
        Err(PrivateError::Io(e)) if !named && e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(PrivateError::Io(source)) => {
            return Err(VaultError::IdentityUnreadable { path: path.to_owned(), source });
        }
        Err(PrivateError::Mode(mode)) => return Err(VaultError::IdentityNotPrivate { path: path.to_owned(), mode }),
    };
    if is_age(&bytes) {
        candidates.push(Candidate::Protected { key: Protected::AgeFile(bytes), from: path.to_owned() });
        return Ok(());
    }
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(unusable(path, "it is no text. Name an age identity file or an ssh private key"));
    };
    if text.trim_start().starts_with("-----BEGIN ") {
        let found = ssh(text.trim_start(), path, sealed)?;
        if found.is_none() {
            tried.push(format!("- {}: is not among the recipients", path.display()));
        }
        candidates.extend(found);
        return Ok(());
    }
    candidates.extend(lines(text, path)?);
    Ok(())
}

fn unusable(path: &Path, why: impl Into<String>) -> VaultError {
    VaultError::IdentityUnusable { path: path.to_owned(), why: why.into() }
}

/// The lines of an age identity file.
fn lines(text: &str, path: &Path) -> Result<Vec<Candidate>, VaultError> {
    let mut out = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Ok(identity) = line.parse::<age::x25519::Identity>() {
            out.push(Candidate::Ready { identity: Box::new(identity), from: path.to_owned() });
        } else if let Ok(identity) = line.parse::<age::plugin::Identity>() {
            out.push(Candidate::Plugin { identity, from: path.to_owned() });
        } else {
            // Never the line itself: it may be a mistyped secret.
            let what = if line.starts_with("age1") || line.starts_with("ssh-") || line.starts_with("ecdsa-") {
                "is a public recipient, not an identity; name the file with the secret half"
            } else if line.starts_with("sk-") {
                "is an ssh key on a security key, which age cannot use; use age-plugin-yubikey or age-plugin-fido2-hmac"
            } else if line.starts_with("AGE-SECRET-KEY-PQ-") {
                "is a post-quantum identity, which this release cannot use"
            } else {
                "is no age identity; one begins with AGE-SECRET-KEY- or AGE-PLUGIN-"
            };
            return Err(unusable(path, format!("line {} {what}", i + 1)));
        }
    }
    if out.is_empty() {
        return Err(unusable(path, "it holds no identity. age-keygen writes one"));
    }
    Ok(out)
}

/// An ssh private key, when its tag stands in the vault's header.
fn ssh(text: &str, path: &Path, sealed: &Sealed<'_>) -> Result<Option<Candidate>, VaultError> {
    let identity = SshIdentity::from_buffer(text.as_bytes(), None).map_err(|_| {
        unusable(
            path,
            "it is no ssh private key in OpenSSH's format. Convert it: ssh-keygen -p -f FILE (ssh-agent is not used)",
        )
    })?;
    if let SshIdentity::Unsupported(kind) = &identity {
        return Err(unusable(path, unsupported(kind)));
    }
    if !tag(&identity).is_some_and(|tag| sealed.ssh_tags.contains(&tag)) {
        return Ok(None);
    }
    let from = path.to_owned();
    Ok(Some(match identity {
        SshIdentity::Encrypted(key) => Candidate::Protected { key: Protected::Ssh(Box::new(key)), from },
        other => Candidate::Ready { identity: Box::new(other), from },
    }))
}

fn unsupported(kind: &UnsupportedKey) -> String {
    let instead = "Use an ssh-ed25519 or ssh-rsa key file, or an age identity (ssh-agent is not used)";
    let security_key = || {
        format!(
            "its secret is on a security key (sk-), which age cannot use over ssh. {instead}, or age-plugin-fido2-hmac"
        )
    };
    match kind {
        UnsupportedKey::EncryptedPem => {
            "it is protected in the old PEM way, which is not read. Convert it: ssh-keygen -o -p -f FILE".to_owned()
        }
        UnsupportedKey::EncryptedSsh(cipher) => format!(
            "it is protected with {}, which is not read. Protect it anew: ssh-keygen -p -Z aes256-ctr -f FILE",
            crate::text::line(cipher)
        ),
        UnsupportedKey::Hardware(_) => security_key(),
        UnsupportedKey::Type(kind) if kind.starts_with("sk-") => security_key(),
        UnsupportedKey::Type(kind) => {
            format!("it is an ssh key of type {}, which age cannot use. {instead}", crate::text::line(kind))
        }
    }
}

/// Kind and tag of an ssh key as they stand in a header: the first four bytes of the hash of the
/// public key (<https://c2sp.org/age#ssh-ed25519-recipient-stanza> and the ssh-rsa one).
fn tag(identity: &SshIdentity) -> Option<(String, String)> {
    let public = age::ssh::Recipient::try_from(identity.clone()).ok()?.to_string();
    let (kind, key) = public.split_once(' ')?;
    let key = base64::engine::general_purpose::STANDARD.decode(key).ok()?;
    let hash = Sha256::digest(&key);
    Some((kind.to_owned(), base64::engine::general_purpose::STANDARD_NO_PAD.encode(&hash[..4])))
}

/// Opens a protected identity. A protected file within a protected file is refused.
pub(super) fn unprotect(key: &Protected, secret: &Secret, from: &Path) -> Result<Vec<Candidate>, VaultError> {
    let locked = Locked::Identity(from.to_owned());
    match key {
        Protected::AgeFile(bytes) => {
            let damaged = || unusable(from, "it is cut short or damaged. Take a copy of it that is whole");
            let sealed = Sealed::read(bytes, from).map_err(|_| damaged())?;
            if sealed.shape != super::seal::Shape::Passphrase {
                return Err(unusable(from, "it is encrypted to recipients, not with a passphrase. Decrypt it first"));
            }
            let text = sealed.open_with_passphrase(secret).map_err(|f| match f {
                Failure::WrongKey => VaultError::WrongPassphrase(locked),
                Failure::TooMuchWork => VaultError::TooMuchWork(locked),
                Failure::NotText => unusable(from, "it holds no text, so no identity. age-keygen writes one"),
                _ => damaged(),
            })?;
            lines(&text, from)
        }
        Protected::Ssh(key) => match key.decrypt(secret.to_age()) {
            Ok(key) => Ok(vec![Candidate::Ready { identity: Box::new(SshIdentity::from(key)), from: from.to_owned() }]),
            Err(_) => Err(VaultError::WrongPassphrase(locked)),
        },
    }
}
