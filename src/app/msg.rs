//! What `update` is told, and what it asks for.

use super::{Action, Answered, FormKey, Guard, KeyFact, Line, Notice, Protect, Question, Size, VaultKey};
use crate::catalog::Catalog;
use crate::domain::{
    Change, Connection, ConnectionId, ExternalId, ImportPlan, Key, Reply, Request, Secret, Source, Ticket, Timestamp,
};
use crate::query::{Arranged, Block, Filter, Sort, Whole};
use std::sync::Arc;

/// Something happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key asked for an action.
    Action(Action),
    /// A key's action is not possible now; why.
    Unavailable(String),
    /// A key that begins a longer sequence; `None` when the sequence came to nothing.
    Prefix(Option<Key>),
    /// A character for the text field that has the focus.
    Text(char),
    /// Pasted text: never keys.
    Paste(String),
    /// The keys as a document, asked for with [`Action::Help`].
    Help(Vec<Line>),
    /// The keys of every action, asked for with [`Action::Palette`].
    Palette(Vec<KeyFact>),
    /// The engine answers.
    Reply(Reply),
    /// A time came that [`Effect::WakeAt`] asked for.
    Wake,
    /// The terminal has a new size.
    Resized(Size),
    /// The system tells the process something.
    Signal(Signal),
    /// The vault's door answers.
    Door(Opening),
    /// Every kind of asset that can be listed.
    Catalog(Arc<Catalog>),
    /// How what is opened next is guarded.
    Guarded(Guard),
    /// Nothing was typed for as long as [`State::idle_limit`](super::State::idle_limit) says.
    Idle,
    /// Keys that a new vault could be made for.
    KeysFound(Vec<VaultKey>),
    /// A recipient that was typed, or what is wrong with it.
    RecipientRead(Result<VaultKey, String>),
    /// What an import would do, or why the profiles cannot be read.
    ImportPlanned(Result<ImportPlan, String>),
    /// Work at the door waits for an answer.
    Asked(Question),
    /// Work at the door says something that needs no answer.
    Says(String),
    /// An effect has something to say.
    Told(Notice),
    /// A copy was sent on its way, or could not be: what, and what became of it.
    Copied {
        /// What was copied: "missing policy for legacy (JSON)".
        what: String,
        /// By which way, or why not.
        how: Result<SentCopy, NoCopy>,
    },
    /// What in the settings could not be used, a sentence each.
    Faults(Vec<String>),
    /// New identities for a form.
    MadeIds {
        /// Which form.
        key: FormKey,
        /// The identity of a new connection.
        id: ConnectionId,
        /// A new ExternalId.
        external_id: ExternalId,
    },
    /// The profiles of the AWS configuration, or why they cannot be read.
    Profiles(Result<Vec<ProfileEntry>, String>),
    /// Rows were put in order.
    Arranged {
        /// Which order.
        generation: u64,
        /// The order.
        arranged: Arranged,
        /// That of all rows, for the next.
        whole: Option<Whole>,
    },
    /// Changes were saved in the vault, or not.
    Saved {
        /// Which.
        changes: Vec<Change>,
        /// Every connection from now on, or why nothing was saved.
        result: Result<Saved, String>,
    },
}

/// A profile that can be a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileEntry {
    /// Its name.
    pub name: String,
    /// Where its credentials come from, in a few words.
    pub kind: String,
}

/// The vault after a save.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Every connection in it.
    pub book: Arc<[Connection]>,
    /// A host that is neither AWS's nor this machine, if requests go to one.
    pub endpoint: Option<String>,
    /// Somebody else had changed the vault meanwhile, and their changes are in it as well.
    pub merged: bool,
}

/// The way that a copy was sent on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentCopy {
    /// "sent to …"
    pub how: String,
    /// A sentence about what it needs to arrive, if that is known.
    pub hint: Option<String>,
}

/// Why a copy could not be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCopy {
    /// The reason.
    pub why: String,
    /// Less text would go.
    pub too_long: bool,
}

/// What the vault's door answers.
#[derive(Debug, Clone)]
pub enum Opening {
    /// It is open.
    Opened {
        /// Every connection in it.
        book: Arc<[Connection]>,
        /// A host that is neither AWS's nor this machine, if requests go to one.
        endpoint: Option<String>,
    },
    /// A passphrase is needed.
    Ask {
        /// For what, in a person's words: "the vault", "the identity file key.txt".
        what: String,
        /// What was wrong with the last one, and which other ways there are.
        wrong: Option<String>,
    },
    /// There is no vault.
    NoVault {
        /// Where it would be.
        path: String,
    },
    /// It cannot be opened.
    Failed {
        /// What happened, why, what to do.
        message: String,
    },
}

/// A signal that the program answers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The terminal is gone.
    Hangup,
    /// Please end.
    Terminate,
    /// Please stop for a while.
    Stop,
    /// The process runs again, and somebody else had the terminal meanwhile.
    Continue,
}

/// How a notice sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It went well.
    Good,
    /// A remark.
    Plain,
    /// It went wrong; also kept in the error log.
    Bad,
}

/// Something the runtime has to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Ask the engine.
    Start {
        /// Under which number.
        ticket: Ticket,
        /// What.
        request: Request,
    },
    /// Stop a request.
    Cancel(Ticket),
    /// Try to open the vault.
    Unlock {
        /// With what was typed; `None`: with what is at hand.
        passphrase: Option<Secret>,
    },
    /// Drop keys, sessions and everything at the door; give up an attempt to open.
    Lock,
    /// Keep a one-time code for a connection's next test.
    GiveCode {
        /// Whose.
        connection: ConnectionId,
        /// The code.
        code: Secret,
    },
    /// Look for keys that a new vault could be made for; answered by [`Msg::KeysFound`].
    FindKeys,
    /// Read a recipient; answered by [`Msg::RecipientRead`].
    ReadRecipient(String),
    /// Make a vault and open it.
    Make(Protect),
    /// Open no vault, but these credentials.
    LookAround(Source),
    /// Leave the unsaved connection and open the vault.
    UseVault,
    /// Open the demo cloud.
    Demo,
    /// Read the profiles and say what an import would add; answered by [`Msg::ImportPlanned`].
    PlanImport(Arc<[Connection]>),
    /// The answer to [`Msg::Asked`]; `None` refuses one.
    Answer(Option<Answered>),
    /// Put text on a clipboard.
    Copy {
        /// The text.
        text: String,
        /// What it is, for the notice: "policy for legacy".
        what: String,
    },
    /// Write text to a new file in the working folder.
    WriteFile {
        /// The file's name.
        name: String,
        /// The text.
        text: String,
    },
    /// Send [`Msg::Wake`] at a time; an earlier wish that is still open stays.
    WakeAt(Timestamp),
    /// Send [`Msg::Help`].
    Help,
    /// Take on a theme for this run, by its name.
    Theme(String),
    /// Stop the process until the shell continues it.
    Suspend,
    /// Paint everything anew.
    Repaint,
    /// Show a text on the shell's screen, until a key.
    Print(String),
    /// End.
    Quit,
    /// Make new identities for a form; answered by [`Msg::MadeIds`].
    MakeIds(FormKey),
    /// Read the names of the profiles; answered by [`Msg::Profiles`].
    ListProfiles,
    /// Read the files of all kinds, before somebody waits for them.
    ReadKinds(Arc<Catalog>),
    /// Put many rows in order; answered by [`Msg::Arranged`].
    Arrange {
        /// Which order.
        generation: u64,
        /// The rows.
        blocks: Arc<[Block]>,
        /// Which of them pass.
        filter: Filter,
        /// By what.
        sort: Sort,
        /// An order of all rows, perhaps these.
        whole: Option<Whole>,
    },
    /// Save changes of the connections, all or none; answered by [`Msg::Saved`].
    Save(Vec<Change>),
}
