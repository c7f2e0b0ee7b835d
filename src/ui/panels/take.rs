//! What can be taken away from a panel: its figures as text and as files, and its picture.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use eframe::egui::{Button, Rect, Ui};

use super::ranks::{self, Shown};
use crate::desk::Answer;
use crate::export::rank::{self, Ranked};
use crate::export::sheet::{self, Separator, Told};
use crate::ui::change::{Outbox, PictureForm, Sitter, Taken};
use crate::ui::session::{Catalogue, Session};
use crate::ui::view::Panel;
use crate::ui::words;

/// Whose tables ask to be named so by their licence, which all that it publishes has.
const OPEN_LICENCE: &str = "Department for Education";

/// A panel that something is taken from.
pub(super) struct Taking<'a> {
    pub id: u64,
    pub panel: &'a Panel,
    pub answers: &'a [Arc<Answer>],
    /// The three-year ranks that it shows.
    pub ranks: &'a [Shown<'a>],
    pub session: &'a Session,
    /// Where the panel stands.
    pub card: Rect,
}

impl Taking<'_> {
    /// The lines of the panel's menu.
    pub fn ui(&self, ui: &mut Ui, out: &mut Outbox) {
        let name = self.panel.title().to_lowercase().replace(' ', "-");
        let has_figures = !self.answers.is_empty();
        let mut line = |words: &str| ui.add_enabled(has_figures, Button::new(words)).clicked();
        let (copy_text, copy_picture) = (line("Copy as text"), line("Copy as picture"));
        let (csv, parquet) = (line("Save as CSV…"), line("Save as Parquet…"));
        let (png, svg) = (line("Save as PNG…"), line("Save as SVG…"));
        if copy_text && let Some(text) = self.written(Separator::Tab) {
            ui.ctx().copy_text(String::from_utf8_lossy(&text).into_owned());
        }
        for (wanted, form) in [
            (copy_picture, PictureForm::Clipboard),
            (png, PictureForm::Png(format!("{name}.png"))),
            (svg, PictureForm::Svg(format!("{name}.svg"))),
        ] {
            if wanted {
                out.taken = Some(Taken::Picture { panel: self.id, form });
            }
        }
        let file = |what, name: String, contents| Taken::File { what, name, contents };
        if csv && let Some(contents) = self.written(Separator::Comma) {
            out.taken = Some(file("the figures", format!("{name}.csv"), contents));
        }
        if parquet && let Some(contents) = self.parquet() {
            out.taken = Some(file("the figures", format!("{name}.parquet"), contents));
        }
        if !self.ranks.is_empty() {
            ui.separator();
            self.ranks_ui(ui, &name, out);
        }
    }

    /// The lines of the menu about three-year ranks.
    fn ranks_ui(&self, ui: &mut Ui, name: &str, out: &mut Outbox) {
        let file = |name: String, contents| Taken::File { what: "the ranks", name, contents };
        let register = &self.session.catalogue.register;
        let written = |separator| in_memory(|out| rank::write(&self.ranked(), register, separator, out));
        if ui.button("Copy ranks as text").clicked()
            && let Some(text) = written(Separator::Tab)
        {
            ui.ctx().copy_text(String::from_utf8_lossy(&text).into_owned());
        }
        if ui.button("Save ranks as CSV…").clicked() {
            out.taken = written(Separator::Comma).map(|contents| file(format!("{name}-ranks.csv"), contents));
        }
        if ui.button("Save ranks as Parquet…").clicked() {
            let contents = in_memory(|out| rank::write_parquet(&self.ranked(), register, out));
            out.taken = contents.map(|contents| file(format!("{name}-ranks.parquet"), contents));
        }
    }

    fn ranked(&self) -> Vec<Ranked<'_>> {
        ranks::to_take(self.ranks, |answer| self.told_of(answer))
    }

    /// The panel as this frame draws it, for its picture.
    pub fn sitter(&self, ui: &Ui) -> Sitter {
        let (title, words) = (self.panel.title().to_owned(), sheet::words(&self.told()));
        Sitter { part: self.card, layer: ui.layer_id(), title, words }
    }

    /// The answers with their words.
    fn told(&self) -> Vec<Told<'_>> {
        self.answers.iter().map(|answer| self.told_of(answer)).collect()
    }

    fn told_of<'a>(&self, answer: &'a Answer) -> Told<'a> {
        let catalogue = &self.session.catalogue;
        let heading = words::question(answer.question(), catalogue);
        Told { heading, publishers: publishers(answer, catalogue), answer }
    }

    fn written(&self, separator: Separator) -> Option<Vec<u8>> {
        in_memory(|out| sheet::write(&self.told(), &self.session.catalogue.register, separator, out))
    }

    fn parquet(&self) -> Option<Vec<u8>> {
        in_memory(|out| sheet::write_parquet(&self.told(), &self.session.catalogue.register, out))
    }
}

/// What is written; nothing where it cannot be.
fn in_memory(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    write(&mut bytes).inspect_err(|error| tracing::warn!("figures cannot be written: {error}")).ok()?;
    Some(bytes)
}

/// Names those whose published tables tell of what was asked.
fn publishers(answer: &Answer, catalogue: &Catalogue) -> Vec<String> {
    let (question, published) = (answer.question(), &catalogue.published);
    let of = |indicator| published.sources_of(question.stage(), question.years(), indicator);
    let sources: BTreeSet<i32> = question.indicators().iter().flat_map(|indicator| of(*indicator)).collect();
    let names: BTreeSet<&str> = sources.iter().filter_map(|id| published.source(*id)?.publisher.as_deref()).collect();
    let sentence = |name: &str| match name {
        OPEN_LICENCE => format!(
            "Published by the {name}: contains public sector information licensed under the Open Government Licence v3.0"
        ),
        name => format!("Published by {name}"),
    };
    names.into_iter().map(sentence).collect()
}
