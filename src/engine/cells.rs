//! The cells of some schools: tallies as finely as the common characteristics tell, from which coarser ones are added up.
//!
//! A statement over a few thousand rows takes some milliseconds, most of which are reading and planning it; a dashboard has some
//! forty. Who looks at a group asks many questions of the same pupils, so their cells are read once, and what is asked of them is
//! added up here. Whole numbers in any order give the same: the tallies are those that the statement of a slice gives.

mod grain;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use arrow::array::AsArray;
use arrow::datatypes::{Int32Type, Int64Type};
use duckdb::{Connection, params_from_iter};
use smallvec::{SmallVec, smallvec};

use self::grain::{Column, Grain};
use super::{EngineError, Keys, Plan, Slice, Tallies, TallyRow};
use crate::method::Tally;
use crate::model::{
    Breakdown, Characteristic, Filter, Indicator, KeyStage, Profile, PupilGroup, Scope, Source, Subject, Year,
};

/// Most pupils whose cells are told apart by school.
const MOST_BY_SCHOOL: i64 = 1_000_000;

/// Most rows of facts that cells are read from.
const MOST_FACTS: i64 = 5_000_000;

/// Most rows of tallies that are added up here.
const MOST_ROWS: usize = 1 << 22;

/// In place of the number of a row: it has none yet.
const NOT_THERE: u32 = u32::MAX;

/// Cells that are chosen at a time.
const BLOCK: usize = 2048;

/// Whose cells: all pupils of some schools at the end of a key stage, or all their results.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CellsOf {
    pub stage: KeyStage,
    pub source: Source,
    pub scope: Scope,
    /// The one year in which they are told apart by school, where all years would be too many.
    pub year: Option<Year>,
    /// The one subject of that year, where all subjects would be too many: of all schools.
    pub subject: Option<Subject>,
}

impl CellsOf {
    /// The cells that could tell a slice; `None` where it looks at a rarer characteristic, or at schools that cells do not tell.
    pub fn telling(slice: &Slice) -> Option<Self> {
        let common = slice.filter.constraints().all(|(of, _)| of.is_common())
            && slice.by.iter().all(|by| !matches!(by, Breakdown::Pupils(of) if !of.is_common()));
        let group = slice.scope != Scope::All;
        let (year, subject) = match (slice.source, slice.years.as_slice(), slice.subjects.as_slice()) {
            _ if !slice.by.contains(&Breakdown::School) => (None, None),
            (Source::Outcomes, ..) if group => (None, None),
            (Source::Results, [year], _) if group => (Some(*year), None),
            (Source::Outcomes, [year], _) => (Some(*year), None),
            (Source::Results, [year], [subject]) => (Some(*year), Some(*subject)),
            _ => return None,
        };
        common.then(|| Self { stage: slice.stage, source: slice.source, scope: slice.scope.clone(), year, subject })
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
    runs: Vec<Run>,
    /// The places among the sums of n, sum and sum of squares.
    indicators: BTreeMap<Indicator, [usize; 3]>,
    finest: Grain,
    /// Told apart by none, one or two of the common characteristics, once there was time to add them up; the fewest first.
    coarser: OnceLock<Vec<Grain>>,
}

/// Which schools, subjects or years cells are of.
#[derive(Debug)]
struct Dimension {
    by: Breakdown,
    /// In order.
    numbers: Vec<i32>,
}

/// Cells of one school, subject and year, which stand together: by dimension the place among its numbers.
type Run = SmallVec<[u16; 3]>;

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
        let dimensions = by.into_iter().zip(&keys).map(|(by, values)| {
            let mut numbers = values.clone();
            numbers.sort_unstable();
            numbers.dedup();
            Dimension { by, numbers }
        });
        let dimensions: Vec<Dimension> = dimensions.collect();
        let Some((runs, ends)) = runs(&dimensions, &keys, profiles.len()) else { return Ok(None) };
        // The same rows in the same order as before: nothing is loaded while a workspace is open.
        let (mut known, mut columns) =
            before.map_or_else(Default::default, |before| (before.indicators.clone(), before.finest.sums.clone()));
        let first = columns.len();
        let places = plan.sums.iter().map(|places| places.map(|place| first + place - plan.keys));
        known.extend(indicators.into_iter().zip(places));
        columns.extend(sums.into_iter().map(|sum| Arc::new(Column::from(sum))));
        let finest = Grain { told: Profile::COMMON, ends, profiles, sums: columns };
        Ok(Some(Self { facts, dimensions, runs, indicators: known, finest, coarser: OnceLock::new() }))
    }

    /// From how many rows they were read.
    pub fn facts(&self) -> i64 {
        self.facts
    }

    /// Whether they hold all that a slice asks about.
    pub fn hold(&self, slice: &Slice) -> bool {
        slice.held_indicators().all(|of| self.indicators.contains_key(&of))
    }

    /// Adds up coarser grains, which answer most questions from a tenth of the cells; at most about so many bytes of them. Nothing
    /// is kept, and `false` given, when nobody wants them any more.
    pub fn coarsen(&self, most_bytes: usize, wanted: &dyn Fn() -> bool) -> bool {
        if self.coarser.get().is_some() {
            return true;
        }
        let mut coarser: Vec<Grain> = Vec::new();
        let mut bytes = 0;
        for told in grain::coarse() {
            if !wanted() {
                return false;
            }
            let grain = self.finest.coarser(told);
            if 2 * grain.profiles.len() > self.finest.profiles.len() {
                continue;
            }
            bytes += grain.bytes();
            if bytes > most_bytes {
                break;
            }
            coarser.push(grain);
        }
        coarser.sort_by_key(|grain| grain.profiles.len());
        self.coarser.get_or_init(|| coarser);
        true
    }

    /// The coarsest grain that tells apart all pupils whom a slice does.
    fn grain(&self, slice: &Slice) -> &Grain {
        let told = told_apart(slice);
        let tells = |grain: &&Grain| told & !grain.told == 0;
        self.coarser.get().into_iter().flatten().find(tells).unwrap_or(&self.finest)
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
        let grain = self.grain(slice);
        let mut sums: Vec<Sum<'_>> = Vec::new();
        let of = slice.indicators.iter().map(|of| self.sums_of(grain, *of, &mut sums));
        let of: Vec<[usize; 3]> = of.collect::<Option<_>>()?;
        let there = self.add(grain, slice, &keys, rows, &mut sums);
        let mut in_order: Vec<(u32, usize)> = there.into_iter().zip(0..).collect();
        in_order.sort_unstable();
        let row = |(place, nth): (u32, usize)| {
            let mut left = place as usize;
            let mut numbers: Keys = smallvec![0; keys.len()];
            for (number, key) in numbers.iter_mut().zip(&keys).rev() {
                *number = key.number(left % key.size());
                left /= key.size();
            }
            let tally = |of: &[usize; 3]| {
                let [n, sum, sum_of_squares] = of.map(|of| sums[of].values[nth]);
                Tally { n, sum, sum_of_squares }
            };
            TallyRow { keys: numbers, tallies: of.iter().map(tally).collect() }
        };
        Some(Tallies { rows: in_order.into_iter().map(row).collect() })
    }

    /// The places of an indicator's n, sum and sum of squares among the sums, to which they are added where they are not there.
    fn sums_of<'c>(&self, grain: &'c Grain, indicator: Indicator, sums: &mut Vec<Sum<'c>>) -> Option<[usize; 3]> {
        let mut place = |column: usize, of: Option<Codes>| {
            let column = &*grain.sums[column];
            let known = sums.iter().position(|sum| std::ptr::eq(sum.column, column) && sum.of == of);
            known.unwrap_or_else(|| {
                sums.push(Sum { column, of, values: Vec::new() });
                sums.len() - 1
            })
        };
        let Some((characteristic, groups)) = indicator.intake() else {
            return Some(self.indicators.get(&indicator)?.map(|column| place(column, None)));
        };
        // The pupils whose characteristic is known, and those of the groups.
        let [pupils, ..] = *self.indicators.get(&Indicator::Pupils)?;
        let of_groups = Codes::new(characteristic, &groups);
        let known = Codes { codes: !1, ..of_groups };
        let [n, hits] = [known, of_groups].map(|codes| place(pupils, Some(codes)));
        Some([n, hits, hits])
    }

    /// Adds the cells that a slice takes up, row by row. Gives the places of the rows that are there; the values of sums are in
    /// the same order.
    fn add(&self, grain: &Grain, slice: &Slice, keys: &[Key<'_>], rows: usize, sums: &mut [Sum<'_>]) -> Vec<u32> {
        let mut there = Rows { places: Vec::new(), numbered: vec![NOT_THERE; rows] };
        // Without keys there is always the one.
        if keys.is_empty() {
            there.number(0);
        }
        let choice = Choice::new(&self.dimensions, slice, keys);
        let mut block = Block::default();
        for (run, cells) in self.runs.iter().zip(grain.runs()) {
            let Some(place) = choice.place(run) else { continue };
            for first in cells.clone().step_by(BLOCK) {
                block.choose(&choice, first..cells.end.min(first + BLOCK as u32), place, &grain.profiles);
                if block.cells.len() >= BLOCK {
                    block.add_to(sums, &mut there, &grain.profiles);
                }
            }
        }
        block.add_to(sums, &mut there, &grain.profiles);
        there.places
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        let grains = std::iter::once(&self.finest).chain(self.coarser.get().into_iter().flatten());
        let dimensions = self.dimensions.iter().map(|of| 4 * of.numbers.len());
        let runs = size_of::<Run>() * self.runs.len();
        grains.map(Grain::bytes).sum::<usize>() + dimensions.sum::<usize>() + runs
    }
}

/// The bits of a profile by which a slice tells pupils apart.
fn told_apart(slice: &Slice) -> i32 {
    let filtered = slice.filter.constraints().map(|(of, _)| of);
    let by = slice.by.iter().filter_map(|by| if let Breakdown::Pupils(of) = by { Some(*of) } else { None });
    let of_intake = slice.indicators.iter().filter_map(|of| of.intake()).map(|(of, _)| of);
    filtered.chain(by).chain(of_intake).fold(0, |bits, of| bits | of.bits())
}

/// The rows that are there: few of many.
struct Rows {
    /// In the order in which their cells stand.
    places: Vec<u32>,
    /// By place the number of the row.
    numbered: Vec<u32>,
}

impl Rows {
    fn number(&mut self, place: u32) -> u32 {
        let nth = &mut self.numbered[place as usize];
        if *nth == NOT_THERE {
            *nth = self.places.len() as u32;
            self.places.push(place);
        }
        *nth
    }
}

/// The runs of cells that are in order of their keys, and where each ends; `None` where a dimension has too many numbers.
fn runs(dimensions: &[Dimension], keys: &[Vec<i32>], cells: usize) -> Option<(Vec<Run>, Vec<u32>)> {
    let (mut runs, mut ends) = (Vec::new(), Vec::new());
    for cell in 0..cells {
        let follows = cell > 0 && keys.iter().all(|key| key[cell] == key[cell - 1]);
        if !follows {
            let place = |(of, key): (&Dimension, &Vec<i32>)| {
                of.numbers.binary_search(&key[cell]).ok().and_then(|place| u16::try_from(place).ok())
            };
            runs.push(dimensions.iter().zip(keys).map(place).collect::<Option<_>>()?);
            ends.push(u32::try_from(cell).ok()?);
        }
        *ends.last_mut()? += 1;
    }
    Some((runs, ends))
}

/// Which cells a slice takes, and to which place each belongs.
struct Choice {
    /// By dimension by how much each number moves the place; nothing where cells of the number are not asked for.
    moves: Vec<Vec<Option<u32>>>,
    /// Shift and mask of each characteristic that is told apart, and by how much a code moves the place.
    pupils: Vec<(u32, i32, u32)>,
    wanted: Vec<Codes>,
}

impl Choice {
    fn new(dimensions: &[Dimension], slice: &Slice, keys: &[Key<'_>]) -> Self {
        let mut strides = vec![1; keys.len()];
        for nth in (1..keys.len()).rev() {
            strides[nth - 1] = strides[nth] * keys[nth].size();
        }
        let keys = || keys.iter().zip(&strides);
        let moves = dimensions.iter().map(|dimension| {
            let is_own = |key: &Key<'_>| matches!(key, Key::Dimension(of) if of.by == dimension.by);
            let stride = keys().find(|(key, _)| is_own(key)).map_or(0, |(_, stride)| *stride);
            let is_taken = |number: i32| match dimension.by {
                Breakdown::Year => slice.years.iter().any(|year| year.ending() == number),
                Breakdown::Subject if !slice.subjects.is_empty() => {
                    slice.subjects.iter().any(|subject| i32::from(subject.id) == number)
                }
                _ => true,
            };
            let numbers = dimension.numbers.iter().enumerate();
            numbers.map(|(nth, number)| is_taken(*number).then_some((nth * stride) as u32)).collect()
        });
        let pupils = keys().filter_map(|(key, stride)| match key {
            Key::Pupils(of) => Some((of.shift(), of.mask(), *stride as u32)),
            Key::Dimension(_) => None,
        });
        Self { moves: moves.collect(), pupils: pupils.collect(), wanted: codes(&slice.filter) }
    }

    /// The place to which cells of a run belong, before their pupils are told apart; `None` where they are not asked for.
    fn place(&self, run: &[u16]) -> Option<u32> {
        self.moves.iter().zip(run).map(|(moves, place)| moves[usize::from(*place)]).sum()
    }
}

/// Cells that are taken, and their places. So few that they stay in the nearest cache until they are added up.
#[derive(Default)]
struct Block {
    cells: Vec<u32>,
    places: Vec<u32>,
}

impl Block {
    /// Takes those of these cells that are asked for. Without branches, which are hard to foresee here.
    fn choose(&mut self, choice: &Choice, cells: Range<u32>, place: u32, profiles: &[i32]) {
        let first = self.cells.len();
        self.cells.resize(first + cells.len(), 0);
        self.places.resize(first + cells.len(), 0);
        let mut count = first;
        for (cell, profile) in cells.clone().zip(&profiles[cells.start as usize..]) {
            let told = choice.pupils.iter().map(|(shift, mask, stride)| ((profile >> shift) & mask) as u32 * stride);
            (self.cells[count], self.places[count]) = (cell, place + told.sum::<u32>());
            count += usize::from(choice.wanted.iter().fold(true, |taken, codes| taken & codes.holds(*profile)));
        }
        self.cells.truncate(count);
        self.places.truncate(count);
    }

    /// Adds all to sums, and is empty then.
    fn add_to(&mut self, sums: &mut [Sum<'_>], there: &mut Rows, profiles: &[i32]) {
        self.places.iter_mut().for_each(|place| *place = there.number(*place));
        for sum in sums {
            sum.values.resize(there.places.len(), 0);
            sum.add(self, profiles);
        }
        self.cells.clear();
        self.places.clear();
    }
}

/// A column that is added up, row by row.
struct Sum<'a> {
    column: &'a Column,
    /// Only cells of these pupils count.
    of: Option<Codes>,
    values: Vec<i64>,
}

impl Sum<'_> {
    fn add(&mut self, block: &Block, profiles: &[i32]) {
        match self.column {
            Column::Narrow(values) => self.add_of(values, block, profiles),
            Column::Wide(values) => self.add_of(values, block, profiles),
        }
    }

    fn add_of<T: Copy + Into<i64>>(&mut self, values: &[T], block: &Block, profiles: &[i32]) {
        // Many cells of one row follow each other.
        let (mut of, mut sum) = (0, 0);
        for (cell, place) in block.cells.iter().zip(&block.places) {
            let cell = *cell as usize;
            if *place != of {
                self.values[of as usize] += sum;
                (of, sum) = (*place, 0);
            }
            let counts = self.of.is_none_or(|of| of.holds(profiles[cell]));
            sum += if counts { values[cell].into() } else { 0 };
        }
        if let Some(value) = self.values.get_mut(of as usize) {
            *value += sum;
        }
    }
}

/// Codes of a characteristic, one bit each.
#[derive(Clone, Copy, PartialEq)]
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
