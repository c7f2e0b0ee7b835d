//! Grades at KS4.

use super::dice::{Dice, Stream};
use super::entries::Curriculum;
use super::national::National;
use super::pupil::Pupil;
use super::school::School;
use crate::model::Year;

/// How strongly a pupil's drive shows in every subject, and how much chance is in each grade. With the differences of
/// schools, departments and pupil groups the squares add up to about 1, so that national distributions stay.
const DRIVE: f64 = 0.76;
const CHANCE: f64 = 0.46;

/// How much better girls do than pupils of the same prior attainment, in standard deviations of a grade; boys do worse
/// by as much. Where not named, [`GIRLS_ELSEWHERE`].
const GIRLS: [(&str, f64); 14] = [
    ("maths", -0.04),
    ("english_language", 0.17),
    ("english_literature", 0.21),
    ("combined_science", 0.05),
    ("biology", 0.03),
    ("chemistry", 0.01),
    ("physics", -0.07),
    ("computer_science", 0.03),
    ("economics", 0.0),
    ("business", 0.05),
    ("physical_education", 0.04),
    ("statistics", -0.02),
    ("art_and_design", 0.26),
    ("religious_studies", 0.2),
];
const GIRLS_ELSEWHERE: f64 = 0.12;

/// By subject: the girls' difference.
pub struct Girls(Vec<f64>);

impl Girls {
    /// For every subject.
    pub fn new() -> Self {
        let of = |slug: &str| GIRLS.iter().find(|(named, _)| *named == slug).map_or(GIRLS_ELSEWHERE, |(_, by)| *by);
        Self(National::get().subjects.iter().map(|table| of(&table.subject.slug)).collect())
    }
}

/// What a school's departments add in a year.
pub struct Teaching<'a> {
    girls: &'a Girls,
    year: i32,
    /// By subject, in standard deviations of a grade.
    effects: Vec<f64>,
}

impl<'a> Teaching<'a> {
    /// Of a school in a year.
    pub fn new(seed: u64, school: &School, curriculum: &Curriculum, girls: &'a Girls, year: Year) -> Self {
        let numbers = (u64::from(school.number), year.ending() as u64);
        let mut dice = Dice::new(seed, Stream::SchoolYear, numbers);
        let whole = school.effect.in_year(year) + grading(year) + 0.09 * dice.normal();
        let effects = curriculum.departments.iter().map(|by| whole + by + 0.07 * dice.normal()).collect();
        Self { girls, year: year.ending(), effects }
    }

    /// A pupil's grade in a subject; `gap` is the pupil's [`Pupil::ks4_gap`].
    pub fn grade(&self, pupil: &Pupil, gap: f64, subject: usize, dice: &mut Dice) -> &'static str {
        let absent = if pupil.attendance < 75.0 { 0.02 } else { 0.002 };
        if dice.chance(absent) {
            return "X";
        }
        let girls = if pupil.girl { self.girls.0[subject] } else { -self.girls.0[subject] };
        let z = DRIVE * pupil.drive + gap + girls + self.effects[subject] + CHANCE * dice.normal();
        let group = National::group(pupil.score);
        National::get().subjects[subject].ladder(group, self.year).grade(z)
    }
}

/// How generous the nation's grades were beside 2024's; 2022 stood between teachers' and exam grades.
fn grading(year: Year) -> f64 {
    match year.ending() {
        2022 => 0.17,
        2023 => 0.03,
        ending if ending < 2017 => 0.05,
        _ => 0.0,
    }
}
