//! What a person wants keys to do, laid over the table. What cannot be has a sentence and is left out;
//! the rest counts.

use super::{Binding, Keymap, chain, sequence, shown, types_text};
use crate::app::{Action, Context};
use crate::domain::{Key, Rebinding, nearest};
use std::collections::BTreeMap;

/// In place of an action: the key does nothing.
const NONE: &str = "none";
/// It always cancels and leaves: whatever else is bound, one gets out.
const INTERRUPT: Key = Key::ctrl('c');
/// What must keep a key wherever it has one: without it nobody gets on, or back.
const VITAL: [Action; 2] = [Action::Accept, Action::Back];

/// One line of a `[keys]` table, understood.
#[derive(Debug, Clone)]
struct Wish<'r> {
    line: &'r Rebinding,
    /// The one context it is for; none: wherever the action works.
    context: Option<Context>,
    keys: Vec<Key>,
    /// None: nothing.
    action: Option<Action>,
}

/// The table with wishes laid over it, and what each wish did.
struct Laid {
    map: Keymap,
    /// Which wish bound a sequence in a context.
    by: BTreeMap<(Context, Vec<Key>), usize>,
    /// Which wish took a key from an action in a context; the last one last.
    took: Vec<(usize, Context, Action)>,
}

impl Keymap {
    /// This table with `lines` laid over it, the later over the earlier, and a sentence for each fault.
    pub fn rebound(&self, lines: &[Rebinding]) -> (Self, Vec<String>) {
        let mut faults: Vec<(&Rebinding, String)> = Vec::new();
        let mut wishes: Vec<Wish<'_>> = Vec::new();
        let mut strange: Vec<(&str, &str)> = Vec::new();
        for line in lines {
            match self.understand(line, &wishes) {
                Ok(wish) => wishes.push(wish),
                Err(Fault::Context { near }) => {
                    // Said once for all the keys below a heading.
                    let heading = (line.file.as_str(), line.context.as_deref().unwrap_or_default());
                    if !strange.contains(&heading) {
                        strange.push(heading);
                        faults.push((line, near));
                    }
                }
                Err(Fault::Line(why)) => faults.push((line, why)),
            }
        }
        let mut left_out: Vec<String> =
            faults.into_iter().map(|(line, why)| format!("{}: {why}. It is left out", place(line))).collect();
        loop {
            let laid = self.lay(&wishes);
            match laid.problem(self) {
                Some((at, why)) if at < wishes.len() => {
                    left_out.push(format!("{}: {why}. It is left out", place(wishes[at].line)));
                    wishes.remove(at);
                }
                _ => {
                    left_out.extend(wishes.iter().filter_map(|wish| laid.hidden(wish)));
                    return (laid.map, left_out);
                }
            }
        }
    }

    /// Checks the words of a line.
    fn understand<'r>(&self, line: &'r Rebinding, earlier: &[Wish<'_>]) -> Result<Wish<'r>, Fault> {
        let context = match &line.context {
            None => None,
            Some(word) => Some(Context::ALL.into_iter().find(|c| c.word() == word).ok_or_else(|| {
                let known: Vec<&str> = Context::ALL.iter().map(|c| c.word()).collect();
                Fault::Context { near: unknown("context", word, &known) }
            })?),
        };
        let keys = sequence(&line.keys).map_err(|e| Fault::Line(turned(line).unwrap_or_else(|| e.reason())))?;
        if keys.contains(&INTERRUPT) {
            return Err(Fault::Line("always cancels and quits; choose another key".to_owned()));
        }
        let action = match line.action.as_str() {
            NONE => None,
            word => Some(Action::from_word(word).ok_or_else(|| {
                let known: Vec<&str> = Action::ALL.iter().map(|a| a.word()).chain([NONE]).collect();
                Fault::Line(unknown("action", word, &known))
            })?),
        };
        let same = |w: &&Wish<'_>| w.line.file == line.file && w.context == context && w.keys == keys;
        if let Some(first) = earlier.iter().find(same) {
            let at = first.line.line.map(|n| format!(" in line {n}")).unwrap_or_default();
            return Err(Fault::Line(format!("is the same key as {:?}{at}", first.line.keys)));
        }
        let text = || Fault::Line("is text wherever text is typed; take a key with Control or Alt".to_owned());
        match (context, action) {
            (Some(c), _) if c.takes_text() && types_text(&keys) => return Err(text()),
            (Some(c), Some(a)) if !chain(c).any(|table| self.of(table).iter().any(|b| b.action == a)) => {
                return Err(Fault::Line(format!("{} is of no use there; it works in {}", a.word(), self.homes(a))));
            }
            (None, Some(a)) if types_text(&keys) && self.own(a).all(Context::takes_text) => return Err(text()),
            _ => {}
        }
        Ok(Wish { line, context, keys, action })
    }

    /// The contexts whose own table has an action.
    fn own(&self, action: Action) -> impl Iterator<Item = Context> + '_ {
        Context::ALL.into_iter().filter(move |c| self.of(*c).iter().any(|b| b.action == action))
    }

    /// The same for a person: `[keys.viewer] or [keys.snippet]`.
    fn homes(&self, action: Action) -> String {
        let homes: Vec<String> = self.own(action).map(|c| format!("[keys.{}]", c.word())).collect();
        homes.join(" or ")
    }

    /// Lays wishes over this table.
    fn lay(&self, wishes: &[Wish<'_>]) -> Laid {
        let mut laid = Laid { map: self.clone(), by: BTreeMap::new(), took: Vec::new() };
        for (at, wish) in wishes.iter().enumerate() {
            let contexts: Vec<Context> = match (wish.context, wish.action) {
                (Some(context), _) => vec![context],
                (None, Some(action)) => self.own(action).collect(),
                (None, None) => Context::ALL.to_vec(),
            };
            let open = |c: &Context| !(c.takes_text() && types_text(&wish.keys));
            for context in contexts.iter().copied().filter(open) {
                laid.take(at, wish, context);
                match wish.action {
                    Some(action) => laid.give(at, &wish.keys, context, action),
                    None if wish.context.is_some() => {
                        laid.map.unbound.entry(context).or_default().insert(wish.keys.clone());
                    }
                    None => {}
                }
            }
            // "Wherever it works" includes the contexts below: there the key means the same.
            if wish.context.is_none() {
                let below = |c: &Context| !contexts.contains(c) && chain(*c).any(|above| contexts.contains(&above));
                for context in Context::ALL.into_iter().filter(open).filter(below) {
                    laid.take(at, wish, context);
                }
            }
        }
        laid
    }
}

impl Laid {
    /// Takes a wish's key from whatever else it does in a context.
    fn take(&mut self, at: usize, wish: &Wish<'_>, context: Context) {
        let lost = self.map.reach(context);
        let lost = lost.iter().filter(|(_, b, keys)| **keys == wish.keys && Some(b.action) != wish.action);
        self.took.extend(lost.map(|(_, b, _)| (at, context, b.action)));
        for binding in self.map.bindings.get_mut(&context).into_iter().flatten() {
            binding.keys.retain(|keys| *keys != wish.keys);
        }
        self.map.unbound.entry(context).or_default().remove(&wish.keys);
        self.by.remove(&(context, wish.keys.clone()));
    }

    /// Gives a key to an action's rules in a context; where it has none, to those of the tables above.
    fn give(&mut self, at: usize, keys: &[Key], context: Context, action: Action) {
        let mine = |b: &Binding| b.action == action;
        if !self.map.of(context).iter().any(mine) {
            let above = chain(context).skip(1).find(|c| self.map.of(*c).iter().any(mine));
            let copies: Vec<Binding> =
                above.map(|c| self.map.of(c).iter().filter(|b| mine(b)).cloned().collect()).unwrap_or_default();
            let fresh = copies.into_iter().map(|b| Binding { keys: Vec::new(), ..b });
            self.map.bindings.entry(context).or_default().extend(fresh);
        }
        let by = &self.by;
        for binding in self.map.bindings.get_mut(&context).into_iter().flatten().filter(|b| mine(b)) {
            // A person's own keys come first, so that footer and help name them.
            let own = binding.keys.iter().take_while(|k| by.contains_key(&(context, (*k).clone()))).count();
            binding.keys.insert(own, keys.to_vec());
        }
        self.by.insert((context, keys.to_vec()), at);
    }

    /// The first thing that cannot stay so: which wish is to blame, and why.
    fn problem(&self, before: &Keymap) -> Option<(usize, String)> {
        Context::ALL.into_iter().find_map(|c| self.vital(before, c).or_else(|| self.shadow(c)))
    }

    /// A way on or back that has no key any more.
    fn vital(&self, before: &Keymap, context: Context) -> Option<(usize, String)> {
        let has = |map: &Keymap, action| map.reach(context).iter().any(|(_, b, _)| b.action == action);
        let lost = VITAL.into_iter().find(|a| has(before, *a) && !has(&self.map, *a))?;
        let tables: Vec<Context> = chain(context).collect();
        let taken = |(_, c, a): &&(usize, Context, Action)| *a == lost && tables.contains(c);
        let (at, place, _) = self.took.iter().rev().find(taken)?;
        let word = lost.word();
        let place = place.word();
        Some((*at, format!("is the last key of {word} in [keys.{place}]; give {word} another one there first")))
    }

    /// A sequence that begins like another one: one of the two could never be typed.
    fn shadow(&self, context: Context) -> Option<(usize, String)> {
        let reach = self.map.reach(context);
        for (short_table, short_rule, short) in &reach {
            for (long_table, long_rule, long) in &reach {
                if short.len() == long.len() || !long.starts_with(short) {
                    continue;
                }
                let by = |table: &Context, keys: &Vec<Key>| self.by.get(&(*table, keys.clone())).copied();
                let (by_short, by_long) = (by(short_table, short), by(long_table, long));
                let other = |keys: &[Key], rule: &Binding, table: &Context| {
                    format!("{}, which is {} in [keys.{}]", shown(keys), rule.action.word(), table.word())
                };
                if by_long >= by_short {
                    let other = other(short, short_rule, short_table);
                    return Some((by_long?, format!("begins with {other}; unbind that with \"none\"")));
                }
                let other = other(long, long_rule, long_table);
                return Some((by_short?, format!("is the begin of {other}; unbind that with \"none\"")));
            }
        }
        None
    }

    /// What to say about a wish that other tables hide in part of its context.
    fn hidden(&self, wish: &Wish<'_>) -> Option<String> {
        let (Some(context), Some(action)) = (wish.context, wish.action) else { return None };
        let mut hiding: Vec<(Context, Action)> = Vec::new();
        for below in Context::ALL.into_iter().filter(|c| *c != context && chain(*c).any(|above| above == context)) {
            let reach = self.map.reach(below);
            let Some((table, binding, keys)) = reach.iter().find(|(.., keys)| **keys == wish.keys) else { continue };
            let own = self.by.contains_key(&(*table, (*keys).clone()));
            if *table != context && binding.action != action && !own && !hiding.contains(&(*table, binding.action)) {
                hiding.push((*table, binding.action));
            }
        }
        let (first, _) = hiding.first()?;
        let all: Vec<String> = hiding.iter().map(|(c, a)| format!("{} in [keys.{}]", a.word(), c.word())).collect();
        Some(format!(
            "{}: stays {}, which is nearer there; write it under [keys.{}] too if it is to be {}",
            place(wish.line),
            all.join(" and "),
            first.word(),
            action.word()
        ))
    }
}

/// Why a line cannot be understood.
enum Fault {
    /// Its heading names no context.
    Context { near: String },
    /// Something in the line itself.
    Line(String),
}

/// A line with the action where the key belongs, said the right way round.
fn turned(line: &Rebinding) -> Option<String> {
    let action = Action::from_word(&line.keys)?;
    sequence(&line.action).ok()?;
    Some(format!("is an action: the key comes first, {:?} = {:?}", line.action, action.word()))
}

/// `config.toml, line 3, ^t of [keys.panes]`.
fn place(line: &Rebinding) -> String {
    let Rebinding { file, keys, .. } = line;
    let at = line.line.map(|n| format!(", line {n}")).unwrap_or_default();
    let table = line.context.as_ref().map(|c| format!(".{c}")).unwrap_or_default();
    format!("{file}{at}, {keys:?} of [keys{table}]")
}

fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("there is no {what} {word:?}; did you mean {near}"),
        None => format!("there is no {what} {word:?}; docs/keys.md lists them"),
    }
}

#[cfg(test)]
#[path = "rebind_tests.rs"]
mod tests;
