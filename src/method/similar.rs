//! Schools with a similar intake: how far apart two schools are, by weighted differences of what describes their pupils.
//!
//! `distance = sqrt(sum of weight x ((x - y) / sd)^2)` (DfE, similar schools comparison tool, 2026). What one of the two
//! schools lacks is left out, and the weights of the rest are scaled up to the whole. No result of a school counts.

use crate::model::{Alike, Indicator, KeyStage};

/// The standard deviation by which a difference is divided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// That of all schools of England.
    Known(f64),
    /// None: the weight is on the square of the difference itself, as DfE states the primary weights.
    Within,
    /// That of the schools that are compared (n - 1).
    OfSchools,
}

/// One input: what is compared, and how much it counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    pub input: Indicator,
    /// 0 or more.
    pub weight: f64,
    pub spread: Spread,
}

const fn term(input: Indicator, weight: f64, spread: Spread) -> Term {
    Term { input, weight, spread }
}

/// DfE's inputs for secondary schools, 2026: weights that add up to about 1, and the standard deviations of England.
const DFE_SECONDARY: [Term; 9] = [
    term(Indicator::Secondary(Alike::Prior), 0.4585, Spread::Known(2.54724)),
    term(Indicator::Secondary(Alike::PupilPremium), 0.1285, Spread::Known(14.20985)),
    term(Indicator::Secondary(Alike::Polar4), 0.1061, Spread::Known(1.00183)),
    term(Indicator::Secondary(Alike::SenSupport), 0.0863, Spread::Known(5.70462)),
    term(Indicator::Secondary(Alike::Stability), 0.0654, Spread::Known(6.82636)),
    term(Indicator::Secondary(Alike::Idaci), 0.0589, Spread::Known(0.07773)),
    term(Indicator::Secondary(Alike::Ehcp), 0.0410, Spread::Known(1.96881)),
    term(Indicator::Secondary(Alike::Eal), 0.0269, Spread::Known(18.06654)),
    term(Indicator::Secondary(Alike::Pupils), 0.0221, Spread::Known(392.46604)),
];

/// DfE's inputs for primary schools, 2026. DfE states the weights to six digits; those that follow are what its published
/// pairs of schools and their distances determine (least squares over 733 pairs, residuals below 1e-15), and round to them.
const DFE_PRIMARY: [Term; 9] = [
    term(Indicator::Primary(Alike::Prior), 7.648_636_603_663_215, Spread::Within),
    term(Indicator::Primary(Alike::Idaci), 7.867_508_786_317_273_5, Spread::Within),
    term(Indicator::Primary(Alike::Polar4), 0.129_763_479_963_567_02, Spread::Within),
    term(Indicator::Primary(Alike::Ehcp), 0.004_637_265_928_799_226, Spread::Within),
    term(Indicator::Primary(Alike::SenSupport), 0.002_186_076_225_461_073_8, Spread::Within),
    term(Indicator::Primary(Alike::Stability), 0.000_839_102_284_537_385_4, Spread::Within),
    term(Indicator::Primary(Alike::PupilPremium), 0.000_526_760_083_262_823_1, Spread::Within),
    term(Indicator::Primary(Alike::Eal), 0.000_099_477_002_931_800_93, Spread::Within),
    term(Indicator::Primary(Alike::Pupils), 0.000_000_603_098_922_160_073_1, Spread::Within),
];

/// The inputs of FFT Education Datalab's "Schools like yours", each counting alike.
const SCHOOLS_LIKE_YOURS: [Term; 4] = [
    term(Indicator::SchoolFsm6, 1.0, Spread::OfSchools),
    term(Indicator::SchoolEal, 1.0, Spread::OfSchools),
    term(Indicator::Pupils, 1.0, Spread::OfSchools),
    term(Indicator::PriorMean, 1.0, Spread::OfSchools),
];

/// The same inputs, of the pupils at the end of the key stage: for workspaces of pupils' results.
const SCHOOLS_LIKE_YOURS_OF_PUPILS: [Term; 4] = [
    term(Indicator::PctFsm6, 1.0, Spread::OfSchools),
    term(Indicator::PctEal, 1.0, Spread::OfSchools),
    term(Indicator::Pupils, 1.0, Spread::OfSchools),
    term(Indicator::PriorMean, 1.0, Spread::OfSchools),
];

/// Inputs and weights that somebody has published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// DfE, similar schools comparison tool, 2026.
    #[default]
    Dfe,
    /// FFT Education Datalab, "Schools like yours".
    SchoolsLikeYours,
}

impl Preset {
    /// Every preset, the default first.
    pub const ALL: [Self; 2] = [Self::Dfe, Self::SchoolsLikeYours];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dfe => "dfe",
            Self::SchoolsLikeYours => "schools-like-yours",
        }
    }

    /// Who made it, and when.
    pub fn title(self) -> &'static str {
        match self {
            Self::Dfe => "DfE similar schools, 2026",
            Self::SchoolsLikeYours => "FFT Education Datalab, Schools like yours",
        }
    }

    /// The inputs of "Schools like yours" as pupils' results tell them.
    pub fn terms_of_pupils() -> &'static [Term] {
        &SCHOOLS_LIKE_YOURS_OF_PUPILS
    }

    /// The inputs at a key stage; DfE compares primary schools by others than secondary schools.
    pub fn terms(self, stage: KeyStage) -> &'static [Term] {
        match self {
            Self::Dfe if stage == KeyStage::Ks2 => &DFE_PRIMARY,
            Self::Dfe => &DFE_SECONDARY,
            Self::SchoolsLikeYours => &SCHOOLS_LIKE_YOURS,
        }
    }
}

/// How far apart two schools are.
#[derive(Debug, Clone, PartialEq)]
pub struct Apart {
    /// 0 for the same intake.
    pub distance: f64,
    /// What each input adds to the square of the distance, in the order of the terms; `None` where a school lacks it.
    pub parts: Vec<Option<f64>>,
}

/// Terms made ready for a set of schools.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// By what the square of a difference is multiplied.
    factors: Vec<f64>,
    /// How much each input counts: the weight of a difference of one standard deviation.
    shares: Vec<f64>,
}

impl Measure {
    /// Makes terms ready. The standard deviations of the schools are needed where a term has none of its own, and to know
    /// how much an input counts that is stated without one.
    ///
    /// `schools` are rows of inputs in the order of the terms.
    pub fn of(terms: &[Term], schools: &[&[Option<f64>]]) -> Self {
        let variance = |nth: usize| {
            let values = schools.iter().filter_map(|row| row.get(nth).copied().flatten());
            let (n, _, squares) = values.fold((0.0, 0.0, 0.0), |(n, mean, squares), value| {
                // Welford 1962: sums of squares of large numbers lose their digits.
                let n: f64 = n + 1.0;
                let off: f64 = value - mean;
                let mean: f64 = mean + off / n;
                (n, mean, squares + off * (value - mean))
            });
            if n > 1.0 { squares / (n - 1.0) } else { 0.0 }
        };
        let both = terms.iter().enumerate().map(|(nth, term)| match term.spread {
            Spread::Known(sd) => (term.weight / (sd * sd), term.weight),
            Spread::Within => (term.weight, term.weight * variance(nth)),
            Spread::OfSchools => {
                let of_schools = variance(nth);
                // Schools that are all alike in an input are not told apart by it.
                (if of_schools > 0.0 { term.weight / of_schools } else { 0.0 }, term.weight)
            }
        });
        let (factors, shares) = both.unzip();
        Self { factors, shares }
    }

    /// How much each input counts: the weight of a difference of one standard deviation, in the order of the terms.
    pub fn counts(&self) -> &[f64] {
        &self.shares
    }

    /// How far apart two schools are by their inputs, in the order of the terms. `None` where they have no input in common
    /// that counts.
    pub fn between(&self, one: &[Option<f64>], other: &[Option<f64>]) -> Option<Apart> {
        let inputs = one.iter().zip(other).zip(&self.factors);
        let mut parts: Vec<Option<f64>> =
            inputs.map(|((x, y), factor)| Some(factor * (x.as_ref()? - y.as_ref()?).powi(2))).collect();
        if parts.iter().any(Option::is_none) {
            let whole: f64 = self.shares.iter().sum();
            let there: f64 =
                self.shares.iter().zip(&parts).filter(|(_, part)| part.is_some()).map(|(share, _)| share).sum();
            if there <= 0.0 {
                return None;
            }
            for part in parts.iter_mut().flatten() {
                *part *= whole / there;
            }
        }
        let distance = parts.iter().flatten().sum::<f64>().sqrt();
        (!parts.is_empty()).then_some(Apart { distance, parts })
    }
}
