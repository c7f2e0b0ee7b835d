//! The keyboard's way from school to school.

use eframe::egui::accesskit::Live;
use eframe::egui::{
    self, Event, EventFilter, Id, Key, PointerButton, Pos2, Rect, Response, Role, Sense, Tooltip, Ui, Vec2, WidgetInfo,
    vec2,
};

use super::told::{self, Told};
use crate::export::words::grouped;
use crate::model::Urn;
use crate::ui::panels::Scene;

/// The school that the keyboard has reached: none before the first key, and none once the pointer moves.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub at: Option<Urn>,
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Left,
    Right,
    Up,
    Down,
    First,
    Last,
    Leave,
}

/// Schools one after the other, by a value of theirs: first those of the group, then the others.
#[derive(Debug, Default)]
pub(super) struct Order {
    schools: Vec<Urn>,
    own: usize,
}

impl Step {
    fn of(key: Key) -> Option<Self> {
        Some(match key {
            Key::ArrowLeft => Self::Left,
            Key::ArrowRight => Self::Right,
            Key::ArrowUp => Self::Up,
            Key::ArrowDown => Self::Down,
            Key::Home => Self::First,
            Key::End => Self::Last,
            Key::Escape => Self::Leave,
            _ => return None,
        })
    }
}

impl Order {
    pub fn of(own: impl Iterator<Item = (Urn, f64)>, others: impl Iterator<Item = (Urn, f64)>) -> Self {
        let (mut own, mut others): (Vec<_>, Vec<_>) = (own.collect(), others.collect());
        for part in [&mut own, &mut others] {
            part.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        }
        Self { own: own.len(), schools: own.into_iter().chain(others).map(|(urn, _)| urn).collect() }
    }

    fn place(&self, urn: Urn) -> Option<usize> {
        self.schools.iter().position(|known| *known == urn)
    }

    /// The school before or after another; the first one where there is no other, and at an end the one there.
    fn beside(&self, from: Option<Urn>, back: bool) -> Option<Urn> {
        let Some(place) = from.and_then(|urn| self.place(urn)) else { return self.schools.first().copied() };
        let next = if back { place.saturating_sub(1) } else { (place + 1).min(self.schools.len() - 1) };
        self.schools.get(next).copied()
    }

    /// "School 3 of 26 of the group", "School 1 of 84 others".
    fn place_in_words(&self, urn: Urn) -> String {
        let number = |of: usize| grouped(of as i64);
        match self.place(urn) {
            Some(place) if place < self.own => {
                format!("School {} of {} of the group", number(place + 1), number(self.own))
            }
            Some(place) => {
                let others = self.schools.len() - self.own;
                format!("School {} of {} others", number(place + 1 - self.own), number(others))
            }
            None => "School without a figure here".to_owned(),
        }
    }
}

impl Walk {
    /// Goes a step: across by the first order, up and down by the second. A walk begins at the school under the pointer, or
    /// at the first one.
    pub fn go(&mut self, step: Step, [across, up]: [&Order; 2], hovered: Option<Urn>) {
        let from = self.at.or(hovered);
        self.at = match step {
            Step::Left => across.beside(from, true),
            Step::Right => across.beside(from, false),
            Step::Down => up.beside(from, true),
            Step::Up => up.beside(from, false),
            Step::First => across.schools.first().copied(),
            Step::Last => across.schools.last().copied(),
            Step::Leave => None,
        };
    }

    /// Keeps the arrows for the chart that has the focus; Escape too, while there is a school to leave.
    pub fn hold(&self, ui: &Ui, id: Id) {
        let escape = self.at.is_some();
        let keys = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, keys));
    }

    /// The pointer takes over where it moves or is pressed.
    pub fn give_way(&mut self, response: &Response) {
        if self.at.is_some() && response.hovered() {
            let pointed = |pointer: &egui::PointerState| pointer.delta() != Vec2::ZERO || pointer.any_pressed();
            if response.ctx.input(|input| pointed(&input.pointer)) {
                self.at = None;
            }
        }
    }
}

/// The keys of this frame that are steps. Those with Alt or Ctrl are commands.
pub(super) fn pressed(ui: &Ui) -> Vec<Step> {
    let step = |event: &Event| match event {
        Event::Key { key, pressed: true, modifiers, .. } if modifiers.is_none() => Step::of(*key),
        _ => None,
    };
    ui.input(|input| input.events.iter().filter_map(step).collect())
}

/// Whether what has the focus was clicked by Enter or Space, or by an assistive technology.
pub(super) fn chosen_by_key(response: &Response) -> bool {
    response.clicked() && !response.clicked_by(PointerButton::Primary)
}

/// "School 3 of 26 of the group: …", with what is told of it.
pub(super) fn in_words(order: &Order, urn: Urn, told: &Told, scene: &Scene<'_>) -> String {
    let selected = if scene.view.selected.contains(&urn) { ", selected" } else { "" };
    format!("{}: {}{selected}", order.place_in_words(urn), told.in_words())
}

/// Tells of the school that is reached: beside it, as under the pointer, and in words that are read out.
pub(super) fn tell(ui: &Ui, response: &Response, at: Pos2, told: &Told, words: &str) {
    let read = ui.interact(Rect::from_center_size(at, vec2(1.0, 1.0)), response.id.with("reached"), Sense::hover());
    read.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    ui.ctx().accesskit_node_builder(read.id, |node| node.set_live(Live::Polite));
    let beside = Rect::from_center_size(at, vec2(16.0, 16.0));
    Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), response.id, beside).show(|ui| told::show(ui, told));
}
