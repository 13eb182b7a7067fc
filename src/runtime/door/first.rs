//! The door of a machine without a vault: which keys there are, making a vault, going without one.

use super::ask::{Passphrase, Screen};
use super::{Answer, Door, VaultDoor};
use crate::app::{KeyKind, Protect, VaultKey};
use crate::config;
use crate::domain::foreign_host;
use crate::domain::{Connection, ConnectionId, Source};
use crate::providers::aws::endpoint::Endpoints;
use crate::vault::keys::{FoundKey, new_identity, of_identity_file, of_ssh_folder, ssh_key};
use crate::vault::{self, Identities, Protection, Recipient, Unlock, VaultError};
use std::path::{Path, PathBuf};
use tokio::runtime::Handle;

/// The identity file in the config folder that is tried by itself.
const IDENTITY: &str = "identity.txt";

impl VaultDoor {
    /// Keys on this machine: those that are tried anyway, ssh keys, and one that could be made.
    pub(super) fn keys_here(&self) -> Vec<VaultKey> {
        let tried: Vec<&PathBuf> = self.identities.named.iter().chain(&self.identities.usual).collect();
        let ready = tried.iter().flat_map(|path| {
            let ssh = ssh_key(&with_ending(path, ".pub")).map(|key| (KeyKind::Ssh, key));
            of_identity_file(path).into_iter().map(|key| (KeyKind::Identity, key)).chain(ssh)
        });
        let ssh = of_ssh_folder(&config::expand("~/.ssh")).into_iter().map(|key| (KeyKind::Ssh, key));
        let mut keys: Vec<VaultKey> = Vec::new();
        for (kind, FoundKey { recipient, file }) in ready.chain(ssh) {
            if keys.iter().all(|k| k.recipient != recipient.text()) {
                let (recipient, file) = (recipient.text().to_owned(), file.display().to_string());
                keys.push(VaultKey { kind, recipient, file });
            }
        }
        let new = self.config_dir.join(IDENTITY);
        if new.symlink_metadata().is_err() {
            let file = new.display().to_string();
            keys.push(VaultKey { kind: KeyKind::New, recipient: String::new(), file });
        }
        keys
    }

    /// Makes the vault and opens it. What fails leaves nothing behind.
    pub(super) fn make_vault(&mut self, protect: Protect, clouds: &Handle) -> Answer {
        self.unsaved = None;
        let mut left = Leftovers::default();
        match self.try_to_make(protect, &mut left) {
            Ok(()) => {
                left.keep();
                let Some(contents) = self.vault.as_ref().map(|v| v.contents().clone()) else {
                    return Answer::Failed("the vault was made and is not open; start again".to_owned());
                };
                self.opened(contents.connections.clone().into(), Some(&contents), clouds)
            }
            Err(why) => {
                self.vault = None;
                Answer::Failed(why)
            }
        }
    }

    fn try_to_make(&mut self, protect: Protect, left: &mut Leftovers) -> Result<(), String> {
        let mut identities = self.identities.clone();
        let mut unlisted: Vec<PathBuf> = Vec::new();
        let protection = match protect {
            Protect::Passphrase(secret) => Protection::Passphrase(secret),
            Protect::Keys(keys) => {
                let mut recipients = Vec::new();
                for key in keys {
                    let file = PathBuf::from(&key.file);
                    if key.kind == KeyKind::New {
                        let made = new_identity(&file).map_err(|e| e.to_string())?;
                        left.0.push(file);
                        recipients.push(made.recipient);
                        continue;
                    }
                    recipients.push(Recipient::parse(&key.recipient).map_err(|e| e.to_string())?);
                    let tried = |list: &[PathBuf]| list.contains(&file);
                    if key.kind == KeyKind::Ssh && !tried(&identities.named) && !tried(&identities.usual) {
                        unlisted.push(file);
                    }
                }
                identities.usual.extend(unlisted.iter().cloned());
                Protection::Recipients(recipients)
            }
        };
        let with = Unlock::new(
            Identities { named: identities.named.clone(), usual: identities.usual.clone() },
            Screen { asker: self.asker.clone(), passphrase: Passphrase::Person },
        );
        let made = vault::init(&self.path, protection, &with).map_err(|e| match e {
            // The question was refused.
            VaultError::NeedsPassphrase(of) => {
                format!("nothing was made: without the passphrase of {of} it is not sure that you could open the vault")
            }
            other => other.to_string(),
        })?;
        left.0.extend(["", ".bak", ".lock"].map(|ending| with_ending(&self.path, ending)));
        self.vault = Some(made);
        self.confirm_addresses()?;
        for file in &unlisted {
            config::add_identity(&self.config_file, file).map_err(|e| format!("nothing was made: {e}"))?;
        }
        self.identities = identities;
        Ok(())
    }

    /// Leads to one unsaved connection on some credentials from now on.
    pub(super) fn without_vault(&mut self, source: Source, clouds: &Handle) -> Answer {
        let endpoints = Endpoints::from_env((self.settings)(None).allow_insecure_endpoint);
        if let Err(why) = endpoints.check() {
            return Answer::Failed(why);
        }
        // Without a vault nothing remembers that an address was confirmed.
        for host in endpoints.named().filter_map(foreign_host) {
            if !self.is_meant(&host) {
                return Answer::Failed(format!(
                    "nothing was sent to {host}. Unset AWS_ENDPOINT_URL to reach AWS itself"
                ));
            }
        }
        match Connection::at_hand(ConnectionId::generate(), source) {
            Ok(connection) => self.unsaved = Some(connection),
            Err(e) => return Answer::Failed(e.to_string()),
        }
        self.open(None, clouds)
    }
}

impl VaultDoor {
    /// Whether a person means a host that is not AWS's.
    fn is_meant(&self, host: &str) -> bool {
        let question = format!("AWS_ENDPOINT_URL leads to {host}, which is not AWS. Requests go there, signed for it.");
        self.yes || self.asker.as_ref().is_some_and(|a| a.confirm(&question, "that is meant", "do not"))
    }

    /// Has addresses that are not AWS's confirmed, once per vault.
    ///
    /// # Errors
    /// When one is not meant, or the vault cannot be written.
    pub(super) fn confirm_addresses(&mut self) -> Result<(), String> {
        let Some(contents) = self.vault.as_ref().map(|v| v.contents().clone()) else { return Ok(()) };
        let endpoints = Endpoints::from_env((self.settings)(Some(&contents)).allow_insecure_endpoint);
        let mut after = contents.clone();
        for url in endpoints.named().filter(|_| !self.yes) {
            let Some(host) = foreign_host(url).filter(|_| !after.endpoints.iter().any(|known| known == url)) else {
                continue;
            };
            if !self.is_meant(&host) {
                return Err(format!(
                    "AWS_ENDPOINT_URL leads to {host}, which is not AWS and was never confirmed for this vault.\n\
                     Unset it to reach AWS itself, or confirm it here or with: cloudivize check"
                ));
            }
            after.endpoints.push(url.to_owned());
        }
        match &mut self.vault {
            Some(vault) if after != contents => vault.save(after).map(drop).map_err(|e| e.to_string()),
            _ => Ok(()),
        }
    }
}

/// Files that were made on the way; removed again unless all went well.
#[derive(Default)]
struct Leftovers(Vec<PathBuf>);

impl Leftovers {
    fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        for file in &self.0 {
            // Some may not be there; nothing better can be done about one that stays.
            let _ = std::fs::remove_file(file);
        }
    }
}

/// `key` + `.pub`.
fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Reads a recipient that was typed.
///
/// # Errors
/// Says what the text is instead.
pub fn read_recipient(text: &str) -> Result<VaultKey, String> {
    let recipient = Recipient::parse(text).map_err(|e| e.to_string())?;
    Ok(VaultKey { kind: KeyKind::Typed, recipient: recipient.text().to_owned(), file: String::new() })
}
