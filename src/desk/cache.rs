//! What was asked last, within a number of bytes.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

/// Keeps values up to a number of bytes; what was used longest ago goes first.
pub(super) struct Lru<K, V> {
    values: HashMap<Arc<K>, Kept<V>>,
    by_use: BTreeMap<u64, Arc<K>>,
    uses: u64,
    bytes: usize,
    limit: usize,
}

struct Kept<V> {
    value: V,
    bytes: usize,
    used: u64,
}

impl<K: Eq + Hash, V: Clone> Lru<K, V> {
    pub fn new(limit: usize) -> Self {
        Self { values: HashMap::new(), by_use: BTreeMap::new(), uses: 0, bytes: 0, limit }
    }

    /// The value, if it is kept; it is then the last used.
    pub fn get(&mut self, key: &K) -> Option<V> {
        let kept = self.values.get_mut(key)?;
        if let Some(key) = self.by_use.remove(&kept.used) {
            self.uses += 1;
            kept.used = self.uses;
            self.by_use.insert(self.uses, key);
        }
        Some(kept.value.clone())
    }

    /// Keeps a value. One that is larger than the limit is not kept.
    pub fn insert(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        if bytes > self.limit {
            return;
        }
        self.uses += 1;
        self.bytes += bytes;
        let key = Arc::new(key);
        self.by_use.insert(self.uses, Arc::clone(&key));
        self.values.insert(key, Kept { value, bytes, used: self.uses });
        while self.bytes > self.limit {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            self.remove(&oldest);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::new(self.limit);
    }

    /// How many values are kept now.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Bytes kept now; never above the limit.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn remove(&mut self, key: &K) {
        if let Some(kept) = self.values.remove(key) {
            self.bytes -= kept.bytes;
            self.by_use.remove(&kept.used);
        }
    }
}
