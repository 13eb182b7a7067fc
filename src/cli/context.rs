//! What every command stands on: files, settings, the vault, and the connections of this run.

use super::args::Global;
use super::ask::CommandLine;
use super::exit::Failure;
use super::live::Live;
use super::out::Out;
use crate::catalog::Catalog;
use crate::config::{self, Config, Paths};
use crate::domain::{
    AccountId, Connection, ConnectionId, ConnectionName, Invalid, Secret, Settings, Source, ThemeChoice, foreign_host,
};
use crate::engine;
use crate::journal::History;
use crate::providers::aws::Wallet as _;
use crate::providers::aws::endpoint::Endpoints;
use crate::providers::demo::{Demo, Pace};
use crate::runtime::{DemoDoor, Door, VaultDoor, Wardrobe, kinds};
use crate::term::capabilities::Capabilities;
use crate::term::prompt::{self, PromptError};
use crate::vault::passphrase::PassphraseVars;
use crate::vault::{self, Ask, Contents, Identities, OpenVault, Saved, Unlock, VaultError};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

/// How often a person may mistype a passphrase.
const TRIES: usize = 3;

/// The command line's surroundings.
#[derive(Debug)]
pub struct Context {
    /// The options that every command takes.
    pub global: Global,
    /// Folders and files.
    pub paths: Paths,
    /// `config.toml`.
    pub config: Config,
    faults: Vec<String>,
    vars: PassphraseVars,
    settings: Settings,
    unsaved: Option<Connection>,
    vault: Option<OpenVault>,
}

impl Context {
    /// Finds files and reads `config.toml`; what is wrong in it stands in [`Context::faults`].
    ///
    /// # Errors
    /// When two passphrase variables are set, there is no home folder, or `--config` cannot be read.
    pub fn new(global: Global, vars: PassphraseVars) -> Result<Self, Failure> {
        if global.profile.is_some() && global.env {
            return Err(Failure::usage("--profile and --env exclude each other; give one of them"));
        }
        only_demo(&global)?;
        if !global.demo {
            vars.check().map_err(|e| Failure::usage(e.to_string()))?;
        }
        let paths = Paths::find(global.vault.clone(), global.config.clone(), std::env::var_os("CLOUDIVIZE_VAULT"))
            .map_err(|e| Failure::usage(e.to_string()))?;
        let config = config::load(&paths).map_err(|e| Failure::usage(e.to_string()))?;
        let unsaved = unsaved(&global);
        let settings = settings(&global, &config, None);
        let mut faults = config.warnings.clone();
        faults.extend(wardrobe(&global, &paths).look(&settings).map(|(_, faults)| faults).unwrap_or_default());
        Ok(Self { global, paths, config, faults, vars, settings, unsaved, vault: None })
    }

    /// What in the settings could not be used and was left out, a sentence each.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Themes and keys for this run's terminal.
    pub fn wardrobe(&self) -> Wardrobe {
        wardrobe(&self.global, &self.paths)
    }

    /// The settings of this run: the command line beats `config.toml`, which beats the vault's
    /// `[config]` as soon as the vault is open.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where age identities are looked for, in order.
    pub fn identities(&self) -> Identities {
        let configured = self.config.settings(None).identities;
        let variable = std::env::var_os("CLOUDIVIZE_IDENTITY");
        Identities::gather(&self.global.identities, variable.as_deref(), &configured, &self.paths.config_dir)
    }

    /// Whether this run is about one connection that no vault holds.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved.is_some()
    }

    /// Whether this run is about the demo.
    pub fn is_demo(&self) -> bool {
        self.global.demo
    }

    /// How many instances more than usual the demo shall have.
    fn demo_scale(&self) -> usize {
        self.global.demo_scale.and_then(|n| usize::try_from(n).ok()).unwrap_or_default()
    }

    /// The engine with these settings: for the demo, or for the clouds with this history.
    ///
    /// # Errors
    /// When the system gives no threads, or the HTTP client cannot be made.
    pub fn live(&self, settings: &Settings, history: History) -> Result<Live, Failure> {
        match self.is_demo() {
            true => Live::demo(settings, &Demo::scaled(Pace::LIFELIKE, self.demo_scale())?, Arc::default()),
            false => Live::new(settings, history, self.kinds().0),
        }
    }

    /// Every kind of asset, a user's own among them, and what is wrong with these, a sentence each. The demo reads no
    /// files. Blocking.
    pub fn kinds(&self) -> (Arc<Catalog>, Vec<String>) {
        match self.is_demo() {
            true => (Arc::default(), Vec::new()),
            false => kinds(&self.paths.config_dir),
        }
    }

    /// The way from here to the connections, for the dashboard, which opens the vault by itself.
    pub fn into_door(self) -> Box<dyn Door> {
        if self.is_demo() {
            let scale = self.demo_scale();
            return Box::new(DemoDoor::new(self.settings).scaled(scale));
        }
        Box::new(self.into_vault_door())
    }

    fn into_vault_door(self) -> VaultDoor {
        let identities = self.identities();
        let Self { global, paths, config, vars, unsaved, .. } = self;
        VaultDoor {
            path: paths.vault,
            config_dir: paths.config_dir,
            config_file: paths.config_file,
            identities,
            vars,
            unsaved,
            history: paths.state_dir.join("checks.jsonl"),
            yes: global.yes,
            settings: Box::new(move |contents| settings(&global, &config, contents)),
            vault: None,
            asker: None,
            wanted: None,
            idle: None,
        }
    }

    /// The passphrase variables as they were at the start.
    pub fn passphrase(&self) -> &PassphraseVars {
        &self.vars
    }

    /// What may open a vault, asking `ask`.
    pub fn unlock(&self, ask: impl Ask + 'static) -> Unlock {
        Unlock::new(self.identities(), ask)
    }

    /// What the vault holds; opens it the first time. A person may try again after a mistyped
    /// passphrase. Blocking.
    ///
    /// # Errors
    /// Each cause has its own sentence; exit 2, or 130 after Ctrl-C.
    pub fn contents(&mut self) -> Result<&Contents, Failure> {
        let vault = match self.vault.take() {
            Some(vault) => vault,
            None => {
                let vault = self.open_vault()?;
                self.settings = settings(&self.global, &self.config, Some(vault.contents()));
                vault
            }
        };
        Ok(self.vault.insert(vault).contents())
    }

    fn open_vault(&self) -> Result<OpenVault, Failure> {
        let mut left = TRIES;
        loop {
            left -= 1;
            let (ask, asked) = CommandLine::new(self.vars.clone());
            match vault::open(&self.paths.vault, &self.unlock(ask)) {
                Ok(open) => return Ok(open),
                Err(e @ VaultError::WrongPassphrase(_)) if asked.typed() && left > 0 => prompt::say(&e.to_string()),
                Err(e) => return Err(asked.problem().map_or_else(|| vault_failure(&e), prompt_failure)),
            }
        }
    }

    /// Saves changed contents and says what others had changed meanwhile. Blocking.
    ///
    /// # Errors
    /// Each cause has its own sentence; the file stays as it was.
    pub fn save(&mut self, contents: Contents, out: &mut Out) -> Result<(), Failure> {
        if self.save_quietly(contents)? == Saved::Merged {
            out.note("The vault had been changed by somebody else meanwhile; both changes are in it now.");
        }
        Ok(())
    }

    fn save_quietly(&mut self, contents: Contents) -> Result<Saved, Failure> {
        self.contents()?;
        match &mut self.vault {
            Some(vault) => vault.save(contents).map_err(|e| vault_failure(&e)),
            None => Ok(Saved::Unchanged),
        }
    }

    /// The connections of this run: the demo's, one unsaved for `--profile` and `--env`, else the vault's. Blocking.
    ///
    /// # Errors
    /// When the vault cannot be opened.
    pub fn connections(&mut self) -> Result<Arc<[Connection]>, Failure> {
        if self.is_demo() {
            return Ok(engine::demo::book()?);
        }
        match &self.unsaved {
            Some(connection) => Ok(vec![connection.clone()].into()),
            None => Ok(self.contents()?.connections.clone().into()),
        }
    }

    /// The history of checks, with a warning when it cannot be read; kept only while a vault is open.
    /// Blocking.
    pub fn history(&self, out: &mut Out) -> History {
        let id = self.vault.as_ref().map(|v| v.contents().id);
        let path = self.paths.state_dir.join("checks.jsonl");
        let (history, error) = History::open(Some(path).filter(|_| id.is_some() && self.settings.history), id);
        if let Some(error) = error {
            out.warn(&error.to_string());
        }
        history
    }

    /// Reads a source as it is written on the command line.
    ///
    /// # Errors
    /// When it is no source, or one that this release does not offer.
    pub fn source(&self, text: &str, connections: &[Connection]) -> Result<Source, Failure> {
        let parsed = Source::parse(text, |name| find(connections, name).ok().map(|c| c.id));
        let with_kind = |e| if text.contains(':') { e } else { with_kind(e, text, connections, self.profile_names()) };
        match parsed.map_err(with_kind)? {
            Source::Connection(id) if !connections.iter().any(|c| c.id == id) => {
                Err(Invalid::new("source", "names a connection that is not here").into())
            }
            Source::Sso(_) => Err(Invalid::new("source", "sso is not supported by this release yet")
                .fix("sign in with the AWS CLI and use profile:NAME")
                .into()),
            source => Ok(source),
        }
    }

    /// The profiles that a source may name; `None` when the AWS configuration cannot be read.
    fn profile_names(&self) -> Option<Vec<String>> {
        match self.is_demo() {
            true => Some(Demo::new(Pace::LIFELIKE).ok()?.profiles().into_iter().map(|p| p.name).collect()),
            false => profile_names(),
        }
    }

    /// Saves the account that each of these connections answered for the first time. Blocking.
    ///
    /// # Errors
    /// When the vault cannot be written.
    pub fn pin_accounts(&mut self, pins: &[(ConnectionId, AccountId)]) -> Result<(), Failure> {
        if pins.is_empty() || self.vault.is_none() {
            return Ok(());
        }
        let mut contents = self.contents()?.clone();
        for connection in contents.connections.iter_mut().filter(|c| c.account.is_none()) {
            connection.account = pins.iter().find(|(id, _)| *id == connection.id).map(|(_, account)| account.clone());
        }
        self.save_quietly(contents).map(|_| ())
    }

    /// Asks for the one-time code of an MFA device; `None` when there is nobody to ask.
    ///
    /// # Errors
    /// After Ctrl-C, or when the terminal fails.
    pub fn ask_code(&self, name: &ConnectionName, serial: &str) -> Result<Option<Secret>, Failure> {
        match prompt::passphrase(&format!("MFA code of {serial} for {name}:")) {
            Ok(code) => Ok(Some(code)),
            Err(PromptError::NoTerminal | PromptError::Empty) => Ok(None),
            Err(e) => Err(prompt_failure(e)),
        }
    }

    /// Asks yes or no; `--yes` answers. `None` when there is nobody to ask.
    ///
    /// # Errors
    /// When the terminal fails.
    pub fn confirm(&self, question: &str) -> Result<Option<bool>, Failure> {
        if self.global.yes {
            return Ok(Some(true));
        }
        // A script's terminal is not for questions.
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Ok(None);
        }
        match prompt::confirm(question) {
            Ok(answer) => Ok(Some(answer)),
            Err(PromptError::NoTerminal) => Ok(None),
            Err(e) => Err(prompt_failure(e)),
        }
    }

    /// Has every foreign endpoint confirmed once per vault and puts it into `contents`.
    ///
    /// # Errors
    /// When a person says no, or there is nobody to ask and no `--yes`.
    pub fn confirm_endpoints<'u>(
        &self,
        contents: &mut Contents,
        urls: impl IntoIterator<Item = &'u str>,
    ) -> Result<(), Failure> {
        for url in urls {
            let Some(host) = foreign_host(url) else { continue };
            if contents.endpoints.iter().any(|known| known == url) {
                continue;
            }
            match self.confirm(&format!("Send requests to {host}, which is not AWS?"))? {
                Some(true) => contents.endpoints.push(url.to_owned()),
                Some(false) => return Err(Failure::usage(format!("{host} was not confirmed; nothing was changed"))),
                None => {
                    return Err(Failure::usage(format!(
                        "{host} is not AWS and was never confirmed for this vault; confirm it with --yes"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Has the foreign endpoints of `AWS_ENDPOINT_URL*` confirmed before the first call: once per vault
    /// where one is open, else in every run. Blocking.
    ///
    /// # Errors
    /// When a person says no, there is nobody to ask and no `--yes`, or the vault cannot be written.
    pub fn confirm_environment(&mut self) -> Result<(), Failure> {
        if self.is_demo() {
            return Ok(());
        }
        let endpoints = Endpoints::from_env(self.settings.allow_insecure_endpoint);
        // What cannot be used is no question.
        endpoints.check().map_err(Failure::Usage)?;
        let urls: Vec<&str> = endpoints.named().filter(|url| foreign_host(url).is_some()).collect();
        if urls.is_empty() {
            return Ok(());
        }
        let Some(vault) = &self.vault else {
            return self.confirm_endpoints(&mut Contents::new(Vec::new()), urls);
        };
        let mut contents = vault.contents().clone();
        self.confirm_endpoints(&mut contents, urls)?;
        self.save_quietly(contents).map(|_| ())
    }
}

/// The demo stands for everything that another option could name.
fn only_demo(global: &Global) -> Result<(), Failure> {
    let others = [
        (global.vault.is_some(), "--vault"),
        (!global.identities.is_empty(), "--identity"),
        (global.profile.is_some(), "--profile"),
        (global.env, "--env"),
    ];
    match others.iter().find(|(given, _)| *given && global.demo) {
        Some((_, other)) => Err(Failure::usage(format!(
            "--demo opens no vault and uses no credentials of yours; leave out --demo or {other}"
        ))),
        None => Ok(()),
    }
}

/// The defaults, the vault's `[config]`, `config.toml`, the command line: the later wins.
fn settings(global: &Global, config: &Config, vault: Option<&Contents>) -> Settings {
    let mut settings = config.settings(vault.map(|c| &c.config));
    if let Some(seconds) = global.timeout {
        settings.timeout = Duration::from_secs(seconds);
    }
    if let Some(n) = global.concurrency {
        settings.concurrency = usize::from(n);
    }
    if let Some(theme) = &global.theme {
        settings.theme = Some(ThemeChoice { name: theme.clone(), place: "--theme".to_owned() });
    }
    settings
}

/// Themes and keys for the terminal of a run.
fn wardrobe(global: &Global, paths: &Paths) -> Wardrobe {
    let terminal = Capabilities::read(|name| std::env::var_os(name)).limited(global.no_color, global.ascii);
    Wardrobe { themes: paths.config_dir.join("themes"), terminal }
}

/// The one unsaved connection of `--profile` or `--env`.
fn unsaved(global: &Global) -> Option<Connection> {
    let source = match (&global.profile, global.env) {
        (Some(profile), _) => Source::Profile(profile.clone()),
        (None, true) => Source::Env,
        (None, false) => return None,
    };
    Connection::at_hand(ConnectionId::generate(), source).ok()
}

/// The connection with this name or id.
///
/// # Errors
/// When there is none; the nearest name is offered.
pub fn find<'c>(connections: &'c [Connection], name: &str) -> Result<&'c Connection, Failure> {
    let by_id = || ConnectionId::parse(name).ok().and_then(|id| connections.iter().find(|c| c.id == id));
    connections.iter().find(|c| c.name.as_str() == name).or_else(by_id).ok_or_else(|| {
        let known: Vec<&str> = connections.iter().map(|c| c.name.as_str()).collect();
        Failure::usage(unknown("connection", name, &known))
    })
}

/// Offers the source that a bare name probably means: a connection's or a profile's.
fn with_kind(error: Invalid, text: &str, connections: &[Connection], profiles: Option<Vec<String>>) -> Invalid {
    if profiles.is_some_and(|names| names.iter().any(|n| n == text)) {
        return error.suggest(format!("profile:{text}"));
    }
    match connections.iter().any(|c| c.name.as_str() == text) {
        true => error.suggest(format!("connection:{text}")),
        false => error,
    }
}

/// The profiles of the AWS configuration; `None` when it cannot be read.
pub(super) fn profile_names() -> Option<Vec<String>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let found = runtime.block_on(crate::providers::profiles::profiles()).ok()?;
    Some(found.into_iter().map(|p| p.name).collect())
}

/// The error for a name that nothing has, with the nearest.
pub fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match crate::domain::nearest(name, known) {
        Some(near) => format!("there is no {what} {name:?}; did you mean {near}?"),
        None => format!("there is no {what} {name:?}; see cloudivize connection list"),
    }
}

/// A vault's error as the end of a command. Lines of a generated text would mislead, so only fields are named.
pub(super) fn vault_failure(error: &VaultError) -> Failure {
    match error {
        VaultError::Refused(faults) => {
            let lines: Vec<String> = faults.0.iter().map(|f| format!("{}: {}", f.field, f.why)).collect();
            Failure::usage(format!("nothing was saved: {}", lines.join("\n")))
        }
        other => Failure::usage(other.to_string()),
    }
}

pub(super) fn prompt_failure(error: PromptError) -> Failure {
    match error {
        PromptError::Interrupted => Failure::Interrupted("Interrupted; nothing was changed.".to_owned()),
        other => Failure::usage(other.to_string()),
    }
}
