//! Passwords: kept as hashes, checked slowly, and made up for a reset.
//!
//! **Nothing of a password but its hash is kept, and a wrong hash is a wrong password, never a fault.** Hashes are
//! Argon2id (RFC 9106) with the parameters that OWASP recommends, as PHC strings. The rules for a password are those
//! of NIST SP 800-63B: its length and nothing else, no kinds of characters and no date on which it expires.
//! Characters are taken as they were typed: letters that look alike but are made up differently are different.

use std::ops::RangeInclusive;
use std::time::Duration;

use argon2::password_hash::rand_core::{OsRng, RngCore};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many characters a password may have.
pub const LENGTH: RangeInclusive<usize> = 12..=128;

/// What a hash costs: memory in KiB, passes over it, and lanes side by side. OWASP's first choice for Argon2id.
const COST: [(&str, u32); 3] = [("m", 19 * 1024), ("t", 2), ("p", 1)];

/// How many times as costly a hash may be to be checked: room for later parameters, and none for a damaged hash that
/// asks for all the memory there is.
const MOST: u32 = 16;

/// A hash that no known password has, with the same cost as all others.
pub const STAND_IN: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The letters and digits of a made-up password, 5 bits each: without 0 and o, 1 and l, which look alike.
const READABLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// How many characters a made-up password has without its hyphens: 16 of 5 bits make 80 bits.
const MADE_UP: usize = 16;

/// How many wrong passwords in a row have no consequence.
const FREE: u32 = 4;
/// The first wait after too many wrong passwords, in seconds. Each further one is twice as long.
const SHORTEST_S: i64 = 30;
/// The longest wait, in seconds.
const LONGEST_S: i64 = 3600;

/// Why a password was not taken or not made. Says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer characters than [`LENGTH`].
    #[error(
        "the password has {length} characters and needs {} or more; four words that nobody would put together do well",
        LENGTH.start()
    )]
    TooShort { length: usize },
    /// More characters than [`LENGTH`].
    #[error("the password has {length} characters and may have {} at most; choose a shorter one", LENGTH.end())]
    TooLong { length: usize },
    /// The operating system gave no random numbers.
    #[error(
        "this computer gave no random numbers, without which no password is safe; restart it and try again ({detail})"
    )]
    NoRandomness { detail: String },
    /// The hash could not be made: as good as always too little memory.
    #[error("the password could not be kept; close other programs and try again ({detail})")]
    Failed { detail: String },
}

/// The hash of a new password as a PHC string, with a salt of its own.
///
/// # Errors
/// [`PasswordError::TooShort`] and [`PasswordError::TooLong`] by [`LENGTH`].
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let length = password.chars().count();
    if length < *LENGTH.start() {
        return Err(PasswordError::TooShort { length });
    }
    if length > *LENGTH.end() {
        return Err(PasswordError::TooLong { length });
    }
    let failed = |detail: String| PasswordError::Failed { detail };
    let [memory, passes, lanes] = COST.map(|(_, cost)| cost);
    let params = Params::new(memory, passes, lanes, None).map_err(|error| failed(error.to_string()))?;
    let salt = SaltString::encode_b64(&random::<16>()?).map_err(|error| failed(error.to_string()))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon.hash_password(password.as_bytes(), &salt).map_err(|error| failed(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed. A hash that is damaged, of another kind or far too costly is
/// nobody's.
pub fn is_right(password: &str, phc: &str) -> bool {
    let Ok(hash) = PasswordHash::new(phc) else { return false };
    let affordable = COST.into_iter().all(|(name, cost)| {
        let asked = hash.params.get_decimal(name);
        asked.is_some_and(|asked| asked <= cost * MOST)
    });
    let ours = hash.algorithm == Algorithm::Argon2id.ident();
    ours && affordable && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

/// Checks a password for somebody who is not known, and finds it wrong: this takes as long as [`is_right`], so that
/// time does not tell which e-mail addresses are known.
pub fn stand_in(password: &str) -> bool {
    is_right(password, STAND_IN)
}

/// A random password of 80 bits that is used once, for a reset: four groups of four readable letters and digits.
///
/// # Errors
/// [`PasswordError::NoRandomness`].
pub fn made_up() -> Result<String, PasswordError> {
    let mut made = String::new();
    for (nth, byte) in random::<MADE_UP>()?.into_iter().enumerate() {
        if nth > 0 && nth % 4 == 0 {
            made.push('-');
        }
        made.push(char::from(READABLE[usize::from(byte) % READABLE.len()]));
    }
    Ok(made)
}

/// Wrong passwords of one person since the last right one, and how long they make wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tries {
    /// How many wrong passwords in a row.
    pub failures: u32,
    /// When the last of them was, in whole seconds since the start of 1970 (UTC): the form in which it is kept.
    pub last: Option<i64>,
}

impl Tries {
    /// How long no password is taken, or `None` where one is. The first four wrong ones have no consequence; the fifth
    /// makes wait 30 s, each further one twice as long, an hour at most.
    ///
    /// A last failure further in the future than the longest wait comes from a clock that was wrong, and holds nobody.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        let hold = hold_s(self.failures)?;
        let since = now.as_second().saturating_sub(self.last?);
        let left = hold.saturating_sub(since).min(hold);
        let held = left > 0 && since >= -LONGEST_S;
        held.then(|| Duration::from_secs(left.unsigned_abs()))
    }

    /// Counts a wrong password.
    pub fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        self.last = Some(now.as_second());
    }

    /// Forgets the wrong ones: the password was right, or a new one was given.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }
}

/// How many seconds are to be waited after so many failures.
fn hold_s(failures: u32) -> Option<i64> {
    let doublings = failures.checked_sub(FREE + 1)?;
    Some((SHORTEST_S << doublings.min(10)).min(LONGEST_S))
}

/// Random bytes of the operating system.
fn random<const BYTES: usize>() -> Result<[u8; BYTES], PasswordError> {
    let mut bytes = [0; BYTES];
    let filled = OsRng.try_fill_bytes(&mut bytes);
    filled.map_err(|error| PasswordError::NoRandomness { detail: error.to_string() })?;
    Ok(bytes)
}
