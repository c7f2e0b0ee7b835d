//! The search for partners of small cells.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use hashbrown::HashMap;
use smallvec::{SmallVec, smallvec};

use super::{Clusters, Coordinates, CrossTable, Dimension, Guard, Part, Parts, Shield, Wanted};
use crate::method::choice::least;

/// Schools farther than these are not looked at as partners; of those that stand together as much, the first few are.
const MOST_SCHOOLS: usize = 400;
const MOST_ALIKE: usize = 24;

/// Coordinates that are tried as the one partner in a dimension other than schools; then all others together are.
const MOST_VALUES: usize = 2;

/// Of so many small cells the partners are chosen together; the search gives up after so many steps with the best it found.
const MOST_EXACT: usize = 8;
const MOST_STEPS: usize = 4_000;

/// Other schools by how far they stand apart, the nearest first.
type Near = Rc<[(u32, u16)]>;

/// The search for the partners of small cells.
pub(super) struct Search<'a> {
    table: &'a CrossTable,
    dimensions: &'a [Dimension],
    school: Option<usize>,
    smallest: i64,
    alike: &'a (dyn Fn(u16, u16) -> u32 + Sync),
    below: &'a [(Arc<Shield>, Vec<usize>)],
    /// Places of cells, and whether they are hidden already.
    hidden: RefCell<HashMap<u64, bool>>,
    /// The schools of the authority.
    members: &'a [u16],
    /// By school: the others of its authority by how much they stand together with it, the most first.
    near: HashMap<u16, Near>,
    /// By school: the nearest of other authorities.
    far: HashMap<u16, Near>,
    /// Schools and years that are hidden whole, with the schools with which they are.
    whole: HashMap<Coordinates, Vec<Coordinates>>,
}

/// By how much a cell can rise and fall together with its corners.
#[derive(Clone, Copy)]
struct Room {
    up: i64,
    down: i64,
}

/// Partners of a cell by dimension; empty where it has none.
type Partners = Clusters;

/// The one partner in each of some dimensions.
type Singles = SmallVec<[(usize, u16); 4]>;

/// The dimension with several partners, and the one partner in each of the others.
fn singles(partners: &Partners) -> (Option<usize>, Singles) {
    let several = partners.iter().position(|of| of.len() > 1);
    let one = |(place, of): (usize, &Coordinates)| match of.as_slice() {
        [one] => Some((place, *one)),
        _ => None,
    };
    (several, partners.iter().enumerate().filter_map(one).collect())
}

/// Visits the cells at the corners: with the cell's own coordinate or a partner of it in each dimension.
fn each_corner(cell: &[u16], partners: &Partners, mut visit: impl FnMut(&[u16])) {
    // The corner, and how many partners of each dimension it has had.
    let mut at = Coordinates::from(cell);
    let mut had: SmallVec<[usize; 8]> = smallvec![0; cell.len()];
    loop {
        visit(&at);
        let further = (0..cell.len()).rev().find(|place| had[*place] < partners[*place].len());
        let Some(further) = further else { return };
        at[further] = partners[further][had[further]];
        had[further] += 1;
        for place in further + 1..cell.len() {
            (at[place], had[place]) = (cell[place], 0);
        }
    }
}

impl<'a> Search<'a> {
    /// Begins with the small cells of an authority hidden; `members` are its schools.
    pub fn new(
        table: &'a CrossTable,
        dimensions: &'a [Dimension],
        smallest: i64,
        alike: &'a (dyn Fn(u16, u16) -> u32 + Sync),
        below: &'a [(Arc<Shield>, Vec<usize>)],
        (members, small): (&'a [u16], &[Coordinates]),
    ) -> Self {
        let school = dimensions.iter().position(|of| *of == Dimension::School);
        let hidden = RefCell::new(small.iter().map(|at| (table.place(at), true)).collect());
        Self {
            table,
            dimensions,
            school,
            smallest,
            alike,
            below,
            hidden,
            members,
            near: HashMap::new(),
            far: HashMap::new(),
            whole: HashMap::new(),
        }
    }

    /// The guards of the small cells, but for those that the shields below protect.
    ///
    /// Of up to [`MOST_EXACT`] cells, those partners are taken that hide the fewest pupils in all; of more, cell by cell, the
    /// smallest cell first. `wanted` is asked before each cell; `None` once it says no.
    pub fn guards(&mut self, small: Vec<Coordinates>, wanted: Wanted<'_>) -> Option<Vec<Guard>> {
        let mut guards = Vec::new();
        if small.len() > MOST_EXACT {
            for cell in small {
                if !wanted() {
                    return None;
                }
                guards.extend(self.guard(cell));
            }
            return Some(guards);
        }
        let unprotected: Vec<Coordinates> = small.into_iter().filter(|cell| !self.is_protected_below(cell)).collect();
        let mut open: Vec<(Coordinates, Vec<Partners>)> = Vec::new();
        for cell in unprotected {
            if !wanted() {
                return None;
            }
            let options = self.options(&cell);
            if options.is_empty() { guards.extend(self.guard(cell)) } else { open.push((cell, options)) }
        }
        open.retain(|(cell, _)| !self.is_within_whole(cell));
        let corners = |cell: &[u16], partners: &Partners| {
            let mut visible = Vec::new();
            each_corner(cell, partners, |corner| {
                if !self.is_hidden(corner) {
                    visible.push((self.table.place(corner), self.table.n(corner)));
                }
            });
            visible
        };
        let of_cell =
            |(cell, options): &(Coordinates, Vec<Partners>)| options.iter().map(|of| corners(cell, of)).collect();
        let chosen = least(&open.iter().map(of_cell).collect::<Vec<_>>(), MOST_STEPS);
        guards.extend(open.into_iter().zip(chosen).map(|((cell, mut options), nth)| {
            let partners = options.swap_remove(nth);
            self.hide(&cell, &partners);
            self.guard_of(cell, partners, false)
        }));
        Some(guards)
    }

    /// The guard of a cell; `None` where the shields below protect it, or a school that is hidden whole.
    fn guard(&mut self, cell: Coordinates) -> Option<Guard> {
        if self.is_within_whole(&cell) || self.is_protected_below(&cell) {
            return None;
        }
        let options = self.options(&cell);
        let cheapest = options.into_iter().min_by_key(|partners| self.cost(&cell, partners));
        let wide = cheapest.is_none();
        let partners = cheapest.unwrap_or_else(|| {
            let mut partners: Partners = smallvec![Coordinates::new(); cell.len()];
            let has_values = (0..cell.len()).any(|place| self.is_value(place));
            if let Some(place) = self.school.filter(|_| has_values) {
                partners[place] = self.merged(&cell, place);
                self.whole.entry(self.free(&cell)).or_default().push(partners[place].clone());
            }
            partners
        });
        self.hide(&cell, &partners);
        Some(self.guard_of(cell, partners, wide))
    }

    fn guard_of(&self, cell: Coordinates, partners: Partners, wide: bool) -> Guard {
        let clusters = partners.into_iter().zip(&cell).map(|(partners, at)| match partners.as_slice() {
            [] => Coordinates::new(),
            _ => std::iter::once(*at).chain(partners).collect(),
        });
        let clusters = clusters.collect();
        let wide = (0..cell.len()).map(|place| wide && self.is_value(place)).collect();
        Guard { clusters, cell, wide }
    }

    fn is_value(&self, place: usize) -> bool {
        matches!(self.dimensions[place], Dimension::Value { .. })
    }

    /// School and year of a cell.
    fn free(&self, cell: &[u16]) -> Coordinates {
        (0..cell.len()).filter(|place| !self.is_value(*place)).map(|place| cell[place]).collect()
    }

    /// The partners among which a cell has the choice: all that are enough, at the least distance where there are any.
    fn options(&mut self, cell: &[u16]) -> Vec<Partners> {
        // Values must have partners, so that tables of fewer characteristics are not touched. A guard with partners among
        // schools and years leaves more blocks shown.
        let values: Vec<usize> = (0..cell.len()).filter(|place| self.is_value(*place)).collect();
        let year = self.dimensions.iter().position(|of| *of == Dimension::Year);
        let choices = [(self.school, year), (self.school, None), (None, year), (None, None)];
        let found = choices.into_iter().find_map(|(school, year)| {
            let places: Vec<usize> = values.iter().copied().chain(year).collect();
            self.partners(cell, school, &places)
        });
        found.unwrap_or_default()
    }

    /// Whether the school and year of a cell are hidden whole, together with schools that leave it unknown.
    fn is_within_whole(&self, cell: &[u16]) -> bool {
        let Some(place) = self.school else { return false };
        let together = self.whole.get(&self.free(cell)).into_iter().flatten();
        together.into_iter().any(|schools| schools.is_empty() || self.sum(cell, place, schools) >= self.smallest)
    }

    /// Pupils of a cell in its own school and in others.
    fn sum(&self, cell: &[u16], place: usize, schools: &[u16]) -> i64 {
        let mut at = Coordinates::from(cell);
        let mut n = |school: u16| {
            at[place] = school;
            self.table.n(&at)
        };
        n(cell[place]) + schools.iter().map(|school| n(*school)).sum::<i64>()
    }

    /// Schools with which a cell's school is merged, where no partners are enough: one that brings enough pupils, those with
    /// which it is hidden in tables of fewer characteristics before others; or several together. None if all are too few.
    fn merged(&mut self, cell: &[u16], place: usize) -> Coordinates {
        let mut candidates: Vec<u16> = Vec::new();
        for (shield, places) in self.below {
            let at: Parts<'_> = places.iter().map(|place| Part::One(cell[*place])).collect();
            let guards = shield.guards_of(cell[place]).filter(|guard| guard.hides(&at));
            let schools = guards.filter_map(|guard| shield.school.map(|place| &guard.clusters[place]));
            candidates.extend(schools.flatten().filter(|school| **school != cell[place]));
        }
        candidates.extend(self.near(cell[place]).iter().map(|(_, school)| *school));
        candidates.extend(self.far(cell[place]).iter().map(|(_, school)| *school));
        let mut at = Coordinates::from(cell);
        let own = self.table.n(cell);
        let one = candidates.iter().find(|school| {
            at[place] = **school;
            own + self.table.n(&at) >= self.smallest
        });
        if let Some(one) = one {
            return smallvec![*one];
        }
        let mut together = Coordinates::new();
        let mut sum = self.table.n(cell);
        for school in candidates {
            at[place] = school;
            // A school that brings nobody is of no use.
            let n = self.table.n(&at);
            if n > 0 && !together.contains(&school) {
                together.push(school);
                sum += n;
            }
            if sum >= self.smallest {
                return together;
            }
        }
        Coordinates::new()
    }

    /// Whether a guard of fewer characteristics leaves this cell unknown too: with pupils of its own characteristics.
    fn is_protected_below(&self, cell: &[u16]) -> bool {
        self.below.iter().any(|(shield, places)| {
            let at: Parts<'_> = places.iter().map(|place| Part::One(cell[*place])).collect();
            let school = self.school.map_or(0, |place| cell[place]);
            let guards = shield.guards_of(school).filter(|guard| !guard.wide.contains(&true));
            guards.filter(|guard| guard.hides(&at)).any(|guard| {
                let mut partners: Partners = smallvec![Coordinates::new(); cell.len()];
                for (place, cluster) in places.iter().zip(&guard.clusters) {
                    partners[*place] = cluster.iter().copied().filter(|at| *at != cell[*place]).collect();
                }
                let several = partners.iter().filter(|of| of.len() > 1).count();
                several <= 1 && self.is_enough(cell, &partners)
            })
        })
    }

    /// Notes the corners of a guard as hidden.
    fn hide(&self, cell: &[u16], partners: &Partners) {
        let mut hidden = self.hidden.borrow_mut();
        each_corner(cell, partners, |corner| {
            hidden.insert(self.table.place(corner), true);
        });
    }

    fn is_hidden(&self, at: &[u16]) -> bool {
        *self.hidden.borrow_mut().entry(self.table.place(at)).or_insert_with(|| {
            let one = |places: &[usize]| places.iter().map(|place| Part::One(at[*place])).collect::<Parts<'_>>();
            self.below.iter().any(|(shield, places)| shield.hides_alone(&one(places)))
        })
    }

    /// The partners among schools (if `school`) and in some further dimensions that leave the cell unknown within the smallest
    /// number: all those at the least distance. In one dimension there may be several partners together, in the others there
    /// is one each.
    fn partners(&mut self, cell: &[u16], school: Option<usize>, places: &[usize]) -> Option<Vec<Partners>> {
        let mut choices: Vec<Partners> = vec![smallvec![Coordinates::new(); cell.len()]];
        for place in places {
            let candidates = self.candidates(cell, *place);
            let with = |known: &Partners, partners: &Coordinates| {
                let mut known = known.clone();
                known[*place].clone_from(partners);
                known
            };
            choices =
                choices.iter().flat_map(|known| candidates.iter().map(move |partners| with(known, partners))).collect();
        }
        let several = |partners: &Partners| partners.iter().filter(|of| of.len() > 1).count();
        choices.retain(|partners| several(partners) <= 1);
        choices.sort_by_key(several);
        let Some(school) = school else {
            // A cell by itself has no partner.
            let choices = choices.iter().filter(|_| !places.is_empty());
            return self.enough(cell, choices.cloned());
        };
        let near = self.near(cell[school]);
        self.among(cell, school, &choices, &near).or_else(|| {
            let far = self.far(cell[school]);
            self.among(cell, school, &choices, &far)
        })
    }

    /// The same with partners among these schools.
    fn among(&self, cell: &[u16], school: usize, choices: &[Partners], near: &Near) -> Option<Vec<Partners>> {
        let several = |partners: &Partners| partners.iter().filter(|of| of.len() > 1).count();
        for one in [true, false] {
            let choices = choices.iter().filter(|partners| (several(partners) == 0) == one);
            // Schools as partners leave no more room than there is without them.
            let choices: Vec<&Partners> = choices.filter(|partners| self.is_enough(cell, partners)).collect();
            if choices.is_empty() {
                continue;
            }
            let mut tried: Vec<Partners> = choices.iter().map(|partners| (*partners).clone()).collect();
            for level in near.chunk_by(|a, b| a.0 == b.0) {
                let mut found = Vec::new();
                for (_, candidate) in level.iter().take(MOST_ALIKE) {
                    for partners in &mut tried {
                        partners[school].clear();
                        partners[school].push(*candidate);
                        if self.is_enough(cell, partners) {
                            found.push(self.usable(cell, partners.clone()));
                        }
                    }
                }
                if !found.is_empty() {
                    return Some(found);
                }
            }
            // No single school is enough: several together.
            if one {
                let found = choices.into_iter().find_map(|partners| {
                    let mut partners = partners.clone();
                    near.chunk_by(|a, b| a.0 == b.0).find_map(|level| {
                        partners[school].extend(level.iter().map(|(_, candidate)| *candidate));
                        self.enough(cell, std::iter::once(partners.clone()))
                    })
                });
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// Those of some partners that leave the cell unknown within the smallest number; `None` if none do.
    fn enough(&self, cell: &[u16], choices: impl Iterator<Item = Partners>) -> Option<Vec<Partners>> {
        let enough = choices.filter(|partners| self.is_enough(cell, partners));
        let usable: Vec<Partners> = enough.map(|partners| self.usable(cell, partners)).collect();
        (!usable.is_empty()).then_some(usable)
    }

    fn is_enough(&self, cell: &[u16], partners: &Partners) -> bool {
        self.room(cell, partners).is_some_and(|room| room.up.saturating_add(room.down) >= self.smallest)
    }

    /// Pupils in the corners that are not hidden yet.
    fn cost(&self, cell: &[u16], partners: &Partners) -> i64 {
        let mut visible = 0;
        each_corner(cell, partners, |corner| visible += if self.is_hidden(corner) { 0 } else { self.table.n(corner) });
        visible
    }

    /// By how much a cell can change if its corners change with it; `None` if not at all. A corner is the
    /// cell with its coordinate, or a partner of it, in each dimension; neighbours go opposite ways. Empty corners cannot
    /// change: everyone sees that they are empty.
    fn room(&self, cell: &[u16], partners: &Partners) -> Option<Room> {
        let (several, singles) = singles(partners);
        let own = self.corners(cell, &singles)?;
        let Some(place) = several else { return Some(own) };
        let mut others = Room { up: 0, down: 0 };
        let mut at = Coordinates::from(cell);
        for partner in &partners[place] {
            at[place] = *partner;
            // The corners of a partner go the other way.
            if let Some(of_partner) = self.corners(&at, &singles) {
                others.up = others.up.saturating_add(of_partner.down);
                others.down = others.down.saturating_add(of_partner.up);
            }
        }
        let room = Room { up: own.up.min(others.up), down: own.down.min(others.down) };
        (room.up > 0 && room.down > 0).then_some(room)
    }

    /// The partners that take part in changes: those without an empty corner.
    fn usable(&self, cell: &[u16], mut partners: Partners) -> Partners {
        let (several, singles) = singles(&partners);
        if let Some(place) = several {
            let mut at = Coordinates::from(cell);
            partners[place].retain(|partner| {
                at[place] = *partner;
                self.corners(&at, &singles).is_some()
            });
        }
        partners
    }

    /// The same with one partner in each dimension; `None` where a corner is empty.
    fn corners(&self, cell: &[u16], singles: &[(usize, u16)]) -> Option<Room> {
        let mut room = Room { up: i64::MAX, down: i64::MAX };
        let mut at = Coordinates::from(cell);
        for subset in 0..1u32 << singles.len() {
            for (nth, (place, partner)) in singles.iter().enumerate() {
                at[*place] = if subset & (1 << nth) != 0 { *partner } else { cell[*place] };
            }
            let n = self.table.n(&at);
            if n == 0 {
                return None;
            }
            let least = if subset.count_ones() % 2 == 0 { &mut room.down } else { &mut room.up };
            *least = n.min(*least);
        }
        Some(room)
    }

    /// What may be a cell's partners in a dimension: a coordinate that is hidden already, then those of the fewest pupils
    /// that are enough, then those of the most; at last all others together.
    fn candidates(&self, cell: &[u16], place: usize) -> Vec<Coordinates> {
        let mut at = Coordinates::from(cell);
        let others = (0..self.table.sizes[place] as u16).filter(|other| *other != cell[place]);
        let mut candidates: Vec<(bool, bool, i64, u16)> = others
            .filter_map(|other| {
                at[place] = other;
                let n = self.table.n(&at);
                let enough = n >= self.smallest;
                let known = enough && self.is_hidden(&at);
                (n > 0).then_some((!known, !enough, if enough { n } else { -n }, other))
            })
            .collect();
        candidates.sort_unstable();
        let all: Coordinates = candidates.iter().map(|(.., other)| *other).collect();
        let mut sets: Vec<Coordinates> = all.iter().take(MOST_VALUES).map(|other| smallvec![*other]).collect();
        if all.len() > 1 {
            sets.push(all);
        }
        sets
    }

    /// The other schools of the authority.
    fn near(&mut self, school: u16) -> Near {
        if let Some(known) = self.near.get(&school) {
            return Rc::clone(known);
        }
        let near = self.nearest(school, self.members.iter().copied());
        self.near.insert(school, Rc::clone(&near));
        near
    }

    /// The nearest schools of other authorities.
    fn far(&mut self, school: u16) -> Near {
        if let Some(known) = self.far.get(&school) {
            return Rc::clone(known);
        }
        let schools = self.school.map_or(0, |place| self.table.sizes[place]) as u16;
        // In the order of their coordinates, as members are.
        let others = (0..schools).filter(|other| self.members.binary_search(other).is_err());
        let far = self.nearest(school, others);
        self.far.insert(school, Rc::clone(&far));
        far
    }

    fn nearest(&self, school: u16, others: impl Iterator<Item = u16>) -> Near {
        let others = others.filter(|other| *other != school);
        let mut near: Vec<(u32, u16)> = others.map(|other| (u32::MAX - (self.alike)(school, other), other)).collect();
        if near.len() > MOST_SCHOOLS {
            near.select_nth_unstable(MOST_SCHOOLS);
            near.truncate(MOST_SCHOOLS);
        }
        near.sort_unstable();
        near.into()
    }
}
