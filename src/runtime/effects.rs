//! Runs effects elsewhere and brings their outcomes back as messages.

use super::Wardrobe;
use super::door::{Answer, Asker, Cloud, Door, DoorThread, read_recipient};
use crate::app::{Answered, Effect, Guard, Msg, NoCopy, Notice, Opening, ProfileEntry, Question, SentCopy};
use crate::catalog::Catalog;
use crate::domain::{
    Change, CheckError, Connection, ConnectionId, End, ErrorClass, ExternalId, Reply, ThemeChoice, Ticket,
};
use crate::providers::import::plan;
use crate::providers::profiles::{ProfileFacts, profiles};
use crate::query::arrange_within;
use crate::term::capabilities;
use crate::term::clipboard::{self, Place, Unsent};
use crate::text;
use crate::theme::Theme;
use crate::view::Look;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, UnboundedSender};

/// What comes back to the loop from this program itself.
pub enum Local {
    /// A message for `update`.
    Msg(Msg),
    /// The door's answer to an attempt to open, how it is guarded, and the look that goes with what was opened.
    Door(u64, Answer, Guard, Option<(Look, Vec<String>)>),
    /// A theme that was asked for, and why it cannot be used.
    Theme(Theme, Vec<String>),
    /// An attempt wants an answer from a person.
    Asks(u64, Question, SyncSender<Answered>),
    /// An attempt has something to say.
    Says(u64, String),
    /// Bytes for the terminal, and the message about them.
    Copied(Vec<u8>, Msg),
    /// A file was written, and the message about it.
    File(PathBuf, Msg),
}

/// What the loop itself has to do for an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    Nothing,
    /// Lend the terminal out.
    Suspend,
    /// Paint everything anew.
    Repaint,
    /// Show a text on the shell's screen.
    Print(String),
    /// Come back from there.
    Return,
    /// End.
    Quit,
}

/// Everything that effects run on.
pub struct Hands {
    /// The clouds' runtime.
    pub clouds: Handle,
    /// How the dashboard looks.
    pub wardrobe: Wardrobe,
    /// The vault.
    pub door: DoorThread,
    /// The present attempt to open, and then what it opened. What comes of an earlier one is dropped.
    pub attempt: u64,
    /// Who waits for an answer of a person.
    pub asking: Option<SyncSender<Answered>>,
    /// The engine, once something is open.
    pub cloud: Option<Arc<dyn Cloud>>,
    /// Where the engine answers.
    pub replies: Sender<Reply>,
    /// Where everything else answers.
    pub local: UnboundedSender<Local>,
}

impl Hands {
    /// Runs an effect; nothing here waits.
    pub fn run(&mut self, effect: Effect) -> Then {
        match effect {
            Effect::Start { ticket, request } => match &self.cloud {
                Some(cloud) => cloud.start(ticket, request, self.replies.clone()),
                None => self.no_cloud(ticket),
            },
            Effect::Cancel(ticket) => {
                if let Some(cloud) = &self.cloud {
                    cloud.cancel(ticket);
                }
            }
            Effect::Unlock { passphrase } => self.attempt(move |door, clouds| door.open(passphrase, clouds)),
            Effect::Copy { text, what } => self.copy(text, what),
            Effect::WriteFile { name, text } => self.blocking(move || written(write_file(&name, &text))),
            Effect::MakeIds(key) => {
                let (id, external_id) = (ConnectionId::generate(), ExternalId::generate());
                let _ = self.local.send(Local::Msg(Msg::MadeIds { key, id, external_id }));
            }
            Effect::Save(changes) => self.save(changes),
            Effect::Lock => self.lock(),
            Effect::GiveCode { connection, code } => {
                if let Some(cloud) = &self.cloud {
                    cloud.give_code(connection, code);
                }
            }
            Effect::FindKeys => self.door.run(|door| door.keys(), |keys| Some(Local::Msg(Msg::KeysFound(keys.ok()?)))),
            Effect::ReadRecipient(text) => self.tell(Msg::RecipientRead(read_recipient(&text))),
            Effect::Make(protect) => self.attempt(move |door, clouds| door.make(protect, clouds)),
            Effect::LookAround(source) => self.attempt(move |door, clouds| door.look_around(source, clouds)),
            Effect::UseVault => self.attempt(|door, clouds| door.use_vault(clouds)),
            Effect::Demo => self.attempt(|door, clouds| {
                if let Some(demo) = door.demo() {
                    *door = demo;
                }
                door.open(None, clouds)
            }),
            Effect::ListProfiles => self.list_profiles(),
            Effect::PlanImport(book) => self.plan_import(book),
            Effect::Answer(answer) => {
                // Without an answer the other end hears that there is none.
                if let (Some(to), Some(answer)) = (self.asking.take(), answer) {
                    let _ = to.try_send(answer);
                }
            }
            Effect::ReadKinds(catalog) => {
                self.clouds.spawn_blocking(move || catalog.ids().filter(|id| catalog.kind(id).is_some()).count());
            }
            Effect::Arrange { generation, blocks, filter, sort, whole } => self.blocking(move || {
                let (arranged, whole) = arrange_within(whole, &blocks, &filter, sort);
                Local::Msg(Msg::Arranged { generation, arranged, whole })
            }),
            Effect::Theme(name) => {
                let wardrobe = self.wardrobe.clone();
                self.blocking(move || {
                    let choice = ThemeChoice { name, place: ":theme".to_owned() };
                    let (theme, faults) = wardrobe.theme(Some(&choice));
                    Local::Theme(theme, faults)
                });
            }
            Effect::Suspend => return Then::Suspend,
            Effect::Repaint => return Then::Repaint,
            Effect::Print(text) => return Then::Print(text),
            Effect::Quit => return Then::Quit,
            // The loop keeps the time and the keys.
            Effect::WakeAt(_) | Effect::Help => {}
        }
        Then::Nothing
    }

    /// A ticket ends exactly once, also where nothing could answer it.
    fn no_cloud(&self, ticket: Ticket) {
        let error = CheckError::new(ErrorClass::Other, "nothing is open yet");
        let to = self.replies.clone();
        self.clouds.spawn(async move {
            let _ = to.send(Reply { ticket, body: Err(End::Failed(error)) }).await;
        });
    }

    fn tell(&self, msg: Msg) {
        let _ = self.local.send(Local::Msg(msg));
    }

    /// Has the door open something. What an attempt before this one gives is dropped.
    fn attempt(&mut self, open: impl FnOnce(&mut Box<dyn Door>, &Handle) -> Answer + Send + 'static) {
        self.attempt += 1;
        let (attempt, clouds, wardrobe) = (self.attempt, self.clouds.clone(), self.wardrobe.clone());
        let asker = Asker::new(attempt, self.local.clone());
        let open = move |door: &mut Box<dyn Door>| {
            door.ask_through(asker);
            let answer = open(door, &clouds);
            let opened = matches!(answer, Answer::Open { .. });
            let look = door.settings().filter(|_| opened).and_then(|settings| wardrobe.look(&settings).ok());
            (answer, door.guard(), look)
        };
        self.door.run(open, move |done| {
            let (answer, guard, look) = done.unwrap_or_else(|why| (Answer::Failed(why), Guard::default(), None));
            Some(Local::Door(attempt, answer, guard, look))
        });
    }

    fn list_profiles(&self) {
        let local = self.local.clone();
        self.clouds.spawn(async move {
            let entry = |p: ProfileFacts| ProfileEntry { kind: p.kind.word().to_owned(), name: p.name };
            let found = profiles().await.map(|all| all.into_iter().map(entry).collect());
            let _ = local.send(Local::Msg(Msg::Profiles(found)));
        });
    }

    fn plan_import(&self, book: Arc<[Connection]>) {
        let local = self.local.clone();
        self.clouds.spawn(async move {
            let plan = profiles().await.map(|found| plan(&found, &book));
            let _ = local.send(Local::Msg(Msg::ImportPlanned(plan)));
        });
    }

    fn save(&self, changes: Vec<Change>) {
        let cloud = self.cloud.clone();
        let other = changes.iter().any(|c| matches!(c, Change::Add(_) | Change::Replace(_) | Change::Remove(_)));
        let again = changes.clone();
        let save = move |door: &mut Box<dyn Door>| {
            let result = door.save(&changes);
            // A session made with what the connection was before, or with a draft of it, serves nobody any more.
            if let (true, Some(cloud)) = (other && result.is_ok(), cloud) {
                cloud.forget();
            }
            result
        };
        self.door
            .run(save, |done| Some(Local::Msg(Msg::Saved { changes: again, result: done.and_then(|result| result) })));
    }

    /// Drops what is open, and has the door drop its keys, whatever it is doing now.
    fn lock(&mut self) {
        self.attempt += 1;
        self.asking = None;
        if let Some(cloud) = self.cloud.take() {
            cloud.forget();
        }
        self.door.run(|door| door.lock(), |_| None);
    }

    /// Runs blocking work; if it panics, that is told as well.
    fn blocking(&self, work: impl FnOnce() -> Local + Send + 'static) {
        let local = self.local.clone();
        let work = self.clouds.spawn_blocking(work);
        self.clouds.spawn(async move {
            let done = work.await.unwrap_or_else(|_| {
                let words = "an error inside this program; run again with --log FILE and report it";
                Local::Msg(Msg::Told(Notice::bad(words)))
            });
            let _ = local.send(done);
        });
    }

    fn copy(&self, text: String, what: String) {
        let local = self.local.clone();
        self.clouds.spawn(async move {
            let (how, sequence) = match clipboard::send(&Place::look(), &text).await {
                Ok(sent) => (Ok(SentCopy { how: sent.route.sentence(), hint: sent.hint }), sent.sequence),
                Err(e) => {
                    let too_long = matches!(e, Unsent::TooLong { .. });
                    (Err(NoCopy { why: e.to_string(), too_long }), None)
                }
            };
            let told = Local::Copied(sequence.unwrap_or_default(), Msg::Copied { what, how });
            let _ = local.send(told);
        });
    }
}

/// What became of a file, as the loop hears it.
fn written(result: Result<PathBuf, String>) -> Local {
    match result {
        Ok(path) => {
            let notice = Notice::good(whereabouts(&path));
            Local::File(path, Msg::Told(notice))
        }
        Err(why) => Local::Msg(Msg::Told(Notice::bad(why))),
    }
}

/// Where a file is, and how it gets to where the person sits, if that is somewhere else.
pub fn whereabouts(path: &Path) -> String {
    if !capabilities::is_remote(|name| std::env::var_os(name)) {
        return format!("written to {}", path.display());
    }
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("written; from your own machine: scp {host}:{} .", text::quote::shell(&path.display().to_string()))
}

/// Makes a new file, for its owner alone, in the working folder; never over one that is there.
fn write_file(name: &str, text: &str) -> Result<PathBuf, String> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
    let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    for n in 1..100 {
        let file = if n == 1 { name.to_owned() } else { format!("{stem}-{n}.{ending}") };
        let path = folder.join(file);
        match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                return match file.write_all(text.as_bytes()) {
                    Ok(()) => Ok(path),
                    Err(e) => Err(format!("{} cannot be written: {e}", path.display())),
                };
            }
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(e) => {
                return Err(format!("{} cannot be written: {e}; start in another folder", path.display()));
            }
        }
    }
    Err(format!("there are a hundred files like {name} in {}; remove some", folder.display()))
}

/// The engine that came with what was opened, and every kind of asset.
pub type Opened = (Arc<dyn Cloud>, Arc<Catalog>);

/// The door's answer as `update` knows it, and the engine that came with it.
pub fn opening(answer: Answer) -> (Opening, Option<Opened>, Vec<String>) {
    match answer {
        Answer::Open { book, endpoint, cloud, catalog, warnings } => {
            (Opening::Opened { book, endpoint }, Some((cloud, catalog)), warnings)
        }
        Answer::Ask { what, wrong } => (Opening::Ask { what, wrong }, None, Vec::new()),
        Answer::NoVault { path } => (Opening::NoVault { path }, None, Vec::new()),
        Answer::Failed(message) => (Opening::Failed { message }, None, Vec::new()),
    }
}
