//! Opening a vault with what the user has: a passphrase, age identities, ssh keys, plugins.

use super::error::VaultError;
use super::identity::{self, Candidate};
use super::passphrase::PassphraseError;
use super::seal::{Callbacks, Failure, Sealed, Shape};
use crate::domain::Secret;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What a passphrase is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locked {
    /// A passphrase vault.
    Vault(PathBuf),
    /// A protected identity file or ssh key.
    Identity(PathBuf),
    /// A plugin's question, in its own words.
    Plugin(String),
}

impl std::fmt::Display for Locked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Vault(path) => write!(f, "the vault {}", path.display()),
            Self::Identity(path) => write!(f, "the identity {}", path.display()),
            Self::Plugin(question) => write!(f, "an age plugin ({question})"),
        }
    }
}

/// Whoever can be asked while a vault is opened: a terminal, a screen, variables, nobody.
pub trait Ask: Send + Sync {
    /// A passphrase, asked only for the one thing that has to be opened; `None` when there is nobody.
    ///
    /// # Errors
    /// When a source that should have one fails.
    fn passphrase(&self, of: &Locked) -> Result<Option<Secret>, PassphraseError>;

    /// Shows what a plugin says ("touch your key").
    fn message(&self, _text: &str) {}

    /// A plugin's question with two answers; `None` when there is nobody.
    fn confirm(&self, _question: &str, _yes: &str, _no: Option<&str>) -> Option<bool> {
        None
    }

    /// A plugin's question for a text that is no secret; `None` when there is nobody.
    fn text(&self, _question: &str) -> Option<String> {
        None
    }
}

/// Nobody to ask: what needs a passphrase says so.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl Ask for Nobody {
    fn passphrase(&self, _of: &Locked) -> Result<Option<Secret>, PassphraseError> {
        Ok(None)
    }
}

/// A passphrase that was typed before it was known what it is for, as on the unlock screen.
#[derive(Debug, Clone)]
pub struct Given(pub Secret);

impl Ask for Given {
    fn passphrase(&self, of: &Locked) -> Result<Option<Secret>, PassphraseError> {
        // A plugin asks for its own PIN, not for this.
        Ok(if matches!(of, Locked::Plugin(_)) { None } else { Some(self.0.clone()) })
    }
}

/// Where identities are, in the order in which they are tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identities {
    /// Named for this run: one that cannot be read is an error.
    pub named: Vec<PathBuf>,
    /// Named in `config.toml` or standing at the usual place: missing ones are passed over.
    pub usual: Vec<PathBuf>,
}

impl Identities {
    /// `--identity`, then `CLOUDIVIZE_IDENTITY` (paths separated by `:`), then `identities` of the
    /// configuration, then `identity.txt` and `identity.age` in the config folder.
    pub fn gather(flags: &[PathBuf], variable: Option<&OsStr>, configured: &[PathBuf], config_dir: &Path) -> Self {
        let from_variable = variable.map(|v| std::env::split_paths(v).collect::<Vec<_>>()).unwrap_or_default();
        let named = flags.iter().cloned().chain(from_variable).filter(|p| !p.as_os_str().is_empty()).collect();
        let usual = configured
            .iter()
            .cloned()
            .chain(["identity.txt", "identity.age"].map(|name| config_dir.join(name)))
            .collect();
        Self { named, usual }
    }
}

/// What may open a vault.
#[derive(Clone)]
pub struct Unlock {
    /// Where identities are.
    pub identities: Identities,
    /// Whom to ask.
    pub ask: Arc<dyn Ask>,
}

impl Unlock {
    /// Identities, and whom to ask for passphrases.
    pub fn new(identities: Identities, ask: impl Ask + 'static) -> Self {
        Self { identities, ask: Arc::new(ask) }
    }
}

/// What stands between a vault's key and whoever uses this account on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// A passphrase.
    Passphrase,
    /// A plugin: it asks what it wants to.
    Plugin,
    /// Nothing: the identity lies in a file as it is.
    Nothing,
}

/// What opened a vault, kept to follow what others save.
pub(super) enum Key {
    Passphrase(Secret),
    Identity { identity: Box<dyn age::Identity + Send + Sync>, from: PathBuf, guard: Guard },
}

impl Key {
    /// Opens another version of the same vault.
    pub fn open(&self, sealed: &Sealed<'_>) -> Result<Zeroizing<String>, Failure> {
        match (self, sealed.shape) {
            (Self::Passphrase(secret), Shape::Passphrase) => sealed.open_with_passphrase(secret),
            (Self::Identity { identity, .. }, Shape::Recipients) => sealed.open(identity.as_ref()),
            _ => Err(Failure::NoMatch),
        }
    }
}

/// Opens a vault: unprotected identities first, then plugins, then protected ones in their order.
pub(super) fn unlock(sealed: &Sealed<'_>, path: &Path, with: &Unlock) -> Result<(Key, Zeroizing<String>), VaultError> {
    if sealed.shape == Shape::Passphrase {
        let locked = Locked::Vault(path.to_owned());
        let secret = ask(with, &locked)?;
        let text = sealed.open_with_passphrase(&secret).map_err(|f| f.about(path, locked))?;
        return Ok((Key::Passphrase(secret), text));
    }
    let mut tried = Vec::new();
    let mut candidates = Vec::new();
    let named = with.identities.named.iter().map(|p| (p, true));
    for (file, named) in named.chain(with.identities.usual.iter().map(|p| (p, false))) {
        identity::load(file, named, sealed, &mut candidates, &mut tried)?;
    }
    if candidates.is_empty() && tried.is_empty() {
        return Err(VaultError::NoIdentity(path.to_owned()));
    }
    candidates.sort_by_key(Candidate::rank);
    let mut queue: std::collections::VecDeque<(Candidate, Guard)> =
        candidates.into_iter().map(|c| (c, Guard::Nothing)).collect();
    while let Some((candidate, guard)) = queue.pop_front() {
        let (identity, from, guard) = match candidate {
            Candidate::Ready { identity, from } => (identity, from, guard),
            Candidate::Plugin { identity, from } => match plugin(&identity, with) {
                Ok(ready) => (ready, from, if guard == Guard::Nothing { Guard::Plugin } else { guard }),
                Err(why) => {
                    tried.push(format!("- {}: {why}", from.display()));
                    continue;
                }
            },
            Candidate::Protected { key, from } => {
                let locked = Locked::Identity(from.clone());
                let secret = ask(with, &locked)?;
                let mut opened = identity::unprotect(&key, &secret, &from)?;
                opened.sort_by_key(Candidate::rank);
                for candidate in opened.into_iter().rev() {
                    queue.push_front((candidate, Guard::Passphrase));
                }
                continue;
            }
        };
        match sealed.open(identity.as_ref()) {
            Ok(text) => return Ok((Key::Identity { identity, from, guard }, text)),
            Err(Failure::NoMatch | Failure::WrongKey) => {
                tried.push(format!("- {}: is not among the recipients", from.display()));
            }
            Err(Failure::Plugin(why)) => tried.push(format!("- {}: its plugin failed: {why}", from.display())),
            Err(other) => return Err(other.about(path, Locked::Vault(path.to_owned()))),
        }
    }
    Err(VaultError::NoMatch { path: path.to_owned(), tried })
}

fn ask(with: &Unlock, locked: &Locked) -> Result<Secret, VaultError> {
    with.ask.passphrase(locked)?.ok_or_else(|| VaultError::NeedsPassphrase(locked.clone()))
}

fn plugin(identity: &age::plugin::Identity, with: &Unlock) -> Result<Box<dyn age::Identity + Send + Sync>, String> {
    let runner = age::plugin::IdentityPluginV1::new(
        identity.plugin(),
        std::slice::from_ref(identity),
        Callbacks(with.ask.clone()),
    );
    match runner {
        Ok(runner) => Ok(Box::new(runner)),
        Err(_) => Err(format!(
            "needs the program age-plugin-{}, which is not on PATH; install it",
            crate::text::line(identity.plugin())
        )),
    }
}
