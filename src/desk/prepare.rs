//! Cells of the groups that are looked at, kept for the questions that follow.
//!
//! Who looks at a group asks many questions of the same pupils. Where its cells take no longer to read than a few of these
//! questions, the first question reads them; where they take longer, it is answered by a statement of its own, and the cells
//! are read in the background once nobody waits. From then on a filter is answered from memory. So are the shields raised that
//! the next filter will need.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use duckdb::Connection;

use super::cache::Lru;
use super::diagnostics::{Kept, Meter};
use super::singly::Singly;
use super::work::{Library, Work};
use super::{DeskError, Lane, Running, Shared, State, shield};
use crate::engine::{Cells, CellsOf, EngineError, Slice, Tallies};
use crate::method::shield::Wanted;
use crate::model::{Indicator, KeyStage, Source, Subject};

/// Bytes of cells that are kept.
const KEPT_BYTES: usize = 256 << 20;

/// Most bytes of coarser grains of some cells.
const COARSER_BYTES: usize = KEPT_BYTES / 4;

/// Cells of so many rows are read by the first question.
const AT_ONCE: i64 = 400_000;

/// Shields, which keep every core busy, are raised beforehand only after nobody has asked anything for so long: who clicks
/// quickly is not to wait for them.
const PAUSE: Duration = Duration::from_millis(250);

/// Most that is wanted at a time; the oldest wish is forgotten.
const MOST_WISHES: usize = 256;

/// What is wanted for questions to come.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wish {
    Cells(CellsOf),
    /// Coarser grains of cells that are there.
    Coarser(CellsOf),
    /// Shields of some subjects, or of pupils, with each common characteristic beyond these.
    Filters(shield::Of, Vec<Option<Subject>>),
}

/// The cells that are there, and those that are wanted.
pub(super) struct Prepared {
    is_on: bool,
    inner: Mutex<Inner>,
    reading: Singly<CellsOf>,
}

struct Inner {
    known: Lru<CellsOf, Known>,
    /// The newest last.
    wishes: Vec<Wish>,
    /// The indicators that were asked about: cells of the next group are read with all of them at once.
    asked: HashMap<(KeyStage, Source), BTreeSet<Indicator>>,
}

/// What is known of some cells.
#[derive(Clone)]
enum Known {
    /// From so many rows they would be read.
    Rows(i64),
    Read(Arc<Cells>),
    /// There are too many to hold, or they cannot be read: so that it is not tried again.
    None,
}

impl Prepared {
    /// Nothing prepared; `is_on` tells whether anything ever is.
    pub fn new(is_on: bool) -> Self {
        let inner = Inner { known: Lru::new(KEPT_BYTES), wishes: Vec::new(), asked: HashMap::new() };
        Self { is_on, inner: Mutex::new(inner), reading: Singly::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anything is prepared.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Wishes for something, unless it is wished for already.
    pub fn wish_for(&self, wish: Wish) {
        let mut inner = self.inner();
        inner.wishes.retain(|known| *known != wish);
        inner.wishes.push(wish);
        if inner.wishes.len() > MOST_WISHES {
            inner.wishes.remove(0);
        }
    }

    /// The newest wish, which is then nobody's: cells before shields, which are not given out before the pause.
    fn wish(&self, is_pause: bool) -> Option<Wish> {
        let mut inner = self.inner();
        let cells = inner.wishes.iter().rposition(|wish| !matches!(wish, Wish::Filters(..)));
        let place = cells.or(inner.wishes.len().checked_sub(1).filter(|_| is_pause))?;
        Some(inner.wishes.remove(place))
    }

    /// Whether something is wished for.
    pub fn has_wishes(&self) -> bool {
        !self.inner().wishes.is_empty()
    }

    /// The cells that are kept now.
    pub fn kept(&self) -> Kept {
        let known = &self.inner().known;
        Kept { what: "cells", values: known.len(), bytes: known.bytes() }
    }
}

impl Library {
    /// The tallies of a slice from its cells, where they are there or read quickly. Where they are not, they are wished for.
    ///
    /// # Errors
    /// [`EngineError::Interrupted`] when nobody asks any more.
    pub fn prepared_tallies(
        &self,
        connection: &Connection,
        slice: &Slice,
        wanted: Wanted<'_>,
    ) -> Result<Option<Tallies>, EngineError> {
        let Some(of) = CellsOf::telling(slice).filter(|_| self.prepared.is_on) else { return Ok(None) };
        let known = || {
            let mut inner = self.prepared.inner();
            inner.asked.entry((of.stage, of.source)).or_default().extend(slice.held_indicators());
            inner.known.get(&of)
        };
        let told = |known: &Option<Known>| match known {
            Some(Known::Read(cells)) if cells.hold(slice) => Some(cells.tallies(slice)),
            Some(Known::None) => Some(None),
            _ => None,
        };
        if let Some(told) = told(&known()) {
            return Ok(told);
        }
        if !matches!(known(), Some(Known::Rows(rows)) if rows > AT_ONCE) {
            self.prepare(connection, &of, AT_ONCE, wanted)?;
            if let Some(told) = told(&known()) {
                return Ok(told);
            }
        }
        self.prepared.wish_for(Wish::Cells(of));
        Ok(None)
    }

    /// Does what is wished for, unless it is given up: then it is wished for again.
    pub fn fulfil(&self, connection: &Connection, wish: Wish, wanted: Wanted<'_>) {
        let done = match &wish {
            Wish::Cells(of) => self.prepare(connection, of, i64::MAX, wanted).map_err(DeskError::from),
            Wish::Coarser(of) => self.coarsen(of, wanted).map_err(DeskError::from),
            Wish::Filters(of, subjects) => {
                Work::new(self, connection, wanted, &Meter::default()).shields_of_filters(of, subjects)
            }
        };
        match done {
            Ok(()) => {}
            Err(DeskError::Engine(EngineError::Interrupted)) => self.prepared.wish_for(wish),
            Err(error) => tracing::warn!("what is wanted next could not be prepared: {error}"),
        }
    }

    /// Reads what is asked about of some cells, where it is not there and they are of at most so many rows.
    ///
    /// # Errors
    /// [`EngineError::Interrupted`] when nobody asks any more.
    fn prepare(
        &self,
        connection: &Connection,
        of: &CellsOf,
        at_most: i64,
        wanted: Wanted<'_>,
    ) -> Result<(), EngineError> {
        let Some(_claim) = self.prepared.reading.claim(of, wanted) else { return Err(EngineError::Interrupted) };
        let (known, asked) = {
            let mut inner = self.prepared.inner();
            (inner.known.get(of), inner.asked.get(&(of.stage, of.source)).cloned().unwrap_or_default())
        };
        let keep = |known: Known| {
            let bytes = if let Known::Read(cells) = &known { cells.bytes() } else { 0 };
            let known = if bytes <= KEPT_BYTES - COARSER_BYTES { known } else { Known::None };
            let is_read = matches!(known, Known::Read(_));
            self.prepared.inner().known.insert(of.clone(), known, bytes.min(KEPT_BYTES));
            if is_read {
                self.prepared.wish_for(Wish::Coarser(of.clone()));
            }
        };
        let scope = self.register.with_earlier(&of.scope);
        let read = || -> Result<Option<Known>, EngineError> {
            let before = match &known {
                Some(Known::Read(cells)) => Some(Arc::clone(cells)),
                Some(Known::None) => return Ok(None),
                Some(Known::Rows(rows)) if *rows > at_most => return Ok(None),
                _ => None,
            };
            let rows = match (&before, &known) {
                (Some(cells), _) => cells.facts(),
                (_, Some(Known::Rows(rows))) => *rows,
                _ => of.facts(connection, &scope)?,
            };
            if before.is_none() && rows > at_most {
                return Ok(Some(Known::Rows(rows)));
            }
            let cells = Cells::read(connection, of, &scope, rows, &asked, before.as_deref())?;
            Ok(Some(cells.map_or(Known::None, |cells| Known::Read(Arc::new(cells)))))
        };
        match read() {
            Ok(known) => known.into_iter().for_each(keep),
            Err(EngineError::Interrupted) => return Err(EngineError::Interrupted),
            Err(error) => {
                tracing::warn!("cells could not be read, so each question has a statement of its own: {error}");
                keep(Known::None);
            }
        }
        Ok(())
    }

    /// Adds up coarser grains of cells that are there.
    ///
    /// # Errors
    /// [`EngineError::Interrupted`] when it is given up.
    fn coarsen(&self, of: &CellsOf, wanted: Wanted<'_>) -> Result<(), EngineError> {
        let known = self.prepared.inner().known.get(of);
        let Some(Known::Read(cells)) = known else { return Ok(()) };
        if !cells.coarsen(COARSER_BYTES, wanted) {
            return Err(EngineError::Interrupted);
        }
        let bytes = cells.bytes();
        let mut inner = self.prepared.inner();
        // They are larger now, unless others were read meanwhile.
        if matches!(inner.known.get(of), Some(Known::Read(now)) if Arc::ptr_eq(&now, &cells)) {
            inner.known.insert(of.clone(), Known::Read(cells), bytes);
        }
        Ok(())
    }
}

impl Shared {
    /// What the background worker does where nobody waits; gives whether there was anything to do.
    pub(super) fn while_idle<'s>(
        &'s self,
        lane: Lane,
        connection: &Connection,
        mut state: MutexGuard<'s, State>,
    ) -> (MutexGuard<'s, State>, bool) {
        let is_idle = lane == Lane::Background;
        if is_idle && self.log.is_wished() {
            drop(state);
            self.log.take_stock(connection);
            (self.notify)();
            return (self.lock(), true);
        }
        let is_quiet = is_idle && state.is_quiet();
        let until_pause = PAUSE.saturating_sub(state.last_asked.elapsed());
        let wish = is_quiet.then(|| self.library.prepared.wish(until_pause.is_zero())).flatten();
        let Some(wish) = wish else {
            let waits = is_quiet && self.library.prepared.has_wishes();
            if waits {
                let waited = self.work.wait_timeout(state, until_pause);
                (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            }
            return (state, waits);
        };
        // Shields of one group may take seconds on every core; to read cells does not.
        let running = Running::new(None, !matches!(wish, Wish::Cells(_)), connection);
        let unwanted = Arc::clone(&running.unwanted);
        state.running[lane as usize] = Some(running);
        drop(state);
        self.library.fulfil(connection, wish, &|| !unwanted.load(Ordering::Relaxed));
        state = self.lock();
        state.running[lane as usize] = None;
        self.done.notify_all();
        (state, true)
    }
}
