//! What stands out: up to eight sentences, each with the way to the panel that shows it.

mod made;

use std::sync::Arc;

use eframe::egui::{Label, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, vec2};

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
        self.sheet.shown().map(|(_, answers)| answers.to_vec()).unwrap_or_default()
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
            let rule = first.question().judged().words();
            ui.horizontal_wrapped(|ui| {
                if ui.button("Copy sentences").clicked() {
                    let lines = sentences.iter().map(|sentence| sentence.text.clone());
                    let all: Vec<String> = std::iter::once(who.clone()).chain(lines).chain([rule.to_owned()]).collect();
                    ui.ctx().copy_text(all.join("\n"));
                }
                ui.label(theme::muted(ui, rule));
            });
        });
    }
}

fn line(ui: &mut Ui, sentence: &Sentence, scene: &mut Scene<'_>) {
    let colours = theme::of(ui);
    let room = ui.available_width();
    let response = ui
        .horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(14.0, 20.0), Sense::hover());
            let (mark, ink) = match sentence.side {
                Significance::Above => (Mark::Up, *colours.above),
                Significance::Below => (Mark::Down, *colours.below),
                Significance::NotDifferent => (Mark::Diamond, *colours.level),
            };
            paint_mark(ui.painter(), mark, rect.center(), 4.5, ink, Stroke::NONE);
            ui.set_max_width(room - 4.0);
            let text = RichText::new(&sentence.text).color(*colours.text);
            ui.add(Label::new(text).wrap().sense(Sense::click()))
        })
        .inner;
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &sentence.text));
    if response.has_focus() {
        let ring = Stroke::new(1.5, *colours.accent);
        ui.painter().rect_stroke(response.rect.expand(2.0), 2, ring, eframe::egui::StrokeKind::Inside);
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
