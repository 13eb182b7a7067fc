//! Stand-ins for terminals that show ASCII only.

/// What an ASCII terminal shows for a character of ours; anything else that is not ASCII becomes `?`.
pub fn ascii_of(symbol: &str) -> &'static str {
    match symbol {
        "✓" => "+",
        "✗" => "x",
        "◌" => "o",
        "·" => ".",
        "–" | "─" | "—" => "-",
        "╭" | "╮" | "╰" | "╯" | "├" | "┤" => "+",
        "│" => "|",
        "▌" | "▸" | "→" | "›" => ">",
        "▾" | "▼" => "v",
        "▲" => "^",
        "≥" => ">",
        "●" => "*",
        "○" => "-",
        "‹" | "←" => "<",
        "ã" => "a",
        "…" => "~",
        "•" | "▣" => "*",
        "☐" => "_",
        _ => "?",
    }
}
