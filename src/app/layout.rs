//! Where the panes stand, as a pure function of the terminal's size and the focus.

use super::Size;

/// The panes, by their numbers on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Pane {
    /// 1
    Accounts,
    /// 2
    Regions,
    /// 3
    #[default]
    Checks,
    /// 4
    Detail,
}

impl Pane {
    /// In the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Accounts, Self::Regions, Self::Checks, Self::Detail];

    /// Number and name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Accounts => "1 Accounts",
            Self::Regions => "2 Regions",
            Self::Checks => "3 Checks",
            Self::Detail => "4 Detail",
        }
    }

    /// The pane some steps further in the circle.
    pub fn step(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|p| *p == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }
}

/// A part of the screen, in columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// A pane's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which pane.
    pub pane: Pane,
    /// Where.
    pub area: Area,
    /// Folded to one line.
    pub folded: bool,
}

/// The whole screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// One line.
    pub header: Area,
    /// In the order of their numbers; panes that have no place are missing.
    pub panes: Vec<Place>,
    /// Between header and status: what a viewer covers.
    pub body: Area,
    /// One line, or none where the footer has to do for both.
    pub status: Option<Area>,
    /// One line.
    pub footer: Area,
}

/// The least width and height that show anything useful.
pub const LEAST: Size = Size { width: 40, height: 10 };
/// From this width and height on, all four panes stand side by side.
const WIDE: Size = Size { width: 100, height: 28 };
/// From this height on, there is room for a status line and folded panes.
const ROOMY: u16 = 16;

/// Lays the screen out; `None` when it is too small. `rows` is how many connections are listed; `None`: pane 3 has a
/// table of assets, which takes what it can get.
pub fn layout(size: Size, focus: Pane, rows: Option<usize>) -> Option<Layout> {
    let Size { width, height } = size;
    if width < LEAST.width || height < LEAST.height {
        return None;
    }
    let line = |y| Area { x: 0, y, width, height: 1 };
    let roomy = height >= ROOMY;
    let below = if roomy { 2 } else { 1 };
    let body = Area { x: 0, y: 1, width, height: height - 1 - below };
    let panes = if width >= WIDE.width && height >= WIDE.height {
        side_by_side(body, rows)
    } else if roomy && focus != Pane::Detail {
        folded(body, focus)
    } else {
        vec![Place { pane: focus, area: body, folded: false }]
    };
    Some(Layout { header: line(0), panes, body, status: roomy.then(|| line(height - 2)), footer: line(height - 1) })
}

impl Layout {
    /// A pane's place when it is shown in full.
    pub fn open(&self, pane: Pane) -> Option<Area> {
        self.panes.iter().find(|p| p.pane == pane && !p.folded).map(|p| p.area)
    }

    /// How many rows of its list or text a pane shows: borders and headings taken off.
    pub fn page(&self, pane: Pane) -> usize {
        let inner = self.open(pane).map_or(1, |a| a.height.saturating_sub(2));
        usize::from(if pane == Pane::Checks { inner.saturating_sub(1) } else { inner }).max(1)
    }
}

fn side_by_side(body: Area, rows: Option<usize>) -> Vec<Place> {
    let left = (body.width / 4).saturating_sub(2).clamp(26, 40);
    let right = body.width - left;
    let (x, y) = (body.x + left, body.y);
    // Accounts and checks show the same connections. Detail gets what they leave, half at least.
    let (top, accounts) = match rows {
        Some(rows) => {
            let wanted = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(3);
            let top = wanted.clamp(8, (body.height / 2).max(8));
            (top, (body.height * 3 / 5).max(top))
        }
        // The detail of an asset has the most important in its first lines.
        None => (body.height * 2 / 3, body.height * 2 / 5),
    };
    let place = |pane, x, y, width, height| Place { pane, area: Area { x, y, width, height }, folded: false };
    vec![
        place(Pane::Accounts, body.x, y, left, accounts),
        place(Pane::Regions, body.x, y + accounts, left, body.height - accounts),
        place(Pane::Checks, x, y, right, top),
        place(Pane::Detail, x, y + top, right, body.height - top),
    ]
}

fn folded(body: Area, focus: Pane) -> Vec<Place> {
    let open = body.height - (Pane::ALL.len() as u16 - 1);
    let mut y = body.y;
    Pane::ALL
        .into_iter()
        .map(|pane| {
            let height = if pane == focus { open } else { 1 };
            let area = Area { x: body.x, y, width: body.width, height };
            y += height;
            Place { pane, area, folded: pane != focus }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn too_small_is_said_not_guessed() {
        assert_eq!(layout(Size { width: 39, height: 24 }, Pane::Checks, Some(6)), None);
        assert_eq!(layout(Size { width: 80, height: 9 }, Pane::Checks, Some(6)), None);
    }

    #[test]
    fn eighty_columns_show_one_pane_and_fold_three() {
        let l = layout(Size { width: 80, height: 24 }, Pane::Checks, Some(6)).unwrap();
        assert_eq!(l.panes.iter().filter(|p| p.folded).count(), 3);
        let l = layout(Size { width: 80, height: 24 }, Pane::Detail, Some(6)).unwrap();
        assert_eq!(l.panes.len(), 1, "detail takes the whole screen");
    }

    proptest! {
        #[test]
        fn panes_fill_the_body_and_never_overlap(
            width in 40u16..300, height in 10u16..120, rows in proptest::option::of(0usize..500), at in 0usize..4
        ) {
            let l = layout(Size { width, height }, Pane::ALL[at], rows).unwrap();
            let covered: u32 = l.panes.iter().map(|p| u32::from(p.area.width) * u32::from(p.area.height)).sum();
            prop_assert_eq!(covered, u32::from(l.body.width) * u32::from(l.body.height));
            for p in &l.panes {
                prop_assert!(p.area.y >= 1 && p.area.y + p.area.height <= l.footer.y);
                prop_assert!(p.area.x + p.area.width <= width);
                prop_assert!(p.folded || p.area.height >= 4);
            }
        }
    }
}
