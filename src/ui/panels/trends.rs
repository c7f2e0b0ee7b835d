//! Subjects over the years: lines with their intervals, the comparator dashed, each line named at its end.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{self, Ui, pos2, vec2};
use egui_plot::{AxisHints, GridInput, GridMark, Plot, PlotPoint, PlotTransform};

use super::{Scene, nothing};
use crate::desk::{Answer, Cell, Figure};
use crate::export::words::value;
use crate::model::{Characteristic, Indicator, PupilGroup, Question, Subject, Unit, Urn, Year};
use crate::ui::change::Change;
use crate::ui::session::Catalogue;
use crate::ui::sheet::{Progress, Sheet};
use crate::ui::view::{Panel, Trends};
use crate::ui::widgets::{Pick, picker, search_list};
use crate::ui::{questions, theme, words};

mod chart;
mod paint;

/// Subjects drawn until others are chosen.
const USUAL: usize = 4;

/// Most subjects drawn: more lines cannot be told apart.
const MOST: usize = 8;

/// Width of the column of names at the right of the lines, in points.
const NAMES: f32 = 156.0;

/// Height of the notes under the chart, in points.
const NOTE: f32 = 18.0;

/// Room for the name of a year under the chart, in points.
const YEAR: f32 = 54.0;

/// Height of the row of years under the chart, in points.
const YEARS: f32 = 20.0;

/// A pointer that is this near to a point of a line means that line, in points.
const NEAR: f32 = 28.0;

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub(super) struct State {
    sheet: Sheet<Vec<PupilGroup>, Vec<Drawn>>,
    /// The series under the pointer in the last frame.
    lit: Option<usize>,
}

/// What is made of the answers.
#[derive(Debug)]
struct Drawn {
    indicator: Indicator,
    years: Vec<Year>,
    /// Every subject of the answer, those with the most entries first; one series of a headline.
    series: Vec<Series>,
    /// The pupil group of a small chart.
    of: Option<PupilGroup>,
    /// The selected schools' lines, by subject.
    of_schools: Vec<(Urn, BTreeMap<Option<Subject>, Line>)>,
    /// What one should know of the schools: under which URNs they stood before.
    notes: Vec<String>,
}

/// A subject's line, with the entries of its last year. A headline is of no subject.
#[derive(Debug)]
struct Series {
    subject: Option<Subject>,
    /// The subject, or the group whose headline it is.
    name: String,
    entries: i64,
    line: Line,
}

/// What is written at the axes of a chart.
#[derive(Debug, Clone, Copy)]
struct Axes {
    /// What stands up.
    label: bool,
    years: bool,
}

/// Figures by year; a year without one is a gap.
type Line = Vec<(Year, Figure)>;

impl State {
    pub fn ask(&mut self, id: u64, trends: &Trends, scene: &Scene<'_>) -> Progress {
        let (view, catalogue) = (scene.view, &scene.session.catalogue);
        let mut questions: Vec<Question> = questions::trends(view, catalogue, trends).into_iter().collect();
        let (groups, of_groups): (Vec<_>, Vec<_>) =
            questions::trends_of_groups(view, catalogue, trends).into_iter().unzip();
        if groups.is_empty() {
            questions.extend(questions::trends_of_selected(view, catalogue, trends));
        } else {
            questions.extend(of_groups);
        }
        let shown_groups = groups.clone();
        let make = |answers: &[Arc<Answer>]| match answers.split_first() {
            Some((_, of_groups)) if !shown_groups.is_empty() => {
                let whole = Drawn::of(&answers[..1], catalogue);
                let of_group = |(answer, group): (&Arc<Answer>, &PupilGroup)| Drawn {
                    of: Some(*group),
                    ..Drawn::of(std::slice::from_ref(answer), catalogue)
                };
                std::iter::once(whole).chain(of_groups.iter().zip(&shown_groups).map(of_group)).collect()
            }
            _ => vec![Drawn::of(answers, catalogue)],
        };
        self.sheet.ask(&scene.session.desk, id, &questions, groups, make)
    }

    pub fn answers(&self) -> Vec<Arc<Answer>> {
        self.sheet.answers()
    }

    pub fn ui(&mut self, ui: &mut Ui, id: u64, trends: &Trends, scene: &mut Scene<'_>) {
        let trends = &trends.in_view(scene.view);
        let Some((charts, answers)) = self.sheet.shown() else { return };
        let Some((drawn, small)) = charts.split_first().filter(|_| !answers.is_empty()) else {
            nothing(ui, "No results of this key stage are loaded");
            return;
        };
        controls(ui, id, trends, drawn, scene);
        let chosen = drawn.chosen(trends);
        if chosen.is_empty() {
            nothing(ui, &drawn.why_empty(answers));
            return;
        }
        let whole = ui.available_rect_before_wrap();
        let foot = if drawn.notes.is_empty() { 0.0 } else { NOTE };
        let room = egui::Rect::from_min_max(whole.min, whole.max - vec2(0.0, foot));
        drawn.note(ui, egui::Rect::from_min_max(pos2(whole.left(), room.bottom()), whole.max));
        let lit = if small.is_empty() {
            let names = room.width() > 2.2 * NAMES;
            let axes = Axes { label: true, years: true };
            let one = chart::One { id: (id, 0), drawn, chosen: &chosen, range: None, axes, names };
            one.ui(ui, room, answers, self.lit, scene)
        } else {
            chart::small_charts(ui, id, (drawn, &chosen, small), room, answers, self.lit, scene)
        };
        if lit != self.lit {
            self.lit = lit;
            ui.ctx().request_repaint();
        }
        ui.advance_cursor_after_rect(whole);
    }
}

fn plot<'a>(id: (u64, usize), drawn: &Drawn, (low, high): (f64, f64), axes: Axes, ui: &Ui) -> Plot<'a> {
    let (colours, width) = (theme::of(ui), ui.available_width() - YEAR);
    let ends = drawn.years.first().zip(drawn.years.last());
    let (first, last) = ends.map_or((0, 1), |(first, last)| (first.ending(), last.ending()));
    let indicator = drawn.indicator;
    let words = if axes.label { indicator.label() } else { "" };
    let shown = egui::RichText::new(words).font(theme::small_strong());
    // As many years are named as there is room for, the last one always.
    let step = (YEAR * (last - first + 1) as f32 / width.max(1.0)).ceil().max(1.0) as usize;
    let marks = move |_: GridInput| {
        let mark = |ending: i32| GridMark { value: f64::from(ending), step_size: step as f64 };
        (first..=last).rev().step_by(step).map(mark).collect()
    };
    let year = |mark: GridMark, _: &std::ops::RangeInclusive<f64>| {
        Year::new(mark.value.round() as i32).map(|year| year.to_string()).unwrap_or_default()
    };
    let tick = move |mark: GridMark, _: &std::ops::RangeInclusive<f64>| axis_number(indicator, mark);
    Plot::new(("trends", id))
        .custom_x_axes(vec![
            axis(AxisHints::new_x(), colours)
                .formatter(year)
                .label_spacing(egui::Rangef::new(10.0, 20.0))
                .min_thickness(YEARS),
        ])
        .custom_y_axes(vec![axis(AxisHints::new_y(), colours).formatter(tick).label(shown)])
        .show_axes([axes.years, true])
        .x_grid_spacer(marks)
        .y_grid_spacer(steps)
        .default_x_bounds(f64::from(first) - 0.25, f64::from(last) + 0.25)
        .default_y_bounds(low, high)
        .include_x(f64::from(first) - 0.25)
        .include_x(f64::from(last) + 0.25)
        .include_y(low)
        .include_y(high)
        .auto_bounds(true)
        .set_margin_fraction(vec2(0.0, 0.0))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .show_crosshair(false)
        .show_background(false)
        .grid_color(*colours.grid)
        .grid_fade(0.0)
        .grid_spacing(egui::Rangef::new(8.0, 80.0))
        .show_x(false)
        .show_y(false)
}

/// An axis in the quiet type of notes.
pub(super) fn axis<'a>(hints: AxisHints<'a>, colours: &theme::Colours) -> AxisHints<'a> {
    hints.tick_label_font(theme::small()).tick_label_color(*colours.muted)
}

/// How many of the plot's base steps, of 8 points each, lie between two lines at least, so that each has its number.
const APART: f64 = 3.5;

/// Up to seven lines across an axis, at steps of 1, 2 or 5; fewer where it is short.
#[expect(clippy::needless_pass_by_value, reason = "the plot hands it over so")]
pub(super) fn steps(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let rough = ((high - low) / 7.0).max(APART * input.base_step_size).max(f64::MIN_POSITIVE);
    let power = 10f64.powf(rough.log10().floor());
    let step_size = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power).find(|step| *step >= rough);
    let step_size = step_size.unwrap_or(rough);
    let marks = (low / step_size).ceil() as i64..=(high / step_size).floor() as i64;
    marks.take(50).map(|nth| GridMark { value: nth as f64 * step_size, step_size }).collect()
}

/// A tick of an axis: as many decimals as its step needs.
pub(super) fn axis_number(indicator: Indicator, mark: GridMark) -> String {
    let decimals = if mark.step_size >= 1.0 { 0 } else { (-mark.step_size.log10()).ceil() as usize };
    let unit = if indicator.unit() == Unit::Percent { " %" } else { "" };
    let sign = if mark.value < 0.0 { "−" } else { "" };
    format!("{sign}{:.decimals$}{unit}", mark.value.abs())
}

fn controls(ui: &mut Ui, id: u64, trends: &Trends, drawn: &Drawn, scene: &mut Scene<'_>) {
    let stage = scene.view.stage;
    let offer = scene.view.offer(&scene.session.catalogue);
    let mut changed = trends.clone();
    ui.horizontal_wrapped(|ui| {
        let indicator = trends.indicator(&offer);
        let lines = || {
            let of_subjects = offer.of_subjects().map(|of| (of, "subjects"));
            let headlines = offer.of_pupils().filter(|of| !of.is_intake()).map(|of| (of, "headline"));
            let line = |(value, note): (Indicator, &str)| Pick {
                value,
                words: value.label().to_owned(),
                note: note.to_owned(),
            };
            of_subjects.chain(headlines).map(line).collect()
        };
        if let Some(picked) = picker(ui, "Show", &indicator, indicator.label(), lines) {
            changed.indicator = Some(picked);
        }
        let nothing = Pick::new(None, "nothing");
        let lines = || {
            let of = Characteristic::ALL.map(|of| Pick::new(Some(of), of.label()));
            std::iter::once(nothing).chain(of).collect()
        };
        let split = trends.split.map_or("nothing", Characteristic::label);
        if let Some(picked) = picker(ui, "Split lines by", &trends.split, split, lines) {
            changed.split = picked;
        }
        if !questions::is_of_subjects(indicator) || trends.of_view {
            return;
        }
        let chosen: Vec<Subject> =
            drawn.chosen(trends).iter().filter_map(|place| drawn.series[*place].subject).collect();
        let words = if trends.chosen(stage).is_empty() {
            format!("{} with most entries", chosen.len())
        } else {
            chosen.iter().map(|subject| subject.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let button = ui.button(egui::RichText::new(format!("Subjects: {words}")).font(theme::small()));
        let stay = egui::PopupCloseBehavior::CloseOnClickOutside;
        egui::Popup::menu(&button).close_behavior(stay).width(280.0).show(|ui| {
            if ui.button("Those with most entries").clicked() {
                changed.subjects.clear();
            }
            let lines: Vec<Pick<Subject>> = drawn
                .series
                .iter()
                .filter_map(|series| {
                    let note = words::pupils(Indicator::Entries, Some(series.entries));
                    Some(Pick { value: series.subject?, words: series.name.clone(), note })
                })
                .collect();
            if let Some(picked) = search_list(ui, "subjects", &lines, |subject| chosen.contains(subject)) {
                changed.subjects = toggled(&chosen, picked);
            }
        });
    });
    if changed != *trends {
        if trends.of_view {
            changed.subjects.clear();
        }
        scene.out.changes.push(Change::Panel(id, Panel::Trends(changed)));
    }
}

/// The chosen subjects with one more or one less; the first one goes where there would be too many.
fn toggled(chosen: &[Subject], subject: Subject) -> Vec<String> {
    let mut words: Vec<String> = chosen.iter().map(|known| known.slug.clone()).collect();
    match words.iter().position(|word| *word == subject.slug) {
        Some(place) => {
            words.remove(place);
        }
        None => words.push(subject.slug.clone()),
    }
    let too_many = words.len().saturating_sub(MOST);
    words.split_off(too_many)
}

fn tooltip(ui: &mut Ui, indicator: Indicator, series: &Series, year: Year) {
    ui.strong(format!("{}, {year}", series.name));
    let Some((_, figure)) = series.line.iter().find(|(of, _)| *of == year) else { return };
    ui.label(format!("{}: {}", indicator.label(), value(indicator, figure.value)));
    if let Some(interval) = words::interval(indicator, figure) {
        ui.label(interval);
    }
    ui.label(words::pupils(indicator, figure.n));
    match &figure.comparison {
        Some(Ok(comparison)) => {
            ui.label(words::compared(indicator, comparison));
            ui.label(format!("Comparator: {}", value(indicator, comparison.comparator)));
        }
        Some(Err(reason)) => {
            ui.label(format!("Comparator {reason}"));
        }
        None => {}
    }
}

impl Drawn {
    fn of(answers: &[Arc<Answer>], catalogue: &Catalogue) -> Self {
        let indicator = answers.first().and_then(|answer| answer.question().indicators().first().copied());
        let indicator = indicator.unwrap_or(Indicator::Entries);
        let years = answers.first().map(|answer| answer.question().years().to_vec()).unwrap_or_default();
        let group = answers.first().map(|answer| catalogue.name_of(answer.question().scope())).unwrap_or_default();
        let mut notes: Vec<String> = Vec::new();
        for note in answers.iter().flat_map(|answer| &answer.provenance().notes) {
            if !notes.contains(note) {
                notes.push(note.clone());
            }
        }
        let mut by_subject: BTreeMap<Option<Subject>, Series> = BTreeMap::new();
        for cell in answers.first().into_iter().flat_map(|answer| answer.cells()) {
            let Some((subject, year)) = subject_and_year(cell, &years) else { continue };
            let series = by_subject.entry(subject).or_insert_with(|| Series {
                subject,
                name: subject.map_or_else(|| group.clone(), |subject| subject.name.clone()),
                entries: 0,
                line: Line::default(),
            });
            let Ok(figure) = &cell.figure else { continue };
            if cell.indicator == Indicator::Entries && Some(&year) == years.last() {
                series.entries = figure.n.unwrap_or_default();
            }
            if cell.indicator == indicator {
                series.line.push((year, *figure));
            }
        }
        let mut series: Vec<Series> = by_subject.into_values().collect();
        series.sort_by_key(|series| std::cmp::Reverse(series.entries));
        let mut of_schools: BTreeMap<Urn, BTreeMap<Option<Subject>, Line>> = BTreeMap::new();
        for cell in answers.get(1).into_iter().flat_map(|answer| answer.cells()) {
            let (Some(urn), Some((subject, year)), Ok(figure)) =
                (cell.school(), subject_and_year(cell, &years), &cell.figure)
            else {
                continue;
            };
            of_schools.entry(urn).or_default().entry(subject).or_default().push((year, *figure));
        }
        Self { indicator, years, series, of: None, of_schools: of_schools.into_iter().collect(), notes }
    }

    /// Why no line can be drawn.
    fn why_empty(&self, answers: &[Arc<Answer>]) -> String {
        let reason = answers.first().into_iter().flat_map(|answer| answer.cells()).find_map(|cell| match cell.figure {
            Err(reason) if cell.indicator == self.indicator => Some(reason),
            _ => None,
        });
        let reason = reason.map_or_else(|| "No entries of these pupils".to_owned(), |reason| reason.to_string());
        let mut letters = reason.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
    }

    /// The notes under the chart: as much as there is room for, all of them under the pointer.
    fn note(&self, ui: &mut Ui, rect: egui::Rect) {
        if self.notes.is_empty() {
            return;
        }
        let label = egui::Label::new(theme::muted(ui, self.notes.join(" · "))).truncate().selectable(false);
        ui.put(rect, label).on_hover_text(self.notes.join("\n"));
    }

    /// The places of the series to draw.
    fn chosen(&self, trends: &Trends) -> Vec<usize> {
        let drawable = |series: &Series| !series.line.is_empty();
        let of_word = |word: &String| {
            let is_it = |series: &Series| series.subject.is_some_and(|subject| subject.slug == *word);
            self.series.iter().position(|series| is_it(series) && drawable(series))
        };
        let chosen: Vec<usize> = trends.subjects.iter().filter_map(of_word).take(MOST).collect();
        let usual = || (0..self.series.len()).filter(|place| drawable(&self.series[*place])).take(USUAL).collect();
        if chosen.is_empty() { usual() } else { chosen }
    }

    /// The chart as a sentence, for who cannot see it.
    fn in_words(&self, chosen: &[usize], answers: &[Arc<Answer>], scene: &Scene<'_>) -> String {
        let of_line = |name: &str, line: &Line| {
            let (first, last) = (line.first()?, line.last()?);
            let number = |figure: &Figure| value(self.indicator, figure.value);
            Some(format!("{name} from {} in {} to {} in {}", number(&first.1), first.0, number(&last.1), last.0))
        };
        let mut lines: Vec<String> =
            chosen.iter().filter_map(|place| of_line(&self.series[*place].name, &self.series[*place].line)).collect();
        for (urn, of_school) in &self.of_schools {
            let name = scene.session.catalogue.register.called(*urn);
            for place in chosen {
                let subject = self.series[*place].subject;
                let line = of_school.get(&subject);
                let of = subject.map_or_else(|| name.clone(), |subject| format!("{name}, {}", subject.name));
                lines.extend(line.and_then(|line| of_line(&of, line)));
            }
        }
        let with = answers.first().map(|answer| words::compared_with(answer)).unwrap_or_default();
        let notes = self.notes.iter().map(|note| format!(" {note}.")).collect::<String>();
        let of = self.of.map(|group| format!(", {}", group.label())).unwrap_or_default();
        format!("Trends, {}{of}: {}. {with}{notes}", self.indicator.label(), lines.join("; "))
    }
}

/// With one year only, a question is not broken down by year; a headline is of no subject.
fn subject_and_year(cell: &Cell, years: &[Year]) -> Option<(Option<Subject>, Year)> {
    Some((cell.subject(), cell.year().or(years.last().copied())?))
}

/// Where a figure of a year stands on screen.
fn place_of(transform: &PlotTransform, year: Year, value: f64) -> egui::Pos2 {
    transform.position_from_point(&PlotPoint::new(f64::from(year.ending()), value))
}
