//! Every theme of the folder, at every depth of colours: complete, legible, and never colour alone.

use super::colour::Colour;
use super::*;
use crate::domain::Mark;
use anstyle::{Ansi256Color, RgbColor};
use anstyle_lossy::palette;
use ratatui::style::{Color, Modifier};

/// Roles that stand beside each other and mean different things.
const PAIRS: [(Role, Role); 8] = [
    (Role::Border, Role::BorderFocused),
    (Role::Title, Role::TitleFocused),
    (Role::Key, Role::KeyText),
    (Role::Text, Role::Strong),
    (Role::Text, Role::Heading),
    (Role::Text, Role::Input),
    (Role::Text, Role::Badge),
    (Role::Good, Role::Bad),
];

/// Every built-in theme at every depth.
fn each(mut test: impl FnMut(&str, Depth, &Theme)) {
    for name in built_in_names() {
        for depth in Depth::ALL {
            test(name, depth, &Theme::built_in(name, depth));
        }
    }
}

/// A colour in red, green and blue, named ones as VGA has them.
fn rgb(colour: Color) -> Option<[u8; 3]> {
    let table = |n: u8| anstyle_lossy::xterm_to_rgb(Ansi256Color(n), palette::VGA);
    let RgbColor(r, g, b) = match colour {
        Color::Reset => return None,
        Color::Rgb(r, g, b) => RgbColor(r, g, b),
        Color::Indexed(n) => table(n),
        named => {
            let n = (0..16).find(|n| Colour::Named(*n).shown(Depth::Sixteen) == named).unwrap();
            table(n)
        }
    };
    Some([r, g, b])
}

fn linear(rgb: [u8; 3]) -> [f64; 3] {
    rgb.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// The contrast of WCAG 2.2 (<https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>), from 1 to 21.
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let luminance = |c| {
        let [r, g, b] = linear(c);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    if a > b { a / b } else { b / a }
}

/// What somebody without the receptors for green sees: Machado, Oliveira, Fernandes 2009, severity 1.
fn deuteranopic(rgb: [u8; 3]) -> [f64; 3] {
    let [r, g, b] = linear(rgb);
    [
        0.367_322 * r + 0.860_646 * g - 0.227_968 * b,
        0.280_085 * r + 0.672_501 * g + 0.047_413 * b,
        -0.011_820 * r + 0.042_940 * g + 0.968_881 * b,
    ]
}

#[test]
fn every_file_of_the_folder_is_a_built_in_theme_without_a_mistake() {
    let mut files: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/themes"))
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let mut names: Vec<&str> = built_in_names().collect();
    files.sort();
    names.sort_unstable();
    assert_eq!(files, names);
    for (name, text) in BUILT_IN {
        Sheet::read(text).unwrap_or_else(|faults| panic!("{name}: {faults}"));
        heirs(name, &|_| None).unwrap_or_else(|_| panic!("{name} inherits what is not there"));
    }
    let complete = |name| built_in(name).unwrap().roles.len() == Role::ALL.len();
    assert!(complete(DEFAULT), "every role needs its line in default.toml");
    assert!(complete(MONO), "every role needs its line in mono.toml, else it has the default theme's colour");
}

#[test]
fn no_theme_goes_beyond_what_a_terminal_shows_nor_sets_its_background() {
    each(|name, depth, theme| {
        for role in Role::ALL {
            let style = theme.style(*role);
            assert_eq!(style.bg, None, "{name} {role:?}");
            let deep = match style.fg {
                None | Some(Color::Reset) => Depth::None,
                Some(Color::Rgb(..)) => Depth::Full,
                Some(Color::Indexed(_)) => Depth::Indexed,
                Some(_) => Depth::Sixteen,
            };
            assert!(deep <= depth, "{name} {role:?} at {depth:?}: {style:?}");
            assert!(deep == Depth::None || name != MONO, "mono has no colours: {role:?}");
            assert!(deep <= Depth::Sixteen || name != DEFAULT, "the default leaves colours to the terminal: {role:?}");
        }
    });
}

#[test]
fn colour_alone_never_tells_two_things_apart() {
    each(|name, depth, theme| {
        for (a, b) in PAIRS {
            let (a_style, b_style) = (theme.style(a), theme.style(b));
            assert_ne!(a_style.add_modifier, b_style.add_modifier, "{name} at {depth:?}: {a:?} and {b:?}");
        }
        assert_ne!(theme.style(Role::Denied), theme.style(Role::Allowed), "{name} at {depth:?}");
    });
    // States have a symbol and a word each, with and without ASCII.
    for ascii in [false, true] {
        for (i, a) in Mark::ALL.iter().enumerate() {
            for b in &Mark::ALL[i + 1..] {
                assert!(a.symbol(ascii) != b.symbol(ascii) && a.word() != b.word(), "{a:?} and {b:?}");
            }
        }
    }
}

#[test]
fn light_and_dark_can_be_read_on_their_background() {
    const WHITE: [u8; 3] = [255; 3];
    const BLACK: [u8; 3] = [0; 3];
    each(|name, depth, theme| {
        let backgrounds: &[[u8; 3]] = match name {
            "light" => &[WHITE],
            "dark" => &[BLACK],
            "deuteranopia" if depth >= Depth::Indexed => &[WHITE, BLACK],
            _ => return,
        };
        // AA for text; where the sixteen are the owner's own and VGA's are a guess, AA for what is large or bold.
        let least = if depth == Depth::Sixteen { 3.0 } else { 4.5 };
        let least = if name == "deuteranopia" { 3.5 } else { least };
        for role in Role::ALL {
            let Some(fg) = theme.style(*role).fg.and_then(rgb) else { continue };
            for background in backgrounds {
                let found = contrast(fg, *background);
                assert!(found >= least, "{name} at {depth:?}: {role:?} {fg:?} on {background:?} is {found:.2}");
            }
        }
    });
}

#[test]
fn without_green_receptors_allowed_and_denied_look_different() {
    let distance = |name, depth| {
        let theme = Theme::built_in(name, depth);
        let [a, b] = [Role::Allowed, Role::Denied].map(|r| deuteranopic(rgb(theme.style(r).fg.unwrap()).unwrap()));
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    };
    for depth in [Depth::Sixteen, Depth::Indexed, Depth::Full] {
        let found = distance("deuteranopia", depth);
        assert!(found >= 0.4, "{depth:?}: {found:.2}");
    }
}

#[test]
fn without_colours_denied_still_stands_out() {
    let theme = Theme::built_in(DEFAULT, Depth::None);
    assert!(Role::ALL.iter().all(|r| theme.style(*r).fg.is_none()));
    assert!(theme.style(Role::Denied).add_modifier.contains(Modifier::REVERSED));
}

/// A theme file of a person's own, and what is said about it.
fn own(text: &'static str) -> (Theme, Vec<String>) {
    let choice = ThemeChoice { name: "mine".to_owned(), place: "config.toml, line 1, theme".to_owned() };
    let find = |name: &str| {
        let text = match name {
            "mine" => text,
            "round" => "inherits = \"mine\"",
            "broken" => "[roles]\ntext = { fg = \"pnik\" }",
            _ => return None,
        };
        Some(Found { path: format!("/themes/{name}.toml"), text: Ok(text.to_owned()) })
    };
    Theme::choose(Some(&choice), Depth::Full, &find)
}

#[test]
fn a_theme_of_ones_own_names_only_what_it_changes() {
    let (theme, faults) =
        own("inherits = \"dark\"\n[roles]\ndenied = \"#ff0000\"\nallowed = { fg = [\"#00ff00\", \"green\"] }");
    assert_eq!(faults, [""; 0]);
    assert_eq!(theme.name, "mine");
    assert_eq!(theme.style(Role::Denied), Style::default().fg(Color::Rgb(255, 0, 0)), "an entry replaces all of it");
    assert_eq!(theme.style(Role::Testing), Theme::built_in("dark", Depth::Full).style(Role::Testing));
    let (theme, _) = own("[roles]\n");
    assert_eq!(theme.style(Role::Denied), Theme::built_in(DEFAULT, Depth::Full).style(Role::Denied));
}

#[test]
fn a_bad_theme_keeps_nobody_out_and_names_its_lines() {
    let (theme, faults) =
        own("[roles]\nquite = {}\ndenied = { fg = \"redd\", modifiers = [\"blink\"], font = \"x\" }\ninherit = 3");
    assert_eq!(theme, Theme::built_in(DEFAULT, Depth::Full));
    insta::assert_snapshot!(faults.join("\n"), @r#"
    /themes/mine.toml, line 2, quite of [roles]: there is no role "quite"; did you mean quiet
    /themes/mine.toml, line 3, fg of [roles.denied]: there is no colour "redd"; did you mean red
    /themes/mine.toml, line 3, modifiers of [roles.denied]: there is no modifier "blink"; there are bold, dim, italic, underlined, reversed
    /themes/mine.toml, line 3, font of [roles.denied]: is not a known field; remove it
    /themes/mine.toml, line 4, inherit of [roles]: is an integer, not a text in quotes
    config.toml, line 1, theme: the theme "mine" cannot be used; the default one is
    "#);
    for (text, said) in [
        ("inherits = \"darkk\"", "/themes/mine.toml, inherits: there is no theme \"darkk\"; did you mean dark"),
        ("inherits = \"round\"", "goes in a circle"),
        ("inherits = \"broken\"", "/themes/broken.toml, line 2, fg of [roles.text]: there is no colour \"pnik\""),
        ("roles = 3", "line 1, roles: is an integer, not a table"),
        ("name: x", "/themes/mine.toml, line 1, TOML: "),
    ] {
        let (theme, faults) = own(text);
        assert_eq!(theme, Theme::built_in(DEFAULT, Depth::Full));
        assert!(faults[0].contains(said), "{faults:?}");
        assert!(faults.last().unwrap().contains("config.toml, line 1, theme"), "{faults:?}");
    }
}

#[test]
fn unknown_themes_and_taken_names_are_told() {
    let choose = |name: &str, find: Find<'_>| {
        let choice = ThemeChoice { name: name.to_owned(), place: "--theme".to_owned() };
        Theme::choose(Some(&choice), Depth::Full, find)
    };
    let (theme, faults) = choose("nord", &|_| None);
    assert_eq!(theme.name, DEFAULT);
    insta::assert_snapshot!(faults.join("\n"), @r#"--theme: there is no theme "nord"; there are default, light, dark, deuteranopia, mono, and your own as themes/NAME.toml beside config.toml. The default theme is used"#);
    let taken = Found { path: "/themes/dark.toml".to_owned(), text: Ok("nonsense".to_owned()) };
    let (theme, faults) = choose("dark", &|_| Some(taken.clone()));
    assert_eq!(theme.name, "dark");
    insta::assert_snapshot!(faults.join("\n"), @"/themes/dark.toml is not read: dark is a built-in theme. Give your own another name");
}

/// Every file of Rust below a folder, without those that only test.
fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.to_str().unwrap().contains("tests.rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_symbol_that_we_draw_has_a_stand_in() {
    let mut files = Vec::new();
    for room in ["app", "domain", "keymap", "policy", "report", "runtime", "view"] {
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room), &mut files);
    }
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let lines = own.lines().map(|line| line.split("//").next().unwrap());
        for symbol in lines.flat_map(str::chars).filter(|c| !c.is_ascii()) {
            let stand_in = ascii_of(symbol.encode_utf8(&mut [0; 4]));
            assert_ne!(stand_in, "?", "{}: {symbol} needs a stand-in in theme/ascii.rs", file.display());
        }
    }
}

#[test]
fn marks_have_the_same_stand_ins_everywhere() {
    for mark in Mark::ALL {
        let symbol = mark.symbol(false);
        let stand_in = if symbol.is_ascii() { symbol } else { ascii_of(symbol) };
        assert_eq!(stand_in, mark.symbol(true));
    }
}
