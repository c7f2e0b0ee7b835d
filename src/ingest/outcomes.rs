//! Headline outcomes, once per pupil, from the results in the workspace.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Int8Array, Int16Array, Int32Array, RecordBatch};
use arrow::datatypes::{Int8Type, Int16Type, Int32Type};
use duckdb::Connection;

use super::pupils::{PupilFacts, Pupils};
use super::stage;
use crate::method::ks2::{self, Assessments};
use crate::method::ks4::{self, Entry};
use crate::method::progress8::{Progress8, progress8};
use crate::model::{Grade, Indicator, KeyStage, Points, Qualification, Subject, Unit, Year};
use crate::workspace::MostResults;
use crate::workspace::layout::{outcome_columns, outcome_indicators};

/// Pupils whose results are read in one go.
const CHUNK: usize = 100_000;

/// Makes the outcomes of every pupil from number `first` on into the temporary table `staged_outcomes`. `done` is told how
/// many pupils are.
///
/// Returns the most results that any one pupil has; early, without an error, when `done` says so.
pub(super) fn make(
    connection: &Connection,
    pupils: &Pupils,
    first: usize,
    done: &mut dyn FnMut(usize) -> bool,
) -> duckdb::Result<MostResults> {
    connection.execute_batch(&format!("CREATE OR REPLACE TEMP TABLE staged_outcomes ({})", outcome_columns()))?;
    let subjects: Vec<Option<Subject>> = (0..=255).map(Subject::from_id).collect();
    let mut order: Vec<u32> = (first as u32..pupils.len() as u32).collect();
    order.sort_unstable_by_key(|number| (pupils.facts(*number).urn, *number));
    let urn = |nth: usize| pupils.facts(order[nth]).urn;
    let mut most = MostResults::default();
    let mut start = 0;
    while start < order.len() {
        // Whole schools only, so that a chunk is a span of URNs.
        let last = urn((start + CHUNK - 1).min(order.len() - 1));
        let end = start + order[start..].partition_point(|number| pupils.facts(*number).urn <= last);
        let results = results_of(connection, &subjects, (urn(start), last), first as i32)?;
        // Results stand by pupil, then by subject.
        let runs = |same: fn(&ResultRow, &ResultRow) -> bool| {
            results.chunk_by(same).map(|run| run.len() as i64).max().unwrap_or_default()
        };
        most.of_pupil = most.of_pupil.max(runs(|a, b| a.pupil == b.pupil));
        let in_subject = runs(|a, b| (a.pupil, a.entry.subject) == (b.pupil, b.entry.subject));
        most.of_pupil_in_subject = most.of_pupil_in_subject.max(in_subject);
        stage::append(connection, "staged_outcomes", outcomes(&order[start..end], pupils, &results)?)?;
        start = end;
        if !done(end) {
            break;
        }
    }
    Ok(most)
}

/// A result as far as outcomes look at it.
struct ResultRow {
    pupil: u32,
    entry: Entry,
    grade: i16,
}

/// The results of a span of schools, of pupils from number `first` on.
fn results_of(
    connection: &Connection,
    subjects: &[Option<Subject>],
    urns: (i32, i32),
    first: i32,
) -> duckdb::Result<Vec<ResultRow>> {
    let mut statement = connection.prepare(
        "SELECT pupil, subject, qualification, grade, points FROM results_by_school \
         WHERE urn BETWEEN ? AND ? AND pupil >= ? ORDER BY urn, pupil, subject, qualification",
    )?;
    let mut results = Vec::new();
    for batch in statement.query_arrow([urns.0, urns.1, first])? {
        use arrow::array::AsArray;
        let pupil = batch.column(0).as_primitive::<Int32Type>();
        let subject = batch.column(1).as_primitive::<Int16Type>();
        let kind = batch.column(2).as_primitive::<Int8Type>();
        let grade = batch.column(3).as_primitive::<Int16Type>();
        let points = batch.column(4).as_primitive::<Int16Type>();
        for row in 0..batch.num_rows() {
            let of_kind = Qualification::from_number(kind.value(row).into());
            // Both were checked when they were loaded.
            let (Some(subject), Some(qualification)) = (subjects[subject.value(row) as usize], of_kind) else {
                continue;
            };
            let points = points.is_valid(row).then(|| points.value(row));
            results.push(ResultRow {
                pupil: pupil.value(row) as u32,
                entry: Entry { subject, qualification, points },
                grade: grade.value(row),
            });
        }
    }
    Ok(results)
}

/// One value of an outcome column.
#[derive(Clone, Copy)]
enum Value {
    Points(Option<Points>),
    Flag(Option<bool>),
}

/// The outcomes of pupils in order; `results` are in the same order of pupils.
fn outcomes(order: &[u32], pupils: &Pupils, results: &[ResultRow]) -> duckdb::Result<RecordBatch> {
    let indicators: Vec<Indicator> = outcome_indicators().collect();
    let mut points: Vec<Vec<Option<i16>>> = vec![Vec::new(); indicators.len()];
    let mut flags: Vec<Vec<Option<bool>>> = vec![Vec::new(); indicators.len()];
    let mut rest = results;
    let mut entries: Vec<Entry> = Vec::new();
    for number in order {
        let count = rest.iter().take_while(|result| result.pupil == *number).count();
        let (own, others) = rest.split_at(count);
        rest = others;
        let pupil = pupils.facts(*number);
        let stage = KeyStage::from_number(i32::from(pupil.stage));
        entries.clear();
        entries.extend(own.iter().map(|result| result.entry));
        let at_ks4 = (stage == Some(KeyStage::Ks4)).then(|| ks4::outcome(&entries));
        let progress = at_ks4.as_ref().zip(Year::new(pupil.year.into()));
        let progress = progress.and_then(|(outcome, year)| progress8(outcome, pupil.prior, year));
        let at_ks2 = (stage == Some(KeyStage::Ks2)).then(|| assessments(own));
        for (nth, indicator) in indicators.iter().enumerate() {
            let made = match indicator {
                Indicator::PriorMean => Value::Points(pupil.prior),
                _ if indicator.is_progress8() => Value::Points(progress.and_then(|of| difference(*indicator, &of))),
                _ => value(*indicator, at_ks4.as_ref(), at_ks2.as_ref()),
            };
            match made {
                Value::Points(value) => points[nth].push(value),
                Value::Flag(value) => flags[nth].push(value),
            }
        }
    }
    let facts = |of: fn(PupilFacts) -> i32| order.iter().map(move |number| of(pupils.facts(*number)));
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("stage", Arc::new(Int8Array::from_iter_values(facts(|f| f.stage.into()).map(|value| value as i8)))),
        ("urn", Arc::new(Int32Array::from_iter_values(facts(|f| f.urn)))),
        ("year", Arc::new(Int16Array::from_iter_values(facts(|f| f.year.into()).map(|value| value as i16)))),
        ("profile", Arc::new(Int32Array::from_iter_values(facts(|f| f.profile.number())))),
    ];
    for ((indicator, points), flags) in indicators.iter().zip(points).zip(flags) {
        let column: ArrayRef = match indicator.unit() {
            Unit::Mean => Arc::new(Int16Array::from(points)),
            _ => Arc::new(BooleanArray::from(flags)),
        };
        columns.push((indicator.word(), column));
    }
    stage::batch_of(columns)
}

fn assessments(results: &[ResultRow]) -> Assessments {
    let mut made = Assessments::default();
    let grade_id = |word| Grade::from_word(Qualification::Ks2Ta, word).map(|grade| grade.id).ok();
    for result in results {
        let entry = result.entry;
        match (entry.subject.slug.as_str(), entry.qualification) {
            ("reading", Qualification::Ks2Test) => made.reading = entry.points,
            ("maths", Qualification::Ks2Test) => made.maths = entry.points,
            ("gps", Qualification::Ks2Test) => made.gps = entry.points,
            ("writing", Qualification::Ks2Ta) => {
                made.writing_high = Some(result.grade) == grade_id("GDS");
                made.writing_expected = made.writing_high || Some(result.grade) == grade_id("EXS");
            }
            // Teacher assessment of a tested subject is not a headline measure.
            _ => {}
        }
    }
    made
}

/// Progress 8 or one of its elements. Differences of points fit: Attainment 8 is below 110 points, even of AS levels.
fn difference(indicator: Indicator, of: &Progress8) -> Option<Points> {
    let difference = match indicator {
        Indicator::P8 => of.total,
        Indicator::P8English => of.english,
        Indicator::P8Maths => of.maths,
        Indicator::P8Ebacc => of.ebacc,
        _ => of.open,
    };
    Points::try_from(difference).ok()
}

/// The value of an outcome column; empty at the other key stages.
fn value(indicator: Indicator, ks4: Option<&ks4::Outcome>, ks2: Option<&Assessments>) -> Value {
    use Value::{Flag, Points};
    let sum = |of: fn(&ks4::Outcome) -> i32| Points(ks4.map(|outcome| of(outcome) as i16));
    let met = |of: fn(&ks4::Outcome) -> bool| Flag(ks4.map(of));
    let score = |of: fn(&Assessments) -> Option<i16>| Points(ks2.and_then(of));
    let at = |of: fn(&Assessments) -> Option<i16>, standard| Flag(ks2.map(|made| ks2::reached(of(made), standard)));
    let judged = |of: fn(&Assessments) -> bool| Flag(ks2.map(of));
    match indicator {
        Indicator::Att8 => sum(|o| o.att8),
        Indicator::Att8English => sum(|o| o.english),
        Indicator::Att8Maths => sum(|o| o.maths),
        Indicator::Att8Ebacc => sum(|o| o.ebacc),
        Indicator::Att8Open => sum(|o| o.open),
        Indicator::EbaccAps => sum(|o| o.ebacc_six),
        Indicator::Basics4 => met(|o| o.basics4),
        Indicator::Basics5 => met(|o| o.basics5),
        Indicator::EbaccEntry => met(|o| o.ebacc_entry),
        Indicator::Ebacc4 => met(|o| o.ebacc4),
        Indicator::Ebacc5 => met(|o| o.ebacc5),
        Indicator::RwmExpected => judged(Assessments::rwm_expected),
        Indicator::RwmHigh => judged(Assessments::rwm_high),
        Indicator::WritingExpected => judged(|made| made.writing_expected),
        Indicator::WritingHigh => judged(|made| made.writing_high),
        Indicator::ReadingExpected => at(|made| made.reading, ks2::EXPECTED),
        Indicator::ReadingHigh => at(|made| made.reading, ks2::HIGHER),
        Indicator::MathsExpected => at(|made| made.maths, ks2::EXPECTED),
        Indicator::MathsHigh => at(|made| made.maths, ks2::HIGHER),
        Indicator::GpsExpected => at(|made| made.gps, ks2::EXPECTED),
        Indicator::GpsHigh => at(|made| made.gps, ks2::HIGHER),
        Indicator::ReadingScore => score(|made| made.reading),
        Indicator::MathsScore => score(|made| made.maths),
        Indicator::GpsScore => score(|made| made.gps),
        // Not columns of the outcomes.
        _ => Flag(None),
    }
}
