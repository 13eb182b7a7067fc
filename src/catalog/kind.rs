//! A kind of asset: how it is listed, what its columns are, what it needs to be permitted.
//!
//! Read from one TOML file in the words of the AWS CLI (`docs/adding-a-kind.md`) and checked against the
//! service models: a path that leads nowhere and a parameter that there is not are errors of the file.

use super::file;
use super::model::{Kind as ShapeKind, ModelError, Operation, Service, ShapeRef};
use super::path::{Path, PathError, Step};
use super::template::{Template, TemplateError};
use crate::domain::StateRole;
use std::collections::BTreeMap;

/// How far a kind reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Asked in every region.
    Regional,
    /// Asked once an account.
    Global,
    /// Asked once an account; each row has a region of its own.
    GlobalRowRegion,
}

impl Scope {
    /// The word in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Regional => "regional",
            Self::Global => "global",
            Self::GlobalRowRegion => "global-row-region",
        }
    }
}

/// What a parameter is filled with.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// A text with places.
    Text(Template),
    /// A number or a truth value.
    Plain(serde_json::Value),
    /// A list. One of `{batch.x}` alone stands for all of the batch.
    List(Vec<Param>),
    /// A structure.
    Map(BTreeMap<String, Param>),
}

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The service, by the AWS CLI's name.
    pub service: String,
    /// The operation's name.
    pub operation: String,
    /// What is asked.
    pub params: BTreeMap<String, Param>,
    /// Where the items are; `None`: the whole answer is the item.
    pub items: Option<Path>,
    /// Items that are no structures become one with this field.
    pub scalar_as: Option<String>,
    /// Error codes that mean "there is none".
    pub none: Vec<String>,
}

impl Call {
    /// The service's model and the operation in it. Unpacks the model when it is first named: not for the UI thread.
    ///
    /// # Errors
    /// Never for a kind that was checked.
    pub fn op(&self) -> Result<(&'static Service, &'static Operation), ModelError> {
        let service = Service::load(&self.service)?;
        Ok((service, service.operation(&self.operation)?))
    }

    /// `ecs:ListServices`, the operation in the AWS CLI's names.
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}

/// When a second call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// For every row, at once.
    Always,
    /// When one of its columns is shown, filtered or sorted by.
    Columns,
    /// When a row is looked at.
    Detail,
}

/// A second call, joined to the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetch {
    /// The call.
    pub call: Call,
    /// How many rows it takes at once; `None`: one.
    pub batch: Option<usize>,
    /// What of an item tells its row; `None`: the one row that was asked for.
    pub key: Option<Path>,
    /// What of a row is compared with it.
    pub row_key: Path,
    /// When it is made.
    pub when: When,
    /// The field of the row that holds the item; `None`: its members become the row's.
    pub into: Option<String>,
    /// Where it is asked, if not in the cell's region: a bucket's own.
    pub region: Option<Template>,
}

/// What a person can look for by a server-side filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindBy {
    /// An id with a prefix: `i-`.
    Id,
    /// An IPv4 address.
    Ip,
    /// An IPv6 address.
    Ipv6,
    /// A private DNS name.
    Dns,
    /// A name.
    Name,
    /// A tag.
    Tag,
}

impl FindBy {
    /// Every way.
    pub const ALL: [Self; 6] = [Self::Id, Self::Ip, Self::Ipv6, Self::Dns, Self::Name, Self::Tag];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Ip => "ip",
            Self::Ipv6 => "ipv6",
            Self::Dns => "dns",
            Self::Name => "name",
            Self::Tag => "tag",
        }
    }
}

/// How a kind is looked for: its list with other parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Find {
    /// What is looked for.
    pub by: FindBy,
    /// What ids begin with; for the others empty.
    pub prefix: String,
    /// The list's parameters, all of them. `{find}` is what is looked for, `{find.key}` and `{find.value}` a tag's.
    pub params: BTreeMap<String, Param>,
    /// Error codes that mean "there is none".
    pub none: Vec<String>,
}

/// Whose rows have to be listed first.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    /// The kind's id.
    pub kind: String,
}

/// What makes a row the same row.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Unique within account, region and kind.
    pub id: Template,
    /// The ARN, if there is one.
    pub arn: Option<Template>,
    /// What people call it.
    pub name: Option<Template>,
}

/// The row's state, with colours.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Where it stands.
    pub path: Path,
    /// Meanings of its values; others are plain.
    pub roles: BTreeMap<String, StateRole>,
}

/// A column's type decides how it sorts and looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// A size in bytes.
    Bytes,
    /// A time.
    Time,
    /// Yes or no.
    Bool,
    /// Decimal text and a currency.
    Money,
    /// An IP address.
    Ip,
    /// Several texts.
    List,
}

impl Type {
    pub(super) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "text" => Self::Text,
            "int" => Self::Int,
            "bytes" => Self::Bytes,
            "time" => Self::Time,
            "bool" => Self::Bool,
            "money" => Self::Money,
            "ip" => Self::Ip,
            "list" => Self::List,
            _ => return None,
        })
    }

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Bytes => "bytes",
            Self::Time => "time",
            Self::Bool => "bool",
            Self::Money => "money",
            Self::Ip => "ip",
            Self::List => "list",
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum From {
    /// From a place in the item.
    Path(Path),
    /// From a text with places.
    Text(Template),
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its word in filters and reports.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Where its value comes from.
    pub from: From,
    /// How it sorts and looks.
    pub kind: Type,
    /// Shown without being asked for.
    pub shown: bool,
    /// Its width in columns, if it should be another than its type's.
    pub width: Option<u16>,
}

/// How tags are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagForm {
    /// `[{Key, Value}]`
    KeyValue,
    /// `[{key, value}]`
    KeyValueLower,
    /// `[{TagKey, TagValue}]`
    TagKeyTagValue,
    /// `{key: value}`
    Map,
}

/// Where tags are.
#[derive(Debug, Clone, PartialEq)]
pub struct Tags {
    /// Where they stand.
    pub path: Path,
    /// How they are written.
    pub form: TagForm,
    /// The operation that writes them, `tagging` or `ec2`; `None`: they cannot be written.
    pub write: Option<String>,
}

/// What it leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its word.
    pub title: String,
    /// The kind it leads to.
    pub kind: String,
    /// The other's id, ARN or name is meant.
    pub by: By,
    /// Where it stands.
    pub path: Path,
}

/// What a link compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The id.
    Id,
    /// The ARN.
    Arn,
    /// The name.
    Name,
}

/// A permission that a kind needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The IAM action.
    pub action: String,
    /// On what; `*` where AWS knows no resource for it.
    pub resource: String,
    /// Why, where that is not plain.
    pub note: Option<String>,
}

/// A kind of asset.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// `aws/ec2/instance`.
    pub id: String,
    /// `EC2 instances`.
    pub title: String,
    /// Short words for it.
    pub aliases: Vec<String>,
    /// Its heading in the picker.
    pub group: String,
    /// How far it reaches.
    pub scope: Scope,
    /// Whose rows are listed first.
    pub parent: Option<Parent>,
    /// The list.
    pub list: Call,
    /// Second calls.
    pub fetches: Vec<Fetch>,
    /// Reads one row again.
    pub get: Option<Call>,
    /// What makes a row the same row.
    pub identity: Identity,
    /// The region of a row, where rows have their own.
    pub row_region: Option<Path>,
    /// Its state.
    pub state: Option<State>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its tags.
    pub tags: Option<Tags>,
    /// What it leads to.
    pub links: Vec<Link>,
    /// What listing needs.
    pub read: Vec<Need>,
    /// What tagging needs.
    pub tag: Vec<Need>,
    /// Members that hold secrets.
    pub redact: Vec<Path>,
    /// Members and keys that hold secrets wherever they stand, [squeezed].
    pub redact_names: Vec<String>,
    /// Members that the models mark sensitive and that are shown: an account's name. Not in users' files.
    pub show: Vec<String>,
    /// How it is looked for.
    pub finds: Vec<Find>,
    /// Derived fields that no path can say: the word of the code that makes them.
    pub special: Option<String>,
    /// It stands in a user's file.
    pub user: bool,
}

/// What is wrong in a kind's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not TOML, an unknown key, a missing one.
    #[error("{0}")]
    File(String),
    /// A field has a value that it cannot have.
    #[error("{field} is {value:?}; it can be {allowed}")]
    Word {
        /// Which field.
        field: String,
        /// Its value.
        value: String,
        /// What there is.
        allowed: &'static str,
    },
    /// A path is none.
    #[error("{field}: {error}")]
    Path {
        /// Which field.
        field: String,
        /// Why.
        error: PathError,
    },
    /// A template is none.
    #[error("{field}: {error}")]
    Template {
        /// Which field.
        field: String,
        /// Why.
        error: TemplateError,
    },
    /// A service or an operation that there is not.
    #[error("{field}: {error}")]
    Model {
        /// Which field.
        field: String,
        /// Why.
        error: ModelError,
    },
    /// A path leads to nothing in the answer.
    #[error("{field}: {path} leads to nothing: {shape} has no {member:?}{near}")]
    Nowhere {
        /// Which field.
        field: String,
        /// The path.
        path: String,
        /// Where it ends.
        shape: String,
        /// What is not there.
        member: String,
        /// What is most like it.
        near: String,
    },
}

impl Kind {
    /// Reads a kind's file and checks it against the models, which unpacks those that it names.
    ///
    /// # Errors
    /// Everything that is wrong with it, at least one fault.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        file::read(text, true)
    }

    /// Reads a file that a test has checked.
    ///
    /// # Errors
    /// Everything that is wrong with it in itself.
    pub(super) fn parse_checked(text: &str) -> Result<Self, Vec<Fault>> {
        file::read(text, false)
    }

    /// Whether a member that the models mark sensitive is shown all the same, as a person asked for in the kind's file.
    pub fn shows(&self, member: &str) -> bool {
        self.show.iter().any(|name| name == member)
    }

    /// What ARNs of this kind name as their service: mostly the prefix of its IAM actions.
    pub fn arn_services(&self) -> Vec<String> {
        let of_actions = self.read.iter().filter_map(|need| need.action.split(':').next());
        let mut services: Vec<String> = of_actions.chain(self.id.split('/').nth(1)).map(str::to_owned).collect();
        services.sort();
        services.dedup();
        services
    }

    /// The place of a column.
    pub fn column(&self, id: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.id == id)
    }

    /// The field of the second call that brings a column's values, if it is one that is not always made.
    pub fn late_column(&self, column: &Column) -> Option<&str> {
        self.late_fields().find(|field| column.from.begins_with(field))
    }

    /// The field of the call that brings its tags, likewise.
    pub fn late_tags(&self) -> Option<&str> {
        let tags = self.tags.as_ref()?;
        self.late_fields().find(|field| tags.path.begins_with(field))
    }

    /// The field of the call that brings its state, likewise.
    pub fn late_state(&self) -> Option<&str> {
        let state = self.state.as_ref()?;
        self.late_fields().find(|field| state.path.begins_with(field))
    }

    /// The fields of second calls that are made when a column, the tags or the state is wanted.
    pub fn late_fields(&self) -> impl Iterator<Item = &str> {
        self.fetches.iter().filter(|f| f.when == When::Columns).filter_map(|f| f.into.as_deref())
    }

    /// Whether a word names this kind: its id, the id without the cloud, or an alias.
    pub fn answers_to(&self, word: &str) -> bool {
        let short = self.id.split_once('/').map(|(_, rest)| rest);
        self.id == word || short == Some(word) || self.aliases.iter().any(|a| a == word)
    }
}

impl From {
    /// Whether it takes something out of a field of the row.
    pub fn begins_with(&self, field: &str) -> bool {
        match self {
            Self::Path(path) => path.begins_with(field),
            Self::Text(text) => text.paths().any(|p| p.begins_with(field)),
        }
    }
}

/// Follows a path through the shapes.
///
/// # Errors
/// The shape where it ends, and the member that is not there.
pub fn follow(service: &Service, from: ShapeRef, path: &[Step]) -> Result<ShapeRef, (String, String)> {
    let mut at = from;
    for step in path {
        let shape = service.shape(at);
        at = match (step, &shape.kind) {
            (Step::Member(name), ShapeKind::Structure { .. }) => match shape.member(name) {
                Some(member) => member.shape,
                None => return Err((shape.name.clone(), name.clone())),
            },
            (Step::Member(_), ShapeKind::Map { value, .. }) => value.shape,
            // Where anything may stand, anything may be asked for.
            (_, ShapeKind::Document) => return Ok(at),
            (Step::Each | Step::At(_), ShapeKind::List { item, .. }) => item.shape,
            (Step::Where(name, _), ShapeKind::List { item, .. }) => {
                let element = service.shape(item.shape);
                if element.member(name).is_none() {
                    return Err((element.name.clone(), name.clone()));
                }
                item.shape
            }
            (Step::Member(name), _) => return Err((shape.name.clone(), name.clone())),
            (Step::Each | Step::At(_) | Step::Where(..), _) => return Err((shape.name.clone(), "[]".to_owned())),
        };
    }
    Ok(at)
}

/// A name as it is compared: people write keys of options in many ways.
pub fn squeezed(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
#[path = "kind_tests.rs"]
mod tests;
