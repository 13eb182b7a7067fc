//! From files and passphrases to connections and an engine. Everything here blocks: it is called on
//! the door's own thread, never on the screen's.

mod ask;
mod first;
mod thread;

pub use ask::Asker;
pub use first::read_recipient;
pub use thread::DoorThread;

use crate::app::{Guard, Protect, Saved, VaultKey, Way};
use crate::catalog::Catalog;
use crate::config;
use crate::domain::{Change, Connection, ConnectionId, Reply, Request, Secret, Settings, Source, Ticket, foreign_host};
use crate::engine::{Engine, demo};
use crate::journal::History;
use crate::providers::aws::endpoint::Endpoints;
use crate::providers::aws::{Aws, http};
use crate::providers::demo::{Damaged, Demo, Pace};
use crate::vault::passphrase::PassphraseVars;
use crate::vault::{self, Contents, Identities, Locked, OpenVault, Unlock, VaultError};
use ask::{Passphrase, Screen};
use std::path::{Path, PathBuf};
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
    /// Keeps a one-time code for a connection's next test.
    fn give_code(&self, _connection: ConnectionId, _code: Secret) {}
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

    fn give_code(&self, connection: ConnectionId, code: Secret) {
        Engine::give_code(self, connection, code);
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
        /// Every kind of asset.
        catalog: Arc<Catalog>,
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

    /// Whom to ask from now on, where opening, making or saving needs a person.
    fn ask_through(&mut self, _asker: Asker) {}

    /// How what was opened is guarded.
    fn guard(&self) -> Guard {
        Guard::default()
    }

    /// Drops every key, passphrase and plaintext.
    fn lock(&mut self) {}

    /// Keys that a new vault could be made for.
    fn keys(&self) -> Vec<VaultKey> {
        Vec::new()
    }

    /// Makes a vault where there is none, and opens it.
    fn make(&mut self, _protect: Protect, _clouds: &Handle) -> Answer {
        Answer::Failed("no vault can be made from here; start without --demo".to_owned())
    }

    /// Opens no vault, but some credentials, for the rest of the run.
    fn look_around(&mut self, _source: Source, _clouds: &Handle) -> Answer {
        Answer::Failed("no credentials of yours are used here; start without --demo".to_owned())
    }

    /// Leaves the unsaved connection and opens the vault.
    fn use_vault(&mut self, clouds: &Handle) -> Answer {
        self.open(None, clouds)
    }

    /// The door to the demo cloud, with the settings of this one.
    fn demo(&self) -> Option<Box<dyn Door>> {
        None
    }
}

/// Lays the command line over the settings of an opened vault, or of none.
pub type MakeSettings = Box<dyn Fn(Option<&Contents>) -> Settings + Send>;

/// The vault's door; with an unsaved connection it leads to that one and opens no vault.
pub struct VaultDoor {
    /// The vault file.
    pub path: PathBuf,
    /// Where a new identity would be made.
    pub config_dir: PathBuf,
    /// Names identities.
    pub config_file: PathBuf,
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
    /// Whom to ask.
    pub asker: Option<Asker>,
    /// The identity whose passphrase was asked for last: what is typed next is for it alone.
    pub wanted: Option<PathBuf>,
    /// The limit on rest that the settings gave when it was opened last.
    pub idle: Option<std::time::Duration>,
}

impl Door for VaultDoor {
    fn open(&mut self, passphrase: Option<Secret>, clouds: &Handle) -> Answer {
        if let Some(connection) = &self.unsaved {
            let book = Arc::from([connection.clone()]);
            return self.opened(book, None, clouds);
        }
        let typed = passphrase.is_some();
        // What was typed is for the one that asked: no plugin is bothered a second time.
        let identities = match self.wanted.take().filter(|_| typed) {
            Some(path) => Identities { named: vec![path], usual: Vec::new() },
            None => self.identities.clone(),
        };
        let passphrase = passphrase.map_or_else(|| Passphrase::Variables(self.vars.clone()), Passphrase::Given);
        let unlock = Unlock::new(identities, Screen { asker: self.asker.clone(), passphrase });
        match vault::open(&self.path, &unlock) {
            Ok(open) => {
                self.vault = Some(open);
                if let Err(why) = self.confirm_addresses() {
                    self.lock();
                    return Answer::Failed(why);
                }
                let Some(contents) = self.vault.as_ref().map(|v| v.contents().clone()) else {
                    return Answer::Failed("the vault was closed again; start anew".to_owned());
                };
                self.opened(contents.connections.clone().into(), Some(&contents), clouds)
            }
            Err(VaultError::Missing(path)) => Answer::NoVault { path: path.display().to_string() },
            Err(VaultError::NeedsPassphrase(locked)) if !matches!(locked, Locked::Plugin(_)) => {
                Answer::Ask { what: self.want(&locked), wrong: None }
            }
            // A wrong one in a variable is a mistake in a script: typing would only hide it.
            Err(VaultError::WrongPassphrase(locked)) if typed => {
                let ways = match locked {
                    Locked::Identity(_) => " Or start with --identity and another file.",
                    _ => "",
                };
                let what = self.want(&locked);
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
        let merged = vault.save(contents).map_err(|e| unsaved(&e))? == vault::Saved::Merged;
        let book: Arc<[Connection]> = vault.contents().connections.clone().into();
        let settings = (self.settings)(Some(vault.contents()));
        let endpoints = Endpoints::from_env(settings.allow_insecure_endpoint);
        Ok(Saved { endpoint: foreign(&endpoints, &book), book, merged })
    }

    fn ask_through(&mut self, asker: Asker) {
        self.asker = Some(asker);
    }

    fn guard(&self) -> Guard {
        let Some(vault) = &self.vault else { return Guard { idle: self.idle, way: Way::NoVault } };
        let file = vault.opened_with().map(|path| path.display().to_string());
        let way = match (vault.guard(), file) {
            (vault::Guard::Passphrase, _) if self.vars.command.is_some() => {
                Way::AtHand("{key:accept} runs the command of CLOUDIVIZE_PASSPHRASE_COMMAND again.".to_owned())
            }
            (vault::Guard::Passphrase, _) if self.vars.file.is_some() => Way::AtHand(format!(
                "{{key:accept}} opens it with the passphrase in the file of CLOUDIVIZE_PASSPHRASE_FILE. {GLANCE}"
            )),
            (vault::Guard::Passphrase, Some(file)) => Way::Passphrase(format!("the identity {file}")),
            (vault::Guard::Passphrase, None) => Way::Passphrase("the vault".to_owned()),
            (vault::Guard::Plugin, file) => Way::AtHand(format!(
                "{{key:accept}} opens it with the identity {}; its age plugin may ask for a PIN or a touch.",
                file.unwrap_or_default()
            )),
            (vault::Guard::Nothing, file) => Way::AtHand(format!(
                "{{key:accept}} opens it with the identity {}, which no passphrase protects. {GLANCE}",
                file.unwrap_or_default()
            )),
        };
        Guard { idle: self.idle, way }
    }

    fn lock(&mut self) {
        // What opened it is what is typed for next; without anything open, what was asked for last.
        if let Some(vault) = self.vault.take() {
            let guarded = vault.guard() == vault::Guard::Passphrase;
            self.wanted = vault.opened_with().filter(|_| guarded).map(PathBuf::from);
        }
        // A command or a file can be asked again; what stood in a variable must be typed from now on.
        self.vars.value = None;
    }

    fn keys(&self) -> Vec<VaultKey> {
        self.keys_here()
    }

    fn make(&mut self, protect: Protect, clouds: &Handle) -> Answer {
        self.make_vault(protect, clouds)
    }

    fn look_around(&mut self, source: Source, clouds: &Handle) -> Answer {
        self.without_vault(source, clouds)
    }

    fn use_vault(&mut self, clouds: &Handle) -> Answer {
        self.unsaved = None;
        self.open(None, clouds)
    }

    fn demo(&self) -> Option<Box<dyn Door>> {
        Some(Box::new(DemoDoor::new((self.settings)(None))))
    }
}

/// A host that is neither AWS's nor this machine, if requests go to one.
fn foreign(endpoints: &Endpoints, book: &[Connection]) -> Option<String> {
    let own = book.iter().filter_map(|c| c.endpoint_url.as_deref());
    endpoints.named().chain(own).find_map(foreign_host)
}

/// Why nothing was saved, for whoever has the vault open on the screen.
fn unsaved(error: &VaultError) -> String {
    match error {
        VaultError::Missing(path) => format!(
            "{} is gone since it was opened. Put it back (the file beside it that ends with .bak is the one before), then save again",
            path.display()
        ),
        VaultError::Collisions(all) => format!(
            "somebody else changed the vault meanwhile, and both changed the same: {}. For a name, choose another; \
             for the rest leave this, lock and unlock ({{key:lock}}) to see what stands there now",
            all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
        ),
        // That nothing was saved is said already.
        other => other.to_string().trim_start_matches("nothing was saved: ").to_owned(),
    }
}

/// What a lock without a secret is good for.
const GLANCE: &str =
    "So the lock protects against a glance, not against somebody who uses your account on this machine.";

impl VaultDoor {
    /// Notes whose passphrase is asked for, and names it; the vault's own name stands near the field already.
    fn want(&mut self, locked: &Locked) -> String {
        match locked {
            Locked::Identity(path) => {
                self.wanted = Some(path.clone());
                locked.to_string()
            }
            Locked::Vault(_) => "the vault".to_owned(),
            Locked::Plugin(_) => locked.to_string(),
        }
    }

    /// The engine for what was opened.
    fn opened(&mut self, book: Arc<[Connection]>, contents: Option<&Contents>, clouds: &Handle) -> Answer {
        let settings = (self.settings)(contents);
        self.idle = settings.idle_lock;
        let id = contents.map(|c| c.id);
        let kept = settings.history && id.is_some();
        let (history, error) = History::open(kept.then(|| self.history.clone()), id);
        let client = match http::client() {
            Ok(client) => client,
            Err(e) => return Answer::Failed(e.to_string()),
        };
        let endpoints = Endpoints::from_env(settings.allow_insecure_endpoint);
        let endpoint = foreign(&endpoints, &book);
        let aws = Aws::new(client, endpoints, &settings);
        let (catalog, mut warnings) = kinds(&self.config_dir);
        warnings.extend(error.map(|e| e.to_string()));
        let engine = Engine::new(clouds.clone(), aws, settings, history, catalog.clone());
        Answer::Open { book, endpoint, cloud: Arc::new(engine), catalog, warnings }
    }
}

/// Every kind: the program's, and those of the files in `catalog` beside `config.toml`; and what is wrong with these.
pub fn kinds(config_dir: &Path) -> (Arc<Catalog>, Vec<String>) {
    let (files, mut faults) = config::kinds::read_all(&config_dir.join("catalog"));
    let (catalog, wrong) = Catalog::with_files(&files);
    faults.extend(wrong.iter().map(ToString::to_string));
    (Arc::new(catalog), faults.iter().map(|f| format!("in the kinds of your own, {f}")).collect())
}

/// The door to the demo cloud: nothing to unlock, and what is saved lasts as long as the program.
pub struct DemoDoor {
    settings: Settings,
    /// The engine and the connections, once it was opened: what was changed in the demo outlives a lock.
    scale: usize,
    open: Option<(Engine, Arc<[Connection]>)>,
}

impl DemoDoor {
    /// A demo in its first state.
    pub fn new(settings: Settings) -> Self {
        Self { settings, scale: 0, open: None }
    }

    /// The same with about so many instances more.
    pub fn scaled(self, scale: usize) -> Self {
        Self { scale, ..self }
    }

    fn opened(&mut self, clouds: &Handle) -> Result<(Engine, Arc<[Connection]>), Damaged> {
        if let Some(open) = &self.open {
            return Ok(open.clone());
        }
        let engine = Engine::demo(
            clouds.clone(),
            &Demo::scaled(Pace::LIFELIKE, self.scale)?,
            self.settings.clone(),
            Arc::default(),
        )?;
        Ok(self.open.insert((engine, demo::book()?)).clone())
    }
}

impl Door for DemoDoor {
    fn open(&mut self, _: Option<Secret>, clouds: &Handle) -> Answer {
        match self.opened(clouds) {
            Ok((engine, book)) => Answer::Open {
                book,
                endpoint: None,
                catalog: engine.catalog(),
                cloud: Arc::new(engine),
                warnings: Vec::new(),
            },
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

    fn guard(&self) -> Guard {
        Guard { idle: self.settings.idle_lock, way: Way::NoVault }
    }
}
