//! The marks of the trend chart.

use eframe::egui::{self, Color32, Painter, Pos2, Sense, Shape, Stroke, Ui, pos2, vec2};
use egui_plot::PlotTransform;

use super::{Drawn, Line, NAMES, NEAR, Series, place_of};
use crate::model::{Unit, Year};
use crate::ui::panels::Scene;
use crate::ui::theme;
use crate::ui::widgets::{Mark, paint_mark};

/// A chart of chosen series, one of which may be lit.
pub(super) struct Chart<'a, 'b> {
    pub drawn: &'a Drawn,
    pub chosen: &'a [usize],
    pub lit: Option<usize>,
    pub scene: &'a Scene<'b>,
}

impl Chart<'_, '_> {
    fn series(&self) -> impl Iterator<Item = (usize, &Series)> {
        self.chosen.iter().enumerate().map(|(place, series)| (place, &self.drawn.series[*series]))
    }

    /// The lowest and the highest value, with some air.
    pub fn range(&self) -> (f64, f64) {
        let bounds = |line: &Line| {
            let of = |(_, figure): &(Year, crate::desk::Figure)| {
                let comparator = figure.comparison.and_then(Result::ok).map(|comparison| comparison.comparator);
                let (low, high) = figure.interval.map_or((figure.value, figure.value), |i| (i.lower, i.upper));
                let beside = comparator.unwrap_or(figure.value);
                (low.min(beside), high.max(beside))
            };
            line.iter().map(of).fold((f64::MAX, f64::MIN), |(low, high), (l, h)| (low.min(l), high.max(h)))
        };
        let schools = self.drawn.of_schools.iter().flat_map(|(_, lines)| {
            let chosen = move |subject| self.series().any(|(_, series)| series.subject == subject);
            lines.iter().filter(move |(subject, _)| chosen(**subject)).map(|(_, line)| {
                // A small school's wide interval would press the group's lines flat: its values count, not its interval.
                let values = || line.iter().map(|(_, figure)| figure.value);
                (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max))
            })
        });
        let all = self.series().map(|(_, series)| bounds(&series.line)).chain(schools);
        let (low, high) = all.fold((f64::MAX, f64::MIN), |(low, high), (l, h)| (low.min(l), high.max(h)));
        if low > high {
            return (0.0, 1.0);
        }
        let air = (0.06 * (high - low)).max(0.02 * high.abs()).max(0.5 / 100.0);
        let floor = if low >= 0.0 { 0.0 } else { f64::MIN };
        let ceiling = if self.drawn.indicator.unit() == Unit::Percent { 100.0 } else { f64::MAX };
        ((low - air).max(floor), (high + air).min(ceiling.max(high)))
    }

    /// Years without exams, said in the gap.
    pub fn gaps(&self, painter: &Painter, ui: &Ui, transform: &PlotTransform) {
        let colours = theme::of(ui);
        let frame = *transform.frame();
        let without: Vec<f64> = self
            .span()
            .filter(|ending| !self.drawn.years.iter().any(|year| year.ending() == *ending))
            .map(f64::from)
            .collect();
        let without_exams = |ending: f64| Year::new(ending as i32).is_some_and(Year::without_exams);
        let mut runs: Vec<(f64, f64)> = Vec::new();
        for ending in without {
            match runs.last_mut() {
                Some((first, last)) if ending - *last < 1.5 && without_exams(*first) == without_exams(ending) => {
                    *last = ending;
                }
                _ => runs.push((ending, ending)),
            }
        }
        for (first, last) in runs {
            let x = |year: f64| transform.position_from_point_x(year);
            let band = egui::Rect::from_x_y_ranges(x(first - 0.5)..=x(last + 0.5), frame.y_range());
            painter.rect_filled(band, 0.0, colours.sunken.gamma_multiply(0.9));
            let words = if without_exams(first) { "no exams" } else { "not loaded" };
            let galley = painter.layout_no_wrap(words.to_owned(), theme::small(), *colours.muted);
            if galley.size().x < band.width() {
                painter.galley(
                    pos2(band.center().x - galley.size().x / 2.0, frame.top() + 4.0),
                    galley,
                    *colours.muted,
                );
            }
        }
    }

    /// Every year from the first to the last that is shown, loaded or not.
    fn span(&self) -> impl Iterator<Item = i32> {
        let ends = self.drawn.years.first().zip(self.drawn.years.last());
        ends.into_iter().flat_map(|(first, last)| first.ending()..=last.ending())
    }

    /// Bands, comparators, lines and marks; what is lit comes last and the others step back.
    pub fn lines(&self, painter: &Painter, ui: &Ui, transform: &PlotTransform) {
        let colours = theme::of(ui);
        let faded = |place: usize| self.lit.is_some_and(|lit| lit != place);
        let ink = |place: usize| colours.series(place).gamma_multiply(if faded(place) { 0.25 } else { 1.0 });
        for (place, series) in self.series() {
            if !faded(place) {
                let alpha = if self.lit == Some(place) { 0.22 } else { 0.12 };
                band(painter, &series.line, transform, colours.series(place).gamma_multiply(alpha));
            }
        }
        for (place, series) in self.series() {
            let dashed = Stroke::new(1.3, ink(place).gamma_multiply(0.85));
            let beside = |(year, figure): &(Year, crate::desk::Figure)| {
                let comparison = figure.comparison.and_then(Result::ok)?;
                Some((*year, place_of(transform, *year, comparison.comparator)))
            };
            let points: Vec<(Year, Pos2)> = series.line.iter().filter_map(beside).collect();
            for run in runs(&points) {
                painter.extend(Shape::dashed_line(&run, dashed, 5.0, 4.0));
            }
        }
        let last_lit = |(place, _): &(usize, &Series)| self.lit == Some(*place);
        let (lit, others): (Vec<_>, Vec<_>) = self.series().partition(last_lit);
        for (place, series) in others.into_iter().chain(lit) {
            let width = if self.lit == Some(place) { 3.0 } else { 2.0 };
            line(painter, &series.line, transform, place, Stroke::new(width, ink(place)), *colours.panel);
        }
        for (nth, (urn, of_school)) in self.drawn.of_schools.iter().enumerate() {
            let hovered = self.scene.hovered == Some(*urn);
            for (place, series) in self.series().filter(|(place, _)| !faded(*place)) {
                let Some(of_subject) = of_school.get(&series.subject) else { continue };
                let (ink, mark) = self.school_ink(nth, place, colours);
                let stroke = Stroke::new(if hovered { 3.0 } else { 1.8 }, ink);
                line(painter, of_subject, transform, mark, stroke, *colours.panel);
            }
        }
    }

    /// Colour and mark of a selected school's line. Among lines of subjects it is marked as selected; under one headline
    /// each school has a colour and a mark of its own.
    fn school_ink(&self, nth: usize, place: usize, colours: &theme::Colours) -> (Color32, usize) {
        let is_headline = self.drawn.series.iter().all(|series| series.subject.is_none());
        if is_headline { (colours.series(nth + 1), nth + 1) } else { (*colours.select, place) }
    }

    /// The names of the lines at their ends, apart from each other. Gives the one under the pointer.
    pub fn names(&self, ui: &mut Ui, column: egui::Rect, transform: &PlotTransform) -> Option<usize> {
        let colours = theme::of(ui);
        let mut names: Vec<Name> = Vec::new();
        for (place, series) in self.series() {
            let Some((year, figure)) = series.line.last() else { continue };
            let ink = colours.series(place);
            let y = place_of(transform, *year, figure.value).y;
            names.push(Name { y, words: series.name.clone(), ink, series: place, from: y });
        }
        for (nth, (urn, of_school)) in self.drawn.of_schools.iter().enumerate() {
            // One name per school, at the line that is lit or at its first one.
            let wanted = |(place, _): &(usize, &Series)| self.lit.is_none_or(|lit| lit == *place);
            let end = self.series().filter(wanted).find_map(|(place, series)| {
                let (year, figure) = of_school.get(&series.subject)?.last()?;
                Some((place, place_of(transform, *year, figure.value).y))
            });
            let Some((series, y)) = end else { continue };
            let words = self.scene.session.catalogue.register.called(*urn);
            let (ink, _) = self.school_ink(nth, series, colours);
            names.push(Name { y, words, ink, series, from: y });
        }
        spread(&mut names, transform.frame().y_range());
        let mut pointed = None;
        for name in names {
            let faded = self.lit.is_some_and(|lit| lit != name.series);
            let ink = name.ink.gamma_multiply(if faded { 0.35 } else { 1.0 });
            let mut job = egui::text::LayoutJob::simple_singleline(name.words, theme::small_strong(), ink);
            job.wrap = egui::text::TextWrapping::truncate_at_width(NAMES - 24.0);
            let galley = ui.painter().layout_job(job);
            let left = column.left() + 16.0;
            let rect = egui::Rect::from_min_size(pos2(left, name.y - galley.size().y / 2.0), galley.size());
            let leader = Stroke::new(1.0, ink.gamma_multiply(0.6));
            ui.painter()
                .line_segment([pos2(transform.frame().right() + 1.0, name.from), pos2(left - 3.0, name.y)], leader);
            ui.painter().galley(rect.min, galley, ink);
            let response = ui.interact(rect, ui.scope_id().with(("name", name.series, name.ink)), Sense::hover());
            if response.hovered() {
                pointed = Some(name.series);
            }
        }
        pointed
    }

    /// The series and the year nearest to the pointer, if it is near one.
    pub fn nearest(&self, transform: &PlotTransform, at: Pos2) -> Option<(usize, Year)> {
        let points = self.series().flat_map(|(place, series)| {
            series.line.iter().map(move |(year, figure)| (place, *year, place_of(transform, *year, figure.value)))
        });
        let nearest = points.min_by(|a, b| a.2.distance(at).total_cmp(&b.2.distance(at)))?;
        (nearest.2.distance(at) < NEAR).then_some((nearest.0, nearest.1))
    }
}

struct Name {
    y: f32,
    words: String,
    ink: Color32,
    series: usize,
    /// Where the line ends.
    from: f32,
}

/// Moves names apart so that they can be read, in the order of their lines, inside the frame.
fn spread(names: &mut [Name], range: egui::Rangef) {
    const APART: f32 = 16.0;
    names.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lowest = range.min + APART / 2.0;
    for name in names.iter_mut() {
        name.y = name.y.max(lowest);
        lowest = name.y + APART;
    }
    let mut highest = range.max - APART / 2.0;
    for name in names.iter_mut().rev() {
        name.y = name.y.min(highest);
        highest = name.y - APART;
    }
}

/// Points in runs of years that follow each other.
fn runs(points: &[(Year, Pos2)]) -> Vec<Vec<Pos2>> {
    let mut runs: Vec<Vec<Pos2>> = Vec::new();
    let mut before: Option<Year> = None;
    for (year, at) in points {
        match runs.last_mut() {
            Some(run) if before.is_some_and(|before| year.ending() - before.ending() == 1) => run.push(*at),
            _ => runs.push(vec![*at]),
        }
        before = Some(*year);
    }
    runs
}

fn line(painter: &Painter, of: &Line, transform: &PlotTransform, place: usize, stroke: Stroke, behind: Color32) {
    let points: Vec<(Year, Pos2)> =
        of.iter().map(|(year, figure)| (*year, place_of(transform, *year, figure.value))).collect();
    for run in runs(&points) {
        painter.add(Shape::line(run, stroke));
    }
    for (_, at) in &points {
        paint_mark(painter, Mark::of(place), *at, 2.6 + 0.5 * stroke.width, stroke.color, Stroke::new(1.0, behind));
    }
}

/// The interval of a line, year by year.
fn band(painter: &Painter, of: &Line, transform: &PlotTransform, fill: Color32) {
    let bounds: Vec<(Year, Pos2, Pos2)> = of
        .iter()
        .filter_map(|(year, figure)| {
            let interval = figure.interval?;
            Some((*year, place_of(transform, *year, interval.upper), place_of(transform, *year, interval.lower)))
        })
        .collect();
    for pair in bounds.windows(2).filter(|pair| pair[1].0.ending() - pair[0].0.ending() == 1) {
        let corners = vec![pair[0].1, pair[1].1, pair[1].2, pair[0].2];
        painter.add(Shape::convex_polygon(corners, fill, Stroke::NONE));
    }
    // A year on its own has a bar.
    for (nth, (year, upper, lower)) in bounds.iter().enumerate() {
        let next_to = |other: Option<&(Year, Pos2, Pos2)>| {
            other.is_some_and(|other| (other.0.ending() - year.ending()).abs() == 1)
        };
        let alone = !next_to(bounds.get(nth + 1)) && !next_to(nth.checked_sub(1).and_then(|before| bounds.get(before)));
        if alone {
            let bar = egui::Rect::from_two_pos(*upper - vec2(3.0, 0.0), *lower + vec2(3.0, 0.0));
            painter.rect_filled(bar, 2.0, fill);
        }
    }
}
