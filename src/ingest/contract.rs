//! The data contract: which Parquet files Schoolbench reads and what their columns mean. The one place that holds it;
//! `data/README.md` tells it to people, and a test compares the two.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

/// A file of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row is a school.
    Schools,
    /// One row is a school in a year.
    SchoolYears,
    /// One row is a pupil at the end of a key stage.
    Pupils,
    /// One row is a pupil's result in a subject.
    Results,
    /// One row is a national benchmark.
    National,
    /// One row is a school-level figure that someone published.
    Published,
}

/// How a column's values are stored. Narrower and wider whole numbers, floats and dictionary-encoded text are taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// Whole number, 32 bits.
    Whole,
    /// Number with decimals, 64 bits; NaN and infinity are not values.
    Decimal,
    /// True or false.
    YesNo,
}

impl Kind {
    /// The arrow type in which a file written by Schoolbench holds the column.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Whole => DataType::Int32,
            Self::Decimal => DataType::Float64,
            Self::YesNo => DataType::Boolean,
        }
    }

    /// The type in the words of `data/README.md`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Whole => "whole number",
            Self::Decimal => "number",
            Self::YesNo => "true/false",
        }
    }
}

/// A column of the contract.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether the column may be missing or hold nulls.
    pub optional: bool,
    /// Smallest and largest value of a number.
    pub range: Option<(f64, f64)>,
    /// The words that a text can be, where they are few; empty otherwise.
    pub words: &'static [&'static str],
    /// Meaning and unit.
    pub about: &'static str,
}

const fn must(name: &'static str, kind: Kind, about: &'static str) -> Column {
    Column { name, kind, optional: false, range: None, words: &[], about }
}

const fn may(name: &'static str, kind: Kind, about: &'static str) -> Column {
    Column { name, kind, optional: true, range: None, words: &[], about }
}

impl Column {
    const fn within(mut self, least: f64, most: f64) -> Self {
        self.range = Some((least, most));
        self
    }

    /// Whether a number is in the column's range; NaN is in none.
    pub(super) fn admits(&self, value: f64) -> bool {
        self.range.is_none_or(|(least, most)| (least..=most).contains(&value))
    }

    const fn one_of(mut self, words: &'static [&'static str]) -> Self {
        self.words = words;
        self
    }
}

use Kind::{Decimal, Text, Whole, YesNo};

const URN: Column = must("urn", Whole, "unique reference number of the school").within(100_000.0, 999_999.0);
const YEAR: Column =
    must("year", Whole, "academic year by the year it ends in: 2023/24 is 2024").within(1988.0, 2100.0);
const KEY_STAGE: Column = must("key_stage", Whole, "2, 4 or 5").within(2.0, 5.0);
const PUPIL: Column = must("pupil", Text, "opaque key of the pupil, the same in `pupils` and `results`");

pub(super) const POINTS: Column =
    may("points", Decimal, "points, at most two decimals; filled from `reference/grades.csv` when absent")
        .within(0.0, 120.0);

const SCHOOLS: &[Column] = &[
    URN,
    must("name", Text, "name of the school"),
    must("phase", Text, "phase of education as in the school register: Primary, Secondary, All-through ..."),
    must("la_code", Whole, "code of the local authority").within(1.0, 999.0),
    must("la_name", Text, "name of the local authority"),
    must("region", Text, "name of the region"),
    may("trust_uid", Whole, "identifier of the academy trust; empty if in none").within(1.0, 2e9),
    may("trust_name", Text, "name of the academy trust"),
    must("type", Text, "type of establishment as in the school register"),
    may("easting", Whole, "Ordnance Survey easting in metres").within(0.0, 700_000.0),
    may("northing", Whole, "Ordnance Survey northing in metres").within(0.0, 1_300_000.0),
    may("opened", Whole, "first academic year under this URN, by the year it ends in").within(500.0, 2100.0),
    may("closed", Whole, "last academic year under this URN, by the year it ends in").within(1900.0, 2100.0),
    may("predecessor_urn", Whole, "the school that this one continues, such as before it became an academy")
        .within(100_000.0, 999_999.0),
];

const SCHOOL_YEARS: &[Column] = &[
    URN,
    YEAR,
    may("roll", Whole, "pupils on roll").within(0.0, 20_000.0),
    may("pct_fsm6", Decimal, "pupils with FSM6, percent").within(0.0, 100.0),
    may("pct_eal", Decimal, "pupils with EAL, percent").within(0.0, 100.0),
    may("pct_sen_support", Decimal, "pupils with SEN support, percent").within(0.0, 100.0),
    may("pct_ehcp", Decimal, "pupils with an EHC plan, percent").within(0.0, 100.0),
    may("prior_mean", Decimal, "mean prior attainment, scaled score").within(0.0, 150.0),
    may("stability", Decimal, "pupils who were in the school throughout, percent").within(0.0, 100.0),
    may("idaci", Decimal, "mean income deprivation affecting children index of the pupils' homes").within(0.0, 1.0),
    may("polar4", Decimal, "mean POLAR4 quintile of the pupils' homes").within(1.0, 5.0),
];

const PUPILS: &[Column] = &[
    PUPIL,
    URN,
    YEAR,
    KEY_STAGE,
    may("sex", Text, "F or M").one_of(&["F", "M"]),
    may("fsm6", YesNo, "free school meals at any census in the last six years"),
    may("disadvantaged", YesNo, "FSM6, looked after, or adopted from care"),
    may("eal", YesNo, "first language other than English"),
    may("sen", Text, "N none, K SEN support, E EHC plan").one_of(&["N", "K", "E"]),
    may("ethnicity", Text, "major ethnic group").one_of(&["WHIT", "MIXD", "ASIA", "BLAC", "CHIN", "AOEG", "UNCL"]),
    may("prior_score", Decimal, "prior attainment; for KS4 the mean of KS2 reading and maths scaled scores")
        .within(0.0, 150.0),
    may("mobile", YesNo, "joined after the start of year 10 (KS4) or year 5 (KS2)"),
    may("birth_month", Whole, "month of birth, 1 to 12").within(1.0, 12.0),
    may("attendance_pct", Decimal, "attendance in the last year, percent of sessions").within(0.0, 100.0),
    may("looked_after", YesNo, "looked after by a local authority"),
];

const RESULTS: &[Column] = &[
    PUPIL,
    URN,
    YEAR,
    KEY_STAGE,
    must("subject", Text, "subject, a word of `reference/subjects.csv`"),
    must("qualification", Text, "kind of qualification, a word of `reference/grades.csv`"),
    must("grade", Text, "grade as in `reference/grades.csv`; the scaled score of a KS2 test"),
    POINTS,
];

const NATIONAL: &[Column] = &[
    YEAR,
    KEY_STAGE,
    must("measure", Text, "indicator, in the words of the command line"),
    may("subject", Text, "subject, where the measure is of one"),
    may("characteristic", Text, "pupil characteristic, where the figure is of a pupil group"),
    may("value", Text, "the pupil group's value of the characteristic"),
    may("mean", Decimal, "national figure").within(-1e6, 1e6),
    may("sd", Decimal, "national standard deviation of the pupils").within(0.0, 1e6),
    may("n", Whole, "pupils").within(0.0, 2e9),
    must("source", Text, "who published the figure, and where"),
];

const PUBLISHED: &[Column] = &[
    URN,
    YEAR,
    may("key_stage", Whole, "2, 4 or 5; empty where the figure is of the whole school").within(2.0, 5.0),
    must("measure", Text, "indicator, in the words of the command line"),
    may("subject", Text, "subject, where the measure is of one"),
    must("pupil_group", Text, "the pupils that the figure is of: `all`, or a filter of the command line"),
    may("n", Whole, "pupils").within(0.0, 2e9),
    may("value", Decimal, "the figure").within(-1e6, 1e6),
    may("lower", Decimal, "lower 95 % limit, where it was published").within(-1e6, 1e6),
    may("upper", Decimal, "upper 95 % limit, where it was published").within(-1e6, 1e6),
    may("reason", Text, "why there is no figure, as published: SUPP, NE, LOWCOV ..."),
];

impl Table {
    /// Every table, in the order in which they are loaded.
    pub const ALL: [Self; 6] =
        [Self::Schools, Self::SchoolYears, Self::Pupils, Self::Results, Self::National, Self::Published];

    /// The table's name: in the workspace, and how its files' names begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schools => "schools",
            Self::SchoolYears => "school_years",
            Self::Pupils => "pupils",
            Self::Results => "results",
            Self::National => "national",
            Self::Published => "published",
        }
    }

    /// The columns, in order.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Schools => SCHOOLS,
            Self::SchoolYears => SCHOOL_YEARS,
            Self::Pupils => PUPILS,
            Self::Results => RESULTS,
            Self::National => NATIONAL,
            Self::Published => PUBLISHED,
        }
    }

    /// The arrow schema in which a file written by Schoolbench holds the table.
    pub fn schema(self) -> SchemaRef {
        let field = |column: &Column| Field::new(column.name, column.kind.data_type(), column.optional);
        Arc::new(Schema::new(self.columns().iter().map(field).collect::<Vec<_>>()))
    }

    /// The table that a file holds, by its name (`results.parquet`, `results_2024.parquet`), or else by its columns:
    /// the table that shares most of them, at least half of those that must be there.
    pub fn of_file(stem: &str, columns: &[&str]) -> Option<Self> {
        let stem = stem.to_ascii_lowercase();
        let named =
            |table: &Self| stem.strip_prefix(table.name()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        // `school_years` and `schools` cannot both match: one is no prefix of the other.
        Self::ALL.into_iter().find(named).or_else(|| {
            let shared = |table: &Self| table.columns().iter().filter(|c| columns.contains(&c.name)).count();
            let enough = |table: &Self| {
                let musts = || table.columns().iter().filter(|c| !c.optional);
                musts().filter(|c| columns.contains(&c.name)).count() * 2 > musts().count()
            };
            Self::ALL.into_iter().filter(enough).max_by_key(shared)
        })
    }
}
