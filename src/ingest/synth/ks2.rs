//! Scores and judgements at KS2.

use super::dice::{Dice, Stream};
use super::pupil::Pupil;
use super::school::School;
use crate::model::Year;

/// What prior attainment, drive and chance weigh in a KS2 score.
const PRIOR: f64 = 0.72;
const DRIVE: f64 = 0.45;
const CHANCE: f64 = 0.46;

/// A KS2 subject: a test with mean and standard deviation of the scaled score, or teacher assessment.
struct Subject {
    slug: &'static str,
    /// How much better girls do, boys worse, in standard deviations.
    girls: f64,
    /// 0 and 0 for teacher assessment.
    mean: f64,
    sd: f64,
}

const SUBJECTS: [Subject; 4] = [
    Subject { slug: "reading", girls: 0.1, mean: 105.4, sd: 7.9 },
    Subject { slug: "writing", girls: 0.2, mean: 0.0, sd: 0.0 },
    Subject { slug: "maths", girls: -0.07, mean: 104.7, sd: 7.4 },
    Subject { slug: "gps", girls: 0.1, mean: 105.4, sd: 7.6 },
];

/// Writing judgements with the standard normal number below which they are given.
const WRITING: [(&str, f64); 5] = [("D", -2.7), ("BLW", -2.3), ("PKS", -1.6), ("WTS", -0.74), ("EXS", 1.22)];

/// Words of the scaled scores 80 to 120, so that no row makes a text.
const SCORES: [&str; 41] = [
    "80", "81", "82", "83", "84", "85", "86", "87", "88", "89", "90", "91", "92", "93", "94", "95", "96", "97", "98",
    "99", "100", "101", "102", "103", "104", "105", "106", "107", "108", "109", "110", "111", "112", "113", "114",
    "115", "116", "117", "118", "119", "120",
];

/// A result as it stands in the file.
pub struct Ks2Result {
    pub subject: &'static str,
    pub qualification: &'static str,
    pub grade: &'static str,
    /// The scaled score of a test.
    pub points: Option<f64>,
}

/// What a primary school adds in a year, by subject, in standard deviations.
pub struct Teaching {
    effects: [f64; SUBJECTS.len()],
    /// Points that the nation's scores were above those of 2024.
    national: f64,
}

impl Teaching {
    /// Of a school in a year.
    pub fn new(seed: u64, school: &School, year: Year) -> Self {
        let mut steady = Dice::new(seed, Stream::Curriculum, (u64::from(school.number), 0));
        let mut dice = Dice::new(seed, Stream::SchoolYear, (u64::from(school.number), year.ending() as u64));
        let whole = 1.3 * school.effect.in_year(year) + 0.12 * dice.normal();
        let effects = [(); SUBJECTS.len()].map(|()| whole + 0.12 * steady.normal() + 0.08 * dice.normal());
        Self { effects, national: national(year) }
    }

    /// A pupil's four results.
    pub fn results(&self, pupil: &Pupil, dice: &mut Dice) -> [Ks2Result; SUBJECTS.len()] {
        let common = PRIOR * pupil.prior + DRIVE * pupil.drive + pupil.ks2_gap();
        let absent = dice.chance(0.003);
        // Pupils who work below the tests do not sit them.
        let below = common + 0.3 * dice.normal() < -2.25;
        std::array::from_fn(|number| {
            let subject = &SUBJECTS[number];
            let girls = if pupil.girl { subject.girls } else { -subject.girls };
            let z = common + girls + self.effects[number] + CHANCE * dice.normal();
            let test = subject.mean > 0.0;
            let score = libm::round(subject.mean + self.national + subject.sd * z);
            let (grade, points) = match (absent, test) {
                (true, _) => ("A", None),
                (_, false) => (WRITING.iter().find(|(_, bound)| z < *bound).map_or("GDS", |(word, _)| *word), None),
                _ if below => ("N", None),
                _ => {
                    let score = score.clamp(80.0, 120.0);
                    (SCORES[score as usize - 80], Some(score))
                }
            };
            Ks2Result { subject: subject.slug, qualification: if test { "ks2_test" } else { "ks2_ta" }, grade, points }
        })
    }
}

/// Scores rose after the tests of 2016.
fn national(year: Year) -> f64 {
    match year.ending() {
        ..=2016 => -1.8,
        2017 => -0.8,
        2018 | 2019 => 0.1,
        2022 => -0.3,
        _ => 0.0,
    }
}
