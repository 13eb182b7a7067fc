//! Every kind there is: those that the program brings, and those of a user's files.

use super::kind::{Fault, Kind, Scope};
use super::model::nearest;
use super::revealing;
use crate::domain::KindId;
use serde::Deserialize;
use std::sync::{Arc, OnceLock};

/// Id, which is its path, and text of each kind's file.
static FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/kinds.rs"));

/// What the picker shows of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// `aws/ec2/instance`.
    pub id: String,
    /// `EC2 instances`.
    pub title: String,
    /// Short words for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Its heading in the picker.
    pub group: String,
    /// How far it reaches.
    pub scope: String,
}

impl Head {
    fn of(kind: &Kind) -> Self {
        Self {
            id: kind.id.clone(),
            title: kind.title.clone(),
            aliases: kind.aliases.clone(),
            group: kind.group.clone(),
            scope: kind.scope.word().to_owned(),
        }
    }

    /// Whether a word names this kind: its id, the id without the cloud, or an alias.
    pub fn answers_to(&self, word: &str) -> bool {
        let short = self.id.split_once('/').map(|(_, rest)| rest);
        self.id == word || short == Some(word) || self.aliases.iter().any(|a| a == word)
    }
}

/// One kind, read when it is first needed.
#[derive(Debug)]
struct Entry {
    text: &'static str,
    head: OnceLock<Option<Head>>,
    kind: OnceLock<Option<Arc<Kind>>>,
}

/// Every kind there is. Cheap to make: a file is read when its kind is first asked for.
pub struct Catalog {
    entries: Vec<(KindId, Entry)>,
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A log with every kind's file in it helps nobody.
        write!(f, "Catalog({} kinds)", self.entries.len())
    }
}

/// What is wrong with a user's file. The others are still read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct FileFault {
    /// The file.
    pub file: String,
    /// What is wrong.
    pub fault: Fault,
}

impl Default for Catalog {
    fn default() -> Self {
        Self::built_in()
    }
}

impl Catalog {
    /// The kinds that the program brings.
    pub fn built_in() -> Self {
        let entry = |text| Entry { text, head: OnceLock::new(), kind: OnceLock::new() };
        Self { entries: FILES.iter().map(|(id, text)| (KindId::new(id), entry(*text))).collect() }
    }

    /// Some of the kinds that the program brings, for tests that must not change when another is added.
    #[cfg(test)]
    pub fn only(ids: &[&str]) -> Self {
        let mut catalog = Self::built_in();
        catalog.entries.retain(|(id, _)| ids.contains(&id.as_str()));
        catalog
    }

    /// Those and the kinds of a user's files, given by name and text. One with the id of another takes its place.
    pub fn with_files(files: &[(String, String)]) -> (Self, Vec<FileFault>) {
        let mut catalog = Self::built_in();
        let mut faults = Vec::new();
        for (file, text) in files {
            let of_file = |fault| FileFault { file: file.clone(), fault };
            match Kind::parse(text) {
                Err(found) => faults.extend(found.into_iter().map(of_file)),
                Ok(kind) => match revealing::refused(&kind) {
                    Some(fault) => faults.push(of_file(fault)),
                    None => catalog.add(Kind { user: true, show: Vec::new(), ..kind }),
                },
            }
        }
        (catalog, faults)
    }

    fn add(&mut self, kind: Kind) {
        let (id, head) = (KindId::new(&kind.id), Head::of(&kind));
        self.entries.retain(|(known, _)| *known != id);
        let entry = Entry { text: "", head: Some(head).into(), kind: OnceLock::from(Some(Arc::new(kind))) };
        self.entries.push((id, entry));
    }

    /// Every kind's id, in their order.
    pub fn ids(&self) -> impl Iterator<Item = &KindId> {
        self.entries.iter().map(|(id, _)| id)
    }

    /// What the picker shows.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        // What it needs stands before the first table, and is read between the key that opens the picker and its frame.
        let top = |text: &'static str| text.find("\n[").and_then(|end| text.get(..end)).unwrap_or(text);
        let read = move |e: &Entry| toml::from_str(top(e.text)).ok();
        self.entries.iter().filter_map(move |(_, e)| e.head.get_or_init(|| read(e)).as_ref())
    }

    /// A kind.
    pub fn kind(&self, id: &KindId) -> Option<&Arc<Kind>> {
        let (_, entry) = self.entries.iter().find(|(known, _)| known == id)?;
        entry.kind.get_or_init(|| Kind::parse_checked(entry.text).ok().map(Arc::new)).as_ref()
    }

    /// The kind that a word names.
    ///
    /// # Errors
    /// The word that is probably meant, if there is one.
    pub fn named(&self, word: &str) -> Result<KindId, Option<String>> {
        let found = self.heads().find(|h| h.answers_to(word));
        found.map(|h| KindId::new(&h.id)).ok_or_else(|| {
            let words = self.heads().flat_map(|h| {
                let short = h.id.split_once('/').map_or("", |(_, rest)| rest);
                h.aliases.iter().map(String::as_str).chain([short])
            });
            nearest(word, words)
        })
    }

    /// Whether a kind is asked once an account.
    pub fn is_global(&self, id: &KindId) -> bool {
        self.kind(id).is_some_and(|k| k.scope != Scope::Regional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_kind_that_the_program_brings_is_whole() {
        let mut wrong = String::new();
        let mut aliases: BTreeMap<String, &str> = BTreeMap::new();
        for (id, text) in FILES {
            match Kind::parse(text) {
                Err(faults) => faults.iter().for_each(|f| wrong += &format!("{id}: {f}\n")),
                Ok(kind) => {
                    assert_eq!(kind.id, *id, "the id is the file's path");
                    assert_eq!(Kind::parse_checked(text).as_ref(), Ok(&kind), "{id}");
                    for alias in kind.aliases {
                        if let Some(other) = aliases.insert(alias.clone(), id) {
                            wrong += &format!("{alias:?} names {id} and {other}\n");
                        }
                    }
                }
            }
        }
        let catalog = Catalog::built_in();
        for id in catalog.ids() {
            let Some(kind) = catalog.kind(id) else { continue };
            let links = kind.links.iter().map(|l| &l.kind).chain(kind.parent.iter().map(|p| &p.kind));
            for other in links {
                if catalog.kind(&KindId::new(other)).is_none() {
                    wrong += &format!("{id}: there is no kind {other}\n");
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
        let kinds: Vec<Head> = catalog.ids().filter_map(|id| catalog.kind(id)).map(|k| Head::of(k)).collect();
        assert!(catalog.heads().eq(&kinds), "the picker shows what the files say");
        assert_eq!(kinds.len(), FILES.len());
    }

    #[test]
    fn a_user_s_file_adds_or_takes_a_place_and_a_bad_one_leaves_the_others() {
        let text = FILES.iter().find(|(id, _)| *id == "aws/ec2/instance").unwrap().1;
        let own = text.replacen("EC2 instances", "My instances", 1);
        let files = [("a.toml".to_owned(), own), ("b.toml".to_owned(), "id = 1".to_owned())];
        let (catalog, faults) = Catalog::with_files(&files);
        assert_eq!(catalog.kind(&KindId::new("aws/ec2/instance")).unwrap().title, "My instances");
        assert!(faults[0].to_string().starts_with("b.toml: line 1"), "{}", faults[0]);
        assert_eq!(catalog.ids().count(), FILES.len());
    }

    #[test]
    fn kinds_are_found_by_their_words() {
        let catalog = Catalog::built_in();
        assert_eq!(catalog.named("i").unwrap().as_str(), "aws/ec2/instance");
        assert_eq!(catalog.named("ec2/instance").unwrap().as_str(), "aws/ec2/instance");
        assert_eq!(catalog.named("instnaces"), Err(Some("instances".to_owned())));
    }
}
