//! What every command stands on: files, settings, the vault, and the connections of this run.

use super::args::Global;
use super::ask::CommandLine;
use super::exit::Failure;
use super::out::Out;
use crate::config::{self, Config, Paths};
use crate::domain::{Connection, ConnectionId, ConnectionName, Invalid, Method, Settings, Source};
use crate::journal::History;
use crate::providers::aws::endpoint::foreign_host;
use crate::term::prompt;
use crate::vault::passphrase::PassphraseVars;
use crate::vault::{self, Ask, Contents, Identities, OpenVault, Saved, Unlock, VaultError};
use std::io::IsTerminal;
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
    vars: PassphraseVars,
}

/// The connections of this run.
#[derive(Debug)]
pub struct Book {
    /// The vault they come from; `None` for `--profile` and `--env`.
    pub vault: Option<OpenVault>,
    /// All of them.
    pub connections: Vec<Connection>,
    /// Defaults, vault, `config.toml`, command line.
    pub settings: Settings,
}

impl Context {
    /// Finds files and reads `config.toml`; what is wrong in it is a warning.
    ///
    /// # Errors
    /// When two passphrase variables are set, there is no home folder, or `--config` cannot be read.
    pub fn new(global: Global, vars: PassphraseVars, out: &mut Out) -> Result<Self, Failure> {
        if global.profile.is_some() && global.env {
            return Err(Failure::usage("--profile and --env exclude each other; give one of them"));
        }
        vars.check().map_err(|e| Failure::usage(e.to_string()))?;
        let paths = Paths::find(global.vault.clone(), global.config.clone(), std::env::var_os("CLOUDIVIZE_VAULT"))
            .map_err(|e| Failure::usage(e.to_string()))?;
        let config = config::load(&paths).map_err(|e| Failure::usage(e.to_string()))?;
        for warning in &config.warnings {
            out.warn(warning);
        }
        Ok(Self { global, paths, config, vars })
    }

    /// The settings of this run: what the command line says beats both files.
    pub fn settings(&self, vault: Option<&Contents>) -> Settings {
        let mut settings = self.config.settings(vault.map(|c| &c.config));
        if let Some(seconds) = self.global.timeout {
            settings.timeout = Duration::from_secs(seconds);
        }
        if let Some(n) = self.global.concurrency {
            settings.concurrency = usize::from(n);
        }
        if let Some(theme) = &self.global.theme {
            settings.theme = Some(theme.clone());
        }
        settings
    }

    /// Where age identities are looked for, in order.
    pub fn identities(&self) -> Identities {
        let configured = self.config.settings(None).identities;
        let variable = std::env::var_os("CLOUDIVIZE_IDENTITY");
        Identities::gather(&self.global.identities, variable.as_deref(), &configured, &self.paths.config_dir)
    }

    /// The passphrase variables as they were at the start.
    pub fn passphrase(&self) -> &PassphraseVars {
        &self.vars
    }

    /// What may open a vault, asking `ask`.
    pub fn unlock(&self, ask: impl Ask + 'static) -> Unlock {
        Unlock::new(self.identities(), ask)
    }

    /// Opens the vault; a person may try again after a mistyped passphrase. Blocking.
    ///
    /// # Errors
    /// Each cause has its own sentence; exit 2, or 130 after Ctrl-C.
    pub fn open_vault(&self, out: &mut Out) -> Result<OpenVault, Failure> {
        for left in (0..TRIES).rev() {
            let (ask, asked) = CommandLine::new(self.vars.clone());
            match vault::open(&self.paths.vault, &self.unlock(ask)) {
                Ok(open) => return Ok(open),
                Err(e @ VaultError::WrongPassphrase(_)) if asked.typed() && left > 0 => out.error(&e.to_string()),
                Err(e) => return Err(asked.problem().map_or_else(|| vault_failure(&e), prompt_failure)),
            }
        }
        Err(Failure::usage("the vault was not opened"))
    }

    /// Saves changed contents and says what others had changed meanwhile.
    ///
    /// # Errors
    /// Each cause has its own sentence; the file stays as it was.
    pub fn save(&self, vault: &mut OpenVault, contents: Contents, out: &mut Out) -> Result<(), Failure> {
        match vault.save(contents).map_err(|e| vault_failure(&e))? {
            Saved::Merged => {
                out.note("The vault had been changed by somebody else meanwhile; both changes are in it now.")
            }
            Saved::Written | Saved::Unchanged => {}
        }
        Ok(())
    }

    /// The connections of this run: one unsaved for `--profile` and `--env`, else the vault's.
    ///
    /// # Errors
    /// When the vault cannot be opened.
    pub fn book(&self, out: &mut Out) -> Result<Book, Failure> {
        if let Some(connection) = self.unsaved() {
            return Ok(Book { vault: None, connections: vec![connection], settings: self.settings(None) });
        }
        let vault = self.open_vault(out)?;
        let contents = vault.contents();
        let (connections, settings) = (contents.connections.clone(), self.settings(Some(contents)));
        Ok(Book { vault: Some(vault), connections, settings })
    }

    /// The one unsaved connection of `--profile` or `--env`.
    pub fn unsaved(&self) -> Option<Connection> {
        let (name, method, source) = match (&self.global.profile, self.global.env) {
            (Some(profile), _) => {
                (ConnectionName::of_profile(profile), Method::Profile, Source::Profile(profile.clone()))
            }
            (None, true) => (ConnectionName::parse("env").ok()?, Method::Env, Source::Env),
            (None, false) => return None,
        };
        Some(Connection { saved: false, ..Connection::new(ConnectionId::generate(), name, method, source) })
    }

    /// The history of checks, with a warning when it cannot be read. Blocking.
    pub fn history(&self, book: &Book, out: &mut Out) -> History {
        let path = book.settings.history.then(|| self.paths.state_dir.join("checks.jsonl"));
        let id = book.vault.as_ref().map(|v| v.contents().id);
        let (history, error) = History::open(path.filter(|_| id.is_some()), id);
        if let Some(error) = error {
            out.warn(&error.to_string());
        }
        history
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
            Err(prompt::PromptError::NoTerminal) => Ok(None),
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
}

impl Book {
    /// The connection with this name or id.
    ///
    /// # Errors
    /// When there is none; the nearest name is offered.
    pub fn find(&self, name: &str) -> Result<&Connection, Failure> {
        find(&self.connections, name)
    }

    /// The connections with these names and of these groups, in the order of the vault; all without either.
    ///
    /// # Errors
    /// When a name or group is unknown, or nothing is selected.
    pub fn select(&self, names: &[String], groups: &[String]) -> Result<Vec<&Connection>, Failure> {
        let mut ids = Vec::new();
        for name in names {
            ids.push(self.find(name)?.id);
        }
        for group in groups {
            let before = ids.len();
            ids.extend(self.connections.iter().filter(|c| c.group.as_deref() == Some(group)).map(|c| c.id));
            if ids.len() == before {
                let mut known: Vec<&str> = self.connections.iter().filter_map(|c| c.group.as_deref()).collect();
                known.sort_unstable();
                known.dedup();
                return Err(Failure::usage(unknown("group", group, &known)));
            }
        }
        let all = names.is_empty() && groups.is_empty();
        let chosen: Vec<&Connection> = self.connections.iter().filter(|c| all || ids.contains(&c.id)).collect();
        if chosen.is_empty() {
            return Err(Failure::usage("the vault has no connections yet; add one with: cloudivize connection add"));
        }
        Ok(chosen)
    }
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

/// Reads a source as it is written on the command line.
///
/// # Errors
/// When it is no source, or one that this release does not offer.
pub fn source(text: &str, connections: &[Connection]) -> Result<Source, Failure> {
    match Source::parse(text, |name| find(connections, name).ok().map(|c| c.id))? {
        Source::Connection(id) if !connections.iter().any(|c| c.id == id) => {
            Err(Invalid::new("source", "names a connection that is not here").into())
        }
        Source::Sso(_) => Err(Invalid::new("source", "sso is not supported by this release yet")
            .fix("sign in with the AWS CLI and use profile:NAME")
            .into()),
        source => Ok(source),
    }
}

/// A source in a person's words: another connection by its name.
pub fn source_label(source: &Source, connections: &[Connection]) -> String {
    match source {
        Source::Connection(id) => {
            connections.iter().find(|c| c.id == *id).map_or_else(|| source.text(), |c| format!("connection:{}", c.name))
        }
        _ => source.text(),
    }
}

fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match config::fields::nearest(name, known) {
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

pub(super) fn prompt_failure(error: prompt::PromptError) -> Failure {
    match error {
        prompt::PromptError::Interrupted => Failure::Interrupted("Interrupted; nothing was changed.".to_owned()),
        other => Failure::usage(other.to_string()),
    }
}
