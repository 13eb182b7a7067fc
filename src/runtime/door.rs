//! From files and passphrases to connections and an engine. Everything here blocks: it is called on
//! the clouds' runtime, never on the screen's.

use crate::app::Saved;
use crate::domain::{Change, Connection, Reply, Request, Secret, Settings, Ticket, foreign_host};
use crate::engine::{Engine, demo};
use crate::journal::History;
use crate::providers::aws::endpoint::Endpoints;
use crate::providers::aws::{Aws, http};
use crate::providers::demo::{Damaged, Demo, Pace};
use crate::vault::passphrase::{PassphraseError, PassphraseVars};
use crate::vault::{self, Ask, Contents, Given, Identities, Locked, OpenVault, Unlock, VaultError};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;

/// What answers requests: the engine, or a script in tests.
pub trait Cloud: Send + Sync {
    /// Starts a request; parts and exactly one end go to `to`. Returns at once.
    fn start(&self, ticket: Ticket, request: Request, to: Sender<Reply>);
    /// Stops a request; its end still comes. Returns at once.
    fn cancel(&self, ticket: Ticket);
    /// Forgets every session and credential.
    fn forget(&self);
}

impl Cloud for Engine {
    fn start(&self, ticket: Ticket, request: Request, to: Sender<Reply>) {
        Engine::start(self, ticket, request, to);
    }

    fn cancel(&self, ticket: Ticket) {
        Engine::cancel(self, ticket);
    }

    fn forget(&self) {
        Engine::forget(self);
    }
}

/// What became of an attempt to open.
pub enum Answer {
    /// Open.
    Open {
        /// Every connection.
        book: Arc<[Connection]>,
        /// A host that is neither AWS's nor this machine, if requests go to one.
        endpoint: Option<String>,
        /// What answers for them.
        cloud: Arc<dyn Cloud>,
        /// Warnings, a sentence each.
        warnings: Vec<String>,
    },
    /// A passphrase is needed.
    Ask {
        /// For what.
        what: String,
        /// What was wrong with the one that was given.
        wrong: Option<String>,
    },
    /// There is no vault.
    NoVault {
        /// Where it would be.
        path: String,
    },
    /// It cannot be opened.
    Failed(String),
}

/// Opens the vault and writes to it. Blocking.
pub trait Door: Send {
    /// Tries to open: with a passphrase that was typed, or with what is at hand. Work for the opened
    /// connections runs on `clouds`.
    fn open(&mut self, passphrase: Option<Secret>, clouds: &Handle) -> Answer;

    /// The settings of what was opened last, the vault's own included; `None`: those of the start hold.
    fn settings(&self) -> Option<Settings> {
        None
    }

    /// Saves changes of the connections, all or none, and gives what stands there now.
    ///
    /// # Errors
    /// A sentence that says why nothing was saved.
    fn save(&mut self, changes: &[Change]) -> Result<Saved, String>;
}

/// Lays the command line over the settings of an opened vault, or of none.
pub type MakeSettings = Box<dyn Fn(Option<&Contents>) -> Settings + Send>;

/// The vault's door; with an unsaved connection it leads to that one and opens no vault.
pub struct VaultDoor {
    /// The vault file.
    pub path: PathBuf,
    /// Where age identities are.
    pub identities: Identities,
    /// The passphrase variables, for the first attempt.
    pub vars: PassphraseVars,
    /// The one connection of `--profile` and `--env`.
    pub unsaved: Option<Connection>,
    /// The settings of this run.
    pub settings: MakeSettings,
    /// The history of checks.
    pub history: PathBuf,
    /// Foreign endpoints are confirmed beforehand.
    pub yes: bool,
    /// The vault, once it is open.
    pub vault: Option<OpenVault>,
}

/// The passphrase variables, and nobody else.
struct Variables(PassphraseVars);

impl Ask for Variables {
    fn passphrase(&self, of: &Locked) -> Result<Option<Secret>, PassphraseError> {
        if matches!(of, Locked::Plugin(_)) { Ok(None) } else { self.0.read() }
    }
}

impl Door for VaultDoor {
    fn open(&mut self, passphrase: Option<Secret>, clouds: &Handle) -> Answer {
        if let Some(connection) = &self.unsaved {
            let book = Arc::from([connection.clone()]);
            return self.opened(book, None, clouds);
        }
        let identities = self.identities.clone();
        let typed = passphrase.is_some();
        let unlock = match passphrase {
            Some(secret) => Unlock::new(identities, Given(secret)),
            None => Unlock::new(identities, Variables(self.vars.clone())),
        };
        match vault::open(&self.path, &unlock) {
            Ok(open) => {
                let contents = open.contents().clone();
                self.vault = Some(open);
                self.opened(contents.connections.clone().into(), Some(&contents), clouds)
            }
            Err(VaultError::Missing(path)) => Answer::NoVault { path: path.display().to_string() },
            Err(VaultError::NeedsPassphrase(locked)) if !matches!(locked, Locked::Plugin(_)) => {
                Answer::Ask { what: named(&locked), wrong: None }
            }
            // A wrong one in a variable is a mistake in a script: typing would only hide it.
            Err(VaultError::WrongPassphrase(locked)) if typed => {
                let ways = match locked {
                    Locked::Identity(_) => " Or start with --identity and another file.",
                    _ => "",
                };
                let what = named(&locked);
                let wrong = format!(
                    "That passphrase does not open {what}. Try again, and mind the keyboard layout and Caps Lock.{ways}"
                );
                Answer::Ask { what, wrong: Some(wrong) }
            }
            Err(e) => Answer::Failed(e.to_string()),
        }
    }

    fn settings(&self) -> Option<Settings> {
        Some((self.settings)(self.vault.as_ref().map(OpenVault::contents)))
    }

    fn save(&mut self, changes: &[Change]) -> Result<Saved, String> {
        let Some(vault) = &mut self.vault else {
            return Err("no vault is open, so there is nothing to save in".to_owned());
        };
        let mut contents = vault.contents().clone();
        Change::apply(changes, &mut contents.connections).map_err(|e| e.to_string())?;
        for change in changes {
            if let Change::Confirm(url) = change
                && !contents.endpoints.contains(url)
            {
                contents.endpoints.push(url.clone());
            }
        }
        let merged = vault.save(contents).map_err(|e| e.to_string())? == vault::Saved::Merged;
        let book: Arc<[Connection]> = vault.contents().connections.clone().into();
        let settings = (self.settings)(Some(vault.contents()));
        let endpoints = Endpoints::from_env(settings.allow_insecure_endpoint);
        Ok(Saved { endpoint: foreign(&endpoints, &book), book, merged })
    }
}

/// What a passphrase is for; the vault's own name stands above the field already.
fn named(locked: &Locked) -> String {
    match locked {
        Locked::Vault(_) => "the vault".to_owned(),
        other => other.to_string(),
    }
}

/// A host that is neither AWS's nor this machine, if requests go to one.
fn foreign(endpoints: &Endpoints, book: &[Connection]) -> Option<String> {
    let own = book.iter().filter_map(|c| c.endpoint_url.as_deref());
    endpoints.named().chain(own).find_map(foreign_host)
}

impl VaultDoor {
    /// The engine for what was opened.
    fn opened(&self, book: Arc<[Connection]>, contents: Option<&Contents>, clouds: &Handle) -> Answer {
        let settings = (self.settings)(contents);
        let id = contents.map(|c| c.id);
        let kept = settings.history && id.is_some();
        let (history, error) = History::open(kept.then(|| self.history.clone()), id);
        let client = match http::client() {
            Ok(client) => client,
            Err(e) => return Answer::Failed(e.to_string()),
        };
        let endpoints = Endpoints::from_env(settings.allow_insecure_endpoint);
        let confirmed = |url: &str| self.yes || contents.is_none_or(|c| c.endpoints.iter().any(|known| known == url));
        if let Some(host) = endpoints.named().filter(|url| !confirmed(url)).find_map(foreign_host) {
            return Answer::Failed(format!(
                "AWS_ENDPOINT_URL leads to {host}, which is not AWS and was never confirmed for this vault.\n\
                 Confirm it once with: cloudivize check"
            ));
        }
        let endpoint = foreign(&endpoints, &book);
        let aws = Aws::new(client, endpoints, &settings);
        let engine = Engine::new(clouds.clone(), aws, settings, history);
        Answer::Open {
            book,
            endpoint,
            cloud: Arc::new(engine),
            warnings: error.into_iter().map(|e| e.to_string()).collect(),
        }
    }
}

/// The door to the demo cloud: nothing to unlock, and what is saved lasts as long as the program.
pub struct DemoDoor {
    settings: Settings,
    /// The engine and the connections, once it was opened: what was changed in the demo outlives a lock.
    open: Option<(Engine, Arc<[Connection]>)>,
}

impl DemoDoor {
    /// A demo in its first state.
    pub fn new(settings: Settings) -> Self {
        Self { settings, open: None }
    }

    fn opened(&mut self, clouds: &Handle) -> Result<(Engine, Arc<[Connection]>), Damaged> {
        if let Some(open) = &self.open {
            return Ok(open.clone());
        }
        let engine = Engine::demo(clouds.clone(), &Demo::new(Pace::LIFELIKE)?, self.settings.clone())?;
        Ok(self.open.insert((engine, demo::book()?)).clone())
    }
}

impl Door for DemoDoor {
    fn open(&mut self, _: Option<Secret>, clouds: &Handle) -> Answer {
        match self.opened(clouds) {
            Ok((engine, book)) => Answer::Open { book, endpoint: None, cloud: Arc::new(engine), warnings: Vec::new() },
            Err(e) => Answer::Failed(e.to_string()),
        }
    }

    fn save(&mut self, changes: &[Change]) -> Result<Saved, String> {
        let Some((_, book)) = &mut self.open else { return Err("the demo is not open yet".to_owned()) };
        let mut connections = book.to_vec();
        Change::apply(changes, &mut connections).map_err(|e| e.to_string())?;
        *book = connections.into();
        Ok(Saved { book: book.clone(), endpoint: None, merged: false })
    }
}
