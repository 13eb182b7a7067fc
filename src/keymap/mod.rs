//! Keys to actions, as data.
//!
//! A key is looked up by context, pending prefix and nothing else; whether its action is possible
//! now is asked of the state, and the table has the words for when it is not. The footer and help
//! are written from the same table.

mod help;
mod rebind;
mod table;

pub use table::{Binding, KeymapError};

use crate::app::{Action, COMMANDS, Context, KeyFact, Msg, State};
use crate::domain::{Invalid, Key};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The bindings of every context, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: BTreeMap<Context, Vec<Binding>>,
    /// Sequences that do nothing in a context, whatever the tables above it say.
    unbound: BTreeMap<Context, BTreeSet<Vec<Key>>>,
}

/// What a key means in a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<'k> {
    /// Rules for it, the nearest context's first.
    Bound(Vec<&'k Binding>),
    /// The begin of a sequence.
    Pending,
    /// Text for the field that has the focus.
    Text(char),
    /// Nothing.
    Nothing,
}

/// A key and what it does, for the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The key as a person writes it.
    pub key: String,
    /// What it does.
    pub say: String,
    /// The lower, the more useful.
    pub rank: u32,
}

/// A key that may follow those that were pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The key, or the keys that are missing.
    pub key: String,
    /// What it does.
    pub say: String,
    /// Why it does not now, if so.
    pub why: Option<String>,
}

impl Keymap {
    /// What a key means: a pure function of context, pending prefix and key.
    pub fn look_up(&self, context: Context, prefix: &[Key], key: Key) -> Found<'_> {
        let typed: Vec<Key> = prefix.iter().copied().chain([key]).collect();
        let mut rules = Vec::new();
        let mut pending = false;
        for (_, binding, keys) in self.reach(context) {
            if *keys == typed {
                rules.push(binding);
            } else if keys.starts_with(&typed) {
                pending = true;
            }
        }
        match key.typed() {
            // A text field takes every printable key, whatever the tables above say.
            Some(c) if context.takes_text() && prefix.is_empty() => Found::Text(c),
            _ if pending => Found::Pending,
            _ if !rules.is_empty() => Found::Bound(rules),
            _ => Found::Nothing,
        }
    }

    /// The message that a key becomes in the present state; `None` when it means nothing here.
    pub fn message(&self, state: &State, key: Key) -> Option<Msg> {
        match self.look_up(state.context(), &state.prefix, key) {
            Found::Text(c) => Some(Msg::Text(c)),
            Found::Pending => Some(Msg::Prefix(Some(key))),
            Found::Nothing => (!state.prefix.is_empty()).then_some(Msg::Prefix(None)),
            Found::Bound(rules) => {
                let mut refused = None;
                for rule in rules {
                    if rule.when.is_none_or(|condition| state.holds(condition)) {
                        return Some(match rule.action {
                            Action::Help => Msg::Help(self.help(state)),
                            Action::Palette => Msg::Palette(self.facts(state)),
                            action => Msg::Action(action),
                        });
                    }
                    if let Some(why) = &rule.why {
                        let why = self.spell(state.context(), why);
                        refused = Some(Msg::Unavailable(format!("{key}: {why}")));
                        break;
                    }
                }
                refused
            }
        }
    }

    /// The keys that work now, the most useful first; one for each action.
    pub fn hints(&self, state: &State) -> Vec<Hint> {
        let mut found: Vec<Hint> = Vec::new();
        if !state.prefix.is_empty() {
            // What may follow stands in a box of its own.
            found.push(Hint { key: "Esc".to_owned(), say: "leave".to_owned(), rank: 1 });
            return found;
        }
        for (binding, keys) in self.offers(state.context(), |b| b.when.is_none_or(|c| state.holds(c))) {
            let holds = binding.when.is_none_or(|condition| state.holds(condition));
            if let (Some(rank), Some(keys), true) = (binding.hint, keys.first(), holds) {
                found.push(Hint { key: shown(keys), say: binding.say.clone(), rank });
            }
        }
        found.sort_by_key(|hint| hint.rank);
        found
    }

    /// What the tables say about every action: as seen from here, and where nothing here knows it, from elsewhere.
    pub fn facts(&self, state: &State) -> Vec<KeyFact> {
        let context = state.context();
        let here: Vec<Context> = chain(context).collect();
        let known: Vec<Action> = here.iter().flat_map(|c| self.of(*c)).map(|b| b.action).collect();
        let rest = Context::ALL.into_iter().filter(|c| !here.contains(c));
        let near = here.iter().flat_map(|c| self.of(*c));
        let far = rest.flat_map(|c| self.of(c)).filter(|b| !known.contains(&b.action));
        let fact = |b: &Binding| KeyFact {
            action: b.action,
            key: self.name(context, b.action).unwrap_or_default(),
            when: b.when,
            why: b.why.as_ref().map(|why| self.spell(context, why).into_owned()),
        };
        near.chain(far).map(fact).collect()
    }

    /// What may follow the keys that were pressed.
    pub fn pending(&self, state: &State) -> Vec<Pending> {
        let mut found: Vec<Pending> = Vec::new();
        if state.prefix.is_empty() {
            return found;
        }
        for (binding, keys) in self.offers(state.context(), |b| b.when.is_none_or(|c| state.holds(c))) {
            let rest = keys.iter().find_map(|k| k.strip_prefix(state.prefix.as_slice()).filter(|r| !r.is_empty()));
            let Some(rest) = rest else { continue };
            let holds = binding.when.is_none_or(|condition| state.holds(condition));
            let why = binding.why.as_ref().filter(|_| !holds);
            if holds || why.is_some() {
                let why = why.map(|why| self.spell(state.context(), why).into_owned());
                found.push(Pending { key: shown(rest), say: binding.say.clone(), why });
            }
        }
        found
    }

    /// The name of the key that does something, as one would press it in a context, or where else it works.
    pub fn name(&self, context: Context, action: Action) -> Option<String> {
        let here = self.offers(context, |b| b.when.is_none());
        let there = Context::ALL.into_iter().flat_map(|c| self.offers(c, |b| b.when.is_none()));
        here.into_iter().chain(there).find_map(|(binding, keys)| {
            (binding.action == action).then_some(keys.first()).flatten().map(|keys| shown(keys))
        })
    }

    /// Puts the names of keys in place of `{key:ACTION}`, so that sentences stay true when keys are bound anew.
    pub fn spell<'t>(&self, context: Context, text: &'t str) -> Cow<'t, str> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{key:") {
            let Some((word, behind)) = after.split_once('}') else { break };
            let Some(action) = Action::from_word(word) else { break };
            out.push_str(before);
            match self.name(context, action) {
                Some(key) => out.push_str(&key),
                // An action without a key can still be asked for by its name.
                None => {
                    let command = COMMANDS.iter().find(|c| c.action == action);
                    out.push_str(&format!(":{}", command.map_or(word, |c| c.word)));
                }
            }
            rest = behind;
        }
        if out.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(out + rest) }
    }

    /// A context's own bindings.
    pub fn of(&self, context: Context) -> &[Binding] {
        self.bindings.get(&context).map_or(&[], Vec::as_slice)
    }

    /// Every sequence that is bound in a context or above it, with the table it stands in, the nearest first.
    fn reach(&self, context: Context) -> Vec<(Context, &Binding, &Vec<Key>)> {
        let mut found = Vec::new();
        let mut shut: Vec<&Vec<Key>> = Vec::new();
        for table in chain(context) {
            for binding in self.of(table) {
                found.extend(binding.keys.iter().filter(|k| !shut.contains(k)).map(|keys| (table, binding, keys)));
            }
            shut.extend(self.unbound.get(&table).into_iter().flatten());
        }
        if context.takes_text() {
            found.retain(|(_, _, keys)| !types_text(keys));
        }
        found
    }

    /// Every binding that a context has or inherits, with those of its keys that no nearer one has taken.
    /// A rule takes its keys when it `holds`, or has words for when it does not.
    fn offers(&self, context: Context, holds: impl Fn(&Binding) -> bool) -> Vec<(&Binding, Vec<&Vec<Key>>)> {
        let mut found: Vec<(&Binding, Vec<&Vec<Key>>)> = Vec::new();
        let mut taken: Vec<&Vec<Key>> = Vec::new();
        let reach = self.reach(context);
        for run in reach.chunk_by(|a, b| std::ptr::eq(a.1, b.1)) {
            let binding = run[0].1;
            let keys = || run.iter().map(|(_, _, keys)| *keys);
            found.push((binding, keys().filter(|k| !taken.contains(k)).collect()));
            if holds(binding) || binding.why.is_some() {
                taken.extend(keys());
            }
        }
        found
    }
}

/// A context and those above it.
fn chain(context: Context) -> impl Iterator<Item = Context> {
    std::iter::successors(Some(context), |c| c.parent())
}

/// Reads keys that are separated by blanks: one, or a sequence.
///
/// # Errors
/// Names what is wrong with the first wrong key.
fn sequence(text: &str) -> Result<Vec<Key>, Invalid> {
    let keys: Vec<Key> = text.split_whitespace().map(Key::read).collect::<Result<_, _>>()?;
    match keys.is_empty() {
        true => Err(Invalid::new("key", "is empty").fix("write the key for a blank as space")),
        false => Ok(keys),
    }
}

/// Whether a text field takes a sequence's first key as text.
fn types_text(keys: &[Key]) -> bool {
    keys.first().is_some_and(|key| key.typed().is_some())
}

/// A sequence as a person reads it: `gg`, `^x y`.
fn shown(keys: &[Key]) -> String {
    let simple = keys.iter().all(|key| key.typed().is_some_and(|c| c != ' '));
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(if simple { "" } else { " " })
}

#[cfg(test)]
mod tests;
