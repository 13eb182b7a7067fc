//! Searching in a text that covers the panes.

use super::{State, TextInput, Viewer, Wrap};

/// The longest needle, in bytes.
const LIMIT: usize = 200;

/// What is searched for in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// What was typed.
    pub input: TextInput,
    /// It is being typed.
    pub typing: bool,
    /// Which of the matches is the present one.
    pub at: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self { input: TextInput::new(LIMIT), typing: false, at: 0 }
    }
}

impl Search {
    /// What is looked for, folded; `None` when nothing is.
    pub fn needle(&self) -> Option<String> {
        let needle = self.input.text().to_lowercase();
        (!needle.trim().is_empty()).then_some(needle)
    }

    /// The places of the needle in a row: byte ranges.
    pub fn places(&self, row: &str) -> Vec<std::ops::Range<usize>> {
        let Some(needle) = self.needle() else { return Vec::new() };
        let folded = row.to_lowercase();
        // A letter that takes more room when it is folded would shift what follows.
        if folded.len() != row.len() {
            return Vec::new();
        }
        let ranges = folded.match_indices(&needle).map(|(at, found)| at..at + found.len());
        ranges.filter(|r| row.is_char_boundary(r.start) && row.is_char_boundary(r.end)).collect()
    }
}

impl Viewer {
    /// The rows that hold what is searched for, at a width; words that a row's end has parted count as well.
    pub fn matches(&self, width: usize) -> Vec<usize> {
        let Some(needle) = self.search.needle() else { return Vec::new() };
        let rows: Vec<String> = self.rows(width).iter().map(|row| row.text().to_lowercase()).collect();
        let tail = |row: &str| row.trim_start().to_owned();
        let joint = |row: &str| match self.is_code() {
            true => row.to_owned(),
            false => format!("{} ", row.trim_end()),
        };
        (0..rows.len())
            .filter(|i| {
                let parted = || {
                    let next = rows.get(i + 1).map_or(String::new(), |next| tail(next));
                    let (row, both) = (joint(&rows[*i]), joint(&rows[*i]) + &next);
                    both.match_indices(&needle).any(|(at, found)| at < row.len() && at + found.len() > row.len())
                };
                rows[*i].contains(&needle) || parted()
            })
            .collect()
    }

    /// Whether the text is for pasting, so that its rows end anywhere.
    fn is_code(&self) -> bool {
        self.current().is_some_and(|tab| tab.lines.iter().any(|l| l.wrap == Wrap::Anywhere))
    }
}

impl State {
    /// Begins to type what is searched for.
    pub(super) fn search(&mut self) {
        if let Some(viewer) = self.viewer_mut() {
            viewer.search = Search { typing: true, ..Search::default() };
        }
    }

    /// Goes to a match: some further, or, while it is typed, the first from here on.
    pub(super) fn go_to_match(&mut self, further: Option<isize>) {
        let Some(area) = self.viewer_area() else { return };
        let (height, last) = (usize::from(area.height), self.viewer_last());
        let Some(viewer) = self.viewer_mut() else { return };
        let matches = viewer.matches(usize::from(area.width));
        let count = matches.len() as isize;
        let at = match further {
            _ if count == 0 => return,
            Some(by) => (viewer.search.at as isize + by).rem_euclid(count) as usize,
            None => matches.iter().position(|row| *row >= viewer.scroll).unwrap_or(0),
        };
        viewer.search.at = at;
        let row = matches[at];
        if !(viewer.scroll..viewer.scroll + height).contains(&row) {
            viewer.scroll = row.saturating_sub(height / 3).min(last);
        }
    }

    /// Leaves off searching; `false` when nothing was searched for.
    pub(super) fn unsearch(&mut self) -> bool {
        self.viewer_mut().is_some_and(|viewer| {
            let searched = viewer.search.typing || viewer.search.needle().is_some();
            viewer.search = Search::default();
            searched
        })
    }

    /// How the search stands, for the status line: what was typed, and which of how many matches this is.
    pub fn search_words(&self) -> Option<(String, String)> {
        let viewer = self.viewer()?;
        let search = &viewer.search;
        if !search.typing && search.needle().is_none() {
            return None;
        }
        let count = viewer.matches(usize::from(self.viewer_area()?.width)).len();
        let words = match (search.needle(), count) {
            (None, _) => String::new(),
            (Some(_), 0) => "not in this text".to_owned(),
            (Some(_), n) => format!("{} of {n}", search.at.min(n - 1) + 1),
        };
        Some((search.input.text().to_owned(), words))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::{Action, Context, Line, Msg, Size, State, Viewer, ViewerKind, update};
    use crate::domain::Role;

    fn reading(lines: &[&str]) -> State {
        let mut state = tested(Size { width: 40, height: 10 });
        let lines = lines.iter().map(|l| Line::of(Role::Text, l)).collect();
        state.read(Viewer::reading(ViewerKind::Words, "Words", "words", lines));
        state
    }

    fn type_in(state: &mut State, text: &str) {
        for c in text.chars() {
            update(state, NOW, Msg::Text(c));
        }
    }

    fn words(state: &State) -> String {
        state.search_words().unwrap().1
    }

    #[test]
    fn a_slash_searches_and_n_goes_round() {
        let mut text = vec!["alpha"; 20];
        text.insert(3, "The Needle, once");
        text.push("a needle again");
        let mut state = reading(&text);
        press(&mut state, &[Action::Filter]);
        assert_eq!(state.context(), Context::SearchText);
        type_in(&mut state, "needle");
        assert_eq!((words(&state).as_str(), state.viewer().unwrap().scroll), ("1 of 2", 0));
        press(&mut state, &[Action::Accept, Action::NextMatch]);
        assert_eq!(words(&state), "2 of 2");
        assert!(state.viewer().unwrap().scroll > 0, "it is brought into sight");
        press(&mut state, &[Action::NextMatch]);
        assert_eq!(words(&state), "1 of 2");
        press(&mut state, &[Action::PreviousMatch]);
        assert_eq!(words(&state), "2 of 2");
        press(&mut state, &[Action::Back]);
        assert!(state.search_words().is_none() && state.viewer().is_some(), "Esc takes the search first");
        press(&mut state, &[Action::Back]);
        assert!(state.viewer().is_none());
    }

    #[test]
    fn words_that_the_end_of_a_row_parts_are_found() {
        let mut state = reading(&["one two three four five six seven eight nine"]);
        press(&mut state, &[Action::Filter]);
        type_in(&mut state, "seven eight");
        assert_eq!(words(&state), "1 of 1");
        type_in(&mut state, "x");
        assert_eq!(words(&state), "not in this text");
    }

    #[test]
    fn q_closes_a_text_that_is_searched() {
        let mut state = reading(&["one"]);
        press(&mut state, &[Action::Filter]);
        type_in(&mut state, "one");
        press(&mut state, &[Action::Accept, Action::Quit]);
        assert!(state.viewer().is_none());
    }
}
