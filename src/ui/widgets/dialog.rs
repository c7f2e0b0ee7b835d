//! A dialog over everything else.

use eframe::egui::{Frame, Id, Modal, Ui};

use crate::ui::theme;

/// Draws a dialog of a width in points, and gives what was answered in it; `closed` where it was closed without an answer.
pub fn dialog<T>(ui: &Ui, id: Id, width: f32, closed: T, add: impl FnOnce(&mut Ui) -> Option<T>) -> Option<T> {
    let frame = Frame::popup(ui.style()).inner_margin(theme::space().three);
    let modal = Modal::new(id).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(width);
        add(ui)
    });
    let is_closed = modal.should_close();
    modal.inner.or(is_closed.then_some(closed))
}
