//! The shield: which further figures stay hidden, so that no hidden number of pupils can be worked out from those shown.
//!
//! Every figure is of a *block* of a cross table: some schools, some years, some values of each characteristic. For every
//! small cell of the table a **guard** is set: the cell, and in each dimension one or more partners of its coordinate. The
//! cells at the corners could all be changed together, one up, its neighbour down, without changing any block that holds
//! both a coordinate and its partners, or neither, in at least one dimension. Those blocks may be shown; the others are
//! hidden. So the small cell stays unknown within a range of at least the policy's smallest number, whatever blocks are
//! shown, to whom, in which order: overlapping groups, pooled years and toggled filters included.
//!
//! Where no partners are enough, the cell's school is merged with another in that year: every block as finely broken down
//! that holds one of them and not the other is hidden, empty ones too. Then only coarser tables tell the two apart, whose own
//! guards hold. What a coarser table hides stays hidden however it is
//! broken down further.
//!
//! It is complementary suppression and protection from differencing in one rule (Willenborg and de Waal 2001, chapter 4 and
//! 6: a cell is safe where an alternating move leaves all that is published as it is).

mod search;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use search::Search;
use smallvec::{SmallVec, smallvec};

/// Coordinates of a cell by dimension, or several coordinates of one dimension. Mostly few, so that no memory is asked for: a
/// deep table has millions.
pub type Coordinates = SmallVec<[u16; 8]>;

/// Coordinates by dimension.
type Clusters = SmallVec<[Coordinates; 4]>;

/// What a dimension of the cross table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Schools: partners are looked for among schools that stand in the same authority, trust and groups.
    School,
    Year,
    /// Subject or pupil characteristic. Pupils of whom the characteristic is not known are in no group that anyone could
    /// tell: cells of that coordinate are not guarded.
    Value {
        not_known: Option<u16>,
    },
}

/// Numbers of pupils in the cells of a cross table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CrossTable {
    sizes: Vec<usize>,
    cells: Cells,
}

#[derive(Debug, Clone, PartialEq)]
enum Cells {
    Dense(Vec<u32>),
    /// Sorted by place.
    Sparse(Vec<(u64, u32)>),
}

impl Default for Cells {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

/// Bytes that an allocator takes beside what is asked for.
const ALLOCATED: usize = 16;

/// Cells of a dense table: 32 MiB.
const MOST_DENSE: usize = 1 << 23;

impl CrossTable {
    /// A table with these sizes of its dimensions and these numbers by coordinates. Cells that are not named are empty.
    pub fn new(sizes: Vec<usize>, cells: impl Iterator<Item = (impl AsRef<[u16]>, i64)>) -> Self {
        let place =
            |at: &[u16]| at.iter().zip(&sizes).fold(0u64, |place, (at, size)| place * *size as u64 + *at as u64);
        let whole = sizes.iter().try_fold(1usize, |product, size| product.checked_mul(*size));
        let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let cells = match whole.filter(|whole| *whole <= MOST_DENSE) {
            Some(whole) => {
                let mut dense = vec![0; whole];
                for (at, n) in cells {
                    dense[place(at.as_ref()) as usize] = number(n);
                }
                Cells::Dense(dense)
            }
            None => {
                let mut sparse: Vec<(u64, u32)> = cells.map(|(at, n)| (place(at.as_ref()), number(n))).collect();
                sparse.sort_unstable();
                Cells::Sparse(sparse)
            }
        };
        Self { sizes, cells }
    }

    fn place(&self, at: &[u16]) -> u64 {
        at.iter().zip(&self.sizes).fold(0, |place, (at, size)| place * *size as u64 + u64::from(*at))
    }

    fn n(&self, at: &[u16]) -> i64 {
        let place = self.place(at);
        match &self.cells {
            Cells::Dense(cells) => cells[place as usize].into(),
            Cells::Sparse(cells) => {
                cells.binary_search_by_key(&place, |cell| cell.0).map_or(0, |found| cells[found].1.into())
            }
        }
    }

    /// The cells that hold from 1 to below `smallest` pupils, the smallest first.
    fn small(&self, smallest: i64) -> Vec<Coordinates> {
        let few = |n: u32| (1..smallest).contains(&i64::from(n));
        let mut small: Vec<(u32, u64)> = match &self.cells {
            Cells::Dense(cells) => {
                let cells = cells.iter().enumerate();
                cells.filter(|(_, n)| few(**n)).map(|(place, n)| (*n, place as u64)).collect()
            }
            Cells::Sparse(cells) => cells.iter().filter(|(_, n)| few(*n)).map(|(place, n)| (*n, *place)).collect(),
        };
        small.sort_unstable();
        small.into_iter().map(|(_, place)| self.coordinates(place)).collect()
    }

    fn coordinates(&self, mut place: u64) -> Coordinates {
        let mut at = smallvec![0; self.sizes.len()];
        for (at, size) in at.iter_mut().zip(&self.sizes).rev() {
            *at = (place % *size as u64) as u16;
            place /= *size as u64;
        }
        at
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        match &self.cells {
            Cells::Dense(cells) => cells.len() * 4,
            Cells::Sparse(cells) => cells.len() * 16,
        }
    }
}

/// What a block takes of one dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part<'a> {
    All,
    One(u16),
    /// Whether each coordinate is in.
    Some(&'a [bool]),
}

impl Part<'_> {
    fn holds(&self, at: u16) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => *one == at,
            Self::Some(these) => these.get(usize::from(at)).copied().unwrap_or(false),
        }
    }

    /// Whether some of the coordinates are in and some are not.
    fn splits(&self, cluster: &[u16]) -> bool {
        let mut held = cluster.iter().map(|at| self.holds(*at));
        let first = held.next().unwrap_or_default();
        held.any(|other| other != first)
    }
}

/// How the schools of a table stand together.
#[derive(Clone, Copy)]
pub struct Schools<'a> {
    /// The authority of each school, by its coordinate; nothing where a table is of no schools.
    pub authorities: &'a [i32],
    /// How much two schools stand together, in authority, trust and groups.
    pub alike: &'a (dyn Fn(u16, u16) -> u32 + Sync),
}

/// A block: a part by dimension.
pub type Parts<'a> = SmallVec<[Part<'a>; 4]>;

/// Tells whether somebody still wants what is worked on. It is asked often, from every core, and must be quick.
pub type Wanted<'a> = &'a (dyn Fn() -> bool + Sync);

impl std::fmt::Debug for Schools<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schools").field("authorities", &self.authorities).finish_non_exhaustive()
    }
}

/// A small cell, and what must stay together so that nobody can work it out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Guard {
    cell: Coordinates,
    /// By dimension: the cell's coordinate and its partners, or nothing where there is no partner.
    clusters: Clusters,
    /// Dimensions of values whose every part touches the cell: where no partners are enough.
    wide: SmallVec<[bool; 8]>,
}

impl Guard {
    fn hides(&self, block: &[Part<'_>]) -> bool {
        let mut dimensions = block.iter().zip(&self.cell).zip(self.clusters.iter().zip(&self.wide));
        dimensions.all(|((part, at), (cluster, wide))| {
            *wide || if cluster.is_empty() { part.holds(*at) } else { part.splits(cluster) }
        })
    }
}

/// The guards of a cross table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shield {
    guards: Vec<Guard>,
    school: Option<usize>,
    /// Places among the guards, by school that is in one.
    by_school: Vec<Vec<u32>>,
    /// Guards without partners among schools: they hide blocks of all schools.
    without_schools: Vec<u32>,
    /// The shields of the tables of fewer characteristics, each with the places of its dimensions in this table. What they
    /// hide stays hidden however it is broken down further.
    below: Vec<(Arc<Shield>, Vec<usize>)>,
    /// Whether blocks without pupils may be hidden, here or below.
    hides_empty: bool,
}

/// The guards that a block with some part of the schools could fall foul of: of a shield and of those below it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Near(Vec<Vec<u32>>);

impl Shield {
    /// Sets a guard for every cell of fewer than `smallest` pupils that the shields `below` do not protect already.
    ///
    /// Partners are looked for where schools stand together most: in the authority, and only where there are none elsewhere. So
    /// the guards of an authority are the same, whether a table is of it alone or of all. They are chosen so that the fewest
    /// pupils are hidden beyond those that are already: for up to eight cells of an authority all together, for more cell by
    /// cell, the smallest cell first, which is an approximation.
    ///
    /// It can take many seconds: `None` soon after `wanted` says no, with nothing half raised.
    pub fn raise(
        table: &CrossTable,
        dimensions: &[Dimension],
        smallest: i64,
        schools: &Schools<'_>,
        below: Vec<(Arc<Self>, Vec<usize>)>,
        wanted: Wanted<'_>,
    ) -> Option<Self> {
        let school = dimensions.iter().position(|of| *of == Dimension::School);
        let mut small = table.small(smallest);
        let not_known = |(at, of): (&u16, &Dimension)| *of == Dimension::Value { not_known: Some(*at) };
        small.retain(|cell| !cell.iter().zip(dimensions).any(not_known));
        let mut districts: BTreeMap<i32, (Vec<u16>, Vec<Coordinates>)> = BTreeMap::new();
        for (at, authority) in schools.authorities.iter().enumerate() {
            districts.entry(*authority).or_default().0.push(at as u16);
        }
        for cell in small {
            let authority = school.and_then(|place| schools.authorities.get(usize::from(cell[place])));
            districts.entry(authority.copied().unwrap_or_default()).or_default().1.push(cell);
        }
        let guards_of = |(members, small): (Vec<u16>, Vec<Coordinates>)| {
            let mut search = Search::new(table, dimensions, smallest, schools.alike, &below, (&members, &small));
            search.guards(small, wanted)
        };
        let districts: Vec<_> = districts.into_values().collect();
        let guards: Option<Vec<Vec<Guard>>> = districts.into_par_iter().map(guards_of).collect();
        let guards: Vec<Guard> = guards?.into_iter().flatten().collect();
        let mut by_school: Vec<Vec<u32>> = vec![Vec::new(); school.map_or(0, |place| table.sizes[place])];
        let mut without_schools = Vec::new();
        for (nth, guard) in (0..).zip(&guards) {
            let (own, cluster) = match school {
                Some(place) => (Some(guard.cell[place]), guard.clusters[place].as_slice()),
                None => (None, &[][..]),
            };
            if cluster.is_empty() {
                without_schools.push(nth);
            }
            let concerned = cluster.iter().copied().chain(own.filter(|_| cluster.is_empty()));
            concerned.for_each(|at| by_school[usize::from(at)].push(nth));
        }
        let wide = guards.iter().any(|guard| guard.wide.contains(&true));
        let hides_empty = wide || below.iter().any(|(shield, _)| shield.hides_empty);
        Some(Self { guards, school, by_school, without_schools, below, hides_empty })
    }

    /// Whether a block stays hidden: it has a part for each dimension.
    pub fn hides(&self, block: &[Part<'_>]) -> bool {
        let below = |(shield, places): &(Arc<Self>, Vec<usize>)| {
            let school = shield.school.map(|place| block[places[place]]);
            shield.has_guards(school) && shield.hides_alone(&project(block, places))
        };
        self.hides_alone(block) || self.below.iter().any(below)
    }

    /// The guards that have something to do with a school.
    fn guards_of(&self, school: u16) -> impl Iterator<Item = &Guard> {
        let of_school = match self.school {
            Some(_) => self.by_school.get(usize::from(school)).map_or(&[][..], Vec::as_slice),
            None => &self.without_schools,
        };
        of_school.iter().map(|nth| &self.guards[*nth as usize])
    }

    /// Whether there may be guards that concern this part of the schools.
    fn has_guards(&self, schools: Option<Part<'_>>) -> bool {
        match schools {
            Some(Part::One(one)) => self.by_school.get(usize::from(one)).is_some_and(|places| !places.is_empty()),
            Some(Part::Some(_)) => !self.guards.is_empty(),
            Some(Part::All) | None => !self.without_schools.is_empty(),
        }
    }

    fn hides_alone(&self, block: &[Part<'_>]) -> bool {
        let of = |places: &[u32]| places.iter().any(|place| self.guards[*place as usize].hides(block));
        let Some(school) = self.school else { return of(&self.without_schools) };
        match block.get(school) {
            Some(Part::One(one)) => self.by_school.get(usize::from(*one)).is_some_and(|places| of(places)),
            // Nobody splits schools by asking for all of them.
            Some(Part::All) => of(&self.without_schools),
            _ => self.guards.iter().any(|guard| guard.hides(block)),
        }
    }

    /// The guards that blocks with this part of the schools could fall foul of.
    pub fn near(&self, schools: Part<'_>) -> Near {
        let all = std::iter::once(self).chain(self.below.iter().map(|(shield, _)| shield.as_ref()));
        Near(all.map(|shield| shield.near_alone(schools)).collect())
    }

    fn near_alone(&self, schools: Part<'_>) -> Vec<u32> {
        let Some(place) = self.school else { return self.without_schools.clone() };
        let concerns = |guard: &Guard| match guard.clusters[place].as_slice() {
            [] => schools.holds(guard.cell[place]),
            cluster => schools.splits(cluster),
        };
        let guards = self.guards.iter().enumerate().filter(|(_, guard)| concerns(guard));
        guards.map(|(nth, _)| nth as u32).collect()
    }

    /// As [`Shield::hides`], of the guards that are near.
    pub fn hides_by(&self, near: &Near, block: &[Part<'_>]) -> bool {
        let of = |shield: &Self, near: &[u32], block: &[Part<'_>]| {
            near.iter().any(|nth| shield.guards.get(*nth as usize).is_some_and(|guard| guard.hides(block)))
        };
        let mut near = near.0.iter();
        near.next().is_some_and(|near| of(self, near, block))
            || near.zip(&self.below).any(|(near, (shield, places))| of(shield, near, &project(block, places)))
    }

    /// Whether empty blocks may be hidden too, so that rows without pupils must not be told by leaving them out.
    pub fn hides_empty_blocks(&self) -> bool {
        self.hides_empty
    }

    /// How many cells are guarded.
    pub fn len(&self) -> usize {
        self.guards.len()
    }

    /// Whether no cell is guarded.
    pub fn is_empty(&self) -> bool {
        self.guards.is_empty()
    }

    /// About how many bytes it takes, without the shields below.
    pub fn bytes(&self) -> usize {
        let beside = |list: &Coordinates| if list.spilled() { 2 * list.capacity() + ALLOCATED } else { 0 };
        let of_guard = |guard: &Guard| {
            let clusters =
                if guard.clusters.spilled() { size_of::<Coordinates>() * guard.clusters.capacity() } else { 0 };
            size_of::<Guard>() + clusters + beside(&guard.cell) + guard.clusters.iter().map(beside).sum::<usize>()
        };
        let places = |list: &Vec<u32>| size_of::<Vec<u32>>() + 4 * list.capacity() + ALLOCATED;
        let by_school: usize = self.by_school.iter().map(places).sum();
        self.guards.iter().map(of_guard).sum::<usize>() + by_school + places(&self.without_schools)
    }
}

fn project<'a>(block: &[Part<'a>], places: &[usize]) -> Parts<'a> {
    places.iter().map(|place| block[*place]).collect()
}
