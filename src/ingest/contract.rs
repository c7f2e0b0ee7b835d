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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether the column may be missing or hold nulls.
    pub optional: bool,
}

const fn must(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: false }
}

const fn may(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: true }
}

use Kind::{Decimal, Text, Whole, YesNo};

const SCHOOLS: &[Column] = &[
    must("urn", Whole),
    must("name", Text),
    must("phase", Text),
    must("la_code", Whole),
    must("la_name", Text),
    must("region", Text),
    may("trust_uid", Whole),
    may("trust_name", Text),
    must("type", Text),
    may("easting", Whole),
    may("northing", Whole),
    may("opened", Whole),
    may("closed", Whole),
    may("predecessor_urn", Whole),
];

const SCHOOL_YEARS: &[Column] = &[
    must("urn", Whole),
    must("year", Whole),
    may("roll", Whole),
    may("pct_fsm6", Decimal),
    may("pct_eal", Decimal),
    may("pct_sen_support", Decimal),
    may("pct_ehcp", Decimal),
    may("prior_mean", Decimal),
    may("stability", Decimal),
    may("idaci", Decimal),
    may("polar4", Decimal),
];

const PUPILS: &[Column] = &[
    must("pupil", Text),
    must("urn", Whole),
    must("year", Whole),
    must("key_stage", Whole),
    may("sex", Text),
    may("fsm6", YesNo),
    may("disadvantaged", YesNo),
    may("eal", YesNo),
    may("sen", Text),
    may("ethnicity", Text),
    may("prior_score", Decimal),
    may("mobile", YesNo),
    may("birth_month", Whole),
    may("attendance_pct", Decimal),
    may("looked_after", YesNo),
];

const RESULTS: &[Column] = &[
    must("pupil", Text),
    must("urn", Whole),
    must("year", Whole),
    must("key_stage", Whole),
    must("subject", Text),
    must("qualification", Text),
    must("grade", Text),
    may("points", Decimal),
];

const NATIONAL: &[Column] = &[
    must("year", Whole),
    must("key_stage", Whole),
    must("measure", Text),
    may("subject", Text),
    may("characteristic", Text),
    may("value", Text),
    may("mean", Decimal),
    may("sd", Decimal),
    may("n", Whole),
    must("source", Text),
];

const PUBLISHED: &[Column] = &[
    must("urn", Whole),
    must("year", Whole),
    must("key_stage", Whole),
    must("measure", Text),
    may("subject", Text),
    must("pupil_group", Text),
    may("n", Whole),
    may("value", Decimal),
    may("reason", Text),
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
        let named = |table: &Self| stem.strip_prefix(table.name()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
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
