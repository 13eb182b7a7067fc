//! `docs/keys.md`: every context with its keys, and every action.

use std::fmt::Write;

use cloudivize::app::{Action, COMMANDS, Context};
use cloudivize::keymap::{Binding, Keymap};

use super::{fresh_parts, head, row};

#[test]
fn every_key_is_documented() {
    let map = Keymap::built_in().unwrap();
    fresh_parts("keys.md", &[("keys", keys(&map)), ("actions", actions(&map))]);
}

/// A key as code: a backtick would end it early.
fn code(key: &str) -> String {
    if key.contains('`') { format!("`` {key} ``") } else { format!("`{key}`") }
}

fn keys(map: &Keymap) -> String {
    let mut text = String::new();
    for context in Context::ALL {
        let mut above: Vec<String> = Vec::new();
        let mut at = context.parent();
        while let Some(parent) = at {
            above.push(format!("`{}`", parent.word()));
            at = parent.parent();
        }
        write!(text, "\n### {} (`{}`)\n\n", context.title(), context.word()).unwrap();
        let bound: Vec<&Binding> = map.of(context).iter().filter(|b| !b.keys.is_empty()).collect();
        if !above.is_empty() {
            let what = if bound.is_empty() { "The keys of" } else { "Then the keys of" };
            writeln!(text, "{what} {}.{}", above.join(", "), if bound.is_empty() { "" } else { "\n" }).unwrap();
        }
        if bound.is_empty() {
            continue;
        }
        head(&mut text, &["keys", "does", "action", "works when", "otherwise says"]);
        for binding in bound {
            let keys: Vec<String> = binding.names().iter().map(|k| code(k)).collect();
            let when = binding.when.map_or("always", |c| c.about()).trim_end_matches('.');
            let why = binding.why.as_ref().map(|why| map.spell(context, why).into_owned()).unwrap_or_default();
            let action = format!("`{}`", binding.action.word());
            row(&mut text, &[&keys.join(" "), &binding.say, &action, when, &why]);
        }
    }
    text
}

fn actions(map: &Keymap) -> String {
    let mut text = String::new();
    head(&mut text, &["action", "does", "in the palette", "contexts"]);
    for action in Action::ALL {
        let own = |c: &Context| map.of(*c).iter().any(|b| b.action == *action);
        let contexts: Vec<String> = Context::ALL.into_iter().filter(own).map(|c| format!("`{}`", c.word())).collect();
        let command = COMMANDS.iter().find(|c| c.action == *action).map(|c| format!("`:{}`", c.word));
        let name = format!("`{}`", action.word());
        row(&mut text, &[&name, action.about(), &command.unwrap_or_default(), &contexts.join(" ")]);
    }
    text
}
