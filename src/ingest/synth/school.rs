//! A school: its register entry, its intake, and what it adds.

use super::dice::{Dice, Stream, log_odds, logistic};
use super::land::{Authority, Trust};
use super::{Plan, place};
use crate::model::{KeyStage, Year};

const FIRST_URN: i32 = 900_001;

/// A secondary that opened part-way: every 250th.
const OPENED_LATE: (u32, u32) = (250, 7);
/// A secondary that became an academy under a new URN: every 100th.
const CONVERTED: (u32, u32) = (100, 12);
/// A school with a missing year: every 45th.
const MISSING_YEAR: (u32, u32) = (45, 20);
/// A girls' and a boys' school are planted beside each other, every 40th.
const SINGLE_SEX: (u32, u32) = (40, 4);

/// Which sexes a school takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sexes {
    Mixed,
    Girls,
    Boys,
}

/// A school.
pub struct School {
    /// From 0: secondaries first.
    pub number: u32,
    pub stage: KeyStage,
    pub urn: i32,
    pub authority: u32,
    pub trust: Option<Trust>,
    pub place: String,
    pub kind: &'static str,
    pub sexes: Sexes,
    pub selective: bool,
    pub easting: i32,
    pub northing: i32,
    /// First academic year of the school, if known.
    pub opened: Option<i32>,
    /// The year from which it has a new URN, and that URN.
    pub conversion: Option<(Year, i32)>,
    missing: Option<Year>,
    pub intake: Intake,
    pub effect: Effect,
}

/// What a school's pupils are like.
pub struct Intake {
    /// Pupils in the year group.
    pub cohort: f64,
    /// Deprivation, in standard deviations of schools.
    pub need: f64,
    /// Share of pupils eligible for free school meals in the last six years.
    pub fsm6: f64,
    /// Share of pupils with another first language.
    pub eal: f64,
    /// Log odds added to each pupil's chance of a special educational need.
    pub sen: f64,
    /// Log odds added to the share of pupils who are not White.
    pub ethnicity: f64,
    /// Prior attainment, in standard deviations of pupils.
    pub prior: f64,
}

/// What a school adds to its pupils' grades, in standard deviations of a grade.
pub struct Effect {
    base: f64,
    per_year: f64,
}

impl Effect {
    /// In a year, but for chance.
    pub fn in_year(&self, year: Year) -> f64 {
        self.base + self.per_year * f64::from(year.ending() - 2019)
    }
}

impl School {
    /// The school with this number.
    pub fn draw(plan: &Plan, number: u32) -> Self {
        let mut dice = Dice::new(plan.seed, Stream::School, (u64::from(number), 0));
        let secondary = number < plan.secondaries;
        let stage = if secondary { KeyStage::Ks4 } else { KeyStage::Ks2 };
        let authority_number = authority_of(plan, number);
        let authority = Authority::draw(plan, authority_number);
        let planted = |(every, first): (u32, u32)| secondary && number % every == first;
        let (years, middle) = (&plan.years, plan.years.len() / 2);
        let long_enough = years.len() >= 3;

        let converts = long_enough && planted(CONVERTED);
        let late = long_enough && planted(OPENED_LATE);
        let sexes = sexes(secondary, number, &mut dice);
        let selective = secondary && dice.chance(0.05) && !converts && !late;
        let kind = match (converts, late) {
            (true, _) => "Community school",
            (_, true) => "Free schools",
            _ => dice.weighted(if secondary { &SECONDARY_KINDS } else { &PRIMARY_KINDS }),
        };
        let in_trust = is_academy(kind) && dice.chance(0.75) || converts;
        let trust = if in_trust { Trust::pick(plan, authority_number, &mut dice) } else { None };
        let intake = Intake::draw(&authority, secondary, selective, &mut dice);
        let (base, per_year) = (0.2 * dice.normal(), 0.008 * dice.normal());
        let opened_before = years.first().map(|year| year.ending() - dice.below(8) as i32);
        let near = |dice: &mut Dice| dice.below(24_000) as i32 - 12_000;
        let gap = (number / MISSING_YEAR.0) as usize;
        Self {
            number,
            stage,
            urn: FIRST_URN + number as i32,
            authority: authority_number,
            place: place::place(number),
            kind,
            sexes,
            selective,
            easting: authority.easting + near(&mut dice),
            northing: authority.northing + near(&mut dice),
            opened: if late { Some(years[middle].ending()) } else { opened_before.filter(|_| is_academy(kind)) },
            conversion: converts
                .then(|| (years[years.len().div_ceil(2)], FIRST_URN + (plan.schools() + number / CONVERTED.0) as i32)),
            missing: (long_enough && number % MISSING_YEAR.0 == MISSING_YEAR.1)
                .then(|| years[1 + gap % (years.len() - 2)]),
            effect: Effect { base: base + trust.as_ref().map_or(0.0, |trust| trust.effect), per_year },
            trust,
            intake,
        }
    }

    /// The URN under which the school has results in a year; `None` in a year without.
    pub fn urn_in(&self, year: Year) -> Option<i32> {
        let late = self.kind == "Free schools" && self.opened.is_some_and(|opened| year.ending() < opened);
        if late || self.missing == Some(year) {
            return None;
        }
        let converted = self.conversion.filter(|(from, _)| year >= *from);
        Some(converted.map_or(self.urn, |(_, urn)| urn))
    }

    /// The name in the register.
    pub fn name(&self) -> String {
        let place = &self.place;
        if self.stage == KeyStage::Ks2 {
            return match self.kind {
                "Voluntary aided school" | "Voluntary controlled school" => {
                    format!("{place} Church of England Primary School")
                }
                "Community school" if self.number.is_multiple_of(3) => format!("{place} Community Primary School"),
                "Academy sponsor led" => format!("{place} Primary Academy"),
                _ => format!("{place} Primary School"),
            };
        }
        match (self.sexes, self.selective, self.kind) {
            (Sexes::Girls, true, _) => format!("{place} Grammar School for Girls"),
            (Sexes::Boys, true, _) => format!("{place} Grammar School for Boys"),
            (_, true, _) => format!("{place} Grammar School"),
            (Sexes::Girls, ..) => format!("{place} Girls' School"),
            (Sexes::Boys, ..) => format!("{place} Boys' School"),
            (_, _, "Academy sponsor led") => format!("{place} Academy"),
            (_, _, "Voluntary aided school") => format!("{place} Church of England School"),
            (_, _, "Free schools") => format!("{place} Free School"),
            _ => match self.number % 4 {
                0 => format!("{place} High School"),
                1 => format!("{place} School"),
                2 => format!("{place} Community College"),
                _ => format!("The {place} School"),
            },
        }
    }
}

const SECONDARY_KINDS: [(&str, f64); 6] = [
    ("Academy converter", 0.48),
    ("Academy sponsor led", 0.23),
    ("Community school", 0.09),
    ("Foundation school", 0.07),
    ("Voluntary aided school", 0.08),
    ("Free schools", 0.05),
];

const PRIMARY_KINDS: [(&str, f64); 7] = [
    ("Community school", 0.36),
    ("Academy converter", 0.29),
    ("Academy sponsor led", 0.09),
    ("Voluntary aided school", 0.13),
    ("Voluntary controlled school", 0.09),
    ("Foundation school", 0.03),
    ("Free schools", 0.01),
];

/// Pupils in a year group of a primary school: most have one or two classes.
const PRIMARY_COHORTS: [((u32, u32), f64); 6] =
    [((6, 16), 0.18), ((17, 26), 0.21), ((27, 31), 0.41), ((42, 48), 0.08), ((56, 61), 0.11), ((86, 91), 0.01)];

fn is_academy(kind: &str) -> bool {
    kind.starts_with("Academy") || kind == "Free schools"
}

/// Schools of each phase are dealt to the authorities in equal parts.
fn authority_of(plan: &Plan, number: u32) -> u32 {
    let (within, of) = match number.checked_sub(plan.secondaries) {
        None => (number, plan.secondaries),
        Some(primary) => (primary, plan.primaries),
    };
    (u64::from(within) * u64::from(plan.authorities.max(1)) / u64::from(of.max(1))) as u32
}

fn sexes(secondary: bool, number: u32, dice: &mut Dice) -> Sexes {
    let drawn = dice.unit();
    match number % SINGLE_SEX.0 {
        _ if !secondary => Sexes::Mixed,
        planted if planted == SINGLE_SEX.1 => Sexes::Girls,
        planted if planted == SINGLE_SEX.1 + 1 => Sexes::Boys,
        _ if drawn < 0.035 => Sexes::Girls,
        _ if drawn < 0.055 => Sexes::Boys,
        _ => Sexes::Mixed,
    }
}

impl Intake {
    fn draw(authority: &Authority, secondary: bool, selective: bool, dice: &mut Dice) -> Self {
        let need = authority.need + 0.9 * dice.normal() - if selective { 1.5 } else { 0.0 };
        let languages = authority.languages + 0.3 * need + 0.75 * dice.normal();
        let eal = logistic(-1.9 + 1.05 * languages);
        let prior = -0.16 * need + 0.1 * dice.normal() + if selective { 1.05 } else { -0.05 };
        let size = dice.normal();
        let cohort = if secondary {
            (194.0 * libm::exp(0.3 * size - 0.05 - 0.05 * need)).clamp(38.0, 440.0)
        } else {
            let (least, most) = dice.weighted(&PRIMARY_COHORTS);
            f64::from(least + dice.below(most - least + 1))
        };
        Self {
            cohort,
            need,
            fsm6: logistic(-1.2 + 0.72 * need),
            eal,
            sen: 0.15 * need + 0.25 * dice.normal(),
            ethnicity: 0.5 * (log_odds(eal) + 2.05),
            prior,
        }
    }
}
