//! Headline indicators as tiles: value, how sure, of how many, against what, and how it went.

use std::sync::Arc;

use eframe::egui::{
    Align2, Color32, CornerRadius, Galley, Painter, Pos2, Rect, RichText, Role, ScrollArea, Sense, Shape, Stroke,
    StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::ranks::{HOW, Rank, RankSheet, Ranks, Shown, only_school};
use super::{Scene, nothing};
use crate::desk::{Answer, Cell, split_in_words};
use crate::export::words::{difference, value};
use crate::method::interval::Significance;
use crate::model::{Indicator, Unit, Year};
use crate::ui::session::Catalogue;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Offer, Tiles};
use crate::ui::widgets::{Mark, paint_mark};
use crate::ui::{questions, theme, words};

mod direction;

use direction::Direction;

/// A tile is at least this wide, in points.
const NARROWEST: f32 = 184.0;
/// And at least this high; of one school it has a line more, for its three-year rank.
const HEIGHT: f32 = 128.0;
const RANK: f32 = 15.0;

/// And at most this.
const TALLEST: f32 = 216.0;

/// Height of the words under the line of the years.
const WAY: f32 = 15.0;

/// The best width of a tile, in heights.
const SHAPE: f32 = 1.7;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<(), ()>,
    /// Of the other key stages: a comparator that there is for one may be none for another.
    beside: Sheet<(), ()>,
    /// Of one school: where it stands among the others.
    ranks: RankSheet,
}

/// Questions of other key stages are asked under another number than the panel's: no panel has it.
const BESIDE: u64 = 500;

/// A tile: an indicator's cells over the years.
struct Tile<'a> {
    indicator: Indicator,
    /// Of the last year shown; where nothing was published of that, of the last year of which something was.
    last: &'a Cell,
    year: Year,
    /// Why there is no figure of the last year shown, where an earlier one stands for it.
    instead: Option<String>,
    by_year: Vec<(Year, &'a Cell)>,
    direction: Option<Direction>,
    /// Of one school, once it is known.
    rank: Option<Rank>,
}

impl State {
    pub fn ask(&mut self, id: u64, tiles: &Tiles, scene: &Scene<'_>) -> Progress {
        let catalogue = &scene.session.catalogue;
        let question = questions::tiles(scene.view, catalogue, tiles);
        let beside = questions::tiles_beside(scene.view, catalogue, tiles);
        let desk = &scene.session.desk;
        if only_school(&scene.view.scope_shown(), catalogue).is_some() {
            self.ranks.ask(desk, id, question.iter().chain(&beside), catalogue);
        }
        match self.beside.ask(desk, id + BESIDE, &beside, (), |_| ()) {
            Progress::Failed(_) => self.beside = Sheet::default(),
            Progress::Ready | Progress::Waiting(_) => {}
        }
        self.sheet.ask(desk, id, question.as_slice(), (), |_| ())
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        let shown = [&self.sheet, &self.beside].into_iter().filter_map(Sheet::shown);
        shown.flat_map(|((), answers)| answers.to_vec()).collect()
    }

    /// The ranks of the one school that the tiles are of.
    pub fn ranks_shown(&self, catalogue: &Catalogue) -> Vec<Shown<'_>> {
        let of_answer = |answer: Arc<Answer>| {
            let school = only_school(answer.question().scope(), catalogue)?;
            let ranks = self.ranks.beside(answer.question(), catalogue).into_iter();
            Some(ranks.map(move |ranks| Shown { ranks, schools: vec![school] }))
        };
        self.answers().into_iter().filter_map(of_answer).flatten().collect()
    }

    pub fn ui(&mut self, ui: &mut Ui, _id: u64, _chosen: &Tiles, scene: &Scene<'_>) {
        let Some(((), answers)) = self.sheet.shown() else { return };
        let Some(first) = answers.first() else {
            nothing(ui, "No results of this key stage are loaded");
            return;
        };
        // Another key stage stands beside this one where the group has pupils of it.
        let has_pupils = |answer: &Arc<Answer>| answer.cells().iter().any(|cell| cell.figure.is_ok());
        let beside = self.beside.shown().map(|((), answers)| answers).unwrap_or_default();
        let others: Vec<&Arc<Answer>> = beside.iter().filter(|answer| has_pupils(answer)).collect();
        if others.is_empty() {
            self.section(ui, first, scene);
            return;
        }
        let mut sections: Vec<&Arc<Answer>> = others.into_iter().chain([first]).collect();
        sections.sort_by_key(|answer| answer.question().stage());
        ui.columns(sections.len(), |columns| {
            for (ui, answer) in columns.iter_mut().zip(sections) {
                let stage = answer.question().stage();
                ui.label(RichText::new(stage.to_string()).font(theme::small_strong()));
                ui.push_id(stage.word(), |ui| self.section(ui, answer, scene));
            }
        });
    }

    /// The tiles of one key stage.
    fn section(&self, ui: &mut Ui, answer: &Answer, scene: &Scene<'_>) {
        let catalogue = &scene.session.catalogue;
        // The school is that of the answer, not of the view, which may have moved on.
        let school = only_school(answer.question().scope(), catalogue);
        let ranks = if school.is_some() { self.ranks.beside(answer.question(), catalogue) } else { Vec::new() };
        let mut tiles = tiles_of(answer);
        for tile in &mut tiles {
            let of = |urn| Ranks::of_indicator(&ranks, tile.indicator).map(|ranks| ranks.rank(urn));
            tile.rank = school.and_then(of);
        }
        section(ui, &tiles, if school.is_some() { HEIGHT + RANK } else { HEIGHT }, answer, scene);
    }
}

/// Tiles in rows; each is at least so high.
fn section(ui: &mut Ui, tiles: &[Tile<'_>], least: f32, answer: &Answer, scene: &Scene<'_>) {
    let gap = theme::space().one;
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let width = ui.available_width();
        let (columns, height) = grid(tiles.len(), vec2(width, ui.available_height()), gap, least);
        let tile_width = (width - gap * (columns - 1) as f32) / columns as f32;
        ui.spacing_mut().item_spacing = vec2(gap, gap);
        for row in tiles.chunks(columns) {
            ui.horizontal(|ui| {
                for tile in row {
                    tile.ui(ui, vec2(tile_width, height), answer, scene);
                }
            });
        }
    });
}

/// Into how many columns so many tiles go, and how high they are: they fill the panel, of rows of equal length, in the
/// shape that is nearest to the best. Where the panel is too low they scroll.
fn grid(tiles: usize, room: Vec2, gap: f32, least: f32) -> (usize, f32) {
    let tiles = tiles.max(1);
    let widest = (((room.x + gap) / (NARROWEST + gap)).floor() as usize).clamp(1, tiles);
    let fewest = tiles.div_ceil(widest);
    let of_rows = |rows: usize| {
        let columns = tiles.div_ceil(rows);
        let width = (room.x - gap * (columns - 1) as f32) / columns as f32;
        (columns, width, (room.y - gap * (rows - 1) as f32) / rows as f32)
    };
    let fits = (fewest..=tiles).map(of_rows).take_while(|(_, _, height)| *height >= least);
    let apart = |(_, width, height): &(usize, f32, f32)| (width / height / SHAPE).ln().abs();
    let best = fits.min_by(|a, b| apart(a).total_cmp(&apart(b)));
    let (columns, _, height) = best.unwrap_or_else(|| of_rows(fewest));
    (columns, height.clamp(least, TALLEST))
}

/// Boxes to choose the indicators of the tiles. Gives the tiles with what was changed.
pub(super) fn choose(ui: &mut Ui, tiles: &Tiles, offer: &Offer<'_>) -> Option<Tiles> {
    let mut chosen = tiles.shown(offer);
    let mut changed = false;
    for indicator in offer.of_pupils() {
        let mut shown = chosen.contains(&indicator);
        if ui.checkbox(&mut shown, indicator.label()).changed() {
            changed = true;
            if shown {
                chosen.push(indicator);
            } else {
                chosen.retain(|known| *known != indicator);
            }
        }
    }
    if ui.button("The usual ones").clicked() {
        return Some(Tiles { indicators: Vec::new(), ..tiles.clone() });
    }
    changed.then(|| Tiles { indicators: chosen, ..tiles.clone() })
}

fn tiles_of(answer: &Answer) -> Vec<Tile<'_>> {
    let question = answer.question();
    let Some(last_year) = question.years().last().copied() else { return Vec::new() };
    let of = |indicator: Indicator| {
        let by_year: Vec<(Year, &Cell)> = answer
            .cells()
            .iter()
            .filter(|cell| cell.indicator == indicator)
            .map(|cell| {
                // With one year only, the question is not broken down by year.
                (cell.year().unwrap_or(last_year), cell)
            })
            .collect();
        let (newest_year, newest) = *by_year.last()?;
        let not_published = newest.figure.as_ref().err().filter(|reason| reason.is_of_tables());
        let before = not_published.and_then(|_| by_year.iter().rev().find(|(_, cell)| cell.figure.is_ok()));
        let (year, last) = before.copied().unwrap_or((newest_year, newest));
        let instead = before.and(not_published).map(|reason| format!("{newest_year}: {reason}"));
        let direction = Direction::of(year, &by_year);
        Some(Tile { indicator, last, year, instead, by_year, direction, rank: None })
    };
    question.indicators().iter().filter_map(|indicator| of(*indicator)).collect()
}

impl Tile<'_> {
    fn ui(&self, ui: &mut Ui, size: Vec2, answer: &Answer, scene: &Scene<'_>) {
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, self.in_words(answer)));
        if ui.is_rect_visible(rect) {
            let one = only_school(answer.question().scope(), &scene.session.catalogue).is_some();
            self.paint(ui, rect, if one { RANK } else { 0.0 });
        }
        response.on_hover_ui(|ui| {
            ui.strong(self.indicator.label());
            ui.label(words::question(answer.question(), &scene.session.catalogue));
            for (year, cell) in self.by_year.iter().rev() {
                ui.label(format!("{year}: {}", words::figure(cell)));
            }
            if let Some(split) = answer.split_of(self.indicator) {
                ui.label(format!("Newest year: {}", split_in_words(self.indicator, split)));
            }
            if let Some(direction) = &self.direction {
                ui.label(format!("{}: {}", self.year, direction.in_full()));
                ui.label(theme::muted(ui, "Told apart where 0 is outside the 95 % interval of the difference"));
            }
            if let Some(rank) = &self.rank {
                ui.label(format!("{}. {}", rank.in_words(), rank.years_in_words()));
                ui.label(theme::muted(ui, HOW));
            }
            ui.label(theme::muted(ui, words::compared_with(answer)));
        });
    }

    /// The whole tile as a sentence.
    fn in_words(&self, answer: &Answer) -> String {
        let mut text = format!("{}, {}: {}", self.indicator.label(), self.year, words::figure(self.last));
        if let Some(instead) = &self.instead {
            text.push_str(&format!(" ({instead})"));
        }
        if let Ok(figure) = &self.last.figure {
            match &figure.comparison {
                Some(Ok(comparison)) => {
                    let with = answer.compared_with_of(comparison).unwrap_or_default();
                    let comparator = value(self.indicator, comparison.comparator);
                    let compared = words::compared(self.indicator, comparison);
                    text.push_str(&format!(", {compared}, compared with {comparator} of {with}"));
                }
                Some(Err(reason)) => text.push_str(&format!(", comparator {reason}")),
                None => {}
            }
        }
        if let Some(direction) = &self.direction {
            text.push_str(&format!("; {}", direction.in_full()));
        }
        if let Some(rank) = &self.rank {
            text.push_str(&format!("; {}: {}", rank.in_words(), rank.years_in_words()));
        }
        text
    }

    /// `for_rank` is the height that is kept for the rank.
    fn paint(&self, ui: &Ui, rect: Rect, for_rank: f32) {
        let colours = theme::of(ui);
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let radius = CornerRadius::same(theme::space().radius);
        painter.rect(rect, radius, *colours.sunken, Stroke::new(1.0, *colours.line), StrokeKind::Inside);
        let inner = rect.shrink2(vec2(12.0, 8.0));
        let line = |text: String, font, colour| one_line(&painter, text, font, colour, inner.width());
        let mut room = inner.width();
        if self.instead.is_some() {
            // A year before the last one stands where nobody overlooks it.
            let year = painter.layout_no_wrap(self.year.to_string(), theme::small_strong(), *colours.text);
            room -= year.size().x + 8.0;
            painter.galley(pos2(inner.right() - year.size().x, inner.top()), year, *colours.text);
        }
        let band = words::band(self.last).map(|band| format!(" · {band}")).unwrap_or_default();
        let title = format!("{}{band}", words::short(self.indicator));
        let title = one_line(&painter, title, theme::small_strong(), *colours.muted, room);
        painter.galley(inner.min, title, *colours.muted);
        let year = self.year.to_string();
        let number_top = inner.top() + 18.0;
        let figure = match &self.last.figure {
            Ok(figure) => figure,
            Err(reason) => {
                painter.text(pos2(inner.left(), number_top), Align2::LEFT_TOP, "·", theme::hero(), *colours.muted);
                let words = line(format!("{year}: {reason}"), theme::small(), *colours.muted);
                painter.galley(pos2(inner.left(), number_top + 38.0), words, *colours.muted);
                return;
            }
        };
        let foot = Rect::from_min_max(pos2(inner.left(), inner.bottom() - 24.0), inner.max);
        let sure_top = foot.top() - 20.0 - for_rank;
        let for_way = if self.direction.is_some() { WAY } else { 0.0 };
        let number = painter.layout_no_wrap(value(self.indicator, figure.value), theme::hero(), *colours.text);
        let spark = Rect::from_min_max(
            pos2(inner.left() + number.size().x + 14.0, number_top + 5.0),
            pos2(inner.right(), (sure_top - 6.0 - for_way).min(number_top + 60.0)),
        );
        painter.galley(pos2(inner.left(), number_top), number, *colours.text);
        if spark.width() > 40.0 {
            self.sparkline(&painter, spark, colours);
        }
        if let Some(direction) = &self.direction {
            direction.paint(&painter, inner, spark.bottom() + 3.0, colours);
        }
        let of = words::pupils(self.indicator, figure.n);
        let sure = figure.interval.map_or_else(
            || vec![format!("{of} · {year}"), of.clone()],
            |interval| {
                let (lower, upper) = (value(self.indicator, interval.lower), value(self.indicator, interval.upper));
                let span = format!("{} to {upper} · {of}", lower.trim_end_matches(" %"));
                vec![format!("95 %: {span}"), span]
            },
        );
        let fits = |text: &String| {
            let whole = painter.layout_no_wrap(text.clone(), theme::small(), *colours.muted);
            whole.size().x <= inner.width()
        };
        let sure = sure.iter().find(|text| fits(text)).or(sure.last()).cloned().unwrap_or_default();
        let sure = line(sure, theme::small(), *colours.muted);
        painter.galley(pos2(inner.left(), sure_top), sure, *colours.muted);
        if let Some(rank) = &self.rank {
            let words = line(rank.in_words(), theme::small(), *colours.muted);
            painter.galley(pos2(inner.left(), foot.top() - 4.0 - for_rank), words, *colours.muted);
        }
        match &figure.comparison {
            Some(Ok(comparison)) => {
                let (ink, soft, mark, verdict) = match comparison.significance {
                    Some(Significance::Above) => (*colours.above, *colours.above_soft, Some(Mark::Up), "above"),
                    Some(Significance::Below) => (*colours.below, *colours.below_soft, Some(Mark::Down), "below"),
                    Some(Significance::NotDifferent) => (*colours.level, *colours.panel, None, "not different"),
                    // Without an interval nobody can tell whether it is different.
                    None => (*colours.muted, *colours.panel, None, "no interval"),
                };
                let verdict = format!("{} {verdict}", difference(self.indicator, comparison.difference));
                let text = one_line(&painter, verdict, theme::small_strong(), ink, foot.width() - 28.0);
                let pill = Rect::from_min_size(foot.min, vec2(text.size().x + 30.0, foot.height()));
                painter.rect(pill, 12.0, soft, Stroke::new(1.0, ink.gamma_multiply(0.35)), StrokeKind::Inside);
                let sign = pos2(pill.left() + 13.0, pill.center().y);
                match mark {
                    Some(mark) => paint_mark(&painter, mark, sign, 4.5, ink, Stroke::NONE),
                    None => paint_mark(&painter, Mark::Circle, sign, 3.5, Color32::TRANSPARENT, Stroke::new(1.5, ink)),
                }
                let left = pos2(pill.left() + 22.0, pill.center().y - text.size().y / 2.0);
                painter.galley(left, text, ink);
                let beside = format!("against {}", value(self.indicator, comparison.comparator));
                let room = foot.right() - pill.right() - 8.0;
                let note = painter.layout_no_wrap(beside, theme::small(), *colours.muted);
                if note.size().x <= room {
                    let at = pos2(pill.right() + 8.0, foot.center().y - note.size().y / 2.0);
                    painter.galley(at, note, *colours.muted);
                }
            }
            Some(Err(reason)) => {
                let words = line(format!("comparator: {reason}"), theme::small(), *colours.muted);
                painter.galley(pos2(foot.left(), foot.center().y - words.size().y / 2.0), words, *colours.muted);
            }
            None => {}
        }
    }

    /// The years as a line, gaps where there is no figure, the comparator dashed, the last year marked.
    fn sparkline(&self, painter: &Painter, rect: Rect, colours: &theme::Colours) {
        let figures = || self.by_year.iter().filter_map(|(year, cell)| Some((*year, cell.figure.as_ref().ok()?)));
        let comparator = |year, figure: &crate::desk::Figure| match figure.comparison {
            Some(Ok(comparison)) => Some((year, comparison.comparator)),
            _ => None,
        };
        let own: Vec<(Year, f64)> = figures().map(|(year, figure)| (year, figure.value)).collect();
        let beside: Vec<(Year, f64)> = figures().filter_map(|(year, figure)| comparator(year, figure)).collect();
        let (Some((first, _)), Some((last, _))) = (self.by_year.first(), self.by_year.last()) else { return };
        if own.len() < 2 {
            return;
        }
        let values = || own.iter().chain(&beside).map(|(_, value)| *value);
        let (low, high) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
        // A change of less than this is drawn as nearly flat: noise must not look like news.
        let least = match self.indicator {
            of if of.unit() == Unit::Percent => 10.0,
            // Around 0, where a share of the value says nothing.
            of if of.is_progress8() || of == Indicator::ValueAdded => 0.5,
            _ => 0.08 * high.abs(),
        };
        let (middle, span) = ((low + high) / 2.0, (high - low).max(least).max(f64::MIN_POSITIVE));
        let years = f64::from((last.ending() - first.ending()).max(1));
        let place = |(year, value): (Year, f64)| -> Pos2 {
            let x = f64::from(year.ending() - first.ending()) / years;
            let y = 0.5 - (value - middle) / span;
            pos2(rect.left() + x as f32 * (rect.width() - 4.0), rect.top() + y as f32 * rect.height())
        };
        let dashed = Stroke::new(1.0, *colours.muted);
        for pair in beside.windows(2).filter(|pair| pair[1].0.ending() - pair[0].0.ending() == 1) {
            painter.extend(Shape::dashed_line(&[place(pair[0]), place(pair[1])], dashed, 3.0, 2.5));
        }
        for pair in own.windows(2).filter(|pair| pair[1].0.ending() - pair[0].0.ending() == 1) {
            painter.line_segment([place(pair[0]), place(pair[1])], Stroke::new(2.0, *colours.accent));
        }
        for point in &own {
            painter.circle_filled(place(*point), 1.5, *colours.accent);
        }
        if let Some(newest) = own.last() {
            painter.circle_filled(place(*newest), 3.5, *colours.accent);
        }
    }
}

/// Text on one line, cut where it does not fit.
pub(super) fn one_line(
    painter: &Painter,
    text: String,
    font: eframe::egui::FontId,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    let mut job = eframe::egui::text::LayoutJob::simple_singleline(text, font, colour);
    job.wrap = eframe::egui::text::TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}
