//! Header, status line, footer, and panes folded to a line.

use super::Look;
use super::brush::Brush;
use crate::app::{
    Area, Condition, Context, Pane, Screen, State, Tone, accounts_summary, age_words, browse_header, browse_summary,
    filter_words, progress, region_summary, shown, tally, watch_words,
};
use crate::domain::Role;
use crate::text;

/// The program's name, how the connections are, what runs, and what holds for the whole run.
pub fn header(state: &State, area: Area, brush: &mut Brush<'_>) {
    let Area { x, y, width, .. } = area;
    // On a narrow line the numbers say more than the name.
    let narrow = width < 60 && matches!(state.screen, Screen::Panes);
    let mut used = if narrow { 0 } else { brush.text(x + 1, y, width - 1, Role::Brand, "cloudivize") + 1 };
    let endpoint = state.flags.endpoint.as_ref().map(|host| format!("ENDPOINT {host}"));
    let badges = [
        (state.only_broken.is_some(), if narrow { "BROKEN" } else { "ONLY BROKEN" }),
        (state.browse.hide_denied && state.is_browsing(), if narrow { "HIDING" } else { "DENIED HIDDEN" }),
        (state.flags.read_only, "READ-ONLY"),
        (state.flags.not_saved, "NOT SAVED"),
        (state.flags.demo, "DEMO"),
        (state.is_locked(), "LOCKED"),
        (endpoint.is_some(), endpoint.as_deref().unwrap_or_default()),
    ];
    let mut right: Vec<(Role, String)> = Vec::new();
    let watched = watch_words(state, narrow);
    let of_watch = state.watch.as_ref().is_some_and(|w| w.next_at.is_none() && state.open.len() == 1);
    if let Some((done, asked)) = progress(state).filter(|_| !of_watch) {
        let esc = !state.context().takes_text() && state.overlays.is_empty() && state.focus != Pane::Detail;
        let words = match (state.stopping.is_empty(), esc) {
            (false, _) => format!("stopping {done}/{asked}"),
            (true, _) if narrow => format!("{done}/{asked}"),
            (true, true) => format!("testing {done}/{asked} · {} stops", brush.spell("{key:back}")),
            (true, false) => format!("testing {done}/{asked}"),
        };
        right.push((Role::Testing, words));
    }
    if state.log.unread > 0 && matches!(state.screen, Screen::Panes) {
        let key = brush.spell("{key:errors}").into_owned();
        let words =
            if narrow { format!("{key} {}", state.log.unread) } else { format!("{key} {} new", state.log.unread) };
        right.push((Role::Bad, words));
    }
    right.extend(watched.map(|words| (Role::Testing, words)));
    right.extend(badges.iter().filter(|(on, _)| *on).map(|(_, word)| (Role::Badge, format!(" {word} "))));
    let room: usize = right.iter().map(|(_, w)| text::width(w) + 2).sum();
    let room = u16::try_from(room).unwrap_or(width).min(width);
    let mut at = x + width - room;
    for (role, words) in &right {
        at += brush.text(at, y, x + width - at, *role, words) + 2;
    }
    if matches!(state.screen, Screen::Panes) {
        let gap = if right.is_empty() { 3 } else { 5 };
        let left = width.saturating_sub(room + used + gap);
        used += if narrow { 1 } else { 3 };
        let mut at = x + used;
        let pieces = match browse_header(state) {
            full if full.is_empty() => fitting(tally(state), usize::from(left)),
            full => first_fitting(full, usize::from(left)),
        };
        for (i, (role, words)) in pieces.iter().enumerate() {
            let gap = if i == 0 { "" } else { GAP };
            at += brush.pieces(at, y, x + width - at, [(Role::Quiet, gap), (*role, words.as_str())]);
        }
    }
}

/// What stands between two numbers.
const GAP: &str = " · ";

/// The numbers that fit whole: how many there are of all gives way first, then the last.
fn fitting(mut pieces: Vec<(Role, String)>, width: usize) -> Vec<(Role, String)> {
    let columns = |pieces: &[(Role, String)]| pieces.iter().map(|(_, w)| text::width(w) + text::width(GAP)).sum();
    let fits = |pieces: &[(Role, String)]| width + text::width(GAP) >= columns(pieces);
    if !fits(&pieces) {
        pieces.remove(0);
    }
    while !fits(&pieces) {
        pieces.pop();
    }
    pieces
}

/// The first of several wordings that fits whole.
fn first_fitting(wordings: Vec<Vec<(Role, String)>>, width: usize) -> Vec<(Role, String)> {
    let columns =
        |pieces: &[(Role, String)]| pieces.iter().map(|(_, w)| text::width(w) + text::width(GAP)).sum::<usize>();
    let last = wordings.last().cloned().unwrap_or_default();
    wordings.into_iter().find(|pieces| columns(pieces) <= width + text::width(GAP)).unwrap_or(last)
}

/// Whether there is something that must be said even without a line for it.
pub fn has_status(state: &State) -> bool {
    let searching = state.viewer().is_some_and(|v| v.search.typing);
    state.notice.is_some() || state.context() == Context::FilterText || searching
}

/// How many rows what was just said takes. It is gone with the next key.
pub fn needs(state: &State, look: &Look, width: u16) -> u16 {
    // While a sequence of keys is pending, the footer says how to leave it.
    if state.context() == Context::FilterText || !state.prefix.is_empty() {
        return 1;
    }
    u16::try_from(notice_rows(state, look, width.saturating_sub(2)).len()).unwrap_or(u16::MAX)
}

/// What was just said, in rows of a width.
fn notice_rows(state: &State, look: &Look, width: u16) -> Vec<String> {
    let Some(notice) = &state.notice else { return Vec::new() };
    // Keys are named as they are bound.
    let words = look.keymap.spell(state.context(), &notice.text);
    text::wrap(&words, usize::from(width), "", "")
}

/// What was just said, or what is being typed, or what holds on.
pub fn status(state: &State, look: &Look, area: Area, brush: &mut Brush<'_>) {
    let Area { x, y, width, .. } = area;
    let (x, width) = (x + 1, width.saturating_sub(2));
    if state.context() == Context::FilterText {
        let used = brush.text(x, y, width, Role::Key, "/ ");
        let room = width.saturating_sub(used + 1);
        let filter = state.filter_here();
        let end = brush.text(x + used, y, room, Role::Input, filter.text());
        let column = u16::try_from(filter.column()).unwrap_or(room).min(room);
        brush.put_cursor(x + used + column, y);
        // Why something pasted was not taken goes before the count; the next key takes it away.
        let count = match state.focus {
            _ if state.notice.is_some() => notice_rows(state, look, u16::MAX).join(" "),
            Pane::Regions => region_summary(state),
            _ if state.is_at_assets() => brush.spell(&filter_words(state)).into_owned(),
            _ => format!("{} of {} shown", shown(state).len(), state.book.len()),
        };
        brush.text(x + used + end, y, room.saturating_sub(end), Role::Quiet, &format!("   {count}"));
        return;
    }
    if let Some((needle, words)) = state.search_words() {
        let used = brush.text(x, y, width, Role::Key, "/ ");
        let room = width.saturating_sub(used + 1);
        let end = brush.text(x + used, y, room, Role::Input, &needle);
        if let Some(search) = state.viewer().map(|v| &v.search).filter(|s| s.typing) {
            let column = u16::try_from(search.input.column()).unwrap_or(room).min(room);
            brush.put_cursor(x + used + column, y);
        }
        let typing = state.viewer().is_some_and(|v| v.search.typing);
        let words = match &state.notice {
            Some(_) if typing => notice_rows(state, look, u16::MAX).join(" "),
            _ => words,
        };
        brush.text(x + used + end, y, room.saturating_sub(end), Role::Quiet, &format!("   {words}"));
        return;
    }
    if let Some(notice) = &state.notice {
        let role = match notice.tone {
            Tone::Good => Role::Good,
            Tone::Plain => Role::Text,
            Tone::Bad => Role::Bad,
        };
        let mut rows = notice_rows(state, look, width);
        let room = usize::from(area.height).max(1);
        let cut = rows.len() > room;
        if cut {
            // What does not fit is cut at the end of the last row, visibly.
            let rest = rows.split_off(room - 1).join(" ");
            rows.push(rest);
        }
        let more = brush.spell("   {key:errors} shows it all").into_owned();
        let more = if cut && notice.tone == Tone::Bad { more.as_str() } else { "" };
        let last = rows.len().saturating_sub(1);
        for (i, (row, y)) in rows.iter().zip(y..).enumerate() {
            let more = if i == last { more } else { "" };
            let used = brush.text(x, y, width.saturating_sub(text::width(more) as u16), role, row);
            brush.text(x + used, y, width - used, Role::Quiet, more);
        }
        return;
    }
    if !matches!(state.screen, Screen::Panes) || !state.overlays.is_empty() {
        return;
    }
    if state.focus == Pane::Regions && !state.region_filter.is_empty() {
        let words = format!("   {}; {{key:back}} clears it", region_summary(state));
        let pieces = [(Role::Key, "/ "), (Role::Input, state.region_filter.text()), (Role::Quiet, &words)];
        brush.pieces(x, y, width, pieces);
        return;
    }
    if state.is_browsing() {
        let filter = state.filter_here();
        if !filter.is_empty() {
            let count = match state.is_at_assets() {
                true => filter_words(state),
                false => format!("{} of {} shown", shown(state).len(), state.book.len()),
            };
            let back = if state.holds(Condition::Followed) { "goes back" } else { "clears it" };
            let words = format!("   {count}; {{key:back}} {back}");
            brush.pieces(x, y, width, [(Role::Key, "/ "), (Role::Input, filter.text()), (Role::Quiet, &words)]);
        } else if let Some(words) = age_words(state) {
            brush.text(x, y, width, Role::Quiet, &words);
        }
        return;
    }
    if !state.filter.is_empty() || state.only_broken.is_some() {
        narrowed(state, x, y, width, brush);
        return;
    }
    if let Some((failed, why)) = state.sources.values().find_map(|s| s.trouble().map(|why| (s, why))) {
        let wait = match failed.dependents {
            0 => String::new(),
            1 => " · 1 connection waits for it".to_owned(),
            n => format!(" · {n} connections wait for it"),
        };
        let words = format!("{why}{wait}");
        brush.text(x, y, width, Role::Untested, &words);
        return;
    }
    let tested = state.standings.values().any(|s| s.run.is_some() || s.known().next().is_some());
    if !tested && !state.book.is_empty() {
        brush.text(
            x,
            y,
            width,
            Role::Quiet,
            "Nothing was tested yet: {key:test-all} tests all connections, {key:test} the one under the cursor.",
        );
    }
}

/// What keeps connections out of the list.
fn narrowed(state: &State, x: u16, y: u16, width: u16, brush: &mut Brush<'_>) {
    let mut used = 0;
    if !state.filter.is_empty() {
        used +=
            brush.pieces(x, y, width, [(Role::Key, "/ "), (Role::Input, state.filter.text()), (Role::Quiet, "   ")]);
    }
    if state.only_broken.is_some() {
        used += brush.text(x + used, y, width.saturating_sub(used), Role::Quiet, "only what is broken: ");
    }
    let back = match (state.filter.is_empty(), state.only_broken.is_some()) {
        (true, _) => "; {key:only-broken} shows all",
        (false, true) => "; {key:back} clears the filter, {key:only-broken} shows the others",
        (false, false) => "; {key:back} clears it",
    };
    let words = format!("{} of {} shown{back}", shown(state).len(), state.book.len());
    brush.text(x + used, y, width.saturating_sub(used), Role::Quiet, &words);
}

/// The keys that work now, the most useful first; help always has its place.
pub fn footer(state: &State, look: &Look, area: Area, brush: &mut Brush<'_>) {
    let Area { x, y, width, .. } = area;
    let hints = look.keymap.hints(state);
    let columns = |key: &str, say: &str| text::width(key) + 1 + text::width(say) + 3;
    // The lowest rank keeps its place at the end, however many others there are.
    let (kept, rest): (Vec<_>, Vec<_>) = hints.iter().partition(|h| h.rank <= 1);
    let mut room = usize::from(width).saturating_sub(kept.iter().map(|h| columns(&h.key, &h.say)).sum::<usize>()) + 2;
    let mut at = x + 1;
    let fitting = rest.into_iter().filter(|h| {
        let need = columns(&h.key, &h.say);
        let fits = need <= room;
        room -= if fits { need } else { 0 };
        fits
    });
    for hint in fitting.chain(kept) {
        let left = (x + width).saturating_sub(at);
        at += brush.pieces(
            at,
            y,
            left,
            [(Role::Key, hint.key.as_str()), (Role::KeyText, " "), (Role::KeyText, &hint.say)],
        );
        at += 3;
    }
}

/// A pane in one line.
pub fn folded(state: &State, pane: Pane, area: Area, brush: &mut Brush<'_>) {
    let Area { x, y, width, .. } = area;
    let title = if pane == Pane::Checks && state.is_browsing() { "3 Assets" } else { pane.title() };
    let used = brush.text(x + 1, y, width - 1, Role::Title, &format!("▸ {title:<11}")) + 1;
    let (x, width) = (x + used + 1, width.saturating_sub(used + 1));
    match pane {
        Pane::Accounts if state.is_browsing() => {
            brush.text(x, y, width, Role::Text, &accounts_summary(state));
        }
        Pane::Checks if state.is_browsing() => {
            brush.text(x, y, width, Role::Text, &browse_summary(state));
        }
        Pane::Detail if state.is_browsing() => {
            let words = match state.browse.list().and_then(|l| l.followed.as_ref()) {
                Some(followed) => followed.called().to_owned(),
                None => "no asset".to_owned(),
            };
            brush.text(x, y, width, Role::Quiet, &words);
        }
        Pane::Accounts | Pane::Checks => {
            let name = state.cursor.and_then(|id| state.connection(id)).map_or("none", |c| c.name.as_str());
            let others = shown(state).len().saturating_sub(1);
            let words = if others > 0 { format!("{name} +{others}") } else { name.to_owned() };
            let at = brush.text(x, y, width, Role::Text, &words);
            let badge = state.cursor.and_then(|id| state.standings.get(&id)).map(|s| s.badge());
            if let Some(badge) = badge {
                brush.marked(x + at + 2, y, width.saturating_sub(at + 2), badge.mark, &badge.word);
            }
        }
        Pane::Regions => {
            brush.text(x, y, width, Role::Quiet, &region_summary(state));
        }
        Pane::Detail => {
            let words = match state.detailed() {
                Some((connection, standing)) => match standing.count_words() {
                    None => format!("{}: not tested", connection.name),
                    Some(count) => format!("{}: {count}; {{key:open}} shows why", connection.name),
                },
                None => "no connection".to_owned(),
            };
            brush.text(x, y, width, Role::Quiet, &words);
        }
    }
}
