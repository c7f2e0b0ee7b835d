//! What the table shows, made once per set of answers: its columns, its rows in order, and what they come to in words.

mod table;

use std::sync::Arc;

use crate::desk::{Answer, Cell, Figure, Reason};
use crate::export::words::plural;
use crate::method::interval::{Interval, Significance};
use crate::model::{Breakdown, Indicator, KeyStage, Source, Subject, Unit, Urn};
use crate::ui::panels::grid::Grid;
use crate::ui::questions::GRADES;
use crate::ui::session::Catalogue;
use crate::ui::words;

/// What the table depends on beside its answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Order {
    pub subject: Option<Subject>,
    /// The column that the rows are in order of; the schools' names where none is chosen.
    pub sorted: Option<Indicator>,
    pub ascending: bool,
}

/// A column beside the schools' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Column {
    /// A number of entries or pupils.
    Count(Indicator),
    /// Entries divided by pupils, in percent.
    Entering,
    /// The shares of the grades as a bar.
    Grades,
    /// A figure, and whether it differs from its comparator.
    Measure(Indicator),
    /// A figure with its interval on a scale that all rows have.
    OnScale(Indicator),
}

impl Column {
    /// By what a click on its head puts the rows in order; nothing where it does not.
    pub fn sorts_by(self) -> Option<Indicator> {
        match self {
            Self::Entering => Some(Indicator::Pupils),
            Self::Grades => None,
            Self::Count(of) | Self::Measure(of) | Self::OnScale(of) => Some(of),
        }
    }
}

/// Who a row is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Who<'a> {
    School(&'a Row),
    /// All schools of the group together.
    Group,
    /// What the group is compared with.
    Comparator,
}

/// A school.
#[derive(Debug)]
pub(super) struct Row {
    pub urn: Urn,
    pub name: String,
    /// Its row in the answer about entries.
    of_entries: Option<usize>,
    /// Its row in the answer about all pupils.
    of_pupils: Option<usize>,
}

/// What is known one way: school by school, and of the group as a whole.
#[derive(Debug, Default)]
struct Side {
    schools: Option<Arc<Answer>>,
    group: Option<Arc<Answer>>,
}

/// Everything that is drawn.
#[derive(Debug)]
pub(super) struct Drawn {
    pub subject: Subject,
    pub columns: Vec<Column>,
    /// In the order chosen; schools without a figure after the others, those without entries last.
    pub rows: Vec<Row>,
    pub group_name: String,
    /// With what the group is compared, in words; `None` where there is no comparator.
    pub comparator_name: Option<String>,
    pub summary: String,
    pub note: String,
    /// What is said of a school without a row of entries.
    pub without: &'static str,
    of_entries: Side,
    of_pupils: Side,
    /// All of this as a table.
    pub grid: Grid,
}

impl Drawn {
    /// What the answers come to; `None` without any.
    pub fn of(order: Order, answers: &[Arc<Answer>], catalogue: &Catalogue) -> Option<Self> {
        let (subject, first) = (order.subject?, answers.first()?);
        let side = |of_entries: bool| {
            let find = |by_school: bool| {
                let wanted = |answer: &&Arc<Answer>| {
                    let question = answer.question();
                    let is_by_school = question.by().contains(&Breakdown::School);
                    is_by_school == by_school && question.subjects().is_empty() != of_entries
                };
                answers.iter().find(wanted).cloned()
            };
            Side { schools: find(true), group: find(false) }
        };
        let question = first.question();
        let from_pupils = |year| catalogue.has_pupils(question.stage(), year);
        // Where tables lack a school, nobody knows whether it had entries.
        let is_known = question.years().iter().copied().all(from_pupils);
        let mut drawn = Self {
            subject,
            columns: Vec::new(),
            rows: Vec::new(),
            group_name: catalogue.name_of(question.scope()),
            comparator_name: None,
            summary: String::new(),
            note: String::new(),
            without: if is_known { "no entries" } else { "not published" },
            of_entries: side(true),
            of_pupils: side(false),
            grid: Grid::default(),
        };
        drawn.columns = drawn.columns_there();
        let sides = [&drawn.of_entries.group, &drawn.of_pupils.group].into_iter().flatten();
        let compared: Option<Arc<Answer>> = sides.into_iter().find(|of| of.compared_with().is_some()).cloned();
        drawn.comparator_name = compared.as_ref().and_then(|answer| answer.compared_with().map(str::to_owned));
        drawn.rows = drawn.rows_of(catalogue);
        drawn.sort(order);
        let years = match question.years() {
            [first, .., last] => format!("{first} to {last} pooled"),
            [year] => year.to_string(),
            [] => String::new(),
        };
        let with = compared.as_ref().map(|answer| words::compared_with(answer));
        let with = with.unwrap_or_else(|| "No comparator is chosen".to_owned());
        drawn.note = format!("{}, {years}. {with}", subject.name);
        drawn.summary = drawn.in_words(order, is_known);
        drawn.grid = drawn.to_grid(order);
        Some(drawn)
    }

    /// Whether an answer has an indicator.
    fn has(&self, indicator: Indicator) -> bool {
        let answers = [&self.of_entries.group, &self.of_pupils.group].into_iter().flatten();
        answers.into_iter().any(|answer| answer.question().indicators().contains(&indicator))
    }

    fn columns_there(&self) -> Vec<Column> {
        let stage = self.subject.key_stage;
        let mut columns = Vec::new();
        if self.has(Indicator::Entries) {
            columns.push(Column::Count(Indicator::Entries));
            if stage != KeyStage::Ks2 && self.has(Indicator::Pupils) {
                columns.push(Column::Entering);
            }
        } else if self.has(Indicator::Pupils) {
            columns.push(Column::Count(Indicator::Pupils));
        }
        if GRADES.iter().all(|grades| self.has(*grades)) {
            columns.push(Column::Grades);
        }
        let answers = [&self.of_entries.group, &self.of_pupils.group].into_iter().flatten();
        let indicators: Vec<Indicator> =
            answers.flat_map(|answer| answer.question().indicators().iter().copied()).collect();
        let is_measure = |of: &Indicator| of.unit() != Unit::Count && *of != Indicator::Grade1Plus && !is_on_scale(*of);
        let (scores, shares): (Vec<Indicator>, Vec<Indicator>) =
            indicators.iter().copied().filter(is_measure).partition(|of| of.unit() == Unit::Mean);
        columns.extend(scores.into_iter().chain(shares).map(Column::Measure));
        columns.extend(indicators.into_iter().filter(|of| is_on_scale(*of)).map(Column::OnScale));
        columns
    }

    /// The schools of which an answer tells, by URN. Those of whose pupils there are none are left out.
    fn rows_of(&self, catalogue: &Catalogue) -> Vec<Row> {
        let mut places: std::collections::BTreeMap<Urn, [Option<usize>; 2]> = std::collections::BTreeMap::new();
        for (place, side) in [&self.of_entries, &self.of_pupils].into_iter().enumerate() {
            let Some(answer) = &side.schools else { continue };
            for (nth, cells) in answer.rows().enumerate() {
                let nobody = cells.iter().all(|cell| matches!(cell.figure, Err(Reason::NoPupils)) || is_zero(cell));
                if let Some(urn) = cells.first().and_then(Cell::school).filter(|_| !nobody) {
                    places.entry(urn).or_default()[place] = Some(nth);
                }
            }
        }
        let row = |(urn, [of_entries, of_pupils]): (Urn, [Option<usize>; 2])| {
            let name = catalogue.register.called(urn);
            Row { urn, name, of_entries, of_pupils }
        };
        places.into_iter().map(row).collect()
    }

    /// Whether nothing is known of a school's entries.
    fn is_without(&self, row: &Row) -> bool {
        self.of_entries.schools.is_some() && row.of_entries.is_none()
    }

    fn sort(&mut self, order: Order) {
        let figure = |row: &Row| {
            let sorted = order.sorted?;
            let entering = sorted == Indicator::Pupils && self.columns.contains(&Column::Entering);
            let found = if entering { self.entering(Who::School(row)) } else { self.value(Who::School(row), sorted) };
            found?.ok()
        };
        let mut keyed: Vec<(bool, Option<f64>, String, usize)> = self
            .rows
            .iter()
            .enumerate()
            .map(|(nth, row)| (self.is_without(row), figure(row), row.name.to_lowercase(), nth))
            .collect();
        keyed.sort_by(|a, b| {
            let by_figure = match (a.1, b.1) {
                (Some(a), Some(b)) if order.ascending => a.total_cmp(&b),
                (Some(a), Some(b)) => b.total_cmp(&a),
                (a, b) => a.is_none().cmp(&b.is_none()),
            };
            a.0.cmp(&b.0).then(by_figure).then_with(|| a.2.cmp(&b.2))
        });
        let mut rows: Vec<Option<Row>> = std::mem::take(&mut self.rows).into_iter().map(Some).collect();
        self.rows = keyed.iter().filter_map(|(.., nth)| rows.get_mut(*nth)?.take()).collect();
    }

    /// Room for the figures themselves and for usual intervals; those of a handful of pupils reach beyond it.
    fn scale(&self) -> Option<(f64, f64)> {
        let on_scale = |column: &Column| if let Column::OnScale(of) = column { Some(*of) } else { None };
        let indicator = self.columns.iter().find_map(on_scale)?;
        let everyone = self.rows.iter().map(Who::School).chain([Who::Group, Who::Comparator]);
        let (mut low, mut high, mut halves) = (0.0_f64, 0.0_f64, Vec::new());
        for who in everyone {
            if let Some(Ok(value)) = self.value(who, indicator) {
                (low, high) = (low.min(value), high.max(value));
            }
            if let Some(interval) = self.interval(who, indicator) {
                halves.push((interval.upper - interval.lower) / 2.0);
            }
        }
        halves.sort_by(f64::total_cmp);
        let half = halves.get(halves.len() / 2).copied().unwrap_or(0.1);
        (low.is_finite() && high.is_finite() && half.is_finite()).then_some((low - half, high + half))
    }

    /// The indicator by which schools are counted: that of the order, or the first one that is compared.
    fn judged_by(&self, order: Order) -> Option<Indicator> {
        let compared = |column: &Column| match column {
            Column::Measure(of) | Column::OnScale(of) => Some(*of),
            _ => None,
        };
        let mut all = self.columns.iter().filter_map(compared);
        let sorted = order.sorted.filter(|of| all.clone().any(|known| known == *of));
        sorted.or_else(|| all.next())
    }

    /// "Mathematics: 26 schools, 5 above, 3 below, 16 cannot be told apart from the comparator, 2 without entries".
    fn in_words(&self, order: Order, is_known: bool) -> String {
        let judged_by = self.judged_by(order);
        let (mut above, mut below, mut level, mut neither) = (0, 0, 0, 0);
        let with = || self.rows.iter().filter(|row| !self.is_without(row));
        for row in with() {
            match judged_by.and_then(|of| self.significance(Who::School(row), of)) {
                Some(Significance::Above) => above += 1,
                Some(Significance::Below) => below += 1,
                Some(Significance::NotDifferent) => level += 1,
                None => neither += 1,
            }
        }
        let without = self.rows.len() - with().count();
        let what = if is_known { "entries" } else { "published results" };
        let schools = plural(self.rows.len() as i64, "school");
        let judged = if self.comparator_name.is_some() {
            format!("{above} above, {below} below, {level} cannot be told apart from the comparator, ")
        } else {
            String::new()
        };
        let mut text = format!("{}: {schools}, {judged}{without} without {what}", self.subject.name);
        if let Some(of) = judged_by.filter(|_| self.comparator_name.is_some()) {
            let title = self.title(of);
            if neither > 0 {
                text.push_str(&format!(", {neither} with nothing to compare"));
            }
            text.push_str(&format!("; judged by: {title}"));
        }
        text
    }

    /// The cell of an indicator, with the answer that it is from. A comparator's is that of the group.
    fn cell(&self, who: Who<'_>, indicator: Indicator) -> Option<(&Cell, &Answer)> {
        let of_entries = indicator.source() == Source::Results;
        let side = if of_entries { &self.of_entries } else { &self.of_pupils };
        match who {
            Who::School(row) => {
                let answer = side.schools.as_deref()?;
                let nth = if of_entries { row.of_entries } else { row.of_pupils };
                let place = answer.question().indicators().iter().position(|known| *known == indicator)?;
                Some((answer.nth_row(nth?)?.get(place)?, answer))
            }
            Who::Group | Who::Comparator => {
                let answer = side.group.as_deref()?;
                Some((answer.cell(&[], indicator)?, answer))
            }
        }
    }

    /// The figure of an indicator, or why there is none; `None` where there is nothing to say.
    fn value(&self, who: Who<'_>, indicator: Indicator) -> Option<Result<f64, Reason>> {
        let (cell, _) = self.cell(who, indicator)?;
        match (who, &cell.figure) {
            (Who::Comparator, Ok(figure)) => Some(figure.comparison?.map(|beside| beside.comparator)),
            (Who::Comparator, Err(_)) if indicator.unit() == Unit::Count => None,
            (_, figure) => Some(figure.as_ref().map(|figure| figure.value).map_err(|reason| *reason)),
        }
    }

    fn figure(&self, who: Who<'_>, indicator: Indicator) -> Option<&Figure> {
        let own = !matches!(who, Who::Comparator);
        self.cell(who, indicator).filter(|_| own)?.0.figure.as_ref().ok()
    }

    /// The 95 % interval of an indicator.
    fn interval(&self, who: Who<'_>, indicator: Indicator) -> Option<Interval> {
        self.figure(who, indicator)?.interval
    }

    /// Whether an indicator differs from its comparator; `None` where nobody can tell.
    fn significance(&self, who: Who<'_>, indicator: Indicator) -> Option<Significance> {
        self.figure(who, indicator)?.comparison?.ok()?.significance
    }

    /// The share of the pupils that entered, 0 to 100, where entries and pupils may both be seen.
    fn entering(&self, who: Who<'_>) -> Option<Result<f64, Reason>> {
        if matches!(who, Who::Comparator) {
            return None;
        }
        let (entries, pupils) = (self.value(who, Indicator::Entries)?, self.value(who, Indicator::Pupils)?);
        let share =
            |entries: f64, pupils: f64| if pupils > 0.0 { Ok(100.0 * entries / pupils) } else { Err(Reason::NoPupils) };
        Some(entries.and_then(|entries| share(entries, pupils?)))
    }

    /// The shares of the bands of grades, 0 to 100, from the highest on.
    fn bands(&self, who: Who<'_>) -> Option<Result<[f64; 5], Reason>> {
        let mut bands = [0.0; 5];
        let mut above = 0.0;
        for (band, grades) in bands.iter_mut().zip(GRADES) {
            match self.value(who, grades)? {
                Ok(at_least) => {
                    *band = (at_least - above).max(0.0);
                    above = at_least.max(above);
                }
                Err(reason) => return Some(Err(reason)),
            }
        }
        bands[4] = (100.0 - above).max(0.0);
        Some(Ok(bands))
    }

    /// What an indicator is called in this table.
    fn title(&self, indicator: Indicator) -> String {
        if self.subject.key_stage != KeyStage::Ks2 {
            return words::short(indicator).to_owned();
        }
        if indicator == Indicator::AvgPoints {
            return "Scaled score".to_owned();
        }
        // The subject is named above the table.
        let label = indicator.label();
        let rest = label.split_once(": ").map_or(label, |(_, rest)| rest);
        let mut letters = rest.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    /// The name of a row.
    pub fn name<'a>(&'a self, who: Who<'a>) -> &'a str {
        match who {
            Who::School(row) => &row.name,
            Who::Group => &self.group_name,
            Who::Comparator => self.comparator_name.as_deref().unwrap_or_default(),
        }
    }

    fn title_of(&self, column: Column) -> String {
        match column {
            Column::Count(of) | Column::Measure(of) | Column::OnScale(of) => self.title(of),
            Column::Entering => "Entering".to_owned(),
            Column::Grades => "Grades".to_owned(),
        }
    }
}

/// Whether an indicator is drawn on a scale: it is around 0, so that one sees at once which side it is on.
fn is_on_scale(indicator: Indicator) -> bool {
    use Indicator::{MathsProgress, ReadingProgress, ValueAdded, WritingProgress};
    matches!(indicator, ValueAdded | ReadingProgress | WritingProgress | MathsProgress)
}

fn is_zero(cell: &Cell) -> bool {
    matches!(&cell.figure, Ok(figure) if cell.indicator.unit() == Unit::Count && figure.value.abs() < 0.5)
}
