//! How the figures of a panel were made, and the figures themselves to take away.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Popup, PopupCloseBehavior, RichText, ScrollArea, Ui};

use crate::desk::{Answer, split_in_words};
use crate::export::{self, Format};
use crate::model::Definition;
use crate::model::words::counted;
use crate::ui::session::Session;
use crate::ui::widgets::{Icon, icon_button};
use crate::ui::{theme, words};

/// A button that opens them.
pub(super) fn button(ui: &mut Ui, title: &str, answers: &[Arc<Answer>], session: &Session) {
    let button = icon_button(ui, Icon::About, &format!("How this was made: {title}"), !answers.is_empty());
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).width(460.0).style(theme::boxes).show(
        |ui| {
            // A menu's own layout would set text in full lines.
            let left = Layout::top_down(Align::LEFT);
            ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                ui.with_layout(left, |ui| {
                    for answer in answers {
                        of_answer(ui, answer, session);
                        ui.add_space(theme::space().one);
                    }
                });
            });
        },
    );
}

fn of_answer(ui: &mut Ui, answer: &Answer, session: &Session) {
    let provenance = answer.provenance();
    ui.label(RichText::new(words::question(answer.question(), &session.catalogue)).font(theme::strong()));
    let sql = provenance.sql.join(";\n\n");
    ui.horizontal(|ui| {
        if ui.button("Copy figures as CSV").clicked() {
            copy(ui, answer, session, Format::Csv);
        }
        if ui.button("Copy figures as JSON").clicked() {
            copy(ui, answer, session, Format::Json);
        }
        if ui.button("Copy SQL").clicked() {
            ui.ctx().copy_text(sql.clone());
        }
    });
    let line = |ui: &mut Ui, text: String| ui.label(theme::muted(ui, text));
    if answer.compared_with().is_some() {
        line(ui, words::compared_with(answer));
    }
    let splits = answer.question().indicators().iter().filter_map(|of| Some((of, answer.split_of(*of)?)));
    for (nth, (indicator, split)) in splits.enumerate() {
        if nth == 0 {
            ui.label("What the intake explains, in the newest year:");
        }
        line(ui, format!("{}: {}", indicator.label(), split_in_words(*indicator, split)));
    }
    for indicator in answer.question().indicators() {
        let Definition { words, document } = indicator.definition();
        line(ui, format!("{}: {words} ({document})", indicator.label()));
    }
    for note in &provenance.notes {
        line(ui, note.clone());
    }
    let published = answer.cells().iter().filter_map(|cell| cell.figure.as_ref().ok()).any(|f| f.schools.is_some());
    if published {
        line(ui, "Several schools together: published figures weighted by their pupils".to_owned());
    }
    line(
        ui,
        "Intervals are 95 %: published limits; Wilson (1927) for shares; 1.96 standard errors for means".to_owned(),
    );
    let spread = provenance.spread.as_deref().unwrap_or("none: intervals of means are those that were published");
    line(ui, format!("Spread of means: {spread}"));
    line(ui, format!("Files: {}", provenance.sources.join(", ")));
    let milliseconds = 1000.0 * provenance.elapsed.as_secs_f64();
    line(ui, format!("Made from {} rows of tallies in {milliseconds:.1} ms", counted(provenance.rows)));
    ui.collapsing("SQL", |ui| ui.label(RichText::new(sql.as_str()).monospace()));
}

fn copy(ui: &Ui, answer: &Answer, session: &Session, format: Format) {
    let mut text = Vec::new();
    match export::write(answer, session.desk.register(), format, &mut text) {
        Ok(()) => ui.ctx().copy_text(String::from_utf8_lossy(&text).into_owned()),
        Err(error) => tracing::warn!("figures cannot be copied: {error}"),
    }
}
