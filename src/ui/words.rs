//! Figures in words, the same on tiles, in tooltips and for screen readers.

use crate::desk::{Answer, Cell, Comparison, Figure};
use crate::export::words::{difference, grouped, value};
use crate::method::interval::Significance;
use crate::method::progress8::Band;
use crate::model::{Indicator, Question, Scope};

use super::questions::filter_in_words;
use super::session::Catalogue;

/// "45.31, 95 % interval 44.90 to 45.72, 812 pupils", or the reason why there is no figure.
pub fn figure(cell: &Cell) -> String {
    match &cell.figure {
        Err(reason) => reason.to_string(),
        Ok(figure) => {
            let interval = interval(cell.indicator, figure).map(|words| format!(", {words}")).unwrap_or_default();
            let of = pupils(cell.indicator, figure.n);
            let schools = figure
                .schools
                .map(|(with, of)| format!(", published for {} of {} schools", grouped(with), grouped(of)));
            let band = band(cell).map(|band| format!(", {band}")).unwrap_or_default();
            format!("{}{interval}{band}, {of}{}", value(cell.indicator, figure.value), schools.unwrap_or_default())
        }
    }
}

/// The DfE's band of a Progress 8 score: "above average".
pub fn band(cell: &Cell) -> Option<&'static str> {
    let figure = cell.figure.as_ref().ok().filter(|_| cell.indicator == Indicator::P8)?;
    Some(Band::of(figure.value, figure.interval?).words())
}

/// "95 % interval 44.90 to 45.72"; nothing for counts.
pub fn interval(indicator: Indicator, figure: &Figure) -> Option<String> {
    let interval = figure.interval?;
    Some(format!("95 % interval {} to {}", value(indicator, interval.lower), value(indicator, interval.upper)))
}

/// "812 pupils", or entries where an indicator is of those.
pub fn pupils(indicator: Indicator, n: Option<i64>) -> String {
    let entries = super::questions::is_of_subjects(indicator);
    let Some(n) = n else { return "number of pupils not published".to_owned() };
    match (n, entries) {
        (1, false) => "1 pupil".to_owned(),
        (1, true) => "1 entry".to_owned(),
        (n, false) => format!("{} pupils", grouped(n)),
        (n, true) => format!("{} entries", grouped(n)),
    }
}

/// "0.81 above", "2.3 pp below", "0.1 pp above, not significantly".
pub fn compared(indicator: Indicator, comparison: &Comparison) -> String {
    let size = difference(indicator, comparison.difference);
    match comparison.significance {
        Some(Significance::Above | Significance::Below) => format!("{size}, significant"),
        Some(Significance::NotDifferent) => format!("{size}, not significant"),
        None => format!("{size}, without an interval to judge by"),
    }
}

/// The question of an answer in words: who, which pupils, when.
pub fn question(question: &Question, catalogue: &Catalogue) -> String {
    let years = question.years();
    let span = match (years.first(), years.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(year), _) => year.to_string(),
        _ => String::new(),
    };
    let who = catalogue.name_of(question.scope());
    format!("{who} · {} · {} · {span}", question.stage(), filter_in_words(question.filter()))
}

/// "Compared with …; significant: …", where there is a comparator.
pub fn compared_with(answer: &Answer) -> String {
    let judged = answer.question().judged().words();
    answer.compared_with().map(|with| format!("Compared with {with}; {judged}")).unwrap_or_default()
}

/// How many schools a scope is: "26 schools".
pub fn schools(scope: &Scope, catalogue: &Catalogue) -> String {
    let of_group = catalogue.groups().iter().find(|group| group.scope == *scope).map(|group| group.schools);
    match of_group.unwrap_or_else(|| catalogue.register.schools_of(scope).count()) {
        1 => "1 school".to_owned(),
        n => format!("{} schools", grouped(n as i64)),
    }
}

/// A name that fits a tile.
pub fn short(indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::Basics4 => "Grade 4+ in English and maths",
        Indicator::Basics5 => "Grade 5+ in English and maths",
        Indicator::Ebacc4 => "EBacc at grade 4+",
        Indicator::Ebacc5 => "EBacc at grade 5+",
        Indicator::RwmExpected => "RWM: expected standard",
        Indicator::RwmHigh => "RWM: higher standard",
        Indicator::GpsExpected => "GPS: expected standard",
        Indicator::GpsHigh => "GPS: higher standard",
        Indicator::GpsScore => "GPS: scaled score",
        other => other.label(),
    }
}
