//! Rows of each table, gathered into batches of the data contract.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, RecordBatch, StringBuilder};
use arrow::error::ArrowError;

use super::land::Authority;
use super::pupil::Pupil;
use super::school::School;
use crate::ingest::contract::Table;

/// What a row of `pupils` or `results` begins with.
#[derive(Clone, Copy)]
pub struct Key<'a> {
    pub pupil: &'a str,
    pub urn: i32,
    pub year: i32,
    pub key_stage: i32,
}

/// Rows of `schools`.
#[derive(Default)]
pub struct SchoolRows {
    urn: Int32Builder,
    name: StringBuilder,
    phase: StringBuilder,
    la_code: Int32Builder,
    la_name: StringBuilder,
    region: StringBuilder,
    trust_uid: Int32Builder,
    trust_name: StringBuilder,
    kind: StringBuilder,
    easting: Int32Builder,
    northing: Int32Builder,
    opened: Int32Builder,
    closed: Int32Builder,
    predecessor_urn: Int32Builder,
    rows: usize,
}

/// A school as it was registered under one URN.
pub struct Registration<'a> {
    pub urn: i32,
    pub name: &'a str,
    pub kind: &'a str,
    pub in_trust: bool,
    pub opened: Option<i32>,
    pub closed: Option<i32>,
    pub predecessor_urn: Option<i32>,
    /// Whether the register knows where the school stands.
    pub located: bool,
}

impl SchoolRows {
    /// Adds a registration of a school.
    pub fn add(&mut self, school: &School, authority: &Authority, phase: &str, registration: &Registration<'_>) {
        let trust = school.trust.as_ref().filter(|_| registration.in_trust);
        self.urn.append_value(registration.urn);
        self.name.append_value(registration.name);
        self.phase.append_value(phase);
        self.la_code.append_value(authority.code);
        self.la_name.append_value(&authority.name);
        self.region.append_value(authority.region);
        self.trust_uid.append_option(trust.map(|trust| trust.uid));
        self.trust_name.append_option(trust.map(|trust| trust.name.as_str()));
        self.kind.append_value(registration.kind);
        self.easting.append_option(registration.located.then_some(school.easting));
        self.northing.append_option(registration.located.then_some(school.northing));
        self.opened.append_option(registration.opened);
        self.closed.append_option(registration.closed);
        self.predecessor_urn.append_option(registration.predecessor_urn);
        self.rows += 1;
    }

    /// Number of rows that are gathered.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// The rows so far; begins anew.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        batch(
            Table::Schools,
            vec![
                Arc::new(self.urn.finish()),
                Arc::new(self.name.finish()),
                Arc::new(self.phase.finish()),
                Arc::new(self.la_code.finish()),
                Arc::new(self.la_name.finish()),
                Arc::new(self.region.finish()),
                Arc::new(self.trust_uid.finish()),
                Arc::new(self.trust_name.finish()),
                Arc::new(self.kind.finish()),
                Arc::new(self.easting.finish()),
                Arc::new(self.northing.finish()),
                Arc::new(self.opened.finish()),
                Arc::new(self.closed.finish()),
                Arc::new(self.predecessor_urn.finish()),
            ],
        )
    }
}

/// A row of `school_years` but for its key, in the contract's order from `pct_fsm6` on.
pub struct Census {
    pub roll: Option<i32>,
    pub figures: [Option<f64>; 8],
}

/// Rows of `school_years`.
#[derive(Default)]
pub struct SchoolYearRows {
    urn: Int32Builder,
    year: Int32Builder,
    roll: Int32Builder,
    figures: [Float64Builder; 8],
    rows: usize,
}

impl SchoolYearRows {
    /// Adds a school's year.
    pub fn add(&mut self, urn: i32, year: i32, census: &Census) {
        self.urn.append_value(urn);
        self.year.append_value(year);
        self.roll.append_option(census.roll);
        for (column, figure) in self.figures.iter_mut().zip(census.figures) {
            column.append_option(figure);
        }
        self.rows += 1;
    }

    /// Number of rows that are gathered.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// The rows so far; begins anew.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let mut columns: Vec<ArrayRef> =
            vec![Arc::new(self.urn.finish()), Arc::new(self.year.finish()), Arc::new(self.roll.finish())];
        columns.extend(self.figures.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        batch(Table::SchoolYears, columns)
    }
}

/// Rows of `pupils`.
#[derive(Default)]
pub struct PupilRows {
    pupil: StringBuilder,
    urn: Int32Builder,
    year: Int32Builder,
    key_stage: Int32Builder,
    sex: StringBuilder,
    fsm6: BooleanBuilder,
    disadvantaged: BooleanBuilder,
    eal: BooleanBuilder,
    sen: StringBuilder,
    ethnicity: StringBuilder,
    prior_score: Float64Builder,
    mobile: BooleanBuilder,
    birth_month: Int32Builder,
    attendance_pct: Float64Builder,
    looked_after: BooleanBuilder,
    rows: usize,
}

impl PupilRows {
    /// Adds a pupil, without what is not known.
    pub fn add(&mut self, key: Key<'_>, pupil: &Pupil) {
        let known = |column: u32| !pupil.lacks(column);
        self.pupil.append_value(key.pupil);
        self.urn.append_value(key.urn);
        self.year.append_value(key.year);
        self.key_stage.append_value(key.key_stage);
        self.sex.append_option(known(0).then_some(if pupil.girl { "F" } else { "M" }));
        self.fsm6.append_option(known(1).then_some(pupil.fsm6));
        self.disadvantaged.append_option(known(2).then_some(pupil.disadvantaged));
        self.eal.append_option(known(3).then_some(pupil.eal));
        self.sen.append_option(known(4).then_some(pupil.sen.word()));
        self.ethnicity.append_option(known(5).then_some(pupil.ethnicity));
        self.prior_score.append_option(pupil.score);
        self.mobile.append_option(known(6).then_some(pupil.mobile));
        self.birth_month.append_option(known(7).then_some(pupil.birth_month));
        self.attendance_pct.append_option(known(8).then_some(pupil.attendance));
        // What is not known of free school meals is mostly not known of care either.
        self.looked_after.append_option(known(1).then_some(pupil.looked_after));
        self.rows += 1;
    }

    /// Number of rows that are gathered.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// The rows so far; begins anew.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        batch(
            Table::Pupils,
            vec![
                Arc::new(self.pupil.finish()),
                Arc::new(self.urn.finish()),
                Arc::new(self.year.finish()),
                Arc::new(self.key_stage.finish()),
                Arc::new(self.sex.finish()),
                Arc::new(self.fsm6.finish()),
                Arc::new(self.disadvantaged.finish()),
                Arc::new(self.eal.finish()),
                Arc::new(self.sen.finish()),
                Arc::new(self.ethnicity.finish()),
                Arc::new(self.prior_score.finish()),
                Arc::new(self.mobile.finish()),
                Arc::new(self.birth_month.finish()),
                Arc::new(self.attendance_pct.finish()),
                Arc::new(self.looked_after.finish()),
            ],
        )
    }
}

/// Rows of `results`.
#[derive(Default)]
pub struct ResultRows {
    pupil: StringBuilder,
    urn: Int32Builder,
    year: Int32Builder,
    key_stage: Int32Builder,
    subject: StringBuilder,
    qualification: StringBuilder,
    grade: StringBuilder,
    points: Float64Builder,
    rows: usize,
}

impl ResultRows {
    /// Adds a result, in the words of the data contract.
    pub fn add(&mut self, key: Key<'_>, subject: &str, qualification: &str, grade: &str, points: Option<f64>) {
        self.pupil.append_value(key.pupil);
        self.urn.append_value(key.urn);
        self.year.append_value(key.year);
        self.key_stage.append_value(key.key_stage);
        self.subject.append_value(subject);
        self.qualification.append_value(qualification);
        self.grade.append_value(grade);
        self.points.append_option(points);
        self.rows += 1;
    }

    /// Number of rows that are gathered.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// The rows so far; begins anew.
    pub fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        batch(
            Table::Results,
            vec![
                Arc::new(self.pupil.finish()),
                Arc::new(self.urn.finish()),
                Arc::new(self.year.finish()),
                Arc::new(self.key_stage.finish()),
                Arc::new(self.subject.finish()),
                Arc::new(self.qualification.finish()),
                Arc::new(self.grade.finish()),
                Arc::new(self.points.finish()),
            ],
        )
    }
}

fn batch(table: Table, columns: Vec<ArrayRef>) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_new(table.schema(), columns)
}
