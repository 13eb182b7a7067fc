//! Colours of theme files, and what poorer terminals show in their place.

use crate::domain::{Depth, Invalid, nearest};
use anstyle::{Ansi256Color, AnsiColor, RgbColor};
use anstyle_lossy::palette;
use ratatui::style::Color as Shown;

/// A colour as a theme file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// The terminal's own.
    Reset,
    /// One of the sixteen, counted as terminals do.
    Named(u8),
    /// One of the table of 256.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The sixteen, in the order of their numbers.
pub const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// The same as the screen's library names them.
const SIXTEEN: [Shown; 16] = [
    Shown::Black,
    Shown::Red,
    Shown::Green,
    Shown::Yellow,
    Shown::Blue,
    Shown::Magenta,
    Shown::Cyan,
    Shown::Gray,
    Shown::DarkGray,
    Shown::LightRed,
    Shown::LightGreen,
    Shown::LightYellow,
    Shown::LightBlue,
    Shown::LightMagenta,
    Shown::LightCyan,
    Shown::White,
];

impl Colour {
    /// Reads `red`, `bright-red`, `gray`, `reset`, `208` or `#ff8700`.
    ///
    /// # Errors
    /// When it is none of these; the nearest name is offered.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let wrong = |why: String| Invalid::new("colour", why);
        if text == "reset" {
            return Ok(Self::Reset);
        }
        if matches!(text, "grey" | "gray") {
            return Ok(Self::Named(8));
        }
        if let Some(n) = NAMES.iter().position(|name| *name == text) {
            return Ok(Self::Named(n as u8));
        }
        if let Some(hex) = text.strip_prefix('#') {
            let digits = hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
            let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap_or_default();
            return match digits {
                true => Ok(Self::Rgb(part(0), part(2), part(4))),
                false => Err(wrong(format!("{text:?} is no colour")).fix("write # and six digits, as in #ff8700")),
            };
        }
        if let Ok(n) = text.parse() {
            return Ok(if n < 16 { Self::Named(n) } else { Self::Indexed(n) });
        }
        let unknown = wrong(format!("there is no colour {text:?}"));
        Err(match nearest(text, &NAMES) {
            Some(name) => unknown.suggest(name),
            None => unknown.fix("use a name like red or bright-red, reset, a number up to 255, or #ff8700"),
        })
    }

    /// The least depth that shows it as it is.
    pub fn depth(self) -> Depth {
        match self {
            Self::Reset => Depth::None,
            Self::Named(_) => Depth::Sixteen,
            Self::Indexed(_) => Depth::Indexed,
            Self::Rgb(..) => Depth::Full,
        }
    }

    /// What a terminal of some depth shows: the colour, or the nearest that it has.
    pub fn shown(self, depth: Depth) -> Shown {
        let near = if self.depth() <= depth { self } else { self.nearest(depth) };
        match near {
            Self::Reset => Shown::Reset,
            Self::Named(n) => SIXTEEN[usize::from(n % 16)],
            Self::Indexed(n) => Shown::Indexed(n),
            Self::Rgb(r, g, b) => Shown::Rgb(r, g, b),
        }
    }

    fn nearest(self, depth: Depth) -> Self {
        let colour: anstyle::Color = match self {
            Self::Reset => return self,
            Self::Named(n) | Self::Indexed(n) => Ansi256Color(n).into(),
            Self::Rgb(r, g, b) => RgbColor(r, g, b).into(),
        };
        match depth {
            Depth::None => Self::Reset,
            // Whoever owns the terminal chooses the sixteen; VGA's are what their names mean.
            Depth::Sixteen => Self::Named(number(anstyle_lossy::color_to_ansi(colour, palette::VGA))),
            _ => Self::Indexed(anstyle_lossy::color_to_xterm(colour).0),
        }
    }
}

fn number(colour: AnsiColor) -> u8 {
    Ansi256Color::from_ansi(colour).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_colour_is_read() {
        assert_eq!(Colour::parse("reset"), Ok(Colour::Reset));
        assert_eq!(Colour::parse("bright-black"), Ok(Colour::Named(8)));
        assert_eq!(Colour::parse("208"), Ok(Colour::Indexed(208)));
        assert_eq!(Colour::parse("9"), Ok(Colour::Named(9)));
        assert_eq!(Colour::parse("#FF8700"), Ok(Colour::Rgb(255, 135, 0)));
        for (text, said) in [("gren", "green"), ("#fff", "six digits"), ("#ä8700", "six digits"), ("256", "up to 255")]
        {
            let e = Colour::parse(text).unwrap_err().reason();
            assert!(e.contains(said), "{e}");
        }
    }

    #[test]
    fn poorer_terminals_get_the_nearest_they_have() {
        let orange = Colour::Rgb(255, 135, 0);
        assert_eq!(orange.shown(Depth::Full), Shown::Rgb(255, 135, 0));
        assert_eq!(orange.shown(Depth::Indexed), Shown::Indexed(208));
        assert_eq!(orange.shown(Depth::None), Shown::Reset);
        assert_eq!(Colour::Rgb(250, 80, 80).shown(Depth::Sixteen), Shown::LightRed);
        assert_eq!(Colour::Indexed(120).shown(Depth::Sixteen), Shown::LightGreen);
        assert_eq!(Colour::Named(2).shown(Depth::Full), Shown::Green, "the owner's choice stays");
    }
}
