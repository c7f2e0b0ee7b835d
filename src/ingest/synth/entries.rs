//! Which subjects a school teaches at KS4 and which of them a pupil takes.

use super::dice::{Dice, Stream, log_odds, logistic};
use super::national::{GROUPS, National};
use super::pupil::Pupil;
use super::school::School;
use crate::model::{Element, Qualification, Year};

/// Fewest and most results of a pupil, but for pupils who worked below the tests at KS2.
const RESULTS: (f64, f64) = (7.0, 11.0);
const MOST_OPTIONS: usize = 5;
/// What girls' odds of choosing a subject are to boys', and the yearly growth of the odds; 1 and 0 where not named.
const TASTES: [(&str, f64, f64); 14] = [
    ("art_and_design", 2.2, 0.0),
    ("business", 0.65, 0.04),
    ("computer_science", 0.28, 0.05),
    ("dance", 9.0, -0.06),
    ("design_and_technology", 0.4, -0.07),
    ("drama", 1.7, -0.03),
    ("economics", 0.45, 0.04),
    ("engineering", 0.1, -0.02),
    ("food", 1.7, 0.02),
    ("health_and_social_care", 8.0, 0.0),
    ("music", 0.95, -0.03),
    ("physical_education", 0.55, -0.04),
    ("social_studies", 2.3, 0.04),
    ("sport_studies", 0.5, 0.0),
];

/// How a subject comes to a pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Nearly everyone takes it.
    Core,
    Combined,
    /// One of the three that together are triple science.
    Triple,
    Geography,
    History,
    /// French, German, Spanish: one, if any.
    Language,
    /// The language spoken at home.
    HomeLanguage,
    Option,
}

fn role(slug: &str, element: Element) -> Role {
    match (slug, element) {
        (_, Element::Maths | Element::EnglishLanguage | Element::EnglishLiterature) => Role::Core,
        (_, Element::CombinedScience) => Role::Combined,
        ("biology" | "chemistry" | "physics", _) => Role::Triple,
        ("geography", _) => Role::Geography,
        ("history", _) => Role::History,
        ("french" | "german" | "spanish", _) => Role::Language,
        ("other_languages", _) => Role::HomeLanguage,
        _ => Role::Option,
    }
}

/// What a school teaches, and how well each department does; the same in every year.
pub struct Curriculum {
    roles: Vec<Role>,
    /// By subject: how much the school favours an option; 0 if it is not taught.
    appeal: Vec<f64>,
    /// By subject: what the department adds to the school's effect, in standard deviations of a grade.
    pub departments: Vec<f64>,
    /// Results per pupil more than elsewhere.
    results: f64,
    /// Log odds added to the nation's.
    triple: f64,
    geography: f64,
    history: f64,
    language: f64,
}

impl Curriculum {
    /// Of a school.
    pub fn draw(seed: u64, school: &School) -> Self {
        let mut dice = Dice::new(seed, Stream::Curriculum, (u64::from(school.number), 0));
        let academic = if school.selective { 1.4 } else { -0.08 } - 0.15 * school.intake.need;
        let subjects = &National::get().subjects;
        let roles: Vec<Role> = subjects.iter().map(|table| role(&table.subject.slug, table.subject.element)).collect();
        let religious = dice.chance(if school.kind == "Voluntary aided school" { 0.9 } else { 0.12 });
        let appeal = subjects.iter().zip(&roles).map(|(table, role)| {
            let subject = table.subject;
            let (taught, liking) = (dice.unit(), libm::exp(0.5 * dice.normal() - 0.125));
            match role {
                Role::Language => libm::exp(1.3 * dice.normal() - 0.8),
                // Nearly everyone takes it in some schools, few in the others.
                _ if subject.slug == "religious_studies" => {
                    if religious {
                        60.0
                    } else {
                        0.35 * liking
                    }
                }
                _ => {
                    let schools = (0.03 + 3.5 * subject.popularity).min(1.0);
                    if taught < schools { liking / schools } else { 0.0 }
                }
            }
        });
        Self {
            appeal: appeal.collect(),
            departments: subjects.iter().map(|_| 0.15 * dice.normal()).collect(),
            roles,
            results: 0.4 * dice.normal(),
            triple: academic + 0.7 * dice.normal(),
            geography: 0.35 * dice.normal(),
            history: 0.35 * dice.normal(),
            language: academic + 0.8 * dice.normal(),
        }
    }

    /// The numbers of the subjects with this role.
    fn with_role(&self, role: Role) -> impl Iterator<Item = usize> + '_ {
        self.roles.iter().enumerate().filter(move |(_, of)| **of == role).map(|(subject, _)| subject)
    }
}

/// Chances of taking subjects in a school and year, by prior attainment group.
pub struct Offer {
    groups: Vec<GroupOffer>,
}

struct GroupOffer {
    /// Results to aim at, and whether a pupil may have fewer than [`RESULTS`] says.
    results: f64,
    few: bool,
    core: Vec<(usize, f64)>,
    combined: Option<usize>,
    triple: Vec<usize>,
    triple_chance: f64,
    combined_chance: f64,
    geography: Option<usize>,
    history: Option<usize>,
    geography_chance: f64,
    history_chance: f64,
    language_chance: f64,
    languages: Vec<(usize, f64)>,
    home_language: Option<usize>,
    home_language_chance: f64,
    /// Options with their weights: boys', girls'.
    options: [Vec<(usize, f64)>; 2],
}

impl Offer {
    /// What a school offers in a year.
    pub fn new(curriculum: &Curriculum, tastes: &Tastes) -> Self {
        Self { groups: (0..GROUPS).map(|group| GroupOffer::new(curriculum, tastes, group)).collect() }
    }

    /// Puts the numbers of the subjects that a pupil takes into `taken`, in the order of the table.
    pub fn choose(&self, pupil: &Pupil, dice: &mut Dice, taken: &mut Vec<usize>) {
        taken.clear();
        if let Some(offer) = self.groups.get(National::group(pupil.score)) {
            offer.choose(pupil, dice, taken);
        }
        taken.sort_unstable();
    }
}

impl GroupOffer {
    fn new(curriculum: &Curriculum, tastes: &Tastes, group: usize) -> Self {
        let subjects = &National::get().subjects;
        let entered = |subject: usize| subjects[subject].entered[group].clamp(1e-4, 0.999);
        let tilted = |subject: Option<usize>, by: f64| subject.map_or(0.0, |s| logistic(log_odds(entered(s)) + by));
        let first = |role| curriculum.with_role(role).next();
        let few = group == 0;
        let usual: f64 = subjects.iter().map(|table| table.entered[group]).sum();
        // Pupils took more subjects before vocational awards lost their weight and the new GCSEs came.
        let more_then = (0.07 * f64::from(2024 - tastes.year.ending())).clamp(0.0, 0.7) + 0.55;
        let triple_chance = tilted(first(Role::Triple), curriculum.triple);
        let combined = first(Role::Combined);
        // Of those without triple science, nearly all take combined science.
        let without = (1.0 - entered(first(Role::Triple).unwrap_or_default())).max(1e-3);
        let language_total = curriculum.with_role(Role::Language).map(entered).sum::<f64>().clamp(1e-4, 0.95);
        let languages = |s: usize| (s, entered(s) * curriculum.appeal[s]);
        let options = [0, 1].map(|girl: usize| {
            let weight = |s: usize| (s, tastes.odds[girl][group][s] * curriculum.appeal[s]);
            curriculum.with_role(Role::Option).map(weight).filter(|(_, weight)| *weight > 0.0).collect()
        });
        Self {
            results: usual + if few { 0.0 } else { more_then + curriculum.results },
            few,
            core: curriculum.with_role(Role::Core).map(|s| (s, entered(s))).collect(),
            combined,
            triple: curriculum.with_role(Role::Triple).collect(),
            triple_chance,
            combined_chance: (combined.map_or(0.0, entered) / without).min(0.995),
            geography: first(Role::Geography),
            history: first(Role::History),
            geography_chance: tilted(first(Role::Geography), curriculum.geography),
            history_chance: tilted(first(Role::History), curriculum.history),
            language_chance: logistic(log_odds(language_total) + curriculum.language),
            languages: curriculum.with_role(Role::Language).map(languages).collect(),
            home_language: first(Role::HomeLanguage),
            home_language_chance: first(Role::HomeLanguage).map_or(0.0, entered),
            options,
        }
    }

    fn choose(&self, pupil: &Pupil, dice: &mut Dice, taken: &mut Vec<usize>) {
        taken.extend(self.core.iter().filter(|(_, chance)| dice.chance(*chance)).map(|(subject, _)| subject));
        if dice.chance(self.triple_chance) {
            taken.extend(&self.triple);
        } else if dice.chance(self.combined_chance) {
            taken.extend(self.combined);
        }
        self.choose_humanity(dice, taken);
        if dice.chance(self.language_chance) && !self.languages.is_empty() {
            taken.push(dice.weighted(&self.languages));
        }
        if dice.chance(self.home_language_chance * if pupil.eal { 3.8 } else { 0.4 }) {
            taken.extend(self.home_language);
        }
        let (least, most) = if self.few { (0.0, RESULTS.1) } else { RESULTS };
        let results = libm::round((self.results + 0.75 * dice.normal()).clamp(least, most)) as usize;
        let options = results.saturating_sub(taken.len()).min(MOST_OPTIONS);
        choose_options(&self.options[usize::from(pupil.girl)], options, dice, taken);
    }

    /// A second humanity is rarer than chance would have it, because both stand in the same option block.
    fn choose_humanity(&self, dice: &mut Dice, taken: &mut Vec<usize>) {
        let total = self.geography_chance + self.history_chance;
        let both = (0.12 * total).max(total - 0.97).min(self.geography_chance).min(self.history_chance);
        let drawn = dice.unit();
        if drawn < self.geography_chance {
            taken.extend(self.geography);
        }
        if drawn < both || (drawn >= self.geography_chance && drawn < total - both) {
            taken.extend(self.history);
        }
    }
}

/// The nation's tastes in a year.
pub struct Tastes {
    year: Year,
    /// Odds of taking each subject as an option: boys', girls', by group and subject.
    odds: [Vec<Vec<f64>>; 2],
}

impl Tastes {
    /// In a year.
    pub fn new(year: Year) -> Self {
        let subjects = 0..National::get().subjects.len();
        let of = |boys: f64, group: usize| subjects.clone().map(|s| odds(s, group, year, boys)).collect();
        Self { year, odds: [1.0, -1.0].map(|boys| (0..GROUPS).map(|group| of(boys, group)).collect()) }
    }
}

/// The nation's odds of taking an option, for one sex.
fn odds(subject: usize, group: usize, year: Year, boys: f64) -> f64 {
    let table = &National::get().subjects[subject];
    let entered = table.entered[group].clamp(0.0, 0.95);
    let named = TASTES.iter().find(|(slug, ..)| *slug == table.subject.slug);
    let (girls, growth) = named.map_or((1.0, 0.0), |(_, girls, growth)| (*girls, *growth));
    let vocational = if table.subject.qualification == Qualification::Level12 { 0.05 } else { 0.0 };
    let years = f64::from(year.ending() - 2024);
    entered / (1.0 - entered) * libm::exp((growth - vocational) * years) * libm::pow(girls, -0.5 * boys)
}

/// Draws without replacement.
fn choose_options(options: &[(usize, f64)], count: usize, dice: &mut Dice, taken: &mut Vec<usize>) {
    let before = taken.len();
    // A school with few options may run out of them.
    for _ in 0..4 * count {
        if taken.len() == before + count || options.is_empty() {
            return;
        }
        let subject = dice.weighted(options);
        if !taken[before..].contains(&subject) {
            taken.push(subject);
        }
    }
}
