//! National standard deviations that the DfE publishes with its measures.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Indicator, Year, grade};

#[derive(Deserialize)]
struct Row {
    indicator: String,
    year: i32,
    sd: f64,
}

static ROWS: LazyLock<Vec<Row>> =
    LazyLock::new(|| grade::compiled_in(include_str!("../../data/reference/national_sd.csv")));

/// National standard deviation of a measure over the pupils of England in a year, in the measure's unit; `None` for measures
/// and years of which the DfE publishes none. It serves groups of pupils too, as in the DfE's own tables.
pub fn national_sd(indicator: Indicator, year: Year) -> Option<f64> {
    let of = |row: &&Row| row.indicator == indicator.word() && row.year == year.ending();
    ROWS.iter().find(of).map(|row| row.sd)
}
