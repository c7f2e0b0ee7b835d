//! Disclosure control: which figures may leave the engine. Pure rules; the gate in the desk applies them.

/// None or all of fewer pupils than this are told in words.
const LEAST_MIXED: i64 = 11;

/// How strict the gate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Policy {
    /// For the owner of the data: thresholds are off, but no figure is of a single pupil.
    Open,
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
            Self::Open => 2,
            Self::Standard => 6,
            Self::Strict => 11,
        }
    }

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Standard => "standard",
            Self::Strict => "strict",
        }
    }

    /// Primary rule: whether a number of pupils is too small for a figure about them. Nobody (0) is not too few.
    pub fn too_few(self, pupils: i64) -> bool {
        (1..self.smallest_shown()).contains(&pupils)
    }

    /// Primary rule for a share of an intake, which is a count in other words: whether it tells of too few pupils, in the
    /// group or outside it.
    pub fn tells_of_too_few(self, pupils: i64, in_group: i64) -> bool {
        self.too_few(in_group) || self.too_few(pupils - in_group)
    }

    /// Rule of homogeneity: whether a share tells of every one of the pupils, because none or all of so few are in the
    /// group. `None` where it does not.
    pub fn homogeneous(self, pupils: i64, in_group: i64) -> Option<bool> {
        let told = self != Self::Open && (1..LEAST_MIXED).contains(&pupils);
        (told && (in_group == 0 || in_group == pupils)).then_some(in_group == pupils)
    }

    /// Whether so many entries could be of too few pupils, when a pupil has at most `most_of_pupil` of them: one pupil's
    /// eight GCSEs are eight entries. The pupils must then be counted.
    pub fn must_count_pupils(self, entries: i64, most_of_pupil: i64) -> bool {
        most_of_pupil > 1 && (1..self.smallest_shown() * most_of_pupil).contains(&entries)
    }
}
