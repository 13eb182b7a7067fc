//! Where the keyboard is, and the conditions under which a key works.

use super::{Form, Overlay, Pane, Screen, State, Step, ViewerKind};
use crate::domain::Verdict;

/// Where the keyboard is. Each has its own key table and those of its parents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Keys that work wherever one is.
    Everywhere,
    /// What the four panes share.
    Panes,
    /// What the panes that are about a connection share.
    Connections,
    /// The accounts pane.
    Accounts,
    /// The regions pane.
    Regions,
    /// The fleet of checks.
    Checks,
    /// The table of assets.
    Assets,
    /// The detail of an asset.
    Asset,
    /// An asset that covers the panes.
    AssetText,
    /// Columns are being chosen.
    Columns,
    /// The detail pane.
    Detail,
    /// A text that covers the panes.
    Viewer,
    /// A policy that covers the panes.
    Snippet,
    /// A line of text is being typed.
    Text,
    /// A filter is being typed.
    FilterText,
    /// What is searched for in a text is being typed.
    SearchText,
    /// A name is being typed.
    Palette,
    /// A connection is being described.
    Form,
    /// A connection's name is being typed to remove it.
    Removal,
    /// A passphrase is being typed.
    Unlock,
    /// Locked, and opened again without typing.
    Locked,
    /// A question wants text.
    Ask,
    /// A question wants yes or no.
    Confirm,
    /// There is no vault.
    First,
    /// A list to choose from.
    Choose,
    /// A new passphrase is being typed.
    NewPassphrase,
    /// A recipient is being typed.
    Recipient,
    /// A one-time code is being typed.
    Code,
    /// Something is being made that is not to be disturbed.
    Busy,
    /// Nothing is open, and what could be done is not known yet, or it failed.
    Closed,
}

impl Context {
    /// Every context.
    pub const ALL: [Self; 30] = [
        Self::Everywhere,
        Self::Panes,
        Self::Connections,
        Self::Accounts,
        Self::Regions,
        Self::Checks,
        Self::Detail,
        Self::Assets,
        Self::Asset,
        Self::AssetText,
        Self::Columns,
        Self::Viewer,
        Self::Snippet,
        Self::Text,
        Self::FilterText,
        Self::SearchText,
        Self::Palette,
        Self::Form,
        Self::Removal,
        Self::Unlock,
        Self::Locked,
        Self::Ask,
        Self::Confirm,
        Self::First,
        Self::Choose,
        Self::NewPassphrase,
        Self::Recipient,
        Self::Code,
        Self::Busy,
        Self::Closed,
    ];

    /// The name in key tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Panes => "panes",
            Self::Connections => "connections",
            Self::Accounts => "accounts",
            Self::Regions => "regions",
            Self::Checks => "checks",
            Self::Detail => "detail",
            Self::Assets => "assets",
            Self::Asset => "asset",
            Self::AssetText => "asset-text",
            Self::Columns => "columns",
            Self::Viewer => "viewer",
            Self::Snippet => "snippet",
            Self::Text => "text",
            Self::FilterText => "filter-text",
            Self::SearchText => "search-text",
            Self::Palette => "palette",
            Self::Form => "form",
            Self::Removal => "removal",
            Self::Unlock => "unlock",
            Self::Locked => "locked",
            Self::Ask => "ask",
            Self::Confirm => "confirm",
            Self::First => "first",
            Self::Choose => "choose",
            Self::NewPassphrase => "new-passphrase",
            Self::Recipient => "recipient",
            Self::Code => "code",
            Self::Busy => "busy",
            Self::Closed => "closed",
        }
    }

    /// The heading in help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Everywhere => "Everywhere",
            Self::Panes => "In every pane",
            Self::Connections => "Connections",
            Self::Accounts => "Accounts",
            Self::Regions => "Regions",
            Self::Checks => "Checks",
            Self::Detail => "Detail",
            Self::Assets => "Assets",
            Self::Asset => "An asset",
            Self::AssetText => "Reading an asset",
            Self::Columns => "Choosing columns",
            Self::Viewer => "Reading",
            Self::Snippet => "Policy",
            Self::Text => "Typing text",
            Self::FilterText => "Typing a filter",
            Self::SearchText => "Searching a text",
            Self::Palette => "Typing a name",
            Self::Form => "Describing a connection",
            Self::Removal => "Removing a connection",
            Self::Unlock => "Unlocking",
            Self::Locked => "Locked",
            Self::Ask => "A question",
            Self::Confirm => "Yes or no",
            Self::First => "Without a vault",
            Self::Choose => "Choosing",
            Self::NewPassphrase => "A new passphrase",
            Self::Recipient => "Typing a recipient",
            Self::Code => "Typing a one-time code",
            Self::Busy => "While something is made",
            Self::Closed => "Nothing open",
        }
    }

    /// Whose table is asked when this one does not know the key.
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Everywhere => None,
            Self::Panes
            | Self::Viewer
            | Self::Text
            | Self::Unlock
            | Self::Locked
            | Self::Confirm
            | Self::First
            | Self::Choose
            | Self::NewPassphrase
            | Self::Busy
            | Self::Code
            | Self::Closed => Some(Self::Everywhere),
            Self::FilterText
            | Self::SearchText
            | Self::Palette
            | Self::Form
            | Self::Removal
            | Self::Ask
            | Self::Recipient => Some(Self::Text),
            Self::Regions | Self::Connections | Self::Assets => Some(Self::Panes),
            Self::Asset => Some(Self::Assets),
            Self::Accounts | Self::Checks | Self::Detail => Some(Self::Connections),
            Self::Snippet | Self::AssetText => Some(Self::Viewer),
            Self::Columns => Some(Self::Choose),
        }
    }

    /// Whether printable keys are text here.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::FilterText
                | Self::SearchText
                | Self::Palette
                | Self::Form
                | Self::Removal
                | Self::Unlock
                | Self::Ask
                | Self::NewPassphrase
                | Self::Recipient
                | Self::Code
        )
    }
}

macro_rules! conditions {
    ($($(#[doc = $doc:literal])* $variant:ident = $word:literal,)*) => {
        /// What must hold for a key to work.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Condition { $($(#[doc = $doc])* $variant,)* }

        impl Condition {
            /// Every condition.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in key tables.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What holds, for the manual.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)* }
            }
        }
    };
}

conditions! {
    /// There is a connection under the cursor.
    Connection = "connection",
    /// There is a connection under the cursor, and it is not being tested.
    Idle = "idle",
    /// At least one connection is shown that is not being tested.
    SomeIdle = "some-idle",
    /// At least one tested connection is not well.
    SomeBroken = "some-broken",
    /// Only what is broken is listed.
    OnlyBroken = "only-broken",
    /// The connection under the cursor is being watched.
    Watched = "watched",
    /// Not all is known to be well with the connection under the cursor.
    NotWell = "not-well",
    /// A watch goes on.
    Watching = "watching",
    /// There was another view before this one.
    LastView = "last-view",
    /// This is the demo, and there is a policy to attach.
    DemoApply = "demo-apply",
    /// Something is searched for in the text.
    Searched = "searched",
    /// A story is being read.
    Story = "story",
    /// The connection under the cursor assumes a role.
    Role = "role",
    /// The account of the connection under the cursor is known.
    Account = "account",
    /// The connection under the cursor has an ExternalId.
    ExternalId = "external-id",
    /// The connection under the cursor was tested.
    Tested = "tested",
    /// Its last test came to its end.
    Reported = "reported",
    /// Something was copied in this run.
    Copied = "copied",
    /// A region is listed.
    Region = "region",
    /// The connection under the cursor sends an ExternalId and is not being tested.
    SendsExternalId = "sends-external-id",
    /// A policy can mend what is missing.
    Snippet = "snippet",
    /// There is somebody to write to about what is refused.
    Message = "message",
    /// The connection's checks have something of the cloud's own words.
    Words = "words",
    /// A refusal carries an encoded message.
    Encoded = "encoded",
    /// A test runs.
    Running = "running",
    /// A filter is set for the pane.
    Filtered = "filtered",
    /// The viewer has more than one form.
    Tabs = "tabs",
    /// The viewer has more than one policy.
    Sheets = "sheets",
    /// A vault is open, so that connections can be saved.
    Vault = "vault",
    /// The connection under the cursor stands in a vault.
    Saved = "saved",
    /// A form holds everything that the policies to paste need.
    Complete = "complete",
    /// Enter saves: the form's last row has the focus, and AWS has accepted what stands there.
    Ready = "ready",
    /// The form's last row has the focus.
    Finish = "finish",
    /// A choice has the focus.
    Choice = "choice",
    /// The field with the focus has known values.
    Candidates = "candidates",
    /// The field with the focus is wrong, and what is probably meant is known.
    Suggestion = "suggestion",
    /// Something is being tested, or will be by itself.
    Trying = "trying",
    /// The connection's name is typed out, so that it can be removed.
    Named = "named",
    /// Something was typed, and nothing is being tried.
    Typed = "typed",
    /// An attempt to open or make goes on.
    Opening = "opening",
    /// Rows can be marked.
    Markable = "markable",
    /// There are several rows to mark.
    Rows = "rows",
    /// There is a vault to import into, or one can be made.
    CanImport = "can-import",
    /// There is no connection yet, and some can be imported.
    Empty = "empty",
    /// The vault could not be opened.
    Failed = "failed",
    /// Pane 3 lists assets.
    Browsing = "browsing",
    /// Assets are being listed.
    Listing = "listing",
    /// There is an asset under the cursor.
    Asset = "asset",
    /// Some of what was to be listed failed or was cut short.
    SomeFailed = "some-failed",
    /// Something of what is listed needs a second call that was not made.
    Late = "late",
    /// A kind of asset is chosen.
    KindChosen = "kind-chosen",
    /// Kinds of assets are marked.
    KindsMarked = "kinds-marked",
    /// Something in the asset is hidden.
    Hidden = "hidden",
    /// What is hidden in it is shown.
    Revealed = "revealed",
    /// A policy lists what pane 3 shows.
    Listable = "listable",
    /// One came here by a link.
    Followed = "followed",
    /// The panes are open.
    Open = "open",
}

impl State {
    /// Where the keyboard is.
    pub fn context(&self) -> Context {
        match self.overlays.last() {
            Some(Overlay::Question(asking)) if asking.has_field() => return Context::Ask,
            Some(Overlay::Question(_)) => return Context::Confirm,
            Some(Overlay::Viewer(v)) if v.search.typing => return Context::SearchText,
            Some(Overlay::Codes(_)) => return Context::Code,
            Some(Overlay::Make(make)) if make.making => return Context::Busy,
            Some(Overlay::Make(make)) => {
                return match make.step {
                    Step::Choose => Context::Choose,
                    Step::Passphrase { .. } => Context::NewPassphrase,
                    Step::Recipient(_) => Context::Recipient,
                };
            }
            Some(Overlay::Around(_) | Overlay::Import(_) | Overlay::Leads(_)) => return Context::Choose,
            Some(Overlay::Columns(_)) => return Context::Columns,
            Some(Overlay::Viewer(v)) if v.kind == ViewerKind::Asset => return Context::AssetText,
            Some(Overlay::Viewer(v))
                if matches!(v.kind, ViewerKind::Snippet | ViewerKind::Message | ViewerKind::Cells) =>
            {
                return Context::Snippet;
            }
            Some(Overlay::Viewer(_)) => return Context::Viewer,
            Some(Overlay::Palette(_)) => return Context::Palette,
            Some(Overlay::Form(_)) => return Context::Form,
            Some(Overlay::Removal(_)) => return Context::Removal,
            None => {}
        }
        match &self.screen {
            Screen::NoVault { .. } => return Context::First,
            Screen::Opening | Screen::Failed { .. } => return Context::Closed,
            Screen::Unlock(unlock) if unlock.has_field() => return Context::Unlock,
            Screen::Unlock(_) => return Context::Locked,
            Screen::Panes => {}
        }
        if self.typing_filter {
            return Context::FilterText;
        }
        match self.focus {
            Pane::Accounts => Context::Accounts,
            Pane::Regions => Context::Regions,
            Pane::Checks if self.is_browsing() => Context::Assets,
            Pane::Detail if self.is_browsing() => Context::Asset,
            Pane::Checks => Context::Checks,
            Pane::Detail => Context::Detail,
        }
    }

    /// Whether a condition holds now.
    pub fn holds(&self, condition: Condition) -> bool {
        let here = || self.cursor.and_then(|id| self.connection(id));
        let idle = || here().is_some_and(|c| !self.is_running(c.id));
        let standing = || self.cursor.and_then(|id| self.standings.get(&id));
        match condition {
            Condition::Connection => here().is_some(),
            Condition::Idle => idle(),
            Condition::SomeIdle => self.book.iter().any(|c| !self.is_running(c.id)),
            Condition::SomeBroken => !self.broken().is_empty(),
            Condition::OnlyBroken => self.only_broken.is_some(),
            Condition::Watched => self.cursor.is_some_and(|id| self.is_watched(id)),
            Condition::NotWell => !self.is_about_listing() && standing().is_some_and(|s| s.can_be_mended()),
            Condition::Watching => self.watch.is_some(),
            Condition::LastView => self.last_view.is_some() || self.is_followed(),
            Condition::DemoApply => self.flags.demo && self.policy_at_hand().is_some(),
            Condition::Searched => self.viewer().is_some_and(|v| v.search.needle().is_some()),
            Condition::Story => self.viewer().is_some_and(|v| v.kind == ViewerKind::History),
            Condition::Role => here().is_some_and(|c| c.role_arn().is_some()),
            Condition::Account => here().is_some_and(|c| c.account.is_some()),
            Condition::ExternalId => here().is_some_and(|c| c.external_id().is_some()),
            Condition::Reported => standing().is_some_and(|s| s.report.is_some()),
            Condition::Copied => self.last_copy.is_some(),
            Condition::Region => self.region_here().is_some(),
            Condition::Tested => standing().is_some_and(|s| s.known().next().is_some()),
            Condition::SendsExternalId => idle() && here().is_some_and(|c| c.external_id().is_some()),
            Condition::Snippet => self.cursor.is_some_and(|id| self.has_snippet(id)),
            Condition::Message => self.cursor.is_some_and(|id| self.has_message(id)),
            Condition::Words => standing().is_some_and(|s| {
                s.known().any(|c| c.verdict == Verdict::Denied || c.error.is_some() || c.request_id.is_some())
            }),
            Condition::Encoded => {
                standing().is_some_and(|s| s.known().any(|c| c.denial.as_ref().is_some_and(|d| d.encoded.is_some())))
            }
            Condition::Running => self.is_busy(),
            Condition::Filtered => !self.filter_here().is_empty(),
            Condition::Tabs => self.viewer().is_some_and(|v| v.tabs().len() > 1),
            Condition::Sheets => self.viewer().is_some_and(|v| v.sheets.len() > 1),
            Condition::Vault => !self.flags.not_saved,
            Condition::Saved => here().is_some_and(|c| c.saved),
            Condition::Complete => self.form_is_complete(),
            Condition::Ready => self.form_is_ready(),
            Condition::Finish => self.form().is_some_and(Form::is_at_end),
            Condition::Choice => self.form().is_some_and(|f| f.focus.is_choice()),
            Condition::Candidates => self.candidates().len() > 1,
            Condition::Suggestion => self.form_suggestion().is_some(),
            Condition::Trying => self.form().is_some_and(Form::is_trying),
            Condition::Named => self.removal().is_some_and(|r| r.is_typed(&self.book)),
            Condition::Typed => match (self.make(), &self.screen) {
                _ if self.codes().is_some() => self.codes().is_some_and(|c| c.input.count() > 0),
                (Some(make), _) => make.is_ready(),
                (None, Screen::Unlock(u)) => u.is_ready(),
                _ => match (self.import(), self.around()) {
                    (Some(import), _) => !import.saving && !import.marked.is_empty(),
                    (None, Some(around)) => !around.opening,
                    (None, None) => true,
                },
            },
            Condition::Opening => match (self.make(), &self.screen) {
                (Some(make), _) => make.making,
                (None, Screen::Unlock(u)) => u.trying,
                _ => self.around().is_some_and(|a| a.opening),
            },
            Condition::Markable => match (self.make(), self.import()) {
                (Some(make), _) => !make.making && make.keys.as_ref().is_some_and(|k| !k.is_empty()),
                (None, Some(import)) => !import.saving && import.count() > 0,
                (None, None) => false,
            },
            Condition::Rows => self.import().is_some_and(|i| i.count() > 1),
            Condition::CanImport => self.can_import(),
            Condition::Failed => matches!(self.screen, Screen::Failed { .. }),
            Condition::Empty => self.book.is_empty() && self.can_import(),
            Condition::Browsing => self.is_browsing(),
            Condition::Listing => self.browse.lists.values().any(|l| !l.tickets.is_empty()),
            Condition::Asset => self.browse.list().is_some_and(|l| l.row().is_some()),
            Condition::SomeFailed => self.has_failed(),
            Condition::Late => self.is_late_missing(),
            Condition::KindChosen => self.kind_is_chosen(),
            Condition::KindsMarked => self.palette().is_some_and(|p| !p.marked.is_empty()) && self.cursor.is_some(),
            Condition::Hidden => self.browse.looked.as_ref().is_some_and(|l| l.hidden),
            Condition::Revealed => self.browse.looked.as_ref().is_some_and(|l| l.until.is_some()),
            Condition::Listable => self.is_browsing() && !self.book.is_empty(),
            Condition::Followed => self.is_followed(),
            Condition::Open => matches!(self.screen, Screen::Panes),
        }
    }
}
