//! A pupil's headline outcomes at the end of KS2: reading, writing, maths, and grammar, punctuation and spelling (GPS).
//!
//! Source: DfE primary school accountability guide. The expected standard is a scaled score of 100 and the higher
//! standard 110; in writing, teacher assessments EXS and GDS.

use crate::model::Points;

/// Scaled score of the expected standard, in hundredths.
pub const EXPECTED: Points = 10_000;

/// Scaled score of the higher standard, in hundredths.
pub const HIGHER: Points = 11_000;

/// A pupil's assessments. Scores are hundredths of scaled scores; `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assessments {
    pub reading: Option<Points>,
    pub maths: Option<Points>,
    pub gps: Option<Points>,
    /// Writing by teacher assessment: at the expected standard or above.
    pub writing_expected: bool,
    /// Writing by teacher assessment: at greater depth.
    pub writing_high: bool,
}

impl Assessments {
    /// Expected standard in reading, writing and maths. A pupil without a score has not reached it.
    pub fn rwm_expected(&self) -> bool {
        reached(self.reading, EXPECTED) && self.writing_expected && reached(self.maths, EXPECTED)
    }

    /// Higher standard in reading and maths, and greater depth in writing.
    pub fn rwm_high(&self) -> bool {
        reached(self.reading, HIGHER) && self.writing_high && reached(self.maths, HIGHER)
    }
}

/// Whether a score is at a standard; no score is below every standard.
pub fn reached(score: Option<Points>, standard: Points) -> bool {
    score.is_some_and(|score| score >= standard)
}
