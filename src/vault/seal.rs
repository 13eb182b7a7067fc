//! age itself: what a file's header says, encrypting and decrypting.

use super::error::VaultError;
use super::recipient::Recipient;
use super::unlock::{Ask, Locked};
use crate::domain::Secret;
use age::{DecryptError, EncryptError};
use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The scrypt work that we write, the same on every machine: about a second.
const WORK: u8 = 18;
/// The most that we do for somebody else's file: 16 times that, and 4 GiB.
const WORK_LIMIT: u8 = 22;

const MAGIC: &[u8] = b"age-encryption.org/";
const ARMOR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// How a file is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One passphrase.
    Passphrase,
    /// Any number of recipients.
    Recipients,
}

/// Whether the bytes begin like an age file, armored or not.
pub(super) fn is_age(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) || bytes.starts_with(ARMOR)
}

/// An age file with its armor taken off, and what its header says in clear.
pub(super) struct Sealed<'a> {
    bytes: Cow<'a, [u8]>,
    /// How it is protected.
    pub shape: Shape,
    /// Kind and tag of each ssh recipient.
    pub ssh_tags: Vec<(String, String)>,
}

/// Why a file did not open, before it is known which sentence that is.
pub(super) enum Failure {
    /// The key is not for this file.
    NoMatch,
    /// The key or passphrase is wrong.
    WrongKey,
    /// More scrypt work than we do.
    TooMuchWork,
    /// Something was altered.
    Damaged,
    /// It ends too early.
    Truncated,
    /// It opened, and holds no text.
    NotText,
    /// A plugin's program is not on PATH.
    PluginMissing(String),
    /// A plugin said no.
    Plugin(String),
}

impl Failure {
    /// The sentence, for a file that a person knows as `locked`.
    pub fn about(self, path: &Path, locked: Locked) -> VaultError {
        match self {
            Self::NoMatch => VaultError::NoMatch { path: path.to_owned(), tried: Vec::new() },
            Self::WrongKey => VaultError::WrongPassphrase(locked),
            Self::TooMuchWork => VaultError::TooMuchWork(locked),
            Self::Damaged => VaultError::Damaged(path.to_owned()),
            Self::Truncated => VaultError::Truncated(path.to_owned()),
            Self::NotText => VaultError::NotText(path.to_owned()),
            Self::PluginMissing(program) => VaultError::PluginMissing(program),
            Self::Plugin(why) => VaultError::Plugin(why),
        }
    }
}

impl From<DecryptError> for Failure {
    fn from(e: DecryptError) -> Self {
        match e {
            DecryptError::NoMatchingKeys => Self::NoMatch,
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => Self::WrongKey,
            DecryptError::ExcessiveWork { .. } => Self::TooMuchWork,
            DecryptError::Io(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => Self::Truncated,
            DecryptError::Io(e) if e.kind() == std::io::ErrorKind::ConnectionAborted => {
                Self::Plugin("its program ended before it answered".to_owned())
            }
            DecryptError::Plugin(errors) => Self::Plugin(plugin_lines(&errors)),
            DecryptError::PluginResolve(e) => Self::PluginMissing(missing(&e)),
            _ => Self::Damaged,
        }
    }
}

fn plugin_lines<E: std::fmt::Display>(errors: &[E]) -> String {
    let lines: Vec<String> = errors.iter().map(|e| crate::text::line(&e.to_string()).into_owned()).collect();
    lines.join("; ")
}

fn missing(e: &age::plugin::ResolveError) -> String {
    match e {
        age::plugin::ResolveError::MissingPlugin { binary_name } => binary_name.clone(),
        other => crate::text::line(&other.to_string()).into_owned(),
    }
}

impl<'a> Sealed<'a> {
    /// Looks at the header.
    pub fn read(bytes: &'a [u8], path: &Path) -> Result<Self, VaultError> {
        let begins = |magic: &[u8]| bytes.starts_with(magic) || (bytes.len() < magic.len() && magic.starts_with(bytes));
        if !begins(MAGIC) && !begins(ARMOR) {
            return Err(VaultError::NotAge(path.to_owned()));
        }
        let bytes = if bytes.starts_with(ARMOR) {
            let mut plain = Vec::new();
            match age::armor::ArmoredReader::new(bytes).read_to_end(&mut plain) {
                Ok(_) => Cow::Owned(plain),
                // Base64 cut short is the usual reason.
                Err(_) => return Err(VaultError::Truncated(path.to_owned())),
            }
        } else {
            Cow::Borrowed(bytes)
        };
        let shape = match age::Decryptor::new_buffered(&bytes[..]) {
            Ok(d) if d.is_scrypt() => Shape::Passphrase,
            Ok(_) => Shape::Recipients,
            Err(DecryptError::Io(_)) => return Err(VaultError::Truncated(path.to_owned())),
            Err(_) => return Err(VaultError::Damaged(path.to_owned())),
        };
        let ssh_tags = ssh_tags(&bytes);
        Ok(Self { bytes, shape, ssh_tags })
    }

    /// Opens it with one identity.
    pub fn open(&self, identity: &dyn age::Identity) -> Result<Zeroizing<String>, Failure> {
        let decryptor = age::Decryptor::new_buffered(&self.bytes[..])?;
        let mut reader = decryptor.decrypt(std::iter::once(identity))?;
        // Room from the start, so that growing leaves no copy behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(self.bytes.len()));
        reader.read_to_end(&mut plain).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => Failure::Truncated,
            _ => Failure::Damaged,
        })?;
        let text = std::str::from_utf8(&plain).map_err(|_| Failure::NotText)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// Opens it with a passphrase.
    pub fn open_with_passphrase(&self, passphrase: &Secret) -> Result<Zeroizing<String>, Failure> {
        let mut identity = age::scrypt::Identity::new(passphrase.to_age());
        identity.set_max_work_factor(WORK_LIMIT);
        self.open(&identity)
    }
}

/// The tags of the ssh recipients, from the header's text
/// (<https://c2sp.org/age#header>, "-> ssh-ed25519 TAG SHARE").
fn ssh_tags(bytes: &[u8]) -> Vec<(String, String)> {
    bytes
        .split(|b| *b == b'\n')
        .take_while(|line| !line.starts_with(b"---"))
        .filter_map(|line| std::str::from_utf8(line).ok()?.strip_prefix("-> "))
        .filter_map(|line| {
            let mut words = line.split(' ');
            let kind = words.next().filter(|k| *k == "ssh-ed25519" || *k == "ssh-rsa")?;
            Some((kind.to_owned(), words.next()?.to_owned()))
        })
        .collect()
}

/// Encrypts to one passphrase.
pub(super) fn to_passphrase(text: &str, passphrase: &Secret) -> Result<Vec<u8>, VaultError> {
    let mut recipient = age::scrypt::Recipient::new(passphrase.to_age());
    recipient.set_work_factor(WORK);
    encrypt(text, &[&recipient])
}

/// Encrypts to each of the recipients.
pub(super) fn to_recipients(text: &str, recipients: &[Recipient], ask: &Arc<dyn Ask>) -> Result<Vec<u8>, VaultError> {
    let plugins: Vec<age::plugin::Recipient> = recipients.iter().filter_map(|r| r.plugin().cloned()).collect();
    let mut names: Vec<String> = plugins.iter().map(|r| r.plugin().to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    let mut runners = Vec::new();
    for name in names {
        let runner = age::plugin::RecipientPluginV1::new(&name, &plugins, &[], Callbacks(ask.clone()))
            .map_err(|e| VaultError::PluginMissing(missing(&e)))?;
        runners.push(runner);
    }
    let all: Vec<&dyn age::Recipient> =
        recipients.iter().filter_map(Recipient::native).chain(runners.iter().map(|r| r as _)).collect();
    encrypt(text, &all)
}

fn encrypt(text: &str, recipients: &[&dyn age::Recipient]) -> Result<Vec<u8>, VaultError> {
    let failed = |e: EncryptError| match e {
        EncryptError::Plugin(errors) => VaultError::Plugin(plugin_lines(&errors)),
        EncryptError::PluginResolve(e) => VaultError::PluginMissing(missing(&e)),
        EncryptError::IncompatibleRecipients { .. } | EncryptError::MixedRecipientAndPassphrase => {
            VaultError::Incompatible
        }
        // Nothing is written to disk here: what remains is a plugin's program that ended.
        other => VaultError::Plugin(crate::text::line(&other.to_string()).into_owned()),
    };
    let mut out = Vec::new();
    let encryptor = age::Encryptor::with_recipients(recipients.iter().copied()).map_err(failed)?;
    let mut writer = encryptor.wrap_output(&mut out).map_err(|e| failed(e.into()))?;
    writer.write_all(text.as_bytes()).and_then(|()| writer.finish()).map_err(|e| failed(e.into()))?;
    Ok(out)
}

/// Our way to ask, in the form that age's plugins take.
#[derive(Clone)]
pub(super) struct Callbacks(pub Arc<dyn Ask>);

impl age::Callbacks for Callbacks {
    fn display_message(&self, message: &str) {
        self.0.message(&crate::text::line(message));
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.0.confirm(&crate::text::line(message), &crate::text::line(yes), no.map(crate::text::line).as_deref())
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.text(&crate::text::line(description))
    }

    fn request_passphrase(&self, description: &str) -> Option<age::secrecy::SecretString> {
        let locked = Locked::Plugin(crate::text::line(description).into_owned());
        // age can only be told that there is none; the plugin then says what it lacks.
        self.0.passphrase(&locked).ok().flatten().map(|s| s.to_age())
    }
}
