//! What covers the panes: a stack, of which the last has the keyboard.

use super::{Around, Asking, Chooser, Codes, FormKey, Import, Leads, Make, Palette, Removal, State, Viewer};

/// Something that covers the panes.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// A text to read.
    Viewer(Viewer),
    /// Everything by its name.
    Palette(Palette),
    /// Something to answer before work goes on.
    Question(Box<Asking>),
    /// A connection is being described; what stands in it is in [`State::forms`].
    Form(FormKey),
    /// A connection is about to be removed.
    Removal(Removal),
    /// A vault is being made.
    Make(Box<Make>),
    /// Credentials are being chosen for a run without a vault.
    Around(Box<Around>),
    /// One-time codes are being asked for.
    Codes(Box<Codes>),
    /// Columns of the assets are being chosen.
    Columns(Chooser),
    /// A link of an asset is being chosen.
    Leads(Leads),
    /// Profiles are being imported.
    Import(Box<Import>),
}

impl Overlay {
    /// The text, if it is one.
    pub fn viewer(&self) -> Option<&Viewer> {
        match self {
            Self::Viewer(viewer) => Some(viewer),
            _ => None,
        }
    }
}

impl State {
    /// The text on top, if a text is on top.
    pub fn viewer(&self) -> Option<&Viewer> {
        self.overlays.last()?.viewer()
    }

    /// The same, to be changed.
    pub(super) fn viewer_mut(&mut self) -> Option<&mut Viewer> {
        match self.overlays.last_mut() {
            Some(Overlay::Viewer(viewer)) => Some(viewer),
            _ => None,
        }
    }

    /// Puts a text on top.
    pub(super) fn read(&mut self, viewer: Viewer) {
        self.overlays.push(Overlay::Viewer(viewer));
    }
}
