//! The panels of the view in their layout: resize, split, drag, maximise.

use std::collections::BTreeMap;

use eframe::egui::{self, Response, Stroke, Ui, WidgetText};
use egui_tiles::{Behavior, ResizeState, SimplificationOptions, TabState, TileId, Tiles, Tree, UiResponse};

use super::change::Change;
use super::layout::Layout;
use super::panels::{PanelState, Scene};
use super::theme;
use super::view::Panel;

/// The panels on screen.
#[derive(Debug)]
pub struct Dashboard {
    tree: Tree<u64>,
    /// The layout of the tree, to notice when either has changed.
    layout: Layout,
    states: BTreeMap<u64, PanelState>,
}

impl Default for Dashboard {
    fn default() -> Self {
        let layout = Layout::row([]);
        Self { tree: layout.to_tree(), layout, states: BTreeMap::new() }
    }
}

impl Dashboard {
    /// Draws all panels, or the one that is maximised.
    pub fn ui(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) {
        let view = scene.view;
        self.states.retain(|id, _| view.panels.contains_key(id));
        if view.layout != self.layout {
            self.layout = view.layout.clone();
            self.tree = self.layout.to_tree();
        }
        let mut drawing = Drawing { states: &mut self.states, layout: &self.layout, scene };
        if let Some(id) = view.maximised {
            drawing.panel(ui, id, true);
            return;
        }
        self.tree.ui(&mut drawing, ui);
        let layout = Layout::from_tree(&self.tree);
        if layout != self.layout {
            self.layout = layout.clone();
            scene.out.changes.push(Change::Layout(layout));
        }
    }
}

struct Drawing<'a, 'b> {
    states: &'a mut BTreeMap<u64, PanelState>,
    layout: &'a Layout,
    scene: &'a mut Scene<'b>,
}

impl Drawing<'_, '_> {
    fn panel(&mut self, ui: &mut Ui, id: u64, titled: bool) -> bool {
        let Some(panel) = self.scene.view.panels.get(&id) else { return false };
        let state = self.states.entry(id).or_insert_with(|| PanelState::of(panel));
        ui.push_id(id, |ui| state.ui(ui, id, titled, self.scene)).inner
    }
}

impl Drawing<'_, '_> {
    fn colours(&self, visuals: &egui::Visuals) -> &'static theme::Colours {
        theme::colours(if visuals.dark_mode { egui::Theme::Dark } else { egui::Theme::Light })
    }
}

impl Behavior<u64> for Drawing<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut u64) -> UiResponse {
        let titled = !self.layout.has_tab(*pane);
        if self.panel(ui, *pane, titled) { UiResponse::DragStarted } else { UiResponse::None }
    }

    fn tab_title_for_pane(&mut self, pane: &u64) -> WidgetText {
        self.scene.view.panels.get(pane).map(Panel::title).unwrap_or_default().into()
    }

    fn on_tab_button(&mut self, tiles: &mut Tiles<u64>, tile: TileId, button: Response) -> Response {
        let panel = tiles.get_pane(&tile).and_then(|id| self.scene.view.panels.get(id));
        match panel {
            Some(panel) => button.on_hover_text(panel.hint()),
            None => button,
        }
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        theme::space().one
    }

    fn min_size(&self) -> f32 {
        120.0
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        28.0
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> egui::Color32 {
        *self.colours(visuals).canvas
    }

    fn tab_bg_color(
        &self,
        visuals: &egui::Visuals,
        _tiles: &Tiles<u64>,
        _tile: TileId,
        state: &TabState,
    ) -> egui::Color32 {
        let colours = self.colours(visuals);
        if state.active { *colours.accent_soft } else { *colours.canvas }
    }

    fn tab_outline_stroke(
        &self,
        _visuals: &egui::Visuals,
        _tiles: &Tiles<u64>,
        _tile: TileId,
        _state: &TabState,
    ) -> Stroke {
        Stroke::NONE
    }

    fn tab_bar_hline_stroke(&self, _visuals: &egui::Visuals) -> Stroke {
        Stroke::NONE
    }

    fn tab_text_color(
        &self,
        visuals: &egui::Visuals,
        _tiles: &Tiles<u64>,
        _tile: TileId,
        state: &TabState,
    ) -> egui::Color32 {
        let colours = self.colours(visuals);
        if state.active { *colours.accent } else { *colours.muted }
    }

    fn resize_stroke(&self, style: &egui::Style, state: ResizeState) -> Stroke {
        match state {
            ResizeState::Idle => Stroke::NONE,
            ResizeState::Hovering | ResizeState::Dragging => Stroke::new(2.0, style.visuals.selection.stroke.color),
        }
    }

    fn simplification_options(&self) -> SimplificationOptions {
        Layout::SIMPLIFICATION
    }
}
