//! Help: the keys where one is first, then the others; what does not work now stands there dimmed, with the reason.

use super::{Binding, Keymap, chain, shown};
use crate::app::{Context, Line, State};
use crate::domain::{Key, Role};

/// The column in which what a key does begins.
const COLUMN: usize = 16;

impl Keymap {
    /// Every key that can matter in the panes and viewers, those of the present context first.
    pub fn help(&self, state: &State) -> Vec<Line> {
        let here: Vec<Context> = chain(state.context()).collect();
        let reading = |c: &Context| !matches!(c, Context::Unlock | Context::Closed);
        let rest: Vec<Context> = Context::ALL.into_iter().filter(|c| reading(c) && !here.contains(c)).collect();
        let mut lines = Vec::new();
        let holds = |b: &Binding| b.when.is_none_or(|c| state.holds(c));
        let offers = self.offers(state.context(), holds);
        // Of several rules for a key the one that holds is shown; a rule that says nothing when it does not, is not.
        let told = |b: &Binding, keys: &[&Vec<Key>]| {
            let others = || offers.iter().filter(|(o, _)| !std::ptr::eq(*o, b)).flat_map(|(_, keys)| keys);
            holds(b) || b.why.is_some() || !keys.iter().any(|key| others().any(|other| other == key))
        };
        for context in &here {
            let own = self.of(*context);
            let mine = offers.iter().filter(|(b, _)| own.iter().any(|o| std::ptr::eq(o, *b)));
            let rows = mine.map(|(b, keys)| told(b, keys).then(|| self.row(state, b, keys, true)).flatten());
            section(&mut lines, *context, rows.flatten());
        }
        for context in rest {
            let rows = self.of(context).iter().map(|b| self.row(state, b, &b.keys.iter().collect::<Vec<_>>(), false));
            section(&mut lines, context, rows.flatten());
        }
        lines
    }

    /// A binding's line; none when it has no key.
    fn row(&self, state: &State, binding: &Binding, keys: &[&Vec<Key>], here: bool) -> Option<Line> {
        if keys.is_empty() {
            return None;
        }
        let names: Vec<String> = keys.iter().map(|keys| shown(keys)).collect();
        let names = format!("  {:<width$}", names.join(" "), width = COLUMN - 2);
        let gap = if names.ends_with(' ') { "" } else { " " };
        let off = here && binding.when.is_some_and(|c| !state.holds(c));
        let line = match off {
            false => Line::of(Role::Key, names + gap).and(Role::KeyText, &binding.say),
            true => {
                let why = binding.why.as_ref().map(|why| format!(": {}", self.spell(state.context(), why)));
                let why = why.unwrap_or_default();
                Line::of(Role::Quiet, format!("{names}{gap}{} (not now{why})", binding.say))
            }
        };
        Some(line.hang(COLUMN))
    }
}

/// A context's heading and its lines, if it has any.
fn section(lines: &mut Vec<Line>, context: Context, rows: impl Iterator<Item = Line>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    if !lines.is_empty() {
        lines.push(Line::blank());
    }
    lines.push(Line::of(Role::Heading, context.title()));
    lines.extend(rows);
}
