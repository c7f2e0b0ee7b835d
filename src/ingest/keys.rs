//! Opaque pupil keys to small numbers, exactly and in little memory: 12 million keys of 9 letters take some 250 MB.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A set of keys, each with its number: the order in which they came.
#[derive(Default)]
pub(super) struct KeyTable {
    bytes: Vec<u8>,
    /// Where each key ends in `bytes`.
    ends: Vec<u64>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// The key spaces of the key stages are apart: a pupil may be at the end of KS2 in one year and of KS4 in another.
impl KeyTable {
    /// The number of a key, if it is known.
    pub fn get(&self, key: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(key.as_bytes());
        self.table.find(hash, |number| self.key(*number) == key.as_bytes()).copied()
    }

    /// Adds a key. `Err` with its number if it is known already.
    pub fn insert(&mut self, key: &str) -> Result<u32, u32> {
        if let Some(number) = self.get(key) {
            return Err(number);
        }
        let number = self.ends.len() as u32;
        self.bytes.extend_from_slice(key.as_bytes());
        self.ends.push(self.bytes.len() as u64);
        let Self { bytes, ends, table, hasher } = self;
        let hash_of = |number: &u32| hasher.hash_one(slice(bytes, ends, *number));
        table.insert_unique(hash_of(&number), number, hash_of);
        Ok(number)
    }

    fn key(&self, number: u32) -> &[u8] {
        slice(&self.bytes, &self.ends, number)
    }
}

fn slice<'a>(bytes: &'a [u8], ends: &[u64], number: u32) -> &'a [u8] {
    let number = number as usize;
    let start = if number == 0 { 0 } else { ends[number - 1] as usize };
    &bytes[start..ends[number] as usize]
}
