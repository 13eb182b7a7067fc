//! Texts with places to fill in: `{account}`, `{parent.arn}`, `{^OwnerId|account}`, `{QueueUrl~/}`.

use super::path::{Path, PathError};
use serde_json::Value;

/// What a place is filled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The account's twelve digits.
    Account,
    /// The cell's region.
    Region,
    /// `aws`, `aws-cn`…
    Partition,
    /// A field of the parent's row.
    Parent(String),
    /// A field of this row.
    Row(String),
    /// A field of every row of a batch.
    Batch(String),
    /// Something of the item itself.
    Item(Path),
    /// What is looked for.
    Find,
    /// The key of the tag that is looked for.
    FindKey,
    /// Its value.
    FindValue,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The first that is there, and what is cut off of it.
    Place(Vec<Place>),
}

/// A source, and how much of it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    source: Source,
    /// Only a part between two of these: the one that is counted so, from 0; without a number the last.
    part: Option<(char, Option<usize>)>,
}

impl Place {
    fn value(&self, from: &dyn Fill) -> Option<Value> {
        let value = from.value(&self.source)?;
        match (self.part, &value) {
            (Some((mark, at)), Value::String(text)) => {
                let part = match at {
                    None => text.rsplit(mark).next(),
                    Some(at) => text.split(mark).nth(at),
                };
                part.filter(|t| !t.is_empty()).map(|t| Value::String(t.to_owned()))
            }
            _ => Some(value),
        }
    }
}

/// A text with places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace without its partner.
    #[error("{0:?} has a brace without its partner")]
    Brace(String),
    /// A place names nothing that there is.
    #[error("in {0:?}: {1}")]
    Place(String, PathError),
}

/// What the places of a template are filled from.
pub trait Fill {
    /// The value of a source; `None` where there is none.
    fn value(&self, source: &Source) -> Option<Value>;
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Names the place that is wrong.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let brace = || TemplateError::Brace(text.to_owned());
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, after) = (&rest[..open], &rest[open + 1..]);
            let close = after.find('}').ok_or_else(brace)?;
            if before.contains('}') {
                return Err(brace());
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let sources = after[..close].split('|').map(place).collect::<Result<_, _>>();
            pieces.push(Piece::Place(sources.map_err(|e| TemplateError::Place(text.to_owned(), e))?));
            rest = &after[close + 1..];
        }
        if rest.contains('}') {
            return Err(brace());
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The text of one without places.
    pub fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Every source that it names.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let places = self.0.iter().flat_map(|p| match p {
            Piece::Text(_) => &[][..],
            Piece::Place(places) => places,
        });
        places.map(|p| &p.source)
    }

    /// The paths into the item.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.sources().filter_map(|s| match s {
            Source::Item(path) => Some(path),
            _ => None,
        })
    }

    /// The text with its places filled; `None` when one of them cannot be.
    pub fn fill(&self, from: &dyn Fill) -> Option<String> {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Place(places) => out.push_str(&plain(&places.iter().find_map(|p| p.value(from))?)?),
            }
        }
        Some(out)
    }

    /// The value of a template that is one place and nothing else, as it is: a number stays one.
    pub fn value(&self, from: &dyn Fill) -> Option<Value> {
        match self.0.as_slice() {
            [Piece::Place(places)] => places.iter().find_map(|p| p.value(from)),
            _ => self.fill(from).map(Value::String),
        }
    }
}

/// A scalar as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// `QueueUrl~/` is what stands behind the last slash, `ResourceARN~:2` the third part between colons.
fn place(text: &str) -> Result<Place, PathError> {
    let Some((before, part)) = text.split_once('~') else { return Ok(Place { source: source(text)?, part: None }) };
    let mut chars = part.chars();
    let mark = chars.next();
    let part = match (mark, chars.as_str()) {
        (Some(mark), "") => Some((mark, None)),
        (Some(mark), digits) => digits.parse().ok().map(|at| (mark, Some(at))),
        (None, _) => None,
    };
    match part {
        Some(part) => Ok(Place { source: source(before)?, part: Some(part) }),
        // Said as of a path: the tilde is no part of one.
        None => Ok(Place { source: source(text)?, part: None }),
    }
}

fn source(text: &str) -> Result<Source, PathError> {
    let field = |prefix: &str| text.strip_prefix(prefix).map(str::to_owned);
    Ok(match text {
        "account" => Source::Account,
        "region" => Source::Region,
        "partition" => Source::Partition,
        "find" => Source::Find,
        "find.key" => Source::FindKey,
        "find.value" => Source::FindValue,
        _ => match (field("parent."), field("row."), field("batch.")) {
            (Some(f), _, _) => Source::Parent(f),
            (_, Some(f), _) => Source::Row(f),
            (_, _, Some(f)) => Source::Batch(f),
            _ => Source::Item(Path::parse(text)?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Example;
    impl Fill for Example {
        fn value(&self, source: &Source) -> Option<Value> {
            match source {
                Source::Account => Some(json!("111122223333")),
                Source::Region => Some(json!("eu-west-1")),
                Source::Partition => Some(json!("aws")),
                Source::Item(path) => path.first(&json!({"Id": "i-1", "n": 7}), &[]).cloned(),
                _ => None,
            }
        }
    }

    #[test]
    fn places_are_filled_and_the_first_that_is_there_wins() {
        let t = Template::parse("arn:{partition}:ec2:{region}:{^OwnerId|account}:instance/{Id}").unwrap();
        assert_eq!(t.fill(&Example).unwrap(), "arn:aws:ec2:eu-west-1:111122223333:instance/i-1");
        assert_eq!(Template::parse("{n}").unwrap().value(&Example), Some(json!(7)));
        assert_eq!(Template::parse("x-{n}").unwrap().value(&Example), Some(json!("x-7")));
        assert_eq!(Template::parse("{Missing}").unwrap().fill(&Example), None, "never half a text");
    }

    #[test]
    fn what_stands_behind_the_last_mark_can_be_meant() {
        let t = Template::parse("{Id~-}").unwrap();
        assert_eq!(t.fill(&Example).unwrap(), "1");
        assert_eq!(Template::parse("{region~-1}").unwrap().fill(&Example).unwrap(), "west");
        assert_eq!(Template::parse("{region~x}").unwrap().fill(&Example).unwrap(), "eu-west-1");
    }

    #[test]
    fn mistakes_are_named() {
        assert!(Template::parse("a{b").is_err() && Template::parse("a}b{c}").is_err() && Template::parse("}").is_err());
        assert!(Template::parse("{a..b}").unwrap_err().to_string().contains("no path"));
    }
}
