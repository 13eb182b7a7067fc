//! Keys to actions, as data.
//!
//! A key is looked up by context, pending prefix and nothing else; whether its action is possible
//! now is asked of the state, and the table has the words for when it is not. The footer and help
//! are written from the same table.

mod table;

pub use table::{Binding, KeymapError};

use crate::app::{Action, Context, Line, Msg, State};
use crate::domain::{Key, Role};
use std::collections::BTreeMap;

/// The bindings of every context, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: BTreeMap<Context, Vec<Binding>>,
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

impl Keymap {
    /// What a key means: a pure function of context, pending prefix and key.
    pub fn look_up(&self, context: Context, prefix: &[Key], key: Key) -> Found<'_> {
        let typed: Vec<Key> = prefix.iter().copied().chain([key]).collect();
        let mut rules = Vec::new();
        let mut pending = false;
        for binding in chain(context).flat_map(|c| self.of(c)) {
            for keys in &binding.keys {
                if *keys == typed {
                    rules.push(binding);
                } else if keys.starts_with(&typed) {
                    pending = true;
                }
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
                            action => Msg::Action(action),
                        });
                    }
                    if let Some(why) = &rule.why {
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
        let mut found: Vec<(u32, &Binding)> = Vec::new();
        let mut taken: Vec<&[Key]> = Vec::new();
        for binding in chain(state.context()).flat_map(|c| self.of(c)) {
            let (Some(rank), Some(keys)) = (binding.hint, binding.keys.first()) else { continue };
            let holds = binding.when.is_none_or(|condition| state.holds(condition));
            // A nearer table's key hides the same key further up, also where it only says why not.
            if taken.contains(&keys.as_slice()) || (!holds && binding.why.is_none()) {
                continue;
            }
            taken.push(keys);
            if holds {
                found.push((rank, binding));
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        found
            .into_iter()
            .map(|(rank, b)| Hint {
                key: b.keys.first().map(|k| shown(k)).unwrap_or_default(),
                say: b.say.clone(),
                rank,
            })
            .collect()
    }

    /// Every key that can matter in the panes and viewers, where one is first.
    pub fn help(&self, state: &State) -> Vec<Line> {
        let here: Vec<Context> = chain(state.context()).collect();
        let reading = |c: &&Context| !matches!(c, Context::Unlock | Context::Closed);
        let rest = Context::ALL.iter().filter(reading).filter(|c| !here.contains(c));
        let mut lines = Vec::new();
        for context in here.iter().chain(rest) {
            let bindings = self.of(*context);
            if bindings.is_empty() {
                continue;
            }
            if !lines.is_empty() {
                lines.push(Line::blank());
            }
            lines.push(Line::of(Role::Heading, context.title()));
            for binding in bindings {
                let keys: Vec<String> = binding.keys.iter().map(|k| shown(k)).collect();
                let mut line =
                    Line::of(Role::Key, format!("  {:<14}", keys.join(" "))).and(Role::KeyText, &binding.say);
                let off = binding.when.is_some_and(|c| !state.holds(c));
                if let (true, Some(why)) = (off && here.contains(context), &binding.why) {
                    line = line.and(Role::Quiet, format!("  (not now: {why})"));
                }
                lines.push(line.hang(16));
            }
        }
        lines
    }

    /// A context's own bindings.
    pub fn of(&self, context: Context) -> &[Binding] {
        self.bindings.get(&context).map_or(&[], Vec::as_slice)
    }
}

/// A context and those above it.
fn chain(context: Context) -> impl Iterator<Item = Context> {
    std::iter::successors(Some(context), |c| c.parent())
}

/// A sequence as a person writes it.
fn shown(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect()
}

#[cfg(test)]
mod tests;
