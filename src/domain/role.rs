//! What a piece of text on the screen means: themes turn roles into colours, and marks are the
//! state symbols that stand before words.

macro_rules! roles {
    ($($(#[doc = $doc:literal])* $variant:ident = $word:literal,)*) => {
        /// The meaning of a piece of text; a theme gives each a style.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub enum Role {
            #[default]
            $($(#[doc = $doc])* $variant,)*
        }

        impl Role {
            /// Every role, in the order of the manual.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in theme files.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What is drawn with it, for the manual.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)* }
            }
        }
    };
}

roles! {
    /// Ordinary text.
    Text = "text",
    /// Text that may be overlooked.
    Quiet = "quiet",
    /// Text that matters more than its neighbours.
    Strong = "strong",
    /// The program's name in the header.
    Brand = "brand",
    /// A heading inside a pane.
    Heading = "heading",
    /// The lines around a pane.
    Border = "border",
    /// The lines around the pane that has the focus.
    BorderFocused = "border-focused",
    /// A pane's title.
    Title = "title",
    /// The title of the pane that has the focus.
    TitleFocused = "title-focused",
    /// The bar before the row under the cursor.
    Cursor = "cursor",
    /// A key's name in the footer and in help.
    Key = "key",
    /// What a key does.
    KeyText = "key-text",
    /// Allowed.
    Allowed = "allowed",
    /// Denied: the one that must stand out.
    Denied = "denied",
    /// Untested.
    Untested = "untested",
    /// Not reached, not applicable.
    Moot = "moot",
    /// Being tested.
    Testing = "testing",
    /// A finding about an ExternalId.
    Finding = "finding",
    /// Good news in the status line.
    Good = "good",
    /// Bad news in the status line.
    Bad = "bad",
    /// `READ-ONLY`, `DEMO` and the like in the header.
    Badge = "badge",
    /// A text field.
    Input = "input",
    /// A policy or a command.
    Code = "code",
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

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Depth {
    /// None, or none are wanted.
    None,
    /// The sixteen that the terminal's owner has chosen.
    Sixteen,
    /// The table of 256.
    Indexed,
    /// 24 bits for each.
    Full,
}

impl Depth {
    /// Every depth, the poorest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Sixteen, Self::Indexed, Self::Full];

    /// For a person.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sixteen => "16",
            Self::Indexed => "256",
            Self::Full => "24 bit",
        }
    }
}
