//! What stands out: up to eight sentences, each with the way to the panel that shows it.

mod made;

use std::sync::Arc;

use eframe::egui::text::LayoutJob;
use eframe::egui::{Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::{Scene, nothing};
use crate::desk::Answer;
use crate::method::interval::Significance;
use crate::model::Compare;
use crate::ui::change::Change;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Findings, Panel, Place, View};
use crate::ui::widgets::{Mark, paint_mark};
use crate::ui::{questions, theme, words};

use made::{About, Sentence, sentences};

/// Sentences stand this far to the right of their marks, in points.
const INDENT: f32 = 22.0;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<(), Vec<Sentence>>,
}

impl State {
    pub fn ask(&mut self, id: u64, _chosen: &Findings, scene: &Scene<'_>) -> Progress {
        let questions = questions::findings(scene.view, &scene.session.catalogue);
        self.sheet.ask(&scene.session.desk, id, &questions, (), sentences)
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.answers()
    }

    pub fn ui(&mut self, ui: &mut Ui, _id: u64, _chosen: &Findings, scene: &mut Scene<'_>) {
        let Some((sentences, answers)) = self.sheet.shown() else { return };
        let Some(first) = answers.first() else {
            nothing(ui, "No results of this key stage are loaded");
            return;
        };
        if first.question().compare() == Compare::None {
            nothing(ui, "Choose what to compare with to see what stands out");
            return;
        }
        let who = words::question(first.question(), &scene.session.catalogue);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if sentences.is_empty() {
                let with = first.compared_with().unwrap_or("the comparator");
                ui.label(format!("Nothing differs significantly from {with}."));
            }
            for sentence in sentences {
                line(ui, sentence, scene);
            }
            ui.add_space(theme::space().half);
            let rule = words::compared_with(first);
            ui.horizontal_wrapped(|ui| {
                if ui.button("Copy sentences").clicked() {
                    let lines = sentences.iter().map(|sentence| sentence.text.clone());
                    let all: Vec<String> = std::iter::once(who.clone()).chain(lines).chain([rule.clone()]).collect();
                    ui.ctx().copy_text(all.join("\n"));
                }
                ui.label(theme::muted(ui, rule.clone()));
            });
        });
    }
}

fn line(ui: &mut Ui, sentence: &Sentence, scene: &mut Scene<'_>) {
    let colours = theme::of(ui);
    let (mark, ink) = match sentence.side {
        Significance::Above => (Mark::Up, *colours.above),
        Significance::Below => (Mark::Down, *colours.below),
        Significance::NotDifferent => (Mark::Diamond, *colours.level),
    };
    let text = LayoutJob::simple(sentence.text.clone(), theme::body(), *colours.text, ui.available_width() - INDENT);
    let galley = ui.painter().layout_job(text);
    let size = vec2(ui.available_width(), galley.size().y + 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &sentence.text));
    if ui.is_rect_visible(rect) {
        if response.hovered() {
            ui.painter().rect_filled(rect, theme::space().radius, *colours.hover);
        }
        paint_mark(ui.painter(), mark, rect.min + vec2(9.0, 11.0), 4.5, ink, Stroke::NONE);
        ui.painter().galley(rect.min + vec2(INDENT, 2.0), galley, *colours.text);
    }
    if response.has_focus() {
        let ring = Stroke::new(1.5, *colours.accent);
        ui.painter().rect_stroke(rect, theme::space().radius, ring, eframe::egui::StrokeKind::Inside);
    }
    let (where_to, change) = way(sentence.about, scene.view);
    if response.on_hover_cursor(eframe::egui::CursorIcon::PointingHand).on_hover_text(where_to).clicked() {
        scene.out.changes.push(change);
    }
}

/// The way to what shows a finding, in words and as a change of the view.
fn way(about: About, view: &View) -> (String, Change) {
    let panel = |wanted: fn(&Panel) -> bool| view.panels.iter().find(|(_, panel)| wanted(panel)).map(|(id, _)| *id);
    let (found, elsewhere) = match about {
        About::Subject(subject) => {
            return (format!("Open {} school by school", subject.name), Change::Subject(subject));
        }
        About::Headline(_) => (panel(|panel| matches!(panel, Panel::Tiles(_))), Place::Overview),
        About::Group(_) => (panel(|panel| matches!(panel, Panel::Gaps(_))), Place::Overview),
        About::Schools(_) => {
            (panel(|panel| matches!(panel, Panel::Ranking(ranking) if !ranking.subjects)), Place::Schools)
        }
    };
    match found {
        Some(id) => ("Show the panel with these figures".to_owned(), Change::Maximise(Some(id))),
        None => (format!("Show {}", elsewhere.title()), Change::Place(elsewhere)),
    }
}
