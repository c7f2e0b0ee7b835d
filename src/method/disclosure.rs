//! Disclosure control: which figures may leave the engine. Pure rules; the gate in the desk applies them.

use super::Tally;

/// How strict the gate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Policy {
    /// Fewer than 6 pupils are withheld: DfE's own rule.
    #[default]
    Standard,
    /// Fewer than 11 pupils are withheld.
    Strict,
}

impl Policy {
    /// The smallest number of pupils whose figure is shown.
    pub fn smallest_shown(self) -> i64 {
        match self {
            Self::Standard => 6,
            Self::Strict => 11,
        }
    }

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Strict => "strict",
        }
    }

    /// Primary rule: whether a number of pupils is too small for a figure about them. Nobody (0) is not too few.
    pub fn too_few(self, pupils: i64) -> bool {
        (1..self.smallest_shown()).contains(&pupils)
    }

    /// Primary rule for a share: whether the pupils it is of are too few.
    ///
    /// Hits and misses within a group that is large enough are shown, as in the DfE's own tables; a share of 0 or 100 %
    /// of a small group is the business of the homogeneity rule.
    pub fn withholds(self, tally: Tally) -> bool {
        self.too_few(tally.n)
    }
}
