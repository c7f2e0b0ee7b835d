//! Progress 8: how much more, or less, a pupil reached than the pupils of England with the same prior attainment.
//!
//! Source: DfE secondary accountability measures guide. Progress 8 is (Attainment 8 - estimate) / 10; of the elements it is
//! the same with English / 2, maths / 2, EBacc / 3 and open / 3.

use super::ks4::Outcome;
use crate::model::{Estimate, PAGS, Points, Year};

/// A pupil's differences from the estimates in hundredths of points: undivided, so that sums are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress8 {
    pub total: i32,
    pub english: i32,
    pub maths: i32,
    pub ebacc: i32,
    pub open: i32,
}

/// Highest scores of the first six prior-attainment groups, in hundredths; the seventh ends at 93 and each further one a
/// scaled score higher.
const FIRST_BOUNDS: [i32; 6] = [8_200, 8_600, 8_750, 8_900, 9_050, 9_200];

/// The prior-attainment group, 1 to 34, of a mean of the key stage 2 scaled scores in reading and maths, in hundredths.
pub fn pag(prior: Points) -> u8 {
    let further = (93..=119).map(|score| 100 * score);
    let bounds = FIRST_BOUNDS.into_iter().chain(further);
    let below = bounds.take_while(|bound| i32::from(prior) > *bound).count();
    below as u8 + 1
}

/// The Progress 8 of a pupil; `None` without prior attainment, and in years of which no national averages come with the
/// program or the measure was not made.
pub fn progress8(outcome: &Outcome, prior: Option<Points>, year: Year) -> Option<Progress8> {
    let pag = pag(prior?);
    debug_assert!((1..=PAGS).contains(&pag));
    let estimate = Estimate::of(year, pag)?;
    let difference = |reached: i32, estimate: f64| reached - (100.0 * estimate).round() as i32;
    Some(Progress8 {
        total: difference(outcome.att8, estimate.att8),
        english: difference(outcome.english, estimate.english),
        maths: difference(outcome.maths, estimate.maths),
        ebacc: difference(outcome.ebacc, estimate.ebacc),
        open: difference(outcome.open, estimate.open),
    })
}

/// How a school or group did on Progress 8 (DfE secondary accountability measures guide).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    WellBelow,
    Below,
    Average,
    Above,
    WellAbove,
}

impl Band {
    /// The band of a score with its 95 % interval: average where the interval holds 0; well above where the score is above
    /// 0.5 and the interval above 0; below and well below are the mirror images.
    pub fn of(score: f64, interval: super::interval::Interval) -> Self {
        if interval.lower > 0.0 {
            if score > 0.5 { Self::WellAbove } else { Self::Above }
        } else if interval.upper < 0.0 {
            if score < -0.5 { Self::WellBelow } else { Self::Below }
        } else {
            Self::Average
        }
    }

    /// As the DfE writes it: "well above average".
    pub fn words(self) -> &'static str {
        match self {
            Self::WellBelow => "well below average",
            Self::Below => "below average",
            Self::Average => "average",
            Self::Above => "above average",
            Self::WellAbove => "well above average",
        }
    }
}
