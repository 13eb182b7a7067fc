//! What a key can ask for, by name.

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $variant:ident = $word:literal,)*) => {
        /// Everything a key can do. Names are kebab-case and stand in key tables.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $($(#[doc = $doc])* $variant,)* }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in key tables.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it does, for the manual.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)* }
            }
        }
    };
}

actions! {
    /// One row up.
    Up = "up",
    /// One row down.
    Down = "down",
    /// To the first row.
    Top = "top",
    /// To the last row.
    Bottom = "bottom",
    /// One page up.
    PageUp = "page-up",
    /// One page down.
    PageDown = "page-down",
    /// To the next pane.
    NextPane = "next-pane",
    /// To the pane before.
    PreviousPane = "previous-pane",
    /// To the accounts.
    FocusAccounts = "focus-accounts",
    /// To the regions.
    FocusRegions = "focus-regions",
    /// To the checks.
    FocusChecks = "focus-checks",
    /// To the detail.
    FocusDetail = "focus-detail",
    /// Closer: from a row to its detail, from the detail to the cloud's own words.
    Open = "open",
    /// Close, leave, cancel: what was opened last.
    Back = "back",
    /// Type a filter.
    Filter = "filter",
    /// Sort by something else.
    Sort = "sort",
    /// Sort the other way round.
    SortReverse = "sort-reverse",
    /// Show the columns to the left of these.
    ScrollLeft = "scroll-left",
    /// Show the columns to the right of these.
    ScrollRight = "scroll-right",
    /// Choose the columns.
    Columns = "columns",
    /// Show the fleet of checks in place of the assets.
    Fleet = "fleet",
    /// Show how the cells stand that are listed, grouped by what keeps rows away.
    Cells = "cells",
    /// Ask again for what failed, and for nothing else.
    AskFailed = "ask-failed",
    /// Make the second calls that some columns and tags need.
    LoadLate = "load-late",
    /// Show an asset's links and follow one.
    Links = "links",
    /// Look for something over all accounts and regions.
    Find = "find",
    /// Show what is hidden in an asset for ten seconds, or hide it.
    Reveal = "reveal",
    /// Copy the asset's ARN, or its id where it has none.
    CopyAsset = "copy-asset",
    /// Copy the asset's id.
    CopyId = "copy-id",
    /// Copy the asset's name.
    CopyName = "copy-name",
    /// Copy the asset's ARN.
    CopyArn = "copy-arn",
    /// Copy the asset's JSON.
    CopyItem = "copy-item",
    /// Copy the policy that lists this kind.
    CopyPolicy = "copy-policy",
    /// Copy the AWS CLI's command that reads the asset.
    CopyCall = "copy-call",
    /// Copy the link that shows the asset in AWS's console.
    ConsoleLink = "console-link",
    /// Leave out what is denied, or show it again.
    HideDenied = "hide-denied",
    /// Show the keys.
    Help = "help",
    /// Show the error log.
    Errors = "errors",
    /// Leave the program, or close a viewer.
    Quit = "quit",
    /// Cancel what runs; a second time leave the program.
    Interrupt = "interrupt",
    /// Stop the process as the shell's job control does.
    Suspend = "suspend",
    /// Paint everything anew.
    Redraw = "redraw",
    /// Test the connection under the cursor.
    Test = "test",
    /// Test every connection.
    TestAll = "test-all",
    /// Test the connections that are broken.
    TestBroken = "test-broken",
    /// List only the connections that are broken, or all again.
    OnlyBroken = "only-broken",
    /// Test the connection under the cursor again and again until it is mended, or stop that.
    Watch = "watch",
    /// Do that for every connection that is broken.
    WatchBroken = "watch-broken",
    /// Read anew what the pane shows.
    Refresh = "refresh",
    /// Back to the view before this one.
    LastView = "last-view",
    /// Show what tests found over time.
    History = "history",
    /// Show what the account says about itself.
    Facts = "facts",
    /// Show a page for the person who owns the role.
    Message = "message",
    /// Choose a command, a connection, a group or a region by its name.
    Palette = "palette",
    /// Fill in what is chosen.
    Complete = "complete",
    /// Test with the ExternalId probe.
    Probe = "probe",
    /// Show the policy for what is missing.
    Snippet = "snippet",
    /// Copy: the snippet, or what the viewer shows.
    Copy = "copy",
    /// Copy the role's ARN.
    CopyRoleArn = "copy-role-arn",
    /// Copy the account id.
    CopyAccount = "copy-account",
    /// Copy the ExternalId.
    CopyExternalId = "copy-external-id",
    /// Copy what the test found, as text.
    CopyReport = "copy-report",
    /// Attach the policy on the screen, as its owner would: in the demo alone.
    DemoApply = "demo-apply",
    /// Copy what the test found, as JSON.
    CopyJson = "copy-json",
    /// Copy the AWS CLI's command that assumes the role.
    CopyCommand = "copy-command",
    /// Copy the region's code.
    CopyRegion = "copy-region",
    /// Decode an encoded authorization message.
    Decode = "decode",
    /// The viewer's next form.
    NextTab = "next-tab",
    /// The viewer's form before.
    PreviousTab = "previous-tab",
    /// The viewer's next policy, where there are several.
    NextSheet = "next-policy",
    /// To the next place of what is searched for.
    NextMatch = "next-match",
    /// To the place before.
    PreviousMatch = "previous-match",
    /// What the viewer shows, or what was copied last, on the terminal's own screen: for selecting with the mouse.
    Plain = "plain",
    /// Write what the viewer shows to a file.
    Write = "write",
    /// Take what was typed.
    Accept = "accept",
    /// Say no.
    Decline = "decline",
    /// Mark or unmark.
    Mark = "mark",
    /// Mark the group of the connection under the cursor, or unmark it.
    MarkGroup = "mark-group",
    /// Mark all, or none.
    MarkAll = "mark-all",
    /// Make a vault.
    MakeVault = "make-vault",
    /// Look around with credentials that are at hand.
    LookAround = "look-around",
    /// Leave the credentials at hand, and open the vault or make one.
    UseVault = "use-vault",
    /// Take over profiles of the AWS configuration.
    Import = "import",
    /// Open the demo cloud.
    Demo = "demo",
    /// Try once more to open.
    Retry = "retry",
    /// Cover the screen and forget what was read.
    Lock = "lock",
    /// Add a connection.
    NewConnection = "new-connection",
    /// Change the connection under the cursor.
    EditConnection = "edit-connection",
    /// Remove the connection under the cursor.
    RemoveConnection = "remove-connection",
    /// Save what stands in the form.
    Save = "save",
    /// Throw away what stands in the form.
    DropDraft = "drop-draft",
    /// Take the value that is probably meant.
    TakeSuggestion = "take-suggestion",
    /// Put the next of the known values into the field.
    NextChoice = "next-choice",
    /// Erase one character.
    Erase = "erase",
    /// Erase all that was typed.
    EraseAll = "erase-all",
    /// Erase the word before the cursor.
    EraseWord = "erase-word",
    /// Erase the character under the cursor.
    Delete = "delete",
    /// One character to the left.
    CursorLeft = "cursor-left",
    /// One character to the right.
    CursorRight = "cursor-right",
    /// To the begin of the text.
    CursorHome = "cursor-home",
    /// To the end of the text.
    CursorEnd = "cursor-end",
}

impl Action {
    /// Finds an action by its name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|a| a.word() == word)
    }
}
