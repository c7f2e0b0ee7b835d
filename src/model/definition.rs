//! What each indicator is, in words, and the document that defines it.

use super::Indicator;

const SECONDARY: &str = "DfE, Secondary accountability measures guide";
const PRIMARY: &str = "DfE, Primary school accountability technical guide";
const MATRICES: &str = "DfE, Key stage 2 to 4 transition matrices";
const CENSUS: &str = "DfE, Schools, pupils and their characteristics";
const ABSENCE: &str = "DfE, Pupil absence in schools in England: methodology";
const SIMILAR: &str = "DfE, Similar schools: methodology, 2026";
const OWN: &str = "Schoolbench, data contract";

/// What an indicator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// What is counted or averaged, with the formula.
    pub words: &'static str,
    /// The document that defines it, by its name.
    pub document: &'static str,
}

impl Indicator {
    /// What the indicator is, in words, and the document that defines it.
    pub fn definition(self) -> Definition {
        use Indicator as I;
        let of = |words, document| Definition { words, document };
        match self {
            I::Pupils => of("pupils at the end of the key stage", OWN),
            I::Att8 => of(
                "mean over pupils of: maths x 2 + English x 2 + best 3 EBacc + best 3 open slots; an empty slot is 0",
                SECONDARY,
            ),
            I::Att8English => of("mean of the better of language and literature, x 2 if both were taken", SECONDARY),
            I::Att8Maths => of("mean of points in maths, x 2", SECONDARY),
            I::Att8Ebacc => of("mean of the best 3 EBacc slots", SECONDARY),
            I::Att8Open => of("mean of the best 3 open slots", SECONDARY),
            I::Basics4 => {
                of("share of pupils with 4 or above in maths and in English language or literature", SECONDARY)
            }
            I::Basics5 => {
                of("share of pupils with 5 or above in maths and in English language or literature", SECONDARY)
            }
            I::EbaccEntry => {
                of("share of pupils who entered English, maths, sciences, a humanity and a language", SECONDARY)
            }
            I::Ebacc4 => of("share of pupils with 4 or above in all five EBacc pillars", SECONDARY),
            I::Ebacc5 => of("share of pupils with 5 or above in all five EBacc pillars", SECONDARY),
            I::EbaccAps => of("mean of (English + maths + 2 best sciences + humanity + language) / 6", SECONDARY),
            I::P8 => of(
                "mean over pupils with KS2 results of (Attainment 8 - the nation's for the same prior attainment) / 10",
                SECONDARY,
            ),
            I::P8English => of("mean of (English element - the nation's for the same prior attainment) / 2", SECONDARY),
            I::P8Maths => of("mean of (maths element - the nation's for the same prior attainment) / 2", SECONDARY),
            I::P8Ebacc => of("mean of (EBacc element - the nation's for the same prior attainment) / 3", SECONDARY),
            I::P8Open => of("mean of (open element - the nation's for the same prior attainment) / 3", SECONDARY),
            I::RwmExpected => {
                of("share of pupils with 100 or above in reading and maths, and EXS or GDS in writing", PRIMARY)
            }
            I::RwmHigh => of("share of pupils with 110 or above in reading and maths, and GDS in writing", PRIMARY),
            I::ReadingExpected | I::MathsExpected | I::GpsExpected => {
                of("share of pupils with a scaled score of 100 or above", PRIMARY)
            }
            I::ReadingHigh | I::MathsHigh | I::GpsHigh => {
                of("share of pupils with a scaled score of 110 or above", PRIMARY)
            }
            I::ReadingScore | I::MathsScore | I::GpsScore => {
                of("mean scaled score of the pupils who have one", PRIMARY)
            }
            I::WritingExpected => of("share of pupils whose teachers assessed EXS or GDS", PRIMARY),
            I::WritingHigh => of("share of pupils whose teachers assessed GDS", PRIMARY),
            I::ReadingProgress | I::WritingProgress | I::MathsProgress => {
                of("mean of score - the nation's for the same KS1 prior attainment", PRIMARY)
            }
            I::PctFsm6 => {
                of("share of pupils eligible for free school meals at any census of the last six years", CENSUS)
            }
            I::PctDisadvantaged => of("share of pupils who are FSM6, looked after, or adopted from care", SECONDARY),
            I::PctEal => of("share of pupils whose first language is other than English", CENSUS),
            I::PctSen => of("share of pupils with SEN support or an EHC plan", CENSUS),
            I::PctGirls => of("share of girls", CENSUS),
            I::PctPriorLow => of("share of pupils with prior attainment whose mean is below 100", SECONDARY),
            I::PctPriorHigh => of("share of pupils with prior attainment whose mean is 110 or above", SECONDARY),
            I::PriorMean => {
                of("mean prior attainment of the pupils who have one; at KS4 of KS2 reading and maths", SECONDARY)
            }
            I::Roll => of("pupils on roll, of all ages", CENSUS),
            I::SchoolGirls | I::SchoolFsm6 | I::SchoolEal | I::SchoolSenSupport | I::SchoolEhcp => {
                of("share of the pupils on roll, of all ages", CENSUS)
            }
            I::Primary(_) | I::Secondary(_) => of("as the DfE made it to compare schools", SIMILAR),
            I::Absence => of("share of possible sessions missed", ABSENCE),
            I::PersistentAbsence => of("share of pupils who missed 10 % or more of their sessions", ABSENCE),
            I::Entries => of("entries, with or without a result", OWN),
            I::Grade7Plus => of("share of GCSE results at 7 or above; X is left out", SECONDARY),
            I::Grade5Plus => of("share of GCSE results at 5 or above; X is left out", SECONDARY),
            I::Grade4Plus => of("share of GCSE results at 4 or above; X is left out", SECONDARY),
            I::Grade1Plus => of("share of GCSE results at 1 or above; X is left out", SECONDARY),
            I::AvgPoints => of("mean points of the results that have points; at KS2 the mean scaled score", SECONDARY),
            I::ValueAdded => {
                of("mean of points - the nation's in the subject and year for the same KS2 attainment", MATRICES)
            }
        }
    }
}
