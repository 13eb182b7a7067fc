//! Everything by its name: commands, connections, groups, regions. Asks nothing of a cloud.

use super::browse::Goal as Listed;
use super::order::natural;
use super::regions::told_regions;
use super::{Action, COMMANDS, Condition, Effect, Notice, Overlay, Pane, State, TextInput};
use crate::domain::{ConnectionId, KindId, Mark, Needle, Region, Timestamp, nearest};
use crate::query::{hunt, needle};
use std::collections::BTreeSet;

/// The longest name, in bytes.
const LIMIT: usize = 200;

/// What the key table says about an action: told when the palette is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFact {
    /// What it does.
    pub action: Action,
    /// The key as a person writes it.
    pub key: String,
    /// When it works.
    pub when: Option<Condition>,
    /// What is said when it does not.
    pub why: Option<String>,
}

/// A name is being typed.
#[derive(Debug, Clone)]
pub struct Palette {
    /// What was typed.
    pub input: TextInput,
    /// Which of the entries is chosen.
    pub chosen: usize,
    /// Kinds that are marked for a policy.
    pub marked: BTreeSet<KindId>,
    /// The keys.
    pub keys: Vec<KeyFact>,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub word: String,
    /// What it is or does.
    pub say: String,
    /// A connection's state.
    pub mark: Option<Mark>,
    /// The key that does the same.
    pub key: String,
    /// Why it cannot be done now.
    pub off: Option<String>,
    goal: Goal,
}

/// Where an entry leads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Goal {
    Run(Action),
    Connection(ConnectionId),
    Group(String),
    Region(Region),
    Theme(String),
    Kind(KindId),
    Find(String),
}

impl Entry {
    /// The kind of asset that it is, if it is one.
    pub fn kind(&self) -> Option<&KindId> {
        match &self.goal {
            Goal::Kind(kind) => Some(kind),
            _ => None,
        }
    }
}

impl State {
    /// The palette, if it is on top.
    pub fn palette(&self) -> Option<&Palette> {
        match self.overlays.last() {
            Some(Overlay::Palette(palette)) => Some(palette),
            _ => None,
        }
    }

    pub(super) fn palette_mut(&mut self) -> Option<&mut Palette> {
        match self.overlays.last_mut() {
            Some(Overlay::Palette(palette)) => Some(palette),
            _ => None,
        }
    }

    pub(super) fn open_palette(&mut self, keys: Vec<KeyFact>) -> Vec<Effect> {
        self.overlays.push(Overlay::Palette(Palette {
            input: TextInput::new(LIMIT),
            chosen: 0,
            marked: BTreeSet::new(),
            keys,
        }));
        self.read_kinds()
    }

    /// Whether a kind is chosen, so that it can be marked.
    pub(super) fn kind_is_chosen(&self) -> bool {
        self.palette().is_some_and(|p| matches!(entries(self).get(p.chosen), Some(Entry { goal: Goal::Kind(_), .. })))
    }

    /// Begins to type what is looked for everywhere.
    pub(super) fn begin_to_find(&mut self) -> Vec<Effect> {
        let input = TextInput::with("find ", LIMIT);
        self.overlays.push(Overlay::Palette(Palette { input, chosen: 0, marked: BTreeSet::new(), keys: Vec::new() }));
        self.read_kinds()
    }

    /// Has the kinds' files read, once: what is looked for, and links, need all of them.
    fn read_kinds(&mut self) -> Vec<Effect> {
        let read = std::mem::replace(&mut self.browse.read, true);
        (!read).then(|| Effect::ReadKinds(self.catalog.clone())).into_iter().collect()
    }

    /// Handles an action in the palette; `None` when it is none of the palette's.
    pub(super) fn palette_action(&mut self, now: Timestamp, action: Action) -> Option<Vec<Effect>> {
        let entries = entries(self);
        let last = entries.len().saturating_sub(1);
        let palette = self.palette_mut()?;
        palette.chosen = palette.chosen.min(last);
        match action {
            Action::Up => palette.chosen = palette.chosen.checked_sub(1).unwrap_or(last),
            Action::Down => palette.chosen = if palette.chosen == last { 0 } else { palette.chosen + 1 },
            Action::Complete => {
                if let Some(entry) = entries.get(palette.chosen) {
                    palette.input.clear();
                    palette.input.insert(&entry.word);
                    palette.chosen = 0;
                }
            }
            Action::Mark => {
                if let Some(Goal::Kind(kind)) = entries.into_iter().nth(palette.chosen).map(|e| e.goal)
                    && !palette.marked.remove(&kind)
                {
                    palette.marked.insert(kind);
                }
            }
            Action::Snippet => {
                let kinds: Vec<KindId> = palette.marked.iter().cloned().collect();
                let viewer = self.marked_viewer(&kinds);
                self.overlays.extend(viewer.map(Overlay::Viewer));
            }
            Action::Back => drop(self.overlays.pop()),
            Action::Accept => {
                let chosen = entries.into_iter().nth(palette.chosen);
                return Some(self.choose(now, chosen));
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn choose(&mut self, now: Timestamp, chosen: Option<Entry>) -> Vec<Effect> {
        let Some(entry) = chosen else {
            self.notice = self.palette().map(|p| Notice::plain(nothing_called(self, p.input.text())));
            return Vec::new();
        };
        if let Some(why) = entry.off {
            self.notice = Some(Notice::plain(format!("{}: {why}", entry.word)));
            return Vec::new();
        }
        self.overlays.pop();
        match entry.goal {
            // In a viewer the key for this closes the viewer.
            Goal::Run(Action::Quit) => return self.quit(),
            Goal::Run(Action::Help) => return vec![Effect::Help],
            Goal::Run(action) => return self.action(now, action),
            Goal::Connection(id) => {
                self.overlays.clear();
                self.leap_to(id);
            }
            Goal::Kind(kind) => {
                self.overlays.clear();
                return self.browse_to(now, Listed::Kind(kind));
            }
            Goal::Find(text) => {
                self.overlays.clear();
                return self.browse_to(now, Listed::Find(text));
            }
            Goal::Group(group) if self.is_browsing() => {
                self.overlays.clear();
                return self.scope_to_group(now, &group);
            }
            Goal::Group(group) => {
                self.overlays.clear();
                self.filter.clear();
                self.filter.insert(&format!("group:{group}"));
                self.settle();
                if matches!(self.focus, Pane::Regions | Pane::Detail) {
                    self.focus_on(Pane::Checks);
                }
            }
            Goal::Theme(name) => return vec![Effect::Theme(name)],
            Goal::Region(region) => {
                self.overlays.clear();
                self.focus_on(Pane::Regions);
                if !super::region_rows(self).iter().any(|r| r.region == region) {
                    self.region_filter.clear();
                }
                self.region = Some(region);
            }
        }
        Vec::new()
    }

    /// Puts the cursor on a connection, whatever hides it.
    pub(super) fn leap_to(&mut self, id: ConnectionId) {
        self.before_leap();
        if !super::shown(self).iter().any(|c| c.id == id) {
            self.filter.clear();
            self.only_broken = None;
            self.browse.hide_denied = false;
        }
        self.cursor = Some(id);
        self.settle();
    }
}

/// What can be chosen with what was typed, the best first.
pub fn entries(state: &State) -> Vec<Entry> {
    let Some(palette) = state.palette() else { return Vec::new() };
    let needle = palette.input.text().trim().to_lowercase();
    let mut found: Vec<(u8, Entry)> =
        all(state, palette).into_iter().filter_map(|e| Some((rank(&needle, &e)?, e))).collect();
    // Letters that are scattered over a word are a guess, for when nothing better fits.
    let sure = found.iter().any(|(rank, _)| *rank < SCATTERED);
    found.retain(|(rank, _)| !sure || *rank < SCATTERED);
    // Stable: within a rank kinds come first that were listed before, then commands, connections, groups, regions and
    // the other kinds.
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The rank of letters in the right order with others between them.
const SCATTERED: u8 = 5;

/// How well an entry fits: the lower the better.
fn rank(needle: &str, entry: &Entry) -> Option<u8> {
    if needle.is_empty() {
        return Some(0);
    }
    // Names may be typed with a dash for a blank, as they stand in key tables.
    if let Goal::Find(_) = entry.goal {
        return Some(0);
    }
    let (needle, word) = (&needle.replace('-', " "), entry.word.to_lowercase().replace('-', " "));
    if matches!(entry.goal, Goal::Run(action) if action.word().replace('-', " ") == *needle) {
        return Some(0);
    }
    if let Goal::Kind(_) = entry.goal
        && entry.say.split([' ', ',']).any(|alias| alias == needle)
    {
        return Some(0);
    }
    let begins = || word.starts_with(needle) || word.split([' ', '-', '.', '_']).any(|part| part.starts_with(needle));
    if word == *needle {
        Some(0)
    } else if begins() {
        Some(1)
    } else if word.contains(needle) {
        Some(3)
    } else if entry.say.to_lowercase().contains(needle) {
        Some(4)
    } else if needle.chars().count() > 1 && scattered(needle, &word) {
        Some(SCATTERED)
    } else {
        None
    }
}

/// Whether the letters stand in the word in this order.
fn scattered(needle: &str, word: &str) -> bool {
    let mut rest = word.chars();
    needle.chars().filter(|c| *c != ' ').all(|c| rest.any(|w| w == c))
}

fn all(state: &State, palette: &Palette) -> Vec<Entry> {
    let plain =
        |word: String, say: String, goal: Goal| Entry { word, say, mark: None, key: String::new(), off: None, goal };
    let typed = palette.input.text().trim();
    let mut entries: Vec<Entry> = Vec::new();
    if let Some(text) = typed.strip_prefix("find ").map(str::trim).filter(|t| !t.is_empty()) {
        entries.push(plain(format!("find {text}"), find_words(state, text), Goal::Find(text.to_owned())));
    }
    let (recent, others) = kinds(state);
    entries.extend(recent);
    let commands =
        COMMANDS.iter().filter(|command| command.action != Action::DemoApply || state.flags.demo).map(|command| {
            let (key, off) = key_of(state, palette, command.action);
            Entry {
                word: command.word.to_owned(),
                say: command.say.to_owned(),
                mark: None,
                key,
                off,
                goal: Goal::Run(command.action),
            }
        });
    // What is not possible now stands behind everything else.
    let (possible, not_now): (Vec<Entry>, Vec<Entry>) = commands.partition(|entry| entry.off.is_none());
    entries.extend(possible);
    entries.extend(others);
    for connection in &*state.book {
        let badge = state.standings.get(&connection.id).map(super::Standing::badge);
        let account = connection.account.as_ref().map_or("", |a| a.as_str());
        entries.push(Entry {
            word: connection.name.to_string(),
            say: format!("connection {account}").trim_end().to_owned(),
            mark: badge.map(|b| b.mark),
            key: String::new(),
            off: None,
            goal: Goal::Connection(connection.id),
        });
    }
    let mut groups: Vec<&str> = state.book.iter().filter_map(|c| c.group.as_deref()).collect();
    groups.sort_by(|a, b| natural(a, b));
    groups.dedup();
    for group in groups {
        let count = state.book.iter().filter(|c| c.group.as_deref() == Some(group)).count();
        let say = if count == 1 { "group of 1 connection".to_owned() } else { format!("group of {count} connections") };
        entries.push(Entry {
            word: group.to_owned(),
            say,
            mark: None,
            key: String::new(),
            off: None,
            goal: Goal::Group(group.to_owned()),
        });
    }
    let of = state.detailed().map_or("", |(c, _)| c.name.as_str());
    for row in told_regions(state) {
        entries.push(Entry {
            word: row.region.to_string(),
            say: format!("region of {of}, {}, {}", row.word, row.place).trim_end_matches([',', ' ']).to_owned(),
            mark: Some(row.mark),
            key: String::new(),
            off: None,
            goal: Goal::Region(row.region),
        });
    }
    for name in &state.themes {
        entries.push(Entry {
            word: format!("theme {name}"),
            say: "other colours, for this run".to_owned(),
            mark: None,
            key: String::new(),
            off: None,
            goal: Goal::Theme(name.clone()),
        });
    }
    entries.extend(not_now);
    entries
}

/// Every kind: those that were listed last, and the others under their groups.
fn kinds(state: &State) -> (Vec<Entry>, Vec<Entry>) {
    let mut kinds: Vec<(Option<usize>, Entry)> = state
        .catalog
        .heads()
        .map(|head| {
            let recent = state.browse.recent.iter().position(|id| id.as_str() == head.id);
            let aliases = if head.aliases.is_empty() { String::new() } else { format!(" {}", head.aliases.join(", ")) };
            let goal = Goal::Kind(KindId::new(&head.id));
            let entry = Entry {
                word: head.title.clone(),
                say: format!("{} ·{aliases}", head.group),
                mark: None,
                key: String::new(),
                off: None,
                goal,
            };
            (recent, entry)
        })
        .collect();
    kinds.sort_by(|(a, one), (b, two)| {
        a.is_none().cmp(&b.is_none()).then(a.cmp(b)).then_with(|| natural(&one.say, &two.say))
    });
    let first = kinds.iter().take_while(|(recent, _)| recent.is_some()).count();
    let others = kinds.split_off(first);
    let entry = |(_, entry)| entry;
    (kinds.into_iter().map(entry).collect(), others.into_iter().map(entry).collect())
}

/// What is going to be looked for, and in how many kinds.
fn find_words(state: &State, text: &str) -> String {
    let needle = needle(text, &state.catalog);
    let what = match &needle {
        Needle::Id(_) => "an id",
        Needle::Arn(_) => "an ARN",
        Needle::Ip(_) => "an address",
        Needle::Dns(_) => "a private DNS name",
        Needle::Name(_) => "a name",
        Needle::Tag(..) => "a tag",
    };
    match hunt(&needle, &state.catalog).kinds.len() {
        0 => format!("{what}; no kind of asset can be asked for it"),
        1 => format!("{what}, in one kind, wherever the marks say"),
        n => format!("{what}, in {n} kinds, wherever the marks say"),
    }
}

/// The key for an action, and why it is not possible now.
fn key_of(state: &State, palette: &Palette, action: Action) -> (String, Option<String>) {
    let facts = || palette.keys.iter().filter(|f| f.action == action);
    let key = facts().next().map_or(String::new(), |f| f.key.clone());
    let holds = |condition: Condition| state.holds(condition);
    let possible = facts().next().is_none() || facts().any(|f| f.when.is_none_or(holds));
    let why = facts().find_map(|f| f.why.clone()).unwrap_or_else(|| "there is nothing for it here".to_owned());
    (key, (!possible).then_some(why))
}

/// What is said when nothing fits.
fn nothing_called(state: &State, typed: &str) -> String {
    let Some(palette) = state.palette() else { return String::new() };
    let typed = typed.trim();
    // A kind is named by its title among the entries, and by its aliases in the catalogue.
    let kind = state.catalog.named(typed).err().flatten();
    let words: Vec<String> = all(state, palette).into_iter().map(|e| e.word).chain(kind).collect();
    let known: Vec<&str> = words.iter().map(String::as_str).collect();
    match nearest(typed, &known) {
        Some(word) => format!("nothing is called {typed}; nearest: {word}"),
        None => format!("nothing is called {typed}: no command, kind, connection, group or region"),
    }
}
