//! A terminal's cells as a picture: text stays text, every run stands at its own columns, and lines and corners are
//! drawn, so that it looks alike whatever monospaced font a reader has.

use std::fmt::Write;

/// A cell's width and height, and the distance from its top to the line that letters stand on, in pixels.
const CELL: (f32, f32, f32) = (8.4, 18.0, 13.2);
/// Room around the screen.
const MARGIN: f32 = 14.0;
const FONTS: &str =
    "ui-monospace,SFMono-Regular,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";
const BACKGROUND: &str = "#12171e";
const EDGE: &str = "#3a434e";
const TEXT: &str = "#d7dee7";
/// The sixteen colours of a terminal, chosen to be read on [`BACKGROUND`].
const PALETTE: [&str; 16] = [
    "#484f58", "#ff7b72", "#5bd06a", "#e3b341", "#79b8ff", "#d2a8ff", "#4fd1d9", "#c3ccd6", "#8b949e", "#ffa198",
    "#7ee787", "#f2cc60", "#a5d6ff", "#e2c5ff", "#8ae7ec", "#ffffff",
];

#[derive(Clone, PartialEq, Eq)]
struct Style {
    text: String,
    behind: Option<String>,
    bold: bool,
    dim: bool,
    underline: bool,
}

/// Cells of one style that stand side by side.
struct Run {
    column: u16,
    width: u16,
    text: String,
    style: Style,
}

/// Draws a screen; `title` says in words what is seen.
pub fn picture(screen: &vt100::Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (f32::from(columns) * CELL.0 + 2.0 * MARGIN, f32::from(rows) * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\" font-family=\"{FONTS}\" font-size=\"14\" fill=\"{TEXT}\" \
         xml:space=\"preserve\">\n<title>{}</title>\n<rect x=\".5\" y=\".5\" width=\"{:.0}\" height=\"{:.0}\" rx=\"8\" \
         fill=\"{BACKGROUND}\" stroke=\"{EDGE}\"/>\n",
        escaped(title),
        width - 1.0,
        height - 1.0,
    );
    for row in 0..rows {
        // One group a row: the picture can be compared line by line.
        let _ = write!(svg, "<g transform=\"translate({MARGIN} {})\">", number(MARGIN + f32::from(row) * CELL.1));
        for run in runs(screen, row, columns) {
            draw(&run, &mut svg);
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// The words of a picture, row by row; a blank stands between its runs.
pub fn words(svg: &str) -> Vec<String> {
    let rows = svg.split("<g transform").skip(1);
    rows.map(|row| {
        let texts = row.split("</text>").filter_map(|piece| piece.rsplit_once("<text")?.1.split_once('>'));
        let words: Vec<String> = texts.map(|(_, text)| unescaped(text)).collect();
        words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    })
    .collect()
}

fn runs(screen: &vt100::Screen, row: u16, columns: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let (text, style) = (if cell.contents().is_empty() { " " } else { cell.contents() }, style(cell));
        let alone = !text.is_ascii();
        match runs.last_mut() {
            // Other fonts may have to lend a character beyond ASCII: it must not push its neighbours.
            Some(run)
                if run.style == style
                    && run.column + run.width == column
                    && (!alone && run.text.is_ascii() || text == "─" && run.text.ends_with(text)) =>
            {
                run.text.push_str(text);
                run.width += 1;
            }
            _ => runs.push(Run { column, width: if cell.is_wide() { 2 } else { 1 }, text: text.to_owned(), style }),
        }
    }
    runs
}

fn style(cell: &vt100::Cell) -> Style {
    let (mut text, mut behind) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    if cell.inverse() {
        (text, behind) =
            (Some(behind.unwrap_or_else(|| BACKGROUND.to_owned())), Some(text.unwrap_or_else(|| TEXT.to_owned())));
    }
    let text = text.unwrap_or_else(|| TEXT.to_owned());
    Style { text, behind, bold: cell.bold(), dim: cell.dim(), underline: cell.underline() }
}

fn colour(colour: vt100::Color) -> Option<String> {
    match colour {
        vt100::Color::Default => None,
        vt100::Color::Idx(index @ 0..=15) => Some(PALETTE[usize::from(index)].to_owned()),
        vt100::Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        vt100::Color::Idx(index @ 232..) => Some(format!("#{0:02x}{0:02x}{0:02x}", 8 + (index - 232) * 10)),
        vt100::Color::Idx(index) => {
            let cube = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
            let n = index - 16;
            Some(format!("#{:02x}{:02x}{:02x}", cube(n / 36), cube(n / 6 % 6), cube(n % 6)))
        }
    }
}

fn draw(run: &Run, svg: &mut String) {
    let (x, width) = (f32::from(run.column) * CELL.0, f32::from(run.width) * CELL.0);
    let style = &run.style;
    if let Some(behind) = &style.behind {
        let (x, width, height) = (number(x), number(width), CELL.1);
        let _ = write!(svg, "<rect x=\"{x}\" width=\"{width}\" height=\"{height}\" fill=\"{behind}\"/>");
    }
    if run.text.trim().is_empty() {
        return;
    }
    let faint = if style.dim { " opacity=\".62\"" } else { "" };
    if let Some(path) = lines(&run.text, x, width) {
        let _ = write!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{}\"{faint}/>", style.text);
        return;
    }
    if run.text == "\u{258c}" {
        let (x, half) = (number(x), number(CELL.0 / 2.0));
        let _ = write!(svg, "<rect x=\"{x}\" width=\"{half}\" height=\"{}\" fill=\"{}\"{faint}/>", CELL.1, style.text);
        return;
    }
    let mut attributes = String::from(faint);
    if style.text != TEXT {
        let _ = write!(attributes, " fill=\"{}\"", style.text);
    }
    if style.bold {
        attributes.push_str(" font-weight=\"700\"");
    }
    if style.underline {
        attributes.push_str(" text-decoration=\"underline\"");
    }
    if !run.text.is_ascii() {
        let middle = number(x + width / 2.0);
        let text = escaped(&run.text);
        let _ = write!(svg, "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\"{attributes}>{text}</text>", CELL.2);
        return;
    }
    // Wide gaps are left out, so that no reader's idea of blanks moves a word.
    let mut at = 0;
    for piece in run.text.split("  ") {
        let blanks = piece.len() - piece.trim_start().len();
        let (x, words) = (number(x + (at + blanks) as f32 * CELL.0), piece.trim());
        if !words.is_empty() {
            let (length, text) = (number(words.len() as f32 * CELL.0), escaped(words));
            let _ = write!(
                svg,
                "<text x=\"{x}\" y=\"{}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\"{attributes}>\
                 {text}</text>",
                CELL.2
            );
        }
        at += piece.len() + 2;
    }
}

/// A piece of a frame as a path; `None` for what is no such piece.
fn lines(symbol: &str, x: f32, width: f32) -> Option<String> {
    let (left, middle, right) = (number(x), number(x + width / 2.0), number(x + width));
    let (half, bottom) = (number(CELL.1 / 2.0), number(CELL.1));
    Some(match symbol {
        _ if symbol.starts_with('─') => format!("M{left} {half}H{right}"),
        "│" => format!("M{middle} 0V{bottom}"),
        "╭" | "┌" => format!("M{middle} {bottom}Q{middle} {half} {right} {half}"),
        "╮" | "┐" => format!("M{left} {half}Q{middle} {half} {middle} {bottom}"),
        "╰" | "└" => format!("M{middle} 0Q{middle} {half} {right} {half}"),
        "╯" | "┘" => format!("M{left} {half}Q{middle} {half} {middle} 0"),
        "├" => format!("M{middle} 0V{bottom}M{middle} {half}H{right}"),
        "┤" => format!("M{middle} 0V{bottom}M{left} {half}H{middle}"),
        "┬" => format!("M{left} {half}H{right}M{middle} {half}V{bottom}"),
        "┴" => format!("M{left} {half}H{right}M{middle} 0V{half}"),
        "┼" => format!("M{left} {half}H{right}M{middle} 0V{bottom}"),
        _ => return None,
    })
}

/// A number without a useless fraction.
fn number(value: f32) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
