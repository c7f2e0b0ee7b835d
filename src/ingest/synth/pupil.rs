//! A pupil at the end of a key stage.

use super::dice::{Dice, logistic};
use super::national::National;
use super::school::{School, Sexes};
use crate::model::{KeyStage, Year};

/// Special educational needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sen {
    None,
    /// SEN support.
    Support,
    /// Education, health and care plan.
    Plan,
}

impl Sen {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "N",
            Self::Support => "K",
            Self::Plan => "E",
        }
    }
}

/// A pupil. What the register does not know is in `unknown`; grades follow from what is true.
pub struct Pupil {
    pub girl: bool,
    pub fsm6: bool,
    pub disadvantaged: bool,
    pub eal: bool,
    pub sen: Sen,
    pub ethnicity: &'static str,
    /// Prior attainment among all pupils of the nation, standard normal.
    pub prior: f64,
    /// Mean scaled score in halves, 80 to 120; `None` if not known.
    pub score: Option<f64>,
    pub mobile: bool,
    /// 1 to 12.
    pub birth_month: i32,
    /// Percent of sessions, one decimal.
    pub attendance: f64,
    pub looked_after: bool,
    /// What the pupil does beyond what prior attainment would say, standard normal.
    pub drive: f64,
    /// Random bits that say which columns are not known.
    unknown: u64,
}

/// Pupils who are not EAL, and pupils who are: shares of major ethnic groups.
type Shares = [(&'static str, f64); 7];
const FIRST_LANGUAGE_ENGLISH: Shares = [
    ("WHIT", 0.83),
    ("MIXD", 0.068),
    ("ASIA", 0.040),
    ("BLAC", 0.040),
    ("CHIN", 0.002),
    ("AOEG", 0.007),
    ("UNCL", 0.013),
];
const FIRST_LANGUAGE_OTHER: Shares = [
    ("WHIT", 0.30),
    ("MIXD", 0.045),
    ("ASIA", 0.40),
    ("BLAC", 0.13),
    ("CHIN", 0.020),
    ("AOEG", 0.085),
    ("UNCL", 0.020),
];

/// The school's shares of ethnic groups, for pupils without and with EAL.
pub struct Neighbourhood([Shares; 2]);

impl Neighbourhood {
    /// Around a school: the more languages, the fewer White pupils.
    pub fn of(school: &School) -> Self {
        let odds = libm::exp(school.intake.ethnicity);
        Self([FIRST_LANGUAGE_ENGLISH, FIRST_LANGUAGE_OTHER].map(|shares| {
            shares.map(|(group, share)| (group, if group == "WHIT" || group == "UNCL" { share } else { share * odds }))
        }))
    }
}

impl Pupil {
    /// The next pupil of a school in a year.
    pub fn draw(school: &School, neighbourhood: &Neighbourhood, year: Year, dice: &mut Dice) -> Self {
        let intake = &school.intake;
        let secondary = school.stage == KeyStage::Ks4;
        let girl = match school.sexes {
            Sexes::Mixed => dice.chance(0.49),
            Sexes::Girls => true,
            Sexes::Boys => false,
        };
        let fsm6 = dice.chance(intake.fsm6);
        let looked_after = dice.chance(if fsm6 { 0.012 } else { 0.004 });
        let disadvantaged = fsm6 || looked_after || dice.chance(0.005);
        let eal = dice.chance(intake.eal);
        let ethnicity = dice.weighted(&neighbourhood.0[usize::from(eal)]);
        let birth_month = 1 + dice.below(12) as i32;
        let months_younger = f64::from((birth_month + 3) % 12) - 5.5;

        let prior = 0.12 + intake.prior + 0.89 * dice.normal()
            - if disadvantaged { 0.42 } else { 0.0 }
            - if looked_after { 0.4 } else { 0.0 }
            - 0.035 * months_younger;
        let sen = sen(school, prior, girl, fsm6, dice);
        let prior = prior - if sen == Sen::Plan { 0.6 } else { 0.0 };
        let mobile = dice.chance((if secondary { 0.025 } else { 0.05 }) * if eal { 2.5 } else { 1.0 });
        // Most who lack prior attainment came from abroad.
        let unscored = match (mobile, eal) {
            (true, true) => 0.6,
            (true, false) => 0.25,
            (false, true) => 0.11,
            (false, false) => 0.033,
        } * if secondary { 1.0 } else { 0.4 };
        let score = if dice.chance(unscored) { None } else { Some(National::get().prior_score(prior)) };
        let drive = dice.normal();
        let usual_absence = if year.ending() < 2020 { 1.45 } else { 1.85 };
        let absence = libm::exp(
            usual_absence - 0.35 * drive + 0.65 * dice.normal() + if fsm6 { 0.4 } else { -0.12 }
                - if secondary { 0.0 } else { 0.25 },
        );
        Self {
            girl,
            fsm6,
            disadvantaged,
            eal,
            sen,
            ethnicity,
            prior,
            score,
            mobile,
            birth_month,
            attendance: libm::round((100.4 - absence).clamp(0.0, 100.0) * 10.0) / 10.0,
            looked_after,
            drive,
            unknown: dice.bits(),
        }
    }

    /// Whether the register lacks a pupil's entry in one of its columns, by the column's number from 0 to 8: 1 in 128.
    pub fn lacks(&self, column: u32) -> bool {
        (self.unknown >> (7 * column)) & 0x7F == 0
    }

    /// How pupils of these characteristics differ from pupils of the same prior attainment at KS4, but for sex, in
    /// standard deviations of a grade; about 0 over all.
    pub fn ks4_gap(&self) -> f64 {
        let ethnicity = match self.ethnicity {
            "CHIN" => 0.45,
            "ASIA" => 0.16,
            "AOEG" => 0.1,
            "WHIT" => -0.04,
            _ => 0.0,
        };
        let sen = match self.sen {
            Sen::None => 0.0,
            Sen::Support => -0.28,
            Sen::Plan => -0.9,
        };
        0.12 + ethnicity
            + sen
            + if self.disadvantaged { -0.38 } else { 0.0 }
            + if self.eal { 0.28 } else { 0.0 }
            + if self.mobile { -0.3 } else { 0.0 }
            + if self.looked_after { -0.35 } else { 0.0 }
    }

    /// Likewise at KS2, among all pupils of the same prior attainment.
    pub fn ks2_gap(&self) -> f64 {
        let sen = match self.sen {
            Sen::None => 0.0,
            Sen::Support => -0.4,
            Sen::Plan => -1.0,
        };
        0.14 + sen
            + if self.disadvantaged { -0.18 } else { 0.0 }
            + if self.eal { 0.08 } else { 0.0 }
            + if self.mobile { -0.2 } else { 0.0 }
    }
}

fn sen(school: &School, prior: f64, girl: bool, fsm6: bool, dice: &mut Dice) -> Sen {
    let tilt = school.intake.sen + if girl { -0.35 } else { 0.3 } + if fsm6 { 0.35 } else { 0.0 };
    let plan = logistic(-3.75 - 0.9 * prior + tilt);
    let support = logistic(-2.15 - 0.65 * prior + tilt);
    let drawn = dice.unit();
    if drawn < plan {
        Sen::Plan
    } else if drawn < plan + support {
        Sen::Support
    } else {
        Sen::None
    }
}
