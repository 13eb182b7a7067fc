//! How the dashboard looks and which keys it has, from settings and from theme files of a person's own.

use crate::config::themes;
use crate::domain::{Settings, ThemeChoice};
use crate::keymap::{Keymap, KeymapError};
use crate::term::capabilities::Capabilities;
use crate::theme::{Found, Theme, built_in_names};
use crate::view::Look;
use std::path::PathBuf;

/// Makes looks for one terminal.
#[derive(Debug, Clone)]
pub struct Wardrobe {
    /// The folder of theme files.
    pub themes: PathBuf,
    /// What the terminal can show.
    pub terminal: Capabilities,
}

impl Wardrobe {
    /// The look that settings ask for, and a sentence for each thing in them that cannot be. Blocking.
    ///
    /// # Errors
    /// When the built-in key table is broken, which the tests rule out.
    pub fn look(&self, settings: &Settings) -> Result<(Look, Vec<String>), KeymapError> {
        let (theme, mut faults) = self.theme(settings.theme.as_ref());
        let (keymap, more) = Keymap::built_in()?.rebound(&settings.keys);
        faults.extend(more);
        Ok((Look { theme, keymap }, faults))
    }

    /// A theme, the default one where the chosen one cannot be used, and the sentences why. Blocking.
    pub fn theme(&self, choice: Option<&ThemeChoice>) -> (Theme, Vec<String>) {
        let find = |name: &str| {
            let file = themes::read(&self.themes, name)?;
            let text = file.text.map_err(|e| e.to_string());
            Some(Found { path: file.path.display().to_string(), text })
        };
        let (theme, faults) = Theme::choose(choice, self.terminal.depth, &find);
        (theme.with_ascii(self.terminal.ascii), faults)
    }

    /// The names of all themes that can be chosen, the built-in ones first. Blocking.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = built_in_names().map(str::to_owned).collect();
        let own = themes::names(&self.themes).into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>();
        names.extend(own);
        names
    }
}
