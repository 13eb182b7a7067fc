//! The fields of the form: their names, kinds and choices.

use super::Form;

/// A row of the form that can have the focus, in the order of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Where the base credentials come from.
    Source,
    /// The account of the role.
    Account,
    /// The role's name, with its path if it has one.
    Role,
    /// Which ExternalId.
    External,
    /// An ExternalId that somebody else made.
    ExternalText,
    /// What the role shall allow: for the policies to paste.
    Level,
    /// The connection's name.
    Name,
    /// Folds the fields below.
    More,
    /// A heading in the list.
    Group,
    /// Which regions.
    Regions,
    /// The session's name in CloudTrail.
    Session,
    /// Seconds.
    Duration,
    /// An MFA device.
    Mfa,
    /// `sts:SourceIdentity`.
    Identity,
    /// Asked in place of AWS's hosts.
    Endpoint,
    /// A foreign endpoint is meant.
    Confirm,
    /// Nothing may be changed through it.
    ReadOnly,
    /// Everything is one level more dangerous.
    Protected,
    /// Tests, then saves.
    Finish,
}

impl Field {
    /// From top to bottom.
    pub const ALL: [Self; 19] = [
        Self::Source,
        Self::Account,
        Self::Role,
        Self::External,
        Self::ExternalText,
        Self::Level,
        Self::Name,
        Self::More,
        Self::Group,
        Self::Regions,
        Self::Session,
        Self::Duration,
        Self::Mfa,
        Self::Identity,
        Self::Endpoint,
        Self::Confirm,
        Self::ReadOnly,
        Self::Protected,
        Self::Finish,
    ];

    /// What stands before it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Source => "who asks",
            Self::Account => "account id",
            Self::Role => "role name",
            Self::External => "ExternalId",
            Self::ExternalText => "",
            Self::Level => "may do",
            Self::Name => "name",
            Self::More => "more",
            Self::Group => "group",
            Self::Regions => "regions",
            Self::Session => "session name",
            Self::Duration => "duration",
            Self::Mfa => "MFA serial",
            Self::Identity => "source id.",
            Self::Endpoint => "endpoint",
            Self::Confirm => "",
            Self::ReadOnly => "read-only",
            Self::Protected => "protected",
            Self::Finish => "",
        }
    }

    /// What it is in a sentence, such as "the account id".
    pub fn named(self) -> &'static str {
        match self {
            Self::Source => "who asks",
            Self::Account => "the account id",
            Self::Role => "the role name",
            Self::External | Self::ExternalText => "the ExternalId",
            Self::Level => "what the role may do",
            Self::Name => "the name",
            Self::More | Self::Finish => "the form",
            Self::Group => "the group",
            Self::Regions => "the regions",
            Self::Session => "the session name",
            Self::Duration => "the duration",
            Self::Mfa => "the MFA serial",
            Self::Identity => "the source identity",
            Self::Endpoint | Self::Confirm => "the endpoint",
            Self::ReadOnly => "read-only",
            Self::Protected => "protected",
        }
    }

    /// Whether text is typed into it.
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Self::Source
                | Self::Account
                | Self::Role
                | Self::ExternalText
                | Self::Name
                | Self::Group
                | Self::Regions
                | Self::Session
                | Self::Duration
                | Self::Mfa
                | Self::Identity
                | Self::Endpoint
        )
    }

    /// Whether it has a few values to choose from.
    pub fn is_choice(self) -> bool {
        matches!(self, Self::External | Self::Level | Self::Confirm | Self::ReadOnly | Self::Protected)
    }

    /// The most that is typed into it, in bytes: more than any good value has, so that a wrong one is
    /// kept and explained.
    pub(super) fn limit(self) -> usize {
        match self {
            Self::ExternalText | Self::Account | Self::Role => 4096,
            Self::Regions | Self::Endpoint => 2048,
            _ => 512,
        }
    }
}

/// Which ExternalId the connection sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdMode {
    /// The one it has.
    Keep,
    /// The one that is kept for when the role asks for it.
    Next,
    /// A new one of ours.
    Fresh,
    /// One that somebody else made.
    Typed,
    /// None.
    None,
}

impl IdMode {
    fn word(self) -> &'static str {
        match self {
            Self::Keep => "as it is",
            Self::Next => "the next",
            Self::Fresh => "new one",
            Self::Typed => "type one",
            Self::None => "none",
        }
    }
}

/// What the role shall allow. It is not kept: the role's owner decides it, and the test tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The mandatory permissions.
    Mandatory,
    /// AWS's ReadOnlyAccess as well.
    Read,
    /// AWS's AdministratorAccess.
    Full,
}

impl Level {
    const ALL: [Self; 3] = [Self::Mandatory, Self::Read, Self::Full];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Mandatory => "mandatory",
            Self::Read => "read",
            Self::Full => "full",
        }
    }

    /// What it means, in one line.
    pub(super) fn means(self) -> &'static str {
        match self {
            Self::Mandatory => "counts and settings of the account; no assets",
            Self::Read => "see nearly everything, change nothing",
            Self::Full => "everything, also to delete it all",
        }
    }
}

impl Form {
    /// The ways to an ExternalId that this form offers.
    pub(super) fn modes(&self) -> Vec<IdMode> {
        let mut modes = match self.before.as_ref().map(|c| c.external_id().is_some()) {
            Some(true) => vec![IdMode::Keep, IdMode::Fresh, IdMode::Typed, IdMode::None],
            Some(false) => vec![IdMode::None, IdMode::Fresh, IdMode::Typed],
            None => vec![IdMode::Fresh, IdMode::Typed, IdMode::None],
        };
        if self.next_id().is_some() {
            modes.insert(1, IdMode::Next);
        }
        modes
    }

    /// The values of a choice, and which of them holds.
    pub(super) fn options(&self, field: Field) -> (Vec<&'static str>, usize) {
        let switch = |on: bool| (vec!["no", "yes"], usize::from(on));
        match field {
            Field::External => {
                let modes = self.modes();
                let at = modes.iter().position(|m| *m == self.mode).unwrap_or(0);
                (modes.into_iter().map(IdMode::word).collect(), at)
            }
            Field::Level => {
                let at = Level::ALL.iter().position(|l| *l == self.level).unwrap_or(0);
                (Level::ALL.iter().map(|l| l.word()).collect(), at)
            }
            Field::Confirm => switch(self.confirmed),
            Field::ReadOnly => switch(self.read_only),
            Field::Protected => switch(self.protected),
            _ => (Vec::new(), 0),
        }
    }

    /// Chooses the value at a place.
    pub(super) fn choose(&mut self, field: Field, at: usize) {
        match field {
            Field::External => self.mode = self.modes().get(at).copied().unwrap_or(self.mode),
            Field::Level => self.level = Level::ALL.get(at).copied().unwrap_or(self.level),
            Field::Confirm => self.confirmed = at == 1,
            Field::ReadOnly => self.read_only = at == 1,
            Field::Protected => self.protected = at == 1,
            _ => return,
        }
        self.touched = true;
    }
}
