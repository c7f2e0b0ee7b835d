//! Who the pupils are, against all schools: shares of the intake as bars, each with its comparator.

use std::sync::Arc;

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::tiles::one_line;
use super::{Scene, nothing};
use crate::desk::{Answer, Cell, Comparison};
use crate::export::words::{difference, value};
use crate::method::interval::Significance;
use crate::model::{Indicator, Unit};
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::Intake;
use crate::ui::widgets::{Mark, paint_mark};
use crate::ui::{questions, theme, words};

/// Height of a row, in points.
const ROW: f32 = 30.0;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<(), ()>,
}

impl State {
    pub fn ask(&mut self, id: u64, _chosen: &Intake, scene: &Scene<'_>) -> Progress {
        let question = questions::intake(scene.view, &scene.session.catalogue);
        self.sheet.ask(&scene.session.desk, id, question.as_slice(), (), |_| ())
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.answers()
    }

    pub fn ui(&mut self, ui: &mut Ui, _id: u64, _chosen: &Intake, scene: &mut Scene<'_>) {
        let Some(((), answers)) = self.sheet.shown() else { return };
        let Some(answer) = answers.first() else {
            nothing(ui, "The intake of these schools is not loaded");
            return;
        };
        let shares = || answer.cells().iter().filter(|cell| cell.indicator.unit() == Unit::Percent);
        let largest = shares().flat_map(|cell| numbers(cell).into_iter().flatten()).fold(10.0, f64::max);
        // Bars end at a round share: 20, 40 ... 100 %.
        let whole = ((largest / 20.0).ceil() * 20.0).min(100.0);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for cell in answer.cells() {
                row(ui, cell, whole, answer, scene);
            }
            ui.add_space(theme::space().half);
            let note = format!("Bars end at {whole:.0} %. {}", words::compared_with(answer));
            ui.add(eframe::egui::Label::new(theme::muted(ui, note.clone())).truncate()).on_hover_text(note);
        });
    }
}

fn comparison(cell: &Cell) -> Option<&Comparison> {
    cell.figure.as_ref().ok()?.comparison.as_ref()?.as_ref().ok()
}

/// The figure and its comparator.
fn numbers(cell: &Cell) -> [Option<f64>; 2] {
    [cell.figure.as_ref().ok().map(|figure| figure.value), comparison(cell).map(|comparison| comparison.comparator)]
}

fn row(ui: &mut Ui, cell: &Cell, whole: f64, answer: &Answer, scene: &Scene<'_>) {
    let colours = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, in_words(cell, answer)));
    if ui.is_rect_visible(rect) {
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let name_width = (0.36 * rect.width()).clamp(90.0, 190.0);
        let numbers_width = 150.0_f32.min(0.34 * rect.width());
        let name =
            one_line(&painter, cell.indicator.label().to_owned(), theme::small(), *colours.text, name_width - 8.0);
        painter.galley(pos2(rect.left(), rect.center().y - name.size().y / 2.0), name, *colours.text);
        let bar = Rect::from_min_max(
            pos2(rect.left() + name_width, rect.center().y - 6.0),
            pos2(rect.right() - numbers_width - 10.0, rect.center().y + 6.0),
        );
        let [own, beside] = numbers(cell);
        if cell.indicator.unit() == Unit::Percent && bar.width() > 20.0 {
            painter.rect_filled(bar, 2.0, *colours.sunken);
            let at = |share: f64| bar.left() + (share / whole).clamp(0.0, 1.0) as f32 * bar.width();
            if let Some(own) = own {
                painter.rect_filled(Rect::from_min_max(bar.min, pos2(at(own), bar.bottom())), 2.0, *colours.accent);
            }
            if let Some(beside) = beside {
                let tick = Stroke::new(2.0, *colours.text);
                painter.vline(at(beside), bar.top() - 4.0..=bar.bottom() + 4.0, tick);
            }
        }
        let left = rect.right() - numbers_width;
        let text = own.map_or("·".to_owned(), |own| value(cell.indicator, own));
        let number = painter.layout_no_wrap(text, theme::small_strong(), *colours.text);
        let width = number.size().x;
        painter.galley(pos2(left, rect.center().y - number.size().y / 2.0), number, *colours.text);
        if let Some(comparison) = comparison(cell) {
            let (mark, ink) = match comparison.significance {
                Some(Significance::Above) => (Mark::Up, *colours.text),
                Some(Significance::Below) => (Mark::Down, *colours.text),
                _ => (Mark::Circle, *colours.muted),
            };
            let at = pos2(left + width + 14.0, rect.center().y);
            let fill = if mark == Mark::Circle { *colours.panel } else { ink };
            paint_mark(&painter, mark, at, 3.5, fill, Stroke::new(1.0, ink));
            let apart = difference(cell.indicator, comparison.difference);
            painter.text(at + vec2(9.0, 0.0), Align2::LEFT_CENTER, apart, theme::small(), *colours.muted);
        }
    }
    response.on_hover_ui(|ui| {
        ui.strong(cell.indicator.label());
        ui.label(words::question(answer.question(), &scene.session.catalogue));
        ui.label(words::figure(cell));
        if let Some(comparison) = comparison(cell) {
            ui.label(words::compared(cell.indicator, comparison));
        }
        ui.label(theme::muted(ui, words::compared_with(answer)));
    });
}

fn in_words(cell: &Cell, answer: &Answer) -> String {
    let own = format!("{}: {}", cell.indicator.label(), words::figure(cell));
    let beside = comparison(cell).map(|comparison| {
        let with = answer.compared_with_of(comparison).unwrap_or_default();
        let apart = words::compared(cell.indicator, comparison);
        format!(", {apart}, compared with {} of {with}", value(cell.indicator, comparison.comparator))
    });
    own + &beside.unwrap_or_default()
}

/// What an intake is told by, as far as a workspace has it: of the pupils at the end of the key stage, else of whole schools.
pub(in crate::ui) fn usual(has: impl Fn(Indicator) -> bool) -> Vec<Indicator> {
    use Indicator::{
        PctDisadvantaged, PctEal, PctFsm6, PctGirls, PctPriorHigh, PctPriorLow, PctSen, PriorMean, SchoolEal,
        SchoolEhcp, SchoolFsm6, SchoolGirls, SchoolSenSupport,
    };
    let told = |wanted: &[Indicator]| -> Vec<Indicator> { wanted.iter().copied().filter(|of| has(*of)).collect() };
    let of_pupils = told(&[PctFsm6, PctDisadvantaged, PctEal, PctSen, PctPriorLow, PctPriorHigh, PriorMean, PctGirls]);
    if of_pupils.iter().filter(|of| of.unit() == Unit::Percent).count() > 1 {
        return of_pupils;
    }
    told(&[SchoolFsm6, SchoolEal, SchoolSenSupport, SchoolEhcp, SchoolGirls]).into_iter().chain(of_pupils).collect()
}
