//! What can be taken away from a panel: its figures as text and as files, and its picture.

use std::sync::Arc;

use eframe::egui::{Rect, Ui};

use crate::desk::Answer;
use crate::export::sheet::{self, Separator};
use crate::export::{self, Format};
use crate::ui::change::{Outbox, Taken};
use crate::ui::session::Session;
use crate::ui::view::Panel;
use crate::ui::words;

/// A panel that something is taken from.
pub(super) struct Taking<'a> {
    pub panel: &'a Panel,
    pub answers: &'a [Arc<Answer>],
    pub session: &'a Session,
    /// Where the panel stands.
    pub card: Rect,
}

impl Taking<'_> {
    /// The lines of the panel's menu.
    pub fn ui(&self, ui: &mut Ui, out: &mut Outbox) {
        let name = self.panel.title().to_lowercase().replace(' ', "-");
        let has_figures = !self.answers.is_empty();
        let mut line = |words: &str| ui.add_enabled(has_figures, eframe::egui::Button::new(words)).clicked();
        let (copy_text, copy_picture) = (line("Copy as text"), line("Copy as picture"));
        let (csv, parquet, png) = (line("Save as CSV…"), line("Save as Parquet…"), line("Save as PNG…"));
        if copy_text && let Some(text) = self.written(Separator::Tab) {
            ui.ctx().copy_text(String::from_utf8_lossy(&text).into_owned());
        }
        if copy_picture {
            out.taken = Some(Taken::Picture { part: self.card, save_as: None });
        }
        if png {
            out.taken = Some(Taken::Picture { part: self.card, save_as: Some(format!("{name}.png")) });
        }
        let file = |what, name: String, contents| Taken::File { what, name, contents };
        if csv && let Some(contents) = self.written(Separator::Comma) {
            out.taken = Some(file("the figures", format!("{name}.csv"), contents));
        }
        if parquet && let Some(contents) = self.parquet() {
            out.taken = Some(file("the figures", format!("{name}.parquet"), contents));
        }
    }

    fn written(&self, separator: Separator) -> Option<Vec<u8>> {
        let catalogue = &self.session.catalogue;
        let headed: Vec<(String, &Answer)> =
            self.answers.iter().map(|answer| (words::question(answer.question(), catalogue), &**answer)).collect();
        let mut text = Vec::new();
        let written = sheet::write(&headed, &catalogue.register, separator, &mut text);
        written.inspect_err(|error| tracing::warn!("figures cannot be written: {error}")).ok()?;
        Some(text)
    }

    /// The panel's first answer: a Parquet file has one kind of rows.
    fn parquet(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let answer = self.answers.first()?;
        let written = export::write(answer, &self.session.catalogue.register, Format::Parquet, &mut bytes);
        written.inspect_err(|error| tracing::warn!("figures cannot be written: {error}")).ok()?;
        Some(bytes)
    }
}
