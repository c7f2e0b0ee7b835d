//! How panels stand in the window: our own small tree, so that what is saved does not depend on a library's numbers.

use std::collections::BTreeSet;

use eframe::egui::Id;
use egui_tiles::{Container, Linear, LinearDir, SimplificationOptions, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

/// A panel, or panels beside, above or behind each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    Panel(u64),
    /// From left to right, with each one's share of the width.
    Row(Vec<Part>),
    /// From top to bottom, with each one's share of the height.
    Column(Vec<Part>),
    /// Behind each other.
    Tabs(Vec<Layout>),
}

/// A part of a row or column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Share of the space, in thousandths of the whole.
    pub share: u32,
    pub holds: Layout,
}

impl Layout {
    /// Panels in one row of equal parts.
    pub fn row(panels: impl IntoIterator<Item = u64>) -> Self {
        Self::Row(panels.into_iter().map(|panel| Part { share: 1000, holds: Self::Panel(panel) }).collect())
    }

    /// The panels that stand in it.
    pub fn panels(&self) -> BTreeSet<u64> {
        match self {
            Self::Panel(panel) => BTreeSet::from([*panel]),
            Self::Row(parts) | Self::Column(parts) => parts.iter().flat_map(|part| part.holds.panels()).collect(),
            Self::Tabs(layouts) => layouts.iter().flat_map(Self::panels).collect(),
        }
    }

    /// Whether a panel has a tab, which has its title.
    pub fn has_tab(&self, panel: u64) -> bool {
        match self {
            Self::Panel(_) => false,
            Self::Row(parts) | Self::Column(parts) => parts.iter().any(|part| part.holds.has_tab(panel)),
            Self::Tabs(layouts) => layouts.iter().any(|of| *of == Self::Panel(panel) || of.has_tab(panel)),
        }
    }

    /// Takes out every panel that is not one of these, and what is empty then; adds none. A panel that is there twice
    /// stays once.
    pub fn keep_only(&mut self, panels: &BTreeSet<u64>) {
        let mut left = panels.clone();
        if !self.keep(&mut left) {
            *self = Self::Row(Vec::new());
        }
    }

    fn keep(&mut self, left: &mut BTreeSet<u64>) -> bool {
        match self {
            Self::Panel(panel) => left.remove(panel),
            Self::Row(parts) | Self::Column(parts) => {
                parts.retain_mut(|part| part.holds.keep(left));
                !parts.is_empty()
            }
            Self::Tabs(layouts) => {
                layouts.retain_mut(|layout| layout.keep(left));
                !layouts.is_empty()
            }
        }
    }

    /// Takes a panel out.
    pub fn remove(&mut self, panel: u64) {
        let mut others = self.panels();
        others.remove(&panel);
        self.keep_only(&others);
    }

    /// Puts a new panel beside or under another one, each with half of its place.
    pub fn split(&mut self, panel: u64, new: u64, below: bool) {
        match self {
            Self::Panel(here) if *here == panel => {
                let halves = [panel, new].map(|panel| Part { share: 500, holds: Self::Panel(panel) }).to_vec();
                *self = if below { Self::Column(halves) } else { Self::Row(halves) };
            }
            Self::Panel(_) => {}
            Self::Row(parts) | Self::Column(parts) => {
                parts.iter_mut().for_each(|part| part.holds.split(panel, new, below));
            }
            Self::Tabs(layouts) => layouts.iter_mut().for_each(|layout| layout.split(panel, new, below)),
        }
    }

    /// Puts a new panel at the right of everything.
    pub fn add(&mut self, new: u64) {
        let part = |share, holds| Part { share, holds };
        let old = std::mem::replace(self, Self::Panel(new));
        if !old.panels().is_empty() {
            *self = Self::Row(vec![part(670, old), part(330, Self::Panel(new))]);
        }
    }

    /// The tree of the library that draws it.
    pub fn to_tree(&self) -> Tree<u64> {
        let mut tiles = Tiles::default();
        let root = self.insert_into(&mut tiles);
        let mut tree = Tree::new(Id::unique("dashboard"), root, tiles);
        tree.simplify(&Self::SIMPLIFICATION);
        tree
    }

    /// The same layout in the form in which it comes back from a tree.
    #[must_use]
    pub fn normal(&self) -> Self {
        Self::from_tree(&self.to_tree())
    }

    /// What is taken out of a tree after each drag: containers of nothing and of one.
    pub const SIMPLIFICATION: SimplificationOptions = SimplificationOptions {
        prune_empty_tabs: true,
        prune_empty_containers: true,
        prune_single_child_tabs: true,
        prune_single_child_containers: true,
        all_panes_must_have_tabs: false,
        join_nested_linear_containers: true,
        flatten_tabs_in_tabs: true,
    };

    fn insert_into(&self, tiles: &mut Tiles<u64>) -> TileId {
        let (dir, parts) = match self {
            Self::Panel(panel) => return tiles.insert_pane(*panel),
            Self::Tabs(layouts) => {
                let children = layouts.iter().map(|layout| layout.insert_into(tiles)).collect();
                return tiles.insert_tab_tile(children);
            }
            Self::Row(parts) => (LinearDir::Horizontal, parts),
            Self::Column(parts) => (LinearDir::Vertical, parts),
        };
        let children: Vec<TileId> = parts.iter().map(|part| part.holds.insert_into(tiles)).collect();
        let mut linear = Linear::new(dir, children.clone());
        // The library gives a panel that is dropped here a share of 1: let ours be 1 on average.
        let whole: u32 = parts.iter().map(|part| part.share.max(1)).sum();
        for (child, part) in children.iter().zip(parts) {
            let share = part.share.max(1) as f32 / whole as f32;
            linear.shares.set_share(*child, share * parts.len() as f32);
        }
        tiles.insert_container(Container::Linear(linear))
    }

    /// The layout of a tree, after somebody has dragged in it.
    pub fn from_tree(tree: &Tree<u64>) -> Self {
        tree.root().and_then(|root| Self::of_tile(&tree.tiles, root)).unwrap_or(Self::Row(Vec::new()))
    }

    fn of_tile(tiles: &Tiles<u64>, id: TileId) -> Option<Self> {
        let container = match tiles.get(id)? {
            Tile::Pane(panel) => return Some(Self::Panel(*panel)),
            Tile::Container(container) => container,
        };
        let linear = match container {
            Container::Linear(linear) => linear,
            Container::Tabs(tabs) => {
                let layouts: Vec<Self> =
                    tabs.children.iter().filter_map(|child| Self::of_tile(tiles, *child)).collect();
                return (!layouts.is_empty()).then_some(Self::Tabs(layouts));
            }
            Container::Grid(grid) => {
                let parts = grid.children().filter_map(|child| Self::of_tile(tiles, *child));
                let parts: Vec<Part> = parts.map(|holds| Part { share: 1000, holds }).collect();
                return (!parts.is_empty()).then_some(Self::Row(parts));
            }
        };
        let known: Vec<(TileId, Self)> =
            linear.children.iter().filter_map(|child| Some((*child, Self::of_tile(tiles, *child)?))).collect();
        let shares = thousandths(&known.iter().map(|(child, _)| linear.shares[*child]).collect::<Vec<_>>());
        let parts: Vec<Part> = known.into_iter().zip(shares).map(|((_, holds), share)| Part { share, holds }).collect();
        match linear.dir {
            _ if parts.is_empty() => None,
            LinearDir::Horizontal => Some(Self::Row(parts)),
            LinearDir::Vertical => Some(Self::Column(parts)),
        }
    }
}

/// Shares as whole thousandths that are a thousand together, each at least one: then they come back from a tree as they
/// went in, and no layout moves by being drawn.
fn thousandths(shares: &[f32]) -> Vec<u32> {
    let whole: f64 = shares.iter().copied().map(f64::from).sum();
    let (mut until, mut placed) = (0.0, 0);
    let mut rounded: Vec<u32> = Vec::with_capacity(shares.len());
    for share in shares {
        until += 1000.0 * f64::from(*share) / whole.max(f64::MIN_POSITIVE);
        let end = (until.round() as u32).max(placed);
        rounded.push((end - placed).max(1));
        placed = end;
    }
    // What parts too small to be seen were given is taken from the largest.
    let sum: u32 = rounded.iter().sum();
    if let Some(largest) = rounded.iter_mut().max() {
        *largest = (*largest + 1000).saturating_sub(sum).max(1);
    }
    rounded
}
