//! A person's own keys: what they do, where they are shown, and what is refused.

use super::*;
use crate::app::{Msg, Size, State, fixtures};
use crate::keymap::Found;
use proptest::prelude::*;

/// Lines of a file, `context key action`; `-` for no context.
fn lines(text: &str) -> Vec<Rebinding> {
    let line = |(n, line): (usize, &str)| {
        let mut words = line.split(' ');
        let context = words.next().filter(|w| *w != "-").map(str::to_owned);
        let words: Vec<&str> = words.collect();
        let (action, keys) = words.split_last().unwrap();
        let (file, action) = ("c.toml".to_owned(), (*action).to_owned());
        Rebinding { file, line: Some(n + 1), context, keys: keys.join(" "), action }
    };
    text.lines().enumerate().map(line).collect()
}

fn rebound(text: &str) -> (Keymap, Vec<String>) {
    Keymap::built_in().unwrap().rebound(&lines(text))
}

fn good(text: &str) -> Keymap {
    let (map, faults) = rebound(text);
    assert_eq!(faults, [""; 0]);
    map
}

fn fault(text: &str) -> String {
    let (map, faults) = rebound(text);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let ended = faults[0].ends_with("It is left out");
    assert!(!ended || map == Keymap::built_in().unwrap(), "what is left out changes nothing");
    faults[0].clone()
}

fn does(map: &Keymap, context: Context, keys: &str) -> Option<Action> {
    let keys = sequence(keys).unwrap();
    let (last, prefix) = keys.split_last().unwrap();
    match map.look_up(context, prefix, *last) {
        Found::Bound(rules) => Some(rules[0].action),
        _ => None,
    }
}

fn state() -> State {
    fixtures::untested(Size { width: 120, height: 36 })
}

#[test]
fn a_key_works_wherever_its_action_does() {
    let map = good("- ctrl-n down\n- n down");
    for context in [Context::Panes, Context::Checks, Context::Viewer, Context::FilterText] {
        assert_eq!(does(&map, context, "^n"), Some(Action::Down), "{context:?}");
    }
    // Text stays text, and no other meaning of the key is left where the action works.
    assert!(matches!(map.look_up(Context::FilterText, &[], Key::char('n')), Found::Text('n')));
    assert_eq!(does(&map, Context::Snippet, "n"), Some(Action::Down));
    assert_eq!(does(&map, Context::Panes, "j"), Some(Action::Down), "the old keys stay");
}

#[test]
fn a_context_of_its_own_is_stronger() {
    let map = good("- ^t test-all\nregions ^t test-broken\nregions T none");
    assert_eq!(does(&map, Context::Checks, "^t"), Some(Action::TestAll));
    assert_eq!(does(&map, Context::Regions, "^t"), Some(Action::TestBroken));
    assert_eq!(does(&map, Context::Regions, "T"), None);
    assert_eq!(does(&map, Context::Checks, "T"), Some(Action::TestAll));
}

#[test]
fn the_later_layer_wins() {
    let mut all = lines("- ^t test-all\n- ^y copy");
    all.extend(lines("- ^t test").into_iter().map(|l| Rebinding { file: "config.toml".into(), ..l }));
    let (map, faults) = Keymap::built_in().unwrap().rebound(&all);
    assert_eq!(faults, [""; 0]);
    assert_eq!(does(&map, Context::Checks, "^t"), Some(Action::Test));
    assert_eq!(does(&map, Context::Checks, "^y"), Some(Action::Copy));
}

#[test]
fn footer_help_and_reasons_name_the_new_key() {
    let map = good("- ^t test-all\n- T none");
    let state = state();
    let hint = map.hints(&state).into_iter().find(|h| h.say == "test all").unwrap();
    assert_eq!(hint.key, "^t");
    let help: Vec<String> = map.help(&state).iter().map(|l| l.spans.iter().map(|s| s.text()).collect()).collect();
    assert!(help.iter().any(|l| l.starts_with("  ^t ") && l.contains("test all")), "{help:?}");
    assert!(!help.iter().any(|l| l.starts_with("  T ")), "{help:?}");
    assert_eq!(map.spell(Context::Checks, "{key:test-all} tests all, {key:fly}"), "^t tests all, {key:fly}");
    assert_eq!(good("- X none").spell(Context::Checks, "or {key:probe}"), "or :probe");
}

#[test]
fn sequences_are_typed_key_by_key() {
    let map = good("panes z z test-all\n- ^x t test");
    assert_eq!(does(&map, Context::Checks, "z z"), Some(Action::TestAll));
    assert_eq!(map.look_up(Context::Checks, &[], Key::char('z')), Found::Pending);
    let state = state();
    assert!(matches!(map.message(&state, Key::char('z')), Some(Msg::Prefix(Some(_)))));
    assert!(map.hints(&state).iter().any(|h| h.key == "zz") && map.hints(&state).iter().any(|h| h.key == "^x t"));
}

#[test]
fn what_cannot_be_is_told_with_its_place() {
    insta::assert_snapshot!(fault("- ctrl-i test"), @r#"c.toml, line 1, "ctrl-i" of [keys]: is the same to a terminal as another key; did you mean tab. It is left out"#);
    insta::assert_snapshot!(fault("panel ^t test"), @r#"c.toml, line 1, "^t" of [keys.panel]: there is no context "panel"; did you mean panes. It is left out"#);
    insta::assert_snapshot!(fault("panes ^t test-al"), @r#"c.toml, line 1, "^t" of [keys.panes]: there is no action "test-al"; did you mean test-all. It is left out"#);
    insta::assert_snapshot!(fault("viewer ^t test"), @r#"c.toml, line 1, "^t" of [keys.viewer]: test is of no use there; it works in [keys.connections] or [keys.form]. It is left out"#);
    insta::assert_snapshot!(fault("everywhere ^c none"), @r#"c.toml, line 1, "^c" of [keys.everywhere]: always cancels and quits; choose another key. It is left out"#);
    insta::assert_snapshot!(fault("filter-text q back"), @r#"c.toml, line 1, "q" of [keys.filter-text]: is text wherever text is typed; take a key with Control or Alt. It is left out"#);
    insta::assert_snapshot!(fault("- q erase"), @r#"c.toml, line 1, "q" of [keys]: is text wherever text is typed; take a key with Control or Alt. It is left out"#);
    insta::assert_snapshot!(fault("filter-text esc none"), @r#"c.toml, line 1, "esc" of [keys.filter-text]: is the last key of back in [keys.filter-text]; give back another one there first. It is left out"#);
    insta::assert_snapshot!(fault("- y y copy"), @r#"c.toml, line 1, "y y" of [keys]: begins with y, which is copy in [keys.connections]; unbind that with "none". It is left out"#);
    insta::assert_snapshot!(fault("panes X filter"), @r#"c.toml, line 1, "X" of [keys.panes]: stays probe in [keys.connections], which is nearer there; write it under [keys.connections] too if it is to be filter"#);
}

#[test]
fn one_fault_does_not_take_the_rest_along() {
    let (map, faults) =
        rebound("- ^t test-all\n- ctrl-t test\npanel a up\npanel b down\npanes z z test-all\npanes z test-broken");
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults[0].contains("is the same key as \"^t\" in line 1"), "{}", faults[0]);
    assert!(faults[1].contains("no context"), "{}", faults[1]);
    assert!(faults[2].contains("is the begin of zz"), "{}", faults[2]);
    assert_eq!(does(&map, Context::Checks, "^t"), Some(Action::TestAll));
    assert_eq!(does(&map, Context::Checks, "z z"), Some(Action::TestAll));
}

#[test]
fn a_way_back_may_move_but_not_vanish() {
    let map = good("viewer esc none\nviewer q none\nviewer backspace back");
    assert_eq!(does(&map, Context::Viewer, "backspace"), Some(Action::Back));
    let (_, faults) = rebound("viewer esc none\nviewer q none");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("last key of back"), "{faults:?}");
}

proptest! {
    /// Whatever stands in the file: one gets on and out, text stays text, and every key has one meaning.
    #[test]
    fn nothing_keeps_anybody_in(picked in prop::collection::vec((0usize..20, 0usize..24, 0usize..60), 0..12)) {
        const KEYS: [&str; 24] = [
            "a", "b", "g", "g g", "j", "k", "n", "q", "t", "T", "y", "y y", "x", "enter", "esc", "tab", "^d", "^n", "^t",
            "^c", "^i", "backspace", "f5", "space",
        ];
        let line = |(n, (c, k, a)): (usize, &(usize, usize, usize))| Rebinding {
            file: "c.toml".into(),
            line: Some(n),
            context: Context::ALL.get(*c).map(|c| c.word().to_owned()),
            keys: KEYS[*k].to_owned(),
            action: Action::ALL.get(*a).map_or("none", |a| a.word()).to_owned(),
        };
        let lines: Vec<Rebinding> = picked.iter().enumerate().map(line).collect();
        let built_in = Keymap::built_in().unwrap();
        let (map, _) = built_in.rebound(&lines);
        for context in Context::ALL {
            prop_assert_eq!(does(&map, context, "^c"), Some(Action::Interrupt));
            let has = |map: &Keymap, action| map.reach(context).iter().any(|(_, b, _)| b.action == action);
            for action in VITAL {
                prop_assert!(!has(&built_in, action) || has(&map, action), "{:?} in {:?}", action, context);
            }
            if context.takes_text() {
                prop_assert_eq!(map.look_up(context, &[], Key::char('q')), Found::Text('q'));
            }
            let reach = map.reach(context);
            for (.., short) in &reach {
                prop_assert!(!reach.iter().any(|(.., long)| long.len() > short.len() && long.starts_with(short)));
            }
        }
    }
}

#[test]
fn a_line_the_wrong_way_round_is_shown_the_right_way() {
    let why = fault("- test-all f5");
    assert!(why.contains("is an action: the key comes first, \"f5\" = \"test-all\""), "{why}");
    assert!(fault("- tset-all f5").contains("is not the name of a key"));
}
