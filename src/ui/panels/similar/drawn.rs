//! The table of similar schools made ready.

use std::sync::Arc;

use eframe::egui::Ui;

use crate::desk::{Answer, Cell, LikeSchool, Neighbour, Similar};
use crate::export::words::{difference, plural, value};
use crate::method::difference::of_figures;
use crate::method::interval::{Interval, Significance};
use crate::model::{Breakdown, Indicator, Urn};
use crate::ui::panels::grid::{Grid, Head, Lead, Row, Shows, Words};
use crate::ui::session::Catalogue;
use crate::ui::{theme, words};

/// Columns before those of the inputs: distance, authority, result.
const BEFORE_INPUTS: usize = 3;
const DISTANCE: usize = 0;
const RESULT: usize = 2;

/// Rows before those of the similar schools: the school itself, and their mean.
const BEFORE_SCHOOLS: usize = 2;

/// The table of similar schools.
#[derive(Debug, Default)]
pub struct Drawn {
    pub grid: Grid,
    pub rows: Vec<Row>,
    /// What is to be done before there is a table, or why there is none.
    pub message: Option<String>,
    /// How the school does beside the others.
    pub in_words: String,
    /// By what the others were found.
    pub found: String,
    pub own: Option<Urn>,
    /// The most similar first.
    pub near: Vec<Urn>,
    neighbours: Vec<Neighbour>,
}

/// The results of one school and of those with a similar intake.
struct Results<'a> {
    indicator: Indicator,
    each: &'a Answer,
    own: Option<&'a Cell>,
    mean: Option<&'a Cell>,
}

impl<'a> Results<'a> {
    /// From the answers in the order in which they were asked: the inputs first.
    fn of(answers: &'a [Arc<Answer>]) -> Option<Self> {
        let [_, each, own, others @ ..] = answers else { return None };
        let each = Some(&**each).filter(|each| each.question().by().first() == Some(&Breakdown::School))?;
        let only = |answer: &'a Arc<Answer>| answer.nth_row(0)?.first();
        let indicator = each.question().indicators().first().copied()?;
        Some(Self { indicator, each, own: only(own), mean: others.first().and_then(only) })
    }

    fn of_school(&self, urn: Urn) -> Option<&'a Cell> {
        self.each.row_of(urn)?.first()
    }

    /// How a figure differs from that of the school itself, with the interval of the difference; `None` where nobody can tell.
    fn beside_own(&self, cell: Option<&Cell>) -> Option<(f64, Interval)> {
        let (own, other) = (self.own?.figure.as_ref().ok()?, cell?.figure.as_ref().ok()?);
        let interval = of_figures((other.value, other.interval?), (own.value, own.interval?));
        Some((other.value - own.value, interval))
    }

    fn differs(&self, cell: Option<&Cell>) -> Option<Significance> {
        self.beside_own(cell).map(|(_, interval)| interval.against(0.0))
    }

    fn words(&self, cell: Option<&Cell>) -> Words {
        let text = cell.and_then(|cell| cell.figure.as_ref().ok()).map(|figure| value(self.indicator, figure.value));
        Words { differs: self.differs(cell), ..Words::new(text.unwrap_or_else(|| "·".to_owned())) }
    }
}

impl Drawn {
    /// Only words.
    pub fn only(message: &str) -> Self {
        Self { message: Some(message.to_owned()), ..Self::default() }
    }

    pub fn of(
        like: &LikeSchool,
        found: &Result<Similar, String>,
        answers: &[Arc<Answer>],
        catalogue: &Catalogue,
    ) -> Self {
        let similar = match found {
            Ok(similar) if similar.neighbours.is_empty() => return Self::only("No other school's intake is known"),
            Ok(similar) => similar,
            Err(why) => return Self::only(why),
        };
        let Some(results) = Results::of(answers) else { return Self::only("No results of this key stage are loaded") };
        let neighbours = similar.comparators();
        let register = &catalogue.register;
        let name = |urn: Urn| register.called(urn);
        let la = |urn: Urn| register.school(urn).map(|school| school.la_name.clone()).unwrap_or_default();
        let own = register.head(like.school);
        let inputs: Vec<Indicator> = like.terms.iter().map(|term| term.input).collect();
        let mut rows =
            vec![own_row(own, name(own), la(own), &results, neighbours), mean_row(&results, neighbours, &inputs)];
        for (nth, neighbour) in neighbours.iter().enumerate() {
            let input = |nth: usize| {
                neighbour.inputs.get(nth).map(|two| beside(two.input, two.own, two.other)).unwrap_or_default()
            };
            let result = results.words(results.of_school(neighbour.urn));
            let before = [Words::new(format!("{:.3}", neighbour.distance)), Words::new(la(neighbour.urn)), result];
            rows.push(Row {
                urn: Some(neighbour.urn),
                name: name(neighbour.urn),
                lead: Lead::Rank(nth + 1),
                cells: before.into_iter().chain((0..inputs.len()).map(input)).collect(),
                ..Row::default()
            });
        }
        let head = |words: &str, hint: &str| Head { words: words.to_owned(), hint: hint.to_owned(), ..Head::default() };
        let before = [
            head("Distance", "How different the intake is: 0 for the same"),
            head("Authority", ""),
            head(words::short(results.indicator), "Marked where it differs from that of the school itself"),
        ];
        let of_input = |input: &Indicator| {
            let words = input.label().trim_end_matches(", similar schools");
            Head { shows: Shows::Noted, ..head(words, "With the difference from the school itself") }
        };
        let grid = Grid {
            names: head("School", ""),
            columns: before.into_iter().chain(inputs.iter().map(of_input)).collect(),
            rows: rows.len(),
            fixed: BEFORE_SCHOOLS,
            ..Grid::default()
        };
        let others = neighbours.iter().map(|neighbour| neighbour.urn);
        Self {
            grid,
            rows,
            message: None,
            in_words: in_words(&name(own), &results, others.clone()),
            found: format!(
                "The {} nearest of {} by their intake in {}",
                neighbours.len(),
                plural(similar.among as i64, "other school"),
                like.year
            ),
            own: Some(own),
            near: others.collect(),
            neighbours: neighbours.to_vec(),
        }
    }

    /// All that is known of a cell.
    pub fn tooltip(
        &self,
        ui: &mut Ui,
        answers: &[Arc<Answer>],
        catalogue: &Catalogue,
        row: usize,
        column: Option<usize>,
    ) {
        let Some(results) = Results::of(answers) else { return };
        let neighbour = row.checked_sub(BEFORE_SCHOOLS).and_then(|nth| self.neighbours.get(nth));
        let urn = if row == 0 { self.own } else { neighbour.map(|neighbour| neighbour.urn) };
        match urn.and_then(|urn| catalogue.register.school(urn)) {
            Some(school) => {
                ui.strong(&school.name);
                ui.label(theme::muted(ui, format!("URN {} · {} · {}", school.urn, school.phase, school.la_name)));
            }
            None => {
                ui.strong("The similar schools together");
                ui.label(theme::muted(ui, "Results of all of their pupils; inputs as the mean of the schools"));
            }
        }
        match column {
            Some(RESULT) => {
                let cell = match (row, neighbour) {
                    (0, _) => results.own,
                    (_, Some(neighbour)) => results.of_school(neighbour.urn),
                    (_, None) => results.mean,
                };
                result_ui(ui, &results, cell, row > 0);
                ui.label(theme::muted(ui, words::question(results.each.question(), catalogue)));
            }
            Some(DISTANCE) | None => {
                for two in neighbour.into_iter().flat_map(|neighbour| &neighbour.inputs) {
                    let share = two.share.map_or("left out: not known of both".to_owned(), |share| {
                        format!("{:.0} % of the squared distance", share * 100.0)
                    });
                    ui.label(format!("{}: {share}", two.input.label()));
                }
            }
            Some(column) => {
                let input = column.checked_sub(BEFORE_INPUTS).zip(neighbour.or(self.neighbours.first()));
                let Some(two) = input.and_then(|(nth, neighbour)| neighbour.inputs.get(nth)) else { return };
                ui.label(two.input.label());
                let told =
                    |of: Option<f64>| of.map_or("not known, or not to be told".to_owned(), |of| value(two.input, of));
                if let Some(neighbour) = neighbour {
                    ui.label(format!("{}; {} of the school itself", told(two.other), told(two.own)));
                    let share = two.share.map(|share| format!("{:.0} % of the squared distance", share * 100.0));
                    let left_out = || format!("left out of the distance of {:.3}", neighbour.distance);
                    ui.label(theme::muted(ui, share.unwrap_or_else(left_out)));
                } else if let Some(words) = self.rows.get(row).and_then(|row| row.cells.get(column)) {
                    ui.label(words.in_words());
                }
            }
        }
    }
}

fn result_ui(ui: &mut Ui, results: &Results<'_>, cell: Option<&Cell>, beside: bool) {
    ui.label(results.indicator.label());
    ui.label(cell.map_or_else(|| "no pupils".to_owned(), words::figure));
    if !beside {
        return;
    }
    ui.label(match results.beside_own(cell) {
        None => "Nobody can tell whether it differs from the school itself: one of the two has no interval".to_owned(),
        Some((apart, interval)) => {
            let size = difference(results.indicator, apart);
            let (lower, upper) =
                (difference(results.indicator, interval.lower), difference(results.indicator, interval.upper));
            let verdict = match interval.against(0.0) {
                Significance::NotDifferent => "cannot be told apart",
                Significance::Above | Significance::Below => "significant",
            };
            format!("{size} from the school itself, 95 % interval of the difference {lower} to {upper}: {verdict}")
        }
    });
}

/// An input, and how it differs from that of the school itself.
fn beside(input: Indicator, own: Option<f64>, other: Option<f64>) -> Words {
    let text = other.map_or_else(|| "·".to_owned(), |other| value(input, other));
    let note = own.zip(other).map(|(own, other)| difference(input, other - own)).unwrap_or_default();
    Words { note, ..Words::new(text) }
}

fn own_row(urn: Urn, name: String, la: String, results: &Results<'_>, neighbours: &[Neighbour]) -> Row {
    let result = Words { differs: None, ..results.words(results.own) };
    let inputs = neighbours.first().into_iter().flat_map(|neighbour| &neighbour.inputs);
    let inputs = inputs.map(|two| beside(two.input, None, two.own));
    let before = [Words::new("0.000"), Words::new(la), result];
    Row { urn: Some(urn), name, cells: before.into_iter().chain(inputs).collect(), ..Row::default() }
}

fn mean_row(results: &Results<'_>, neighbours: &[Neighbour], inputs: &[Indicator]) -> Row {
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let (n, sum) = values.fold((0.0, 0.0), |(n, sum), value| (n + 1.0, sum + value));
        (n > 0.0).then(|| sum / n)
    };
    let input = |(nth, input): (usize, &Indicator)| {
        let of = |neighbour: &Neighbour| neighbour.inputs.get(nth).copied();
        let own = neighbours.first().and_then(of).and_then(|two| two.own);
        let others = mean(&mut neighbours.iter().filter_map(|neighbour| of(neighbour)?.other));
        beside(*input, own, others)
    };
    let distance = mean(&mut neighbours.iter().map(|neighbour| neighbour.distance));
    let distance = distance.map(|mean| format!("{mean:.3}")).unwrap_or_default();
    let before = [Words::new(distance), Words::default(), results.words(results.mean)];
    let cells = before.into_iter().chain(inputs.iter().enumerate().map(input)).collect();
    Row { name: "Mean of the similar schools".to_owned(), cells, ..Row::default() }
}

/// "Alpha School: 45.31; similar schools 44.02, rank 12 of 51; 30 of the others cannot be told apart from it".
fn in_words(name: &str, results: &Results<'_>, others: impl Iterator<Item = Urn>) -> String {
    let told = |cell: Option<&Cell>| match cell.map(|cell| &cell.figure) {
        Some(Ok(figure)) => value(results.indicator, figure.value),
        Some(Err(reason)) => reason.to_string(),
        None => "no pupils".to_owned(),
    };
    let figure = |cell: Option<&Cell>| Some(cell?.figure.as_ref().ok()?.value);
    let mean = told(results.mean);
    let beginning =
        format!("{name}: {} {}; similar schools {mean}", words::short(results.indicator), told(results.own));
    let Some(own) = figure(results.own) else { return beginning };
    let cells: Vec<&Cell> = others.filter_map(|urn| results.of_school(urn)).collect();
    let values: Vec<f64> = cells.iter().filter_map(|cell| figure(Some(cell))).collect();
    let rank = 1 + values.iter().filter(|value| **value > own).count();
    let told_apart: Vec<Significance> = cells.iter().filter_map(|cell| results.differs(Some(cell))).collect();
    let same = told_apart.iter().filter(|differs| **differs == Significance::NotDifferent).count();
    let unsure = match (told_apart.len(), same) {
        (0, _) => "nobody can tell which of the others differ from it".to_owned(),
        (_, 0) => "all others can be told apart from it".to_owned(),
        (_, same) => format!("{same} of the others cannot be told apart from it"),
    };
    format!("{beginning}, rank {rank} of {}; {unsure}", values.len() + 1)
}
