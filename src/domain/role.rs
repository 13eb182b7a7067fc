//! What a piece of text on the screen means: themes turn roles into colours, and marks are the
//! state symbols that stand before words.

/// The meaning of a piece of text; a theme gives each a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Text,
    /// Text that may be overlooked.
    Quiet,
    /// Text that matters more than its neighbours.
    Strong,
    /// The program's name in the header.
    Brand,
    /// A heading inside a pane.
    Heading,
    /// The lines around a pane.
    Border,
    /// The lines around the pane that has the focus.
    BorderFocused,
    /// A pane's title.
    Title,
    /// The title of the pane that has the focus.
    TitleFocused,
    /// The bar before the row under the cursor.
    Cursor,
    /// A key's name in the footer and in help.
    Key,
    /// What a key does.
    KeyText,
    /// Allowed.
    Allowed,
    /// Denied: the one that must stand out.
    Denied,
    /// Untested.
    Untested,
    /// Not reached, not applicable.
    Moot,
    /// Being tested.
    Testing,
    /// A finding about an ExternalId.
    Finding,
    /// Good news in the status line.
    Good,
    /// Bad news in the status line.
    Bad,
    /// `READ-ONLY`, `DEMO` and the like in the header.
    Badge,
    /// A text field.
    Input,
    /// A policy or a command.
    Code,
}

impl Role {
    /// Every role, for tables that must name all of them.
    pub const ALL: [Self; 23] = [
        Self::Text,
        Self::Quiet,
        Self::Strong,
        Self::Brand,
        Self::Heading,
        Self::Border,
        Self::BorderFocused,
        Self::Title,
        Self::TitleFocused,
        Self::Cursor,
        Self::Key,
        Self::KeyText,
        Self::Allowed,
        Self::Denied,
        Self::Untested,
        Self::Moot,
        Self::Testing,
        Self::Finding,
        Self::Good,
        Self::Bad,
        Self::Badge,
        Self::Input,
        Self::Code,
    ];

    /// The name in theme files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Quiet => "quiet",
            Self::Strong => "strong",
            Self::Brand => "brand",
            Self::Heading => "heading",
            Self::Border => "border",
            Self::BorderFocused => "border-focused",
            Self::Title => "title",
            Self::TitleFocused => "title-focused",
            Self::Cursor => "cursor",
            Self::Key => "key",
            Self::KeyText => "key-text",
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Untested => "untested",
            Self::Moot => "moot",
            Self::Testing => "testing",
            Self::Finding => "finding",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Badge => "badge",
            Self::Input => "input",
            Self::Code => "code",
        }
    }
}

/// A state symbol. It never stands for a state without a word or a legend near it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// `✓`
    Allowed,
    /// `✗`
    Denied,
    /// `?`
    Untested,
    /// `·`
    NotReached,
    /// `–`
    NotApplicable,
    /// `◌`
    Testing,
    /// `!`, an ExternalId finding.
    Finding,
}

impl Mark {
    /// Every mark, in the order of the legend.
    pub const ALL: [Self; 7] = [
        Self::Allowed,
        Self::Denied,
        Self::Untested,
        Self::NotReached,
        Self::NotApplicable,
        Self::Testing,
        Self::Finding,
    ];

    /// The word that goes with it. Denied is loud.
    pub fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "DENIED",
            Self::Untested => "untested",
            Self::NotReached => "not reached",
            Self::NotApplicable => "n/a",
            Self::Testing => "testing",
            Self::Finding => "finding",
        }
    }

    /// The role that colours it.
    pub fn role(self) -> Role {
        match self {
            Self::Allowed => Role::Allowed,
            Self::Denied => Role::Denied,
            Self::Untested => Role::Untested,
            Self::NotReached | Self::NotApplicable => Role::Moot,
            Self::Testing => Role::Testing,
            Self::Finding => Role::Finding,
        }
    }

    /// The symbol, or its stand-in for a terminal that has ASCII only.
    pub fn symbol(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Self::Allowed, false) => "✓",
            (Self::Allowed, true) => "+",
            (Self::Denied, false) => "✗",
            (Self::Denied, true) => "x",
            (Self::Untested, _) => "?",
            (Self::NotReached, false) => "·",
            (Self::NotReached, true) => ".",
            (Self::NotApplicable, false) => "–",
            (Self::NotApplicable, true) => "-",
            (Self::Testing, false) => "◌",
            (Self::Testing, true) => "o",
            (Self::Finding, _) => "!",
        }
    }
}
