//! The cells of some schools: tallies as finely as the common characteristics tell, from which coarser ones are added up.
//!
//! A statement over a few thousand rows takes some milliseconds, most of which are reading and planning it; a dashboard has some
//! forty. Who looks at a group asks many questions of the same pupils, so their cells are read once, and what is asked of them is
//! added up here. Whole numbers in any order give the same: the tallies are those that the statement of a slice gives.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::{Int32Type, Int64Type};
use duckdb::{Connection, params_from_iter};

use super::{EngineError, Plan, Slice, Tallies, TallyRow};
use crate::method::Tally;
use crate::model::{Breakdown, Characteristic, Filter, Indicator, KeyStage, PupilGroup, Scope, Source, Year};

/// Most pupils whose cells are told apart by school.
const MOST_BY_SCHOOL: i64 = 1_000_000;

/// Most rows of facts that cells are read from.
const MOST_FACTS: i64 = 5_000_000;

/// Most rows of tallies that are added up here.
const MOST_ROWS: usize = 1 << 22;

/// In place of a move: cells of this number are not asked for.
const NOT_TAKEN: u32 = u32::MAX;

/// Whose cells: all pupils of some schools at the end of a key stage, or all their results.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CellsOf {
    pub stage: KeyStage,
    pub source: Source,
    pub scope: Scope,
    /// The one year in which they are told apart by school, where all years would be too many.
    pub year: Option<Year>,
}

impl CellsOf {
    /// The cells that could tell a slice; `None` where it looks at a rarer characteristic, or at schools that cells do not tell.
    pub fn telling(slice: &Slice) -> Option<Self> {
        let common = slice.filter.constraints().all(|(of, _)| of.is_common())
            && slice.by.iter().all(|by| !matches!(by, Breakdown::Pupils(of) if !of.is_common()));
        let group = slice.scope != Scope::All;
        let (year, told) = match (slice.source, slice.years.as_slice()) {
            _ if !slice.by.contains(&Breakdown::School) => (None, true),
            (Source::Outcomes, _) if group => (None, true),
            (Source::Results, [year]) if group => (Some(*year), true),
            (Source::Outcomes, [year]) => (Some(*year), true),
            _ => (None, false),
        };
        let of = Self { stage: slice.stage, source: slice.source, scope: slice.scope.clone(), year };
        (common && told).then_some(of)
    }

    /// From how many rows the cells would be read; `scope` is theirs with all URNs under which the schools stood.
    ///
    /// # Errors
    /// [`EngineError::Interrupted`] when the connection was interrupted.
    pub fn facts(&self, connection: &Connection, scope: &Scope) -> Result<i64, EngineError> {
        let plan = Plan::counting(self, scope);
        Ok(connection.query_row(&plan.sql, params_from_iter(&plan.values), |row| row.get(0))?)
    }

    /// How the cells are broken down, beside the profile of the pupils.
    fn by(&self, facts: i64) -> Vec<Breakdown> {
        let few = self.source == Source::Outcomes && self.scope != Scope::All && facts <= MOST_BY_SCHOOL;
        let subject = (self.source == Source::Results).then_some(Breakdown::Subject);
        let school = (few || self.year.is_some()).then_some(Breakdown::School);
        [subject, school, Some(Breakdown::Year)].into_iter().flatten().collect()
    }
}

/// The cells of some schools, column by column.
#[derive(Debug)]
pub struct Cells {
    facts: i64,
    dimensions: Vec<Dimension>,
    /// The common characteristics, as [`crate::model::Profile::COMMON`] masks them.
    profiles: Vec<i32>,
    sums: Vec<Arc<Column>>,
    /// The places among the sums of n, sum and sum of squares.
    indicators: BTreeMap<Indicator, [usize; 3]>,
}

/// Which school, subject or year each cell is of.
#[derive(Debug)]
struct Dimension {
    by: Breakdown,
    /// In order.
    numbers: Vec<i32>,
    /// Places among the numbers, by cell.
    places: Vec<u16>,
}

/// Whole numbers, narrow where they fit.
#[derive(Debug)]
enum Column {
    Narrow(Vec<i32>),
    Wide(Vec<i64>),
}

impl From<Vec<i64>> for Column {
    fn from(wide: Vec<i64>) -> Self {
        let narrow: Result<Vec<i32>, _> = wide.iter().map(|value| i32::try_from(*value)).collect();
        narrow.map_or(Self::Wide(wide), Self::Narrow)
    }
}

/// What a row of tallies is told apart by: a dimension, or a characteristic.
enum Key<'a> {
    Dimension(&'a Dimension),
    Pupils(Characteristic),
}

impl Key<'_> {
    fn size(&self) -> usize {
        match self {
            Self::Dimension(of) => of.numbers.len(),
            Self::Pupils(of) => of.mask() as usize + 1,
        }
    }

    fn number(&self, place: usize) -> i32 {
        match self {
            Self::Dimension(of) => of.numbers[place],
            Self::Pupils(_) => place as i32,
        }
    }
}

impl Cells {
    /// Reads cells of some indicators beside those that were read `before`; `scope` is theirs with all URNs under which the
    /// schools stood, `facts` the number of rows that they are read from. `None` where there are too many to hold.
    ///
    /// # Errors
    /// [`EngineError::Interrupted`] when the connection was interrupted.
    pub fn read(
        connection: &Connection,
        of: &CellsOf,
        scope: &Scope,
        facts: i64,
        indicators: &BTreeSet<Indicator>,
        before: Option<&Self>,
    ) -> Result<Option<Self>, EngineError> {
        if facts > MOST_FACTS {
            return Ok(None);
        }
        let is_new = |of: &Indicator| before.is_none_or(|before| !before.indicators.contains_key(of));
        let indicators: Vec<Indicator> = indicators.iter().copied().filter(is_new).collect();
        let by = of.by(facts);
        let plan = Plan::of_cells(of, scope, &by, &indicators);
        let mut keys: Vec<Vec<i32>> = vec![Vec::new(); plan.keys];
        let mut sums: Vec<Vec<i64>> = vec![Vec::new(); plan.columns - plan.keys];
        let mut statement = connection.prepare_cached(&plan.sql)?;
        for batch in statement.query_arrow(params_from_iter(&plan.values))? {
            for (nth, key) in keys.iter_mut().enumerate() {
                key.extend_from_slice(batch.column(nth).as_primitive::<Int32Type>().values());
            }
            for (nth, sum) in sums.iter_mut().enumerate() {
                // A sum over no rows is NULL.
                let values = batch.column(plan.keys + nth).as_primitive::<Int64Type>();
                sum.extend(values.iter().map(Option::unwrap_or_default));
            }
        }
        let profiles = keys.pop().unwrap_or_default();
        let mut dimensions = Vec::new();
        for (by, values) in by.into_iter().zip(keys) {
            let mut numbers = values.clone();
            numbers.sort_unstable();
            numbers.dedup();
            let place = |value: &i32| numbers.binary_search(value).ok().and_then(|place| u16::try_from(place).ok());
            let Some(places) = values.iter().map(place).collect() else { return Ok(None) };
            dimensions.push(Dimension { by, numbers, places });
        }
        let mut made = Self { facts, dimensions, profiles, sums: Vec::new(), indicators: BTreeMap::new() };
        if let Some(before) = before {
            // The same rows in the same order: nothing is loaded while a workspace is open.
            made.sums.clone_from(&before.sums);
            made.indicators.clone_from(&before.indicators);
        }
        let first = made.sums.len();
        let places = plan.sums.iter().map(|places| places.map(|place| first + place - plan.keys));
        made.indicators.extend(indicators.into_iter().zip(places));
        made.sums.extend(sums.into_iter().map(|sum| Arc::new(Column::from(sum))));
        Ok(Some(made))
    }

    /// From how many rows they were read.
    pub fn facts(&self) -> i64 {
        self.facts
    }

    /// Whether they hold all that a slice asks about.
    pub fn hold(&self, slice: &Slice) -> bool {
        slice.held_indicators().all(|of| self.indicators.contains_key(&of))
    }

    /// The tallies of a slice of the same schools; `None` where these cells cannot tell.
    pub fn tallies(&self, slice: &Slice) -> Option<Tallies> {
        let dimension = |by: &Breakdown| self.dimensions.iter().find(|of| of.by == *by);
        let keys = slice.by.iter().map(|by| match by {
            Breakdown::Pupils(of) => Some(Key::Pupils(*of)),
            other => dimension(other).map(Key::Dimension),
        });
        let keys: Vec<Key<'_>> = keys.collect::<Option<_>>()?;
        let rows = keys.iter().try_fold(1usize, |rows, key| rows.checked_mul(key.size()))?;
        if rows > MOST_ROWS {
            return None;
        }
        let (cells, mut places) = self.chosen(slice, &keys);
        // Few rows of many are there: without keys always the one.
        let mut there = vec![keys.is_empty(); rows];
        places.iter().for_each(|place| there[*place as usize] = true);
        let there: Vec<usize> = (0..rows).filter(|place| there[*place]).collect();
        let mut numbered = vec![0; rows];
        there.iter().zip(0..).for_each(|(place, nth)| numbered[*place] = nth);
        places.iter_mut().for_each(|place| *place = numbered[*place as usize]);
        let added = Added { cells, places, rows: there.len() };
        let mut sums: BTreeMap<usize, Rc<Vec<i64>>> = BTreeMap::new();
        let of_indicator = |indicator: &Indicator| -> Option<[Rc<Vec<i64>>; 3]> {
            if let Some(intake) = indicator.intake() {
                let pupils = self.indicators.get(&Indicator::Pupils)?[0];
                let [n, hits] = self.of_intake(&added, &intake, pupils).map(Rc::new);
                return Some([n, Rc::clone(&hits), hits]);
            }
            let mut sum = |column: usize| {
                let fresh = || Rc::new(added.sum(&self.sums[column], |_| true));
                Rc::clone(sums.entry(column).or_insert_with(fresh))
            };
            Some(self.indicators.get(indicator)?.map(&mut sum))
        };
        let of: Vec<[Rc<Vec<i64>>; 3]> = slice.indicators.iter().map(of_indicator).collect::<Option<_>>()?;
        let row = |(nth, place): (usize, usize)| {
            let mut left = place;
            let mut numbers: Vec<i32> = vec![0; keys.len()];
            for (number, key) in numbers.iter_mut().zip(&keys).rev() {
                *number = key.number(left % key.size());
                left /= key.size();
            }
            let tally = |[n, sum, squares]: &[Rc<Vec<i64>>; 3]| Tally {
                n: n[nth],
                sum: sum[nth],
                sum_of_squares: squares[nth],
            };
            TallyRow { keys: numbers, tallies: of.iter().map(tally).collect() }
        };
        Some(Tallies { rows: there.into_iter().enumerate().map(row).collect() })
    }

    /// The cells that a slice takes, and the place of each among the rows.
    fn chosen(&self, slice: &Slice, keys: &[Key<'_>]) -> (Vec<u32>, Vec<u32>) {
        let mut strides = vec![1; keys.len()];
        for nth in (1..keys.len()).rev() {
            strides[nth - 1] = strides[nth] * keys[nth].size();
        }
        let adding = || keys.iter().zip(&strides);
        // By dimension, by how much each number moves the place of a row.
        let moves = self.dimensions.iter().filter_map(|dimension| {
            let takes = |number: &i32| match dimension.by {
                Breakdown::Year => slice.years.iter().any(|year| year.ending() == *number),
                Breakdown::Subject if !slice.subjects.is_empty() => {
                    slice.subjects.iter().any(|subject| i32::from(subject.id) == *number)
                }
                _ => true,
            };
            let is_own = |key: &Key<'_>| matches!(key, Key::Dimension(of) if of.by == dimension.by);
            let stride = adding().find(|(key, _)| is_own(key)).map_or(0, |(_, stride)| *stride);
            let numbers = dimension.numbers.iter().enumerate();
            let moves = numbers.map(|(nth, of)| if takes(of) { (nth * stride) as u32 } else { NOT_TAKEN });
            let moves: Vec<u32> = moves.collect();
            moves.iter().any(|by| *by != 0).then_some((dimension.places.as_slice(), moves))
        });
        let moves: Vec<(&[u16], Vec<u32>)> = moves.collect();
        let pupils = adding().filter_map(|(key, stride)| match key {
            Key::Pupils(of) => Some((of.shift(), of.mask(), *stride as u32)),
            Key::Dimension(_) => None,
        });
        let pupils: Vec<(u32, i32, u32)> = pupils.collect();
        let wanted = codes(&slice.filter);
        let (mut cells, mut places) = (Vec::new(), Vec::new());
        let range = self.range(slice);
        'cells: for (cell, profile) in range.clone().zip(&self.profiles[range]) {
            if !wanted.iter().all(|of| of.holds(*profile)) {
                continue;
            }
            let mut place = 0;
            for (places, moves) in &moves {
                match moves[usize::from(places[cell])] {
                    NOT_TAKEN => continue 'cells,
                    by => place += by,
                }
            }
            for (shift, mask, stride) in &pupils {
                place += ((profile >> shift) & mask) as u32 * stride;
            }
            cells.push(cell as u32);
            places.push(place);
        }
        (cells, places)
    }

    /// Where the cells of a slice lie: those of one subject stand together.
    fn range(&self, slice: &Slice) -> Range<usize> {
        let all = 0..self.profiles.len();
        let (Some(Dimension { by: Breakdown::Subject, numbers, places }), [subject]) =
            (self.dimensions.first(), slice.subjects.as_slice())
        else {
            return all;
        };
        let Ok(place) = numbers.binary_search(&i32::from(subject.id)) else { return 0..0 };
        let first = places.partition_point(|of| usize::from(*of) < place);
        first..places.partition_point(|of| usize::from(*of) <= place)
    }

    /// By row the pupils whose characteristic is known and those of the groups.
    fn of_intake(
        &self,
        added: &Added,
        (characteristic, groups): &(Characteristic, Vec<PupilGroup>),
        pupils: usize,
    ) -> [Vec<i64>; 2] {
        let of_groups = Codes::new(*characteristic, groups);
        let known = Codes { codes: !1, ..of_groups };
        [known, of_groups].map(|codes| added.sum(&self.sums[pupils], |cell| codes.holds(self.profiles[cell])))
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        let sums = self.sums.iter().map(|column| match column.as_ref() {
            Column::Narrow(values) => 4 * values.len(),
            Column::Wide(values) => 8 * values.len(),
        });
        let dimensions = self.dimensions.iter().map(|of| 2 * of.places.len() + 4 * of.numbers.len());
        sums.chain(dimensions).sum::<usize>() + 4 * self.profiles.len()
    }
}

/// Cells and their places among so many rows.
struct Added {
    cells: Vec<u32>,
    places: Vec<u32>,
    rows: usize,
}

impl Added {
    fn sum(&self, column: &Column, counts: impl Fn(usize) -> bool) -> Vec<i64> {
        match column {
            Column::Narrow(values) => self.sum_of(values, counts),
            Column::Wide(values) => self.sum_of(values, counts),
        }
    }

    fn sum_of<T: Copy + Into<i64>>(&self, values: &[T], counts: impl Fn(usize) -> bool) -> Vec<i64> {
        let mut sums = vec![0; self.rows];
        for (cell, place) in self.cells.iter().zip(&self.places) {
            let cell = *cell as usize;
            if counts(cell) {
                sums[*place as usize] += values[cell].into();
            }
        }
        sums
    }
}

/// Codes of a characteristic, one bit each.
#[derive(Clone, Copy)]
struct Codes {
    shift: u32,
    mask: i32,
    codes: u32,
}

impl Codes {
    fn new(of: Characteristic, groups: &[PupilGroup]) -> Self {
        Self { shift: of.shift(), mask: of.mask(), codes: groups.iter().fold(0, |codes, of| codes | 1 << of.code) }
    }

    fn holds(&self, profile: i32) -> bool {
        self.codes >> ((profile >> self.shift) & self.mask) & 1 == 1
    }
}

fn codes(filter: &Filter) -> Vec<Codes> {
    filter.constraints().map(|(of, groups)| Codes::new(of, &groups)).collect()
}
