//! Cells to bytes, as few as every terminal understands: what a slow line has to carry for a frame.
//!
//! Only what differs from the cell before is said: one SGR sequence for a change of style, the short codes for
//! the sixteen colours, and a relative move where the cursor's place is certain (ECMA-48: CUF, CUP, ECH, SGR).

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::io::Write as _;

/// What SGR keeps between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// Modifiers with the codes that switch them on and off. Bold and dim share the one for off.
const MODIFIERS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Where the next character lands, counted from 0.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: u16,
    y: u16,
    /// No character since the last absolute move whose width terminals disagree about.
    certain: bool,
}

/// What is seen of a blank, besides its background.
const INK: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);
/// From this many blanks on it is shorter to erase them (ECH) and move on.
const MANY: usize = 12;

/// So many cells that stay as they are are written again where a move beyond them would be longer.
const FEW: u16 = 3;

/// Adds what draws these cells, each with its column and row. The terminal's style is plain before and after. `shown` is
/// what it shows, where that is known.
pub fn write<'a>(cells: impl Iterator<Item = (u16, u16, &'a Cell)>, shown: Option<&'a Buffer>, out: &mut Vec<u8>) {
    let mut pen = PLAIN;
    let mut place: Option<Place> = None;
    let cells: Vec<_> = match shown {
        Some(shown) => bridged(cells, shown),
        None => cells.collect(),
    };
    let mut rest = cells.as_slice();
    while let [(x, y, cell), after @ ..] = rest {
        let certain = step(place, *x, *y, out);
        let next = Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        let blanks = blanks(rest);
        if blanks >= MANY {
            // Terminals differ in how much of the style they erase with.
            if pen.bg != Color::Reset || pen.modifier.intersects(INK) {
                change(pen, PLAIN, out);
                pen = PLAIN;
            }
            put(out, format_args!("\x1b[{blanks}X"));
            place = Some(Place { x: *x, y: *y, certain });
            rest = &rest[blanks..];
            continue;
        }
        // The colour of what is not seen need not be said.
        let unseen = cell.symbol() == " " && pen.bg == next.bg && !(pen.modifier | next.modifier).intersects(INK);
        if !unseen {
            change(pen, next, out);
            pen = next;
        }
        let symbol = cell.symbol();
        out.extend_from_slice(symbol.as_bytes());
        place = Some(Place { x: x.saturating_add(1), y: *y, certain: certain && symbol.is_ascii() });
        rest = after;
    }
    change(pen, PLAIN, out);
}

/// The cells, and those between them that are cheaper written again than jumped over.
fn bridged<'a>(cells: impl Iterator<Item = (u16, u16, &'a Cell)>, shown: &'a Buffer) -> Vec<(u16, u16, &'a Cell)> {
    let mut all: Vec<(u16, u16, &Cell)> = Vec::new();
    for (x, y, cell) in cells {
        if let Some((left, row, before)) = all.last().copied()
            && row == y
            && left < x
        {
            let gap = (left + 1..x).map(|x| shown.cell((x, y)).map(|cell| (x, y, cell)));
            let gap: Vec<_> = gap.map_while(|cell| cell.filter(|(_, _, c)| c.symbol().is_ascii())).collect();
            let like = |c: &Cell| is_blank(c) || (c.fg, c.bg, c.modifier) == (before.fg, before.bg, before.modifier);
            let whole = gap.len() == usize::from(x - left - 1) && before.symbol().is_ascii();
            let few = x - left - 1 <= FEW && gap.iter().all(|(_, _, c)| like(c));
            let blank = is_blank(before) && is_blank(cell) && gap.iter().all(|(_, _, c)| is_blank(c));
            if whole && (few || blank) {
                all.extend(gap);
            }
        }
        all.push((x, y, cell));
    }
    all
}

/// Whether nothing but the terminal's own background is seen of it.
fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(INK)
}

/// How many cells from the first on are blank, without a background, and side by side.
fn blanks(cells: &[(u16, u16, &Cell)]) -> usize {
    let Some((left, top, _)) = cells.first() else { return 0 };
    (0u16..).zip(cells).take_while(|(n, (x, y, cell))| *x == left + n && y == top && is_blank(cell)).count()
}

/// Moves to a cell; tells whether the cursor's place is certain then.
fn step(place: Option<Place>, x: u16, y: u16, out: &mut Vec<u8>) -> bool {
    match place {
        Some(at) if (at.x, at.y) == (x, y) => return at.certain,
        Some(at) if at.certain && at.y == y && at.x < x => {
            match x - at.x {
                1 => out.extend_from_slice(b"\x1b[C"),
                gap => put(out, format_args!("\x1b[{gap}C")),
            }
            return true;
        }
        _ => {}
    }
    match x {
        0 => put(out, format_args!("\x1b[{}H", u32::from(y) + 1)),
        _ => put(out, format_args!("\x1b[{};{}H", u32::from(y) + 1, u32::from(x) + 1)),
    }
    true
}

/// Says the difference between two styles, or the new one from the beginning where that is shorter.
fn change(from: Pen, to: Pen, out: &mut Vec<u8>) {
    if from == to {
        return;
    }
    if to == PLAIN {
        out.extend_from_slice(b"\x1b[m");
        return;
    }
    let anew = codes(PLAIN, to, vec![b'0']);
    let difference = codes(from, to, Vec::new());
    let shorter = if difference.len() <= anew.len() { difference } else { anew };
    out.extend_from_slice(b"\x1b[");
    out.extend_from_slice(&shorter);
    out.push(b'm');
}

/// The SGR parameters that lead from one style to another, after those that stand there already.
fn codes(from: Pen, to: Pen, mut out: Vec<u8>) -> Vec<u8> {
    let mut on = from.modifier;
    for (modifier, _, off) in MODIFIERS {
        if on.contains(modifier) && !to.modifier.contains(modifier) {
            code(&mut out, off);
            for (other, _, same) in MODIFIERS {
                if same == off {
                    on.remove(other);
                }
            }
        }
    }
    for (modifier, code_on, _) in MODIFIERS {
        if to.modifier.contains(modifier) && !on.contains(modifier) {
            code(&mut out, code_on);
        }
    }
    if from.fg != to.fg {
        colour(&mut out, to.fg, 30);
    }
    if from.bg != to.bg {
        colour(&mut out, to.bg, 40);
    }
    out
}

/// The parameters of a colour; `base` is 30 for the foreground, 40 for the background.
fn colour(out: &mut Vec<u8>, colour: Color, base: u8) {
    let index = match colour {
        Color::Reset => return code(out, base + 9),
        Color::Rgb(r, g, b) => return [base + 8, 2, r, g, b].into_iter().for_each(|n| code(out, n)),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(index) => index,
    };
    match index {
        0..=7 => code(out, base + index),
        8..=15 => code(out, base + 60 + (index - 8)),
        _ => [base + 8, 5, index].into_iter().for_each(|n| code(out, n)),
    }
}

fn code(out: &mut Vec<u8>, code: u8) {
    if !out.is_empty() {
        out.push(b';');
    }
    put(out, format_args!("{code}"));
}

fn put(out: &mut Vec<u8>, what: std::fmt::Arguments<'_>) {
    // Writing into memory does not fail.
    let _ = out.write_fmt(what);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    const AREA: Rect = Rect { x: 0, y: 0, width: 30, height: 3 };

    fn drawn(cells: &[(u16, u16, Cell)]) -> String {
        let mut out = Vec::new();
        write(cells.iter().map(|(x, y, c)| (*x, *y, c)), None, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn cell(symbol: &str, fg: Color, modifier: Modifier) -> Cell {
        let mut cell = Cell::default();
        cell.set_symbol(symbol).set_fg(fg);
        cell.modifier = modifier;
        cell
    }

    #[test]
    fn neighbours_of_one_style_are_said_once_and_short() {
        let bold = |symbol| cell(symbol, Color::Cyan, Modifier::BOLD);
        let plain = |symbol| cell(symbol, Color::Reset, Modifier::empty());
        let cells = [(3, 1, bold("T")), (4, 1, plain(" ")), (5, 1, plain("a")), (9, 1, bold("q"))];
        assert_eq!(drawn(&cells), "\x1b[2;4H\x1b[1;36mT \x1b[ma\x1b[3C\x1b[1;36mq\x1b[m");
        assert_eq!(drawn(&[]), "");
    }

    #[test]
    fn after_a_character_of_doubtful_width_the_next_gap_is_jumped_from_the_edge() {
        let plain = |symbol| cell(symbol, Color::Reset, Modifier::empty());
        let cells = [(0, 0, plain("✓")), (2, 0, plain("a")), (4, 0, plain("b"))];
        assert_eq!(drawn(&cells), "\x1b[1H✓\x1b[1;3Ha\x1b[Cb");
    }

    #[test]
    fn many_blanks_are_erased() {
        let plain = |symbol| cell(symbol, Color::Reset, Modifier::empty());
        let red = cell("a", Color::Red, Modifier::empty());
        let blanks = (1..14).map(|x| (x, 0, plain(" ")));
        let cells: Vec<_> = std::iter::once((0, 0, red)).chain(blanks).chain([(14, 0, plain("b"))]).collect();
        assert_eq!(drawn(&cells), "\x1b[1H\x1b[31ma\x1b[13X\x1b[13C\x1b[mb");
    }

    #[test]
    fn what_stays_between_two_changes_is_written_again_where_that_is_shorter() {
        let mut shown = Buffer::empty(AREA);
        shown.set_string(0, 0, "the old words of a row", ratatui::style::Style::default());
        let plain = |symbol| cell(symbol, Color::Reset, Modifier::empty());
        let cells = [(4, 0, plain("n")), (7, 0, plain("=")), (13, 0, plain("!"))];
        let mut out = Vec::new();
        write(cells.iter().map(|(x, y, c)| (*x, *y, c)), Some(&shown), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "\x1b[1;5Hnld=\x1b[5C!");
    }

    fn colours() -> impl Strategy<Value = Color> {
        prop_oneof![
            3 => Just(Color::Reset),
            3 => (0..16u8).prop_map(Color::Indexed),
            1 => Just(Color::DarkGray),
            1 => Just(Color::Red),
            1 => (16..=255u8).prop_map(Color::Indexed),
            1 => any::<[u8; 3]>().prop_map(|[r, g, b]| Color::Rgb(r, g, b)),
        ]
    }

    fn cells() -> impl Strategy<Value = Cell> {
        // What the emulator below knows; for it bold ends dim.
        let weights = prop::sample::select(vec![Modifier::empty(), Modifier::BOLD, Modifier::DIM]);
        let others = [Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED];
        let modifiers = (weights, prop::sample::subsequence(others.to_vec(), 0..=2))
            .prop_map(|(weight, others)| others.into_iter().fold(weight, |all, one| all | one));
        (prop::sample::select(vec![" ", "a", "b", "✓", "─", "é"]), colours(), colours(), modifiers).prop_map(
            |(symbol, fg, bg, modifier)| {
                let mut cell = cell(symbol, fg, modifier);
                cell.set_bg(bg);
                cell
            },
        )
    }

    fn frames() -> impl Strategy<Value = Buffer> {
        let empty = (0..AREA.area() as usize, 0..40_usize);
        (prop::collection::vec(cells(), AREA.area() as usize), empty).prop_map(|(content, (from, count))| {
            let mut buffer = Buffer::empty(AREA);
            buffer.content = content;
            buffer.content.iter_mut().skip(from).take(count).for_each(|cell| *cell = Cell::default());
            buffer
        })
    }

    fn index(colour: Color) -> vt100::Color {
        match colour {
            Color::Reset => vt100::Color::Default,
            Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
            Color::Indexed(n) => vt100::Color::Idx(n),
            Color::DarkGray => vt100::Color::Idx(8),
            Color::Red => vt100::Color::Idx(1),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn a_terminal_shows_what_was_drawn(
            first in frames(),
            second in frames(),
            kept in prop::collection::vec(any::<bool>(), AREA.area() as usize),
            known in any::<bool>(),
        ) {
            let mut second = second;
            for (n, _) in kept.iter().enumerate().filter(|(_, kept)| **kept) {
                second.content[n] = first.content[n].clone();
            }
            let mut out = Vec::new();
            let empty = Buffer::empty(AREA);
            write(empty.diff(&first).into_iter(), Some(&empty), &mut out);
            write(first.diff(&second).into_iter(), known.then_some(&first), &mut out);
            let mut terminal = vt100::Parser::new(AREA.height, AREA.width, 0);
            terminal.process(&out);
            for y in 0..AREA.height {
                for x in 0..AREA.width {
                    let (want, got) = (&second[(x, y)], terminal.screen().cell(y, x).unwrap());
                    let symbol = if got.contents().is_empty() { " " } else { got.contents() };
                    prop_assert_eq!(symbol, want.symbol());
                    let has = |modifier| want.modifier.contains(modifier);
                    prop_assert_eq!(got.bgcolor(), index(want.bg));
                    prop_assert_eq!(got.underline(), has(Modifier::UNDERLINED));
                    prop_assert_eq!(got.inverse(), has(Modifier::REVERSED));
                    if symbol == " " && !got.inverse() && !got.underline() {
                        continue;
                    }
                    prop_assert_eq!(got.fgcolor(), index(want.fg));
                    prop_assert_eq!(got.bold(), has(Modifier::BOLD));
                    prop_assert_eq!(got.dim(), has(Modifier::DIM));
                    prop_assert_eq!(got.italic(), has(Modifier::ITALIC));
                }
            }
        }
    }
}
