//! What `doctor` finds out about the terminal: colours, encoding, and which way a copy goes from here.

use super::doctor::Line;
use super::out::Out;
use crate::domain::Depth;
use crate::term::capabilities::{self, Capabilities};
use crate::term::clipboard::{self, Place, Route, TmuxFacts};

/// The lines about the terminal. On a terminal a test text is sent to the clipboard.
pub(super) fn lines(out: &Out) -> Vec<Line> {
    let get = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let env = |name: &str| std::env::var_os(name);
    let term = get("TERM").unwrap_or_else(|| "not set".to_owned());
    let on = if out.is_terminal() { "" } else { ", standard output is no terminal" };
    let can = Capabilities::read(env);
    let colour = match can.depth {
        Depth::None if get("NO_COLOR").is_some() => "off (NO_COLOR)",
        depth => depth.word(),
    };
    let locale = get("LC_ALL").or_else(|| get("LC_CTYPE")).or_else(|| get("LANG"));
    let locale = match (can.ascii, locale) {
        (false, Some(locale)) => Line::good("encoding", format!("UTF-8 ({locale})")),
        (false, None) => Line::good("encoding", "UTF-8 is taken for granted; no locale is set"),
        (true, locale) => {
            let found = locale.unwrap_or_else(|| "no locale is set".to_owned());
            Line::bad("encoding", format!("ASCII alone ({found}, TERM {term}); set LANG to a UTF-8 locale"))
        }
    };
    let place = Place::look();
    let session = match (place.mosh, capabilities::is_remote(env)) {
        (true, _) => "over mosh",
        (false, true) => "over SSH",
        (false, false) => "local",
    };
    let mut lines = vec![
        Line::good("terminal", format!("{term}{on}")),
        Line::good("colours", colour),
        locale,
        Line::good("session", session),
    ];
    lines.extend(clipboard(&place, out.is_terminal()));
    lines
}

/// The way that a copy takes, why not the others, and a copy to try it with.
fn clipboard(place: &Place, terminal: bool) -> Vec<Line> {
    let tmux = (place.tmux && place.tmux_program).then(clipboard::tmux_facts);
    let mut lines = Vec::new();
    lines.extend(place.routes().first().map(|route| way(*route, tmux.as_ref())));
    lines.extend(place.others().into_iter().map(|(way, why)| Line::good(format!("not by {way}"), why)));
    if !terminal {
        lines.push(Line::good("test text", "not sent: standard output is no terminal"));
        return lines;
    }
    // Four digits that nobody has on the clipboard by chance.
    let text = format!("cloudivize-test-{:04}", uuid::Uuid::new_v4().as_u128() % 10_000);
    match clipboard::send_at_once(place, &text) {
        Ok(sent) => {
            lines.push(Line::good("test text", format!("{text}: {}", sent.route.sentence())));
            lines.extend(sent.hint.map(|hint| Line::good("", hint)));
            lines.push(Line::good("", "paste somewhere: if that text does not appear, the terminal does not take it;"));
            lines.push(Line::good("", "v in the dashboard shows what was copied for the mouse, W writes it to a file"));
        }
        Err(e) => lines.push(Line::bad("test text", e.to_string())),
    }
    lines
}

fn way(route: Route, tmux: Option<&TmuxFacts>) -> Line {
    match (route, tmux) {
        (Route::Tmux | Route::TmuxBuffer, Some(tmux)) if tmux.is_old() => Line::bad(
            "clipboard",
            format!("tmux {}'s own buffer; from 3.2 on it also hands it to the terminal", tmux.version),
        ),
        (Route::Tmux | Route::TmuxBuffer, Some(tmux)) => {
            let terminal = if tmux.terminal.is_empty() { "the terminal" } else { &tmux.terminal };
            let found = format!("tmux {} (load-buffer -w), which hands it on to {terminal}", tmux.version);
            Line::good("clipboard", found)
        }
        (Route::Tmux | Route::TmuxBuffer, None) => Line::good("clipboard", "tmux (load-buffer -w)"),
        (Route::Tool(words), _) => Line::good("clipboard", words.join(" ")),
        (Route::Screen, _) => Line::good("clipboard", "OSC 52 through GNU screen, if the terminal takes it"),
        (Route::Osc52, _) => Line::good("clipboard", "OSC 52, if the terminal takes it"),
    }
}
