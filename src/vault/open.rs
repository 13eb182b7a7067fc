//! Making, opening and saving a vault.

use super::contents::{Contents, to_toml};
use super::error::VaultError;
use super::file;
use super::merge::merge;
use super::read::parse;
use super::recipient::Recipient;
pub use super::seal::Shape;
use super::seal::{Failure, Sealed, to_passphrase, to_recipients};
use super::unlock::{Ask, Guard, Key, Locked, Unlock, unlock};
use crate::domain::Secret;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// How a new vault is protected.
#[derive(Debug, Clone)]
pub enum Protection {
    /// By one passphrase (scrypt, 2^18), as age demands alone in the file.
    Passphrase(Secret),
    /// By any number of recipients.
    Recipients(Vec<Recipient>),
}

/// What a save found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// The file says already what was to be saved; nothing was written.
    Unchanged,
    /// Nobody else had changed it.
    Written,
    /// Somebody else had changed it, and both changes are in it now.
    Merged,
}

/// A vault that is open.
pub struct OpenVault {
    path: PathBuf,
    contents: Contents,
    hash: [u8; 32],
    key: Key,
    ask: Arc<dyn Ask>,
}

impl std::fmt::Debug for OpenVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenVault").field("path", &self.path).field("shape", &self.shape()).finish_non_exhaustive()
    }
}

/// Which kind of vault stands at the path; `None` when there is none. Reads the header only.
///
/// # Errors
/// When it cannot be read, is no age file, or others can write it.
pub fn shape_of(path: &Path) -> Result<Option<Shape>, VaultError> {
    match file::read_vault(path) {
        Ok((real, bytes)) => Sealed::read(&bytes, &real).map(|s| Some(s.shape)),
        Err(VaultError::Missing(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

/// Opens a vault. Blocks: scrypt takes about a second, plugins may wait for a person.
///
/// # Errors
/// Every cause has its own sentence; the file is never touched.
pub fn open(path: &Path, with: &Unlock) -> Result<OpenVault, VaultError> {
    let (path, bytes) = file::read_vault(path)?;
    let sealed = Sealed::read(&bytes, &path)?;
    let (key, text) = unlock(&sealed, &path, with)?;
    let contents = parse(&text)?;
    Ok(OpenVault { path, contents, hash: hash(&bytes), key, ask: with.ask.clone() })
}

/// Makes a new vault: never over a file, and only when `with` opens what was made. Blocks like
/// [`open`]. A missing folder is made, 0700.
///
/// # Errors
/// Every cause has its own sentence; nothing is placed then.
pub fn init(path: &Path, protection: Protection, with: &Unlock) -> Result<OpenVault, VaultError> {
    // A link that leads nowhere counts as something, too.
    if path.symlink_metadata().is_ok() {
        return Err(VaultError::Exists(path.to_owned()));
    }
    let (bytes, key, contents) = match protection {
        Protection::Passphrase(secret) => {
            if secret.is_empty() {
                return Err(VaultError::EmptyPassphrase);
            }
            let contents = Contents::new(Vec::new());
            let bytes = to_passphrase(&text_of(&contents)?, &secret)?;
            let sealed = Sealed::read(&bytes, path)?;
            let key = Key::Passphrase(secret);
            key.open(&sealed).map_err(|f| f.about(path, Locked::Vault(path.to_owned())))?;
            (bytes, key, contents)
        }
        Protection::Recipients(recipients) => {
            if recipients.is_empty() {
                return Err(VaultError::NoRecipients);
            }
            let mut texts: Vec<String> = recipients.iter().map(|r| r.text().to_owned()).collect();
            let mut seen = std::collections::HashSet::new();
            texts.retain(|t| seen.insert(t.clone()));
            let contents = Contents::new(texts);
            let bytes = to_recipients(&text_of(&contents)?, &recipients_of(&contents)?, &with.ask)?;
            let sealed = Sealed::read(&bytes, path)?;
            let (key, _) = unlock(&sealed, path, with).map_err(|e| match e {
                VaultError::NoMatch { tried, .. } => VaultError::LocksYouOut(tried),
                VaultError::NoIdentity(_) => VaultError::LocksYouOut(Vec::new()),
                other => other,
            })?;
            (bytes, key, contents)
        }
    };
    file::make_folder(path)?;
    file::place(path, &bytes)?;
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Ok(OpenVault { path, contents, hash: hash(&bytes), key, ask: with.ask.clone() })
}

impl OpenVault {
    /// The file, with links followed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds, as last read or saved.
    pub fn contents(&self) -> &Contents {
        &self.contents
    }

    /// How it is protected.
    pub fn shape(&self) -> Shape {
        match self.key {
            Key::Passphrase(_) => Shape::Passphrase,
            Key::Identity { .. } => Shape::Recipients,
        }
    }

    /// The identity file that opened it; `None` for a passphrase.
    pub fn opened_with(&self) -> Option<&Path> {
        match &self.key {
            Key::Passphrase(_) => None,
            Key::Identity { from, .. } => Some(from),
        }
    }

    /// What has to be overcome to open it again in the same way.
    pub fn guard(&self) -> Guard {
        match &self.key {
            Key::Passphrase(_) => Guard::Passphrase,
            Key::Identity { guard, .. } => *guard,
        }
    }

    /// Saves `new`, which was made from [`Self::contents`], encrypted to exactly the recipients in
    /// it. What others saved meanwhile is merged; [`Self::contents`] is then the merged state.
    /// Blocks: for other savers up to [`file::LOCK_WAIT`], and for scrypt.
    ///
    /// # Errors
    /// Every cause has its own sentence; the file and this vault stay as they were.
    pub fn save(&mut self, new: Contents) -> Result<Saved, VaultError> {
        let new = readable(&new)?;
        let lock = file::Lock::take(&self.path, file::LOCK_WAIT)?;
        let (_, bytes) = file::read_vault(&self.path)?;
        let (disk, merged) = if hash(&bytes) == self.hash {
            (None, new)
        } else {
            let theirs = self.follow(&bytes)?;
            let merged = merge(&self.contents, &new, &theirs).map_err(VaultError::Collisions)?;
            (Some(theirs), readable(&merged)?)
        };
        let was_merged = disk.is_some();
        let before = disk.as_ref().unwrap_or(&self.contents);
        if merged == *before {
            self.hash = hash(&bytes);
            self.contents = merged;
            return Ok(Saved::Unchanged);
        }
        let sealed = self.seal(&merged)?;
        let backup = if merged.recipients == before.recipients {
            bytes
        } else {
            // Who may no longer read the vault shall not read its backup, and the other way round.
            self.prove(&sealed)?;
            self.seal(&Contents { recipients: merged.recipients.clone(), ..before.clone() })?
        };
        file::sweep(&self.path);
        file::replace(&file::beside(&self.path, ".bak"), &backup)?;
        file::replace(&self.path, &sealed)?;
        drop(lock);
        self.hash = hash(&sealed);
        self.contents = merged;
        Ok(if was_merged { Saved::Merged } else { Saved::Written })
    }

    /// What somebody else saved.
    fn follow(&self, bytes: &[u8]) -> Result<Contents, VaultError> {
        let sealed = Sealed::read(bytes, &self.path)?;
        let text = self.key.open(&sealed).map_err(|f| match f {
            Failure::NoMatch | Failure::WrongKey => VaultError::ChangedBeyondReach(self.path.clone()),
            other => other.about(&self.path, Locked::Vault(self.path.clone())),
        })?;
        parse(&text)
    }

    fn seal(&self, contents: &Contents) -> Result<Vec<u8>, VaultError> {
        let text = text_of(contents)?;
        match (&self.key, contents.recipients.is_empty()) {
            (Key::Passphrase(secret), true) => to_passphrase(&text, secret),
            (Key::Identity { .. }, false) => to_recipients(&text, &recipients_of(contents)?, &self.ask),
            (Key::Passphrase(_), false) => Err(VaultError::OtherShape { file: "a passphrase" }),
            (Key::Identity { .. }, true) => Err(VaultError::OtherShape { file: "recipients" }),
        }
    }

    /// Other recipients must not lock out the one who sets them.
    fn prove(&self, bytes: &[u8]) -> Result<(), VaultError> {
        let sealed = Sealed::read(bytes, &self.path)?;
        match self.key.open(&sealed) {
            Ok(_) => Ok(()),
            Err(Failure::NoMatch | Failure::WrongKey) => Err(VaultError::LocksYouOut(Vec::new())),
            Err(other) => Err(other.about(&self.path, Locked::Vault(self.path.clone()))),
        }
    }
}

/// The contents as they will be read again; so nothing is ever written that cannot be read.
fn readable(contents: &Contents) -> Result<Contents, VaultError> {
    parse(&text_of(contents)?).map_err(|e| match e {
        VaultError::Faults(faults) => VaultError::Refused(faults),
        other => other,
    })
}

fn text_of(contents: &Contents) -> Result<Zeroizing<String>, VaultError> {
    Ok(Zeroizing::new(to_toml(contents)?))
}

fn recipients_of(contents: &Contents) -> Result<Vec<Recipient>, VaultError> {
    Ok(contents.recipients.iter().map(|t| Recipient::parse(t)).collect::<Result<_, _>>()?)
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
