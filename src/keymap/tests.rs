//! The built-in table holds together, and keys mean what the design says.

use super::*;
use crate::app::{Condition, Screen, Size, Unlock, Way, fixtures};

fn keymap() -> Keymap {
    Keymap::built_in().unwrap()
}

fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

#[test]
fn the_built_in_table_is_read() {
    let map = keymap();
    assert!(Context::ALL.into_iter().filter(|c| !map.of(*c).is_empty()).count() >= 9);
}

#[test]
fn no_default_uses_the_keys_of_flow_control_and_multiplexers() {
    let map = keymap();
    for context in Context::ALL {
        for binding in map.of(context) {
            for sequence in &binding.keys {
                for taken in ["^a", "^b", "^q", "^s"] {
                    assert!(!sequence.contains(&key(taken)), "{taken} in {context:?}");
                }
            }
        }
    }
}

#[test]
fn every_action_condition_and_name_is_used_and_reads_back() {
    let map = keymap();
    let all: Vec<&Binding> = Context::ALL.into_iter().flat_map(|c| map.of(c)).collect();
    for action in Action::ALL {
        assert_eq!(Action::from_word(action.word()), Some(*action));
        assert!(all.iter().any(|b| b.action == *action), "no key for {}", action.word());
    }
    for condition in Condition::ALL {
        assert!(all.iter().any(|b| b.when == Some(*condition)), "nothing depends on {}", condition.word());
    }
}

#[test]
fn a_text_field_takes_every_printable_key() {
    let map = keymap();
    for context in [Context::FilterText, Context::Unlock] {
        for c in ['q', 'T', '?', '!', ' ', 'é', '/'] {
            assert_eq!(map.look_up(context, &[], Key::char(c)), Found::Text(c));
        }
    }
    let mut state = fixtures::fleet(Size { width: 80, height: 24 });
    state.screen = Screen::Unlock(Unlock::new(Way::Passphrase("the vault".to_owned())));
    assert!(matches!(map.message(&state, Key::char('q')), Some(Msg::Text('q'))));
    assert!(matches!(map.message(&state, key("^c")), Some(Msg::Action(Action::Interrupt))));
}

#[test]
fn a_key_that_does_not_work_says_why() {
    let map = keymap();
    let mut state = fixtures::untested(Size { width: 120, height: 36 });
    let Some(Msg::Unavailable(why)) = map.message(&state, Key::char('p')) else { panic!("p works") };
    assert!(why.starts_with("p: nothing found here"));
    state.book = std::sync::Arc::from([]);
    state.cursor = None;
    assert!(matches!(map.message(&state, Key::char('T')), Some(Msg::Unavailable(_))));
    assert!(map.message(&state, Key::char('z')).is_none(), "an unbound key means nothing");
}

#[test]
fn sequences_wait_for_their_next_key() {
    let map = Keymap::parse("[[panes]]\nkeys = [\"y y\"]\ndo = \"copy\"\nsay = \"copy\"\n").unwrap();
    assert_eq!(map.look_up(Context::Checks, &[], key("y")), Found::Pending);
    assert!(matches!(map.look_up(Context::Checks, &[key("y")], key("y")), Found::Bound(_)));
    assert_eq!(map.look_up(Context::Checks, &[key("y")], key("x")), Found::Nothing);
    let mut state = fixtures::fleet(Size { width: 120, height: 36 });
    state.prefix.push(key("y"));
    assert!(matches!(map.message(&state, key("x")), Some(Msg::Prefix(None))), "a lost sequence is forgotten");
}

#[test]
fn mistakes_in_a_table_are_named() {
    let entry = |context: &str, keys: &str, action: &str| {
        Keymap::parse(&format!("[[{context}]]\nkeys = [\"{keys}\"]\ndo = \"{action}\"\nsay = \"x\"\n"))
            .unwrap_err()
            .to_string()
    };
    assert!(entry("pane", "a", "up").contains("context \"pane\""));
    assert!(entry("panes", "ctrl-i", "up").contains("key \"ctrl-i\" is the same"));
    assert!(entry("panes", "a", "fly").contains("action \"fly\""));
    let twice = "[[panes]]\nkeys=[\"a\"]\ndo=\"up\"\nsay=\"x\"\n[[panes]]\nkeys=[\"a\"]\ndo=\"down\"\nsay=\"y\"\n";
    assert!(Keymap::parse(twice).unwrap_err().to_string().contains("can never apply"));
}

#[test]
fn reasons_fit_a_line_of_80_columns_and_name_no_key_by_its_letter() {
    let map = keymap();
    let mut wrong = Vec::new();
    for binding in Context::ALL.into_iter().flat_map(|c| map.of(c)) {
        let Some(why) = &binding.why else { continue };
        let said = map.spell(Context::Checks, why);
        let key = binding.names().first().map_or(0, |key| key.len() + 2);
        let names = ["Esc", "Enter", "Tab", " t ", " T ", " x ", "^"];
        if said.contains("{key:") || key + said.chars().count() > 78 || names.iter().any(|name| why.contains(name)) {
            wrong.push(why);
        }
    }
    assert!(wrong.is_empty(), "too long, or a key in place of {{key:ACTION}}: {wrong:#?}");
}

#[test]
fn the_footer_shows_what_works_now() {
    let map = keymap();
    let says = |state: &State| map.hints(state).into_iter().map(|h| h.say).collect::<Vec<_>>();
    let state = fixtures::untested(Size { width: 120, height: 36 });
    let hints = says(&state);
    assert!(hints.iter().any(|s| s == "test all") && !hints.iter().any(|s| s == "copy it"));
    let state = fixtures::fleet(Size { width: 120, height: 36 });
    let hints = says(&state);
    assert!(hints.iter().any(|s| s == "policy") && hints.iter().any(|s| s == "stop testing"));
}
