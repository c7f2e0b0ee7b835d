//! Chance, the same on every platform: ChaCha8 and plain arithmetic, with `libm` for what the platform's library would
//! round in its own way.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a stream of chance is for; streams do not depend on each other.
#[derive(Debug, Clone, Copy)]
pub enum Stream {
    /// Of an authority, by its number.
    Authority = 1,
    /// Of a trust, by its number.
    Trust = 2,
    /// Of a school, by its number.
    School = 3,
    /// Of a school in a year, by the school's number and the year.
    SchoolYear = 4,
    /// Of the pupils of a school in a year, likewise.
    Pupils = 5,
    /// Of what a school teaches, by its number.
    Curriculum = 6,
    /// Of what is published of a school in a year, by the school's number and the year.
    Census = 7,
}

/// A stream of chance.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream for something with up to two numbers.
    pub fn new(seed: u64, stream: Stream, numbers: (u64, u64)) -> Self {
        let mut key = [0; 32];
        let words = [seed, stream as u64, numbers.0, numbers.1];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number between 0 and 1, never either.
    pub fn unit(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 4_294_967_296.0
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number of the standard normal distribution.
    pub fn normal(&mut self) -> f64 {
        quantile(self.unit())
    }

    /// A whole number below `bound`; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// One of the things, each with its weight. There must be at least one.
    pub fn weighted<T: Copy>(&mut self, things: &[(T, f64)]) -> T {
        let total: f64 = things.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        for (thing, weight) in things {
            left -= weight;
            if left < 0.0 {
                return *thing;
            }
        }
        things[things.len() - 1].0
    }
}

/// The logistic function: from log odds to a probability.
pub fn logistic(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

/// The log odds of a probability, which must lie between 0 and 1.
pub fn log_odds(probability: f64) -> f64 {
    libm::log(probability / (1.0 - probability))
}

/// The standard normal quantile of a probability between 0 and 1: Acklam's rational approximation, good to 1e-9.
pub fn quantile(probability: f64) -> f64 {
    const TAIL: f64 = 0.02425;
    if probability < TAIL {
        tail(libm::sqrt(-2.0 * libm::log(probability)))
    } else if probability > 1.0 - TAIL {
        -tail(libm::sqrt(-2.0 * libm::log(1.0 - probability)))
    } else {
        middle(probability - 0.5)
    }
}

fn middle(q: f64) -> f64 {
    let r = q * q;
    let above = ((((-3.969_683_028_665_376e1 * r + 2.209_460_984_245_205e2) * r - 2.759_285_104_469_687e2) * r
        + 1.383_577_518_672_69e2)
        * r
        - 3.066_479_806_614_716e1)
        * r
        + 2.506_628_277_459_239;
    let below = ((((-5.447_609_879_822_406e1 * r + 1.615_858_368_580_409e2) * r - 1.556_989_798_598_866e2) * r
        + 6.680_131_188_771_972e1)
        * r
        - 1.328_068_155_288_572e1)
        * r
        + 1.0;
    above * q / below
}

fn tail(q: f64) -> f64 {
    let above = ((((-7.784_894_002_430_293e-3 * q - 3.223_964_580_411_365e-1) * q - 2.400_758_277_161_838) * q
        - 2.549_732_539_343_734)
        * q
        + 4.374_664_141_464_968)
        * q
        + 2.938_163_982_698_783;
    let below = (((7.784_695_709_041_462e-3 * q + 3.224_671_290_700_398e-1) * q + 2.445_134_137_142_996) * q
        + 3.754_408_661_907_416)
        * q
        + 1.0;
    above / below
}
