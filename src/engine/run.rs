//! Running a plan.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int32Type, Int64Type};
use duckdb::{Connection, params_from_iter};
use smallvec::SmallVec;

use super::{EngineError, Plan};
use crate::method::Tally;

/// One number per breakdown of a slice: URN, subject, year, or code of the pupil group. Mostly few, so that no memory is asked
/// for: there are thousands of rows.
pub type Keys = SmallVec<[i32; 4]>;

/// The tallies of one cell of a slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TallyRow {
    pub keys: Keys,
    /// One per indicator of the slice; mostly few.
    pub tallies: SmallVec<[Tally; 2]>,
}

/// The answer to a slice, in order of the keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies {
    pub rows: Vec<TallyRow>,
}

impl Tallies {
    /// The row with these keys.
    pub fn row(&self, keys: &[i32]) -> Option<&TallyRow> {
        let place = self.rows.binary_search_by(|row| row.keys.as_slice().cmp(keys)).ok()?;
        self.rows.get(place)
    }

    /// The same with the rows of schools that are one school put together. `place` is that of the school among the keys.
    #[must_use]
    pub fn by_line(self, place: usize, head: impl Fn(i32) -> i32) -> Self {
        let mut rows = self.rows;
        for urn in rows.iter_mut().filter_map(|row| row.keys.get_mut(place)) {
            *urn = head(*urn);
        }
        // Most schools stand where they stood, so that little is to be moved.
        rows.sort_by(|a, b| a.keys.cmp(&b.keys));
        rows.dedup_by(|row, before| {
            let is_same = row.keys == before.keys;
            if is_same {
                before.tallies.iter_mut().zip(&row.tallies).for_each(|(sum, tally)| *sum += *tally);
            }
            is_same
        });
        Self { rows }
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let row = |row: &TallyRow| size_of::<TallyRow>() + row.keys.len() * 4 + row.tallies.len() * size_of::<Tally>();
        self.rows.iter().map(row).sum()
    }
}

/// Runs a plan on a connection of its own thread.
///
/// # Errors
/// [`EngineError::Interrupted`] when the connection was interrupted.
pub fn run(connection: &Connection, plan: &Plan) -> Result<Tallies, EngineError> {
    let mut statement = connection.prepare_cached(&plan.sql)?;
    let mut rows = Vec::new();
    for batch in statement.query_arrow(params_from_iter(&plan.values))? {
        let keys: Vec<_> = (0..plan.keys).map(|nth| batch.column(nth).as_primitive::<Int32Type>()).collect();
        let sums: Vec<_> =
            (plan.keys..batch.num_columns()).map(|nth| batch.column(nth).as_primitive::<Int64Type>()).collect();
        for row in 0..batch.num_rows() {
            // A sum over no rows is NULL.
            let sum = |column: usize| {
                let sums = sums[column - plan.keys];
                if sums.is_null(row) { 0 } else { sums.value(row) }
            };
            let tally = |[n, total, squares]: &[usize; 3]| Tally {
                n: sum(*n),
                sum: sum(*total),
                sum_of_squares: sum(*squares),
            };
            rows.push(TallyRow {
                keys: keys.iter().map(|key| key.value(row)).collect(),
                tallies: plan.sums.iter().map(tally).collect(),
            });
        }
    }
    Ok(Tallies { rows })
}
