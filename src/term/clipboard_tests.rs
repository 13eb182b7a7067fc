//! Which way a copy goes from where, and what is said of it.

use super::*;

fn place(env: &[(&str, &str)], programs: &[&str]) -> Place {
    let get = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v));
    Place::of(get, |p| programs.contains(&p), false)
}

fn chosen(set: &[&str], programs: &[&str]) -> Vec<Route> {
    place(&set.iter().map(|n| (*n, "1")).collect::<Vec<_>>(), programs).routes()
}

#[test]
fn tmux_comes_first_wherever_it_runs() {
    assert_eq!(chosen(&["TMUX", "SSH_CONNECTION"], &["tmux"]), [Route::Tmux, Route::Osc52]);
    assert_eq!(chosen(&["TMUX"], &[]), [Route::Osc52], "not without the program");
    assert_eq!(chosen(&["TMUX", "STY"], &["tmux"]), [Route::Tmux, Route::Osc52]);
}

#[test]
fn local_tools_are_for_local_sessions() {
    let tools = ["wl-copy", "xclip", "xsel"];
    assert_eq!(chosen(&["SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY"], &tools), [Route::Osc52]);
    assert_eq!(chosen(&["WAYLAND_DISPLAY"], &tools), [Route::Tool(&["wl-copy"]), Route::Osc52]);
    assert_eq!(chosen(&["DISPLAY"], &["xsel"]), [Route::Tool(&["xsel", "--clipboard", "--input"]), Route::Osc52]);
}

#[test]
fn screen_gets_its_wrapper_in_chunks() {
    assert_eq!(chosen(&["STY", "SSH_TTY"], &[]), [Route::Screen]);
    let wrapped = in_screen(&place(&[], &[]).osc52(&"x".repeat(400)).unwrap());
    assert!(wrapped.starts_with(b"\x1bP\x1b]52;c;") && wrapped.ends_with(b"\x07\x1b\\"));
    assert!(wrapped.windows(4).any(|w| w == b"\x1b\\\x1bP"));
}

#[test]
fn a_terminal_finds_the_exact_text_on_its_clipboard() {
    let here = place(&[], &[]);
    assert_eq!(here.osc52("{\"a\":1}\n").unwrap(), b"\x1b]52;c;eyJhIjoxfQo=\x07");
}

#[test]
fn what_would_be_cut_on_its_way_is_not_sent() {
    let here = place(&[], &[]);
    assert!(here.osc52(&"x".repeat(56_000)).is_ok());
    let refused = here.osc52(&"x".repeat(60_000)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "not sent: it is longer than a terminal takes (80000 bytes as they are sent, at most 74994)"
    );
    let mosh = Place { mosh: true, ..here };
    assert!(mosh.osc52(&"x".repeat(12_000)).is_ok());
    assert!(mosh.osc52(&"x".repeat(13_000)).unwrap_err().to_string().contains("mosh"));
}

#[test]
fn what_a_copy_needs_to_arrive_is_said_where_it_is_known() {
    let at = |env: &[(&str, &str)]| place(env, &[]).hint();
    assert_eq!(at(&[("TERM", "xterm-256color"), ("SSH_TTY", "x")]), None);
    let over_ssh = at(&[("TERM", "tmux-256color"), ("SSH_TTY", "x")]).expect("a tmux at the other end");
    assert!(over_ssh.contains("at your end") && over_ssh.contains("set -s set-clipboard on"), "{over_ssh}");
    assert!(at(&[("TERM", "screen-256color")]).is_some());
    assert_eq!(at(&[("TERM", "screen"), ("STY", "1.x")]), None, "a screen of ours passes it on");
    let without = at(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x")]).expect("a tmux without its program");
    assert!(!without.contains("at your end"), "{without}");
    let mosh = Place { mosh: true, ..place(&[], &[]) };
    assert!(mosh.hint().expect("mosh").contains("1.4"));
}

#[test]
fn tmux_tells_its_age_and_what_it_is_shown_on() {
    for (said, old, nested) in [
        ("xterm-256color 3.3a", false, false),
        ("tmux-256color 3.2", false, true),
        ("screen 2.9a", true, true),
        (" 3.1c", true, false),
        ("next-3.7", false, false),
        ("xterm 4.0", false, false),
        ("", false, false),
    ] {
        let facts = TmuxFacts::of(said);
        assert_eq!((facts.is_old(), facts.is_inside_another()), (old, nested), "{said:?}");
    }
}

#[test]
fn every_way_that_is_not_taken_has_its_reason() {
    let others = |env: &[(&str, &str)], programs: &[&str]| -> String {
        place(env, programs).others().iter().map(|(way, why)| format!("{way}: {why}\n")).collect()
    };
    let ssh = others(&[("SSH_TTY", "x"), ("DISPLAY", ":10")], &["xclip"]);
    assert!(ssh.contains("tools: over SSH") && ssh.contains("tmux: not inside") && !ssh.contains("OSC 52"), "{ssh}");
    let local = others(&[("DISPLAY", ":0")], &[]);
    assert!(local.contains("none is installed"), "{local}");
    let tmux = others(&[("TMUX", "x"), ("WAYLAND_DISPLAY", "w")], &["tmux", "wl-copy"]);
    assert!(tmux.contains("wl-copy, only if tmux fails") && tmux.contains("OSC 52: only if the others fail"), "{tmux}");
}

#[test]
fn no_route_claims_that_something_was_copied() {
    for route in [Route::Tmux, Route::TmuxBuffer, Route::Tool(&["xclip"]), Route::Osc52, Route::Screen] {
        assert!(!route.sentence().contains("copied"));
    }
}

#[tokio::test]
async fn a_tool_that_fails_leads_to_the_next_route() {
    let with = |tool| Place { tool: Some(tool), ..place(&[], &[]) };
    assert_eq!(send(&with(&["false"]), "x").await.unwrap().route, Route::Osc52);
    assert_eq!(send(&with(&["no-such-program-here"]), "x").await.unwrap().route, Route::Osc52);
    let sent = send(&with(&["cat"]), "x").await.unwrap();
    assert_eq!(sent, Sent { route: Route::Tool(&["cat"]), sequence: None, hint: None });
}
