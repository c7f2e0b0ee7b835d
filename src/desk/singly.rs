//! What both workers want at the same time is made by one of them.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often who waits looks whether somebody still asks.
const LOOK: Duration = Duration::from_millis(20);

/// What is being made.
pub(super) struct Singly<K> {
    busy: Mutex<HashSet<K>>,
    freed: Condvar,
}

/// The right to make something. Whoever waits for it goes on when this is dropped.
pub(super) struct Claim<'a, K: Eq + Hash> {
    singly: &'a Singly<K>,
    key: K,
}

impl<K> Default for Singly<K> {
    fn default() -> Self {
        Self { busy: Mutex::default(), freed: Condvar::new() }
    }
}

impl<K: Clone + Eq + Hash> Singly<K> {
    fn busy(&self) -> MutexGuard<'_, HashSet<K>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to make something, at once or when the other worker has made it: look first whether it is there now. `None`
    /// when nobody wants it any more.
    pub fn claim(&self, key: &K, wanted: &dyn Fn() -> bool) -> Option<Claim<'_, K>> {
        let mut busy = self.busy();
        while busy.contains(key) {
            if !wanted() {
                return None;
            }
            (busy, _) = self.freed.wait_timeout(busy, LOOK).unwrap_or_else(PoisonError::into_inner);
        }
        busy.insert(key.clone());
        Some(Claim { singly: self, key: key.clone() })
    }
}

impl<K: Eq + Hash> Drop for Claim<'_, K> {
    fn drop(&mut self) {
        self.singly.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
        self.singly.freed.notify_all();
    }
}
