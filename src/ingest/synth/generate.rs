//! Makes the rows: school by school, year by year, pupil by pupil.

use std::fmt::Write as _;
use std::sync::mpsc::SyncSender;

use arrow::array::RecordBatch;
use arrow::error::ArrowError;

use super::Plan;
use super::dice::{Dice, Stream, logistic};
use super::entries::{Curriculum, Offer, Tastes};
use super::ks2;
use super::ks4::{Girls, Teaching};
use super::land::Authority;
use super::national::National;
use super::pupil::{Neighbourhood, Pupil};
use super::rows::{Census, Key, PupilRows, Registration, ResultRows, SchoolRows, SchoolYearRows};
use super::school::School;
use crate::ingest::contract::Table;
use crate::model::{KeyStage, Year};

/// Rows that are sent at once.
const BATCH_ROWS: usize = 32_768;
/// Most pupils of a school in a year, so that keys do not meet.
const MOST_PUPILS: f64 = 500.0;

/// Rows of a table.
pub struct Batch {
    pub table: Table,
    pub rows: RecordBatch,
}

/// About how many rows a plan makes in all files.
pub fn expected_rows(plan: &Plan) -> u64 {
    let years = plan.years.len() as u64;
    let (secondaries, primaries) = (u64::from(plan.secondaries), u64::from(plan.primaries));
    // A pupil's row and those of the results.
    years * (secondaries * 188 * 95 / 10 + primaries * 30 * 5)
}

/// The place where rows go.
type Sender = SyncSender<Result<Batch, ArrowError>>;

/// Nobody takes the rows any more.
struct NobodyListens;

/// Makes the rows of a plan whose years are in order.
pub struct Generator<'a> {
    plan: &'a Plan,
    girls: Girls,
    /// For each year of the plan.
    tastes: Vec<(Year, Tastes)>,
    schools: SchoolRows,
    school_years: SchoolYearRows,
    pupils: PupilRows,
    results: ResultRows,
    /// Kept to spare allocations.
    key: String,
    taken: Vec<usize>,
}

impl<'a> Generator<'a> {
    /// With nothing made yet.
    pub fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            girls: Girls::new(),
            tastes: plan.years.iter().map(|year| (*year, Tastes::new(*year))).collect(),
            schools: SchoolRows::default(),
            school_years: SchoolYearRows::default(),
            pupils: PupilRows::default(),
            results: ResultRows::default(),
            key: String::new(),
            taken: Vec::new(),
        }
    }

    /// Sends every row; stops early when nobody listens.
    pub fn run(mut self, sender: &Sender) {
        // Whoever stopped listening knows why.
        let _: Result<(), NobodyListens> = self.send_all(sender);
    }

    fn send_all(&mut self, sender: &Sender) -> Result<(), NobodyListens> {
        for number in 0..self.plan.schools() {
            let school = School::draw(self.plan, number);
            self.register(&school);
            match school.stage {
                KeyStage::Ks2 => self.primary(&school, sender)?,
                _ => self.secondary(&school, sender)?,
            }
        }
        self.send(sender, 1)
    }

    fn secondary(&mut self, school: &School, sender: &Sender) -> Result<(), NobodyListens> {
        let seed = self.plan.seed;
        let curriculum = Curriculum::draw(seed, school);
        let neighbourhood = Neighbourhood::of(school);
        let subjects = &National::get().subjects;
        for place in 0..self.tastes.len() {
            let (year, tastes) = &self.tastes[place];
            let year = *year;
            let Some(urn) = school.urn_in(year) else { continue };
            let offer = Offer::new(&curriculum, tastes);
            let teaching = Teaching::new(seed, school, &curriculum, &self.girls, year);
            let mut dice = Dice::new(seed, Stream::Pupils, (u64::from(school.number), year.ending() as u64));
            let pupils = cohort(school, year, &mut dice);
            for number in 0..pupils {
                let pupil = Pupil::draw(school, &neighbourhood, year, &mut dice);
                write_key(&mut self.key, school, year, number);
                let key = Key { pupil: &self.key, urn, year: year.ending(), key_stage: school.stage.number() };
                self.pupils.add(key, &pupil);
                offer.choose(&pupil, &mut dice, &mut self.taken);
                let gap = pupil.ks4_gap();
                for subject in &self.taken {
                    let grade = teaching.grade(&pupil, gap, *subject, &mut dice);
                    let subject = subjects[*subject].subject;
                    self.results.add(key, &subject.slug, subject.qualification.word(), grade, None);
                }
            }
            self.census(school, year, urn, pupils);
            self.send(sender, BATCH_ROWS)?;
        }
        Ok(())
    }

    fn primary(&mut self, school: &School, sender: &Sender) -> Result<(), NobodyListens> {
        let seed = self.plan.seed;
        let neighbourhood = Neighbourhood::of(school);
        for place in 0..self.tastes.len() {
            let year = self.tastes[place].0;
            let Some(urn) = school.urn_in(year) else { continue };
            let teaching = ks2::Teaching::new(seed, school, year);
            let mut dice = Dice::new(seed, Stream::Pupils, (u64::from(school.number), year.ending() as u64));
            let pupils = cohort(school, year, &mut dice);
            for number in 0..pupils {
                let pupil = Pupil::draw(school, &neighbourhood, year, &mut dice);
                write_key(&mut self.key, school, year, number);
                let key = Key { pupil: &self.key, urn, year: year.ending(), key_stage: school.stage.number() };
                self.pupils.add(key, &pupil);
                for result in teaching.results(&pupil, &mut dice) {
                    self.results.add(key, result.subject, result.qualification, result.grade, result.points);
                }
            }
            self.census(school, year, urn, pupils);
            self.send(sender, BATCH_ROWS)?;
        }
        Ok(())
    }

    /// The school's rows in the register: two if it converted.
    fn register(&mut self, school: &School) {
        let authority = Authority::draw(self.plan, school.authority);
        let phase = if school.stage == KeyStage::Ks2 { "Primary" } else { "Secondary" };
        let name = school.name();
        let first = Registration {
            urn: school.urn,
            name: &name,
            kind: school.kind,
            in_trust: school.conversion.is_none(),
            opened: school.opened,
            closed: school.conversion.map(|(from, _)| from.ending() - 1),
            predecessor_urn: None,
            located: school.number % 90 != 89,
        };
        self.schools.add(school, &authority, phase, &first);
        if let Some((from, urn)) = school.conversion {
            let name = format!("{} Academy", school.place);
            let second = Registration {
                urn,
                name: &name,
                kind: "Academy converter",
                in_trust: true,
                opened: Some(from.ending()),
                closed: None,
                predecessor_urn: Some(school.urn),
                ..first
            };
            self.schools.add(school, &authority, phase, &second);
        }
    }

    /// What is published of the school in a year; what can be counted from its pupils mostly is not there.
    fn census(&mut self, school: &School, year: Year, urn: i32, pupils: u32) {
        let numbers = (u64::from(school.number), year.ending() as u64);
        let mut dice = Dice::new(self.plan.seed, Stream::Census, numbers);
        let intake = &school.intake;
        let groups = if school.stage == KeyStage::Ks2 { 7.0 } else { 5.1 };
        let roll = libm::round(f64::from(pupils) * groups * (1.0 + 0.04 * dice.normal())).max(1.0) as i32;
        let rounded = |figure: f64, digits: f64| Some(libm::round(figure * digits) / digits);
        let counted = dice.chance(0.06);
        let percent = |share: f64, dice: &mut Dice| {
            let share = rounded((100.0 * share + 1.2 * dice.normal()).clamp(0.0, 100.0), 10.0);
            share.filter(|_| counted)
        };
        let fsm6 = percent(intake.fsm6, &mut dice);
        let eal = percent(intake.eal, &mut dice);
        let support = percent(0.13 * (1.0 + intake.sen), &mut dice);
        let plans = percent(0.04 * (1.0 + intake.sen), &mut dice);
        let prior = rounded(104.6 + 6.5 * (intake.prior - 0.1 * intake.need) + 0.5 * dice.normal(), 100.0);
        let stability = rounded((93.5 - 2.0 * intake.need + 2.5 * dice.normal()).clamp(60.0, 100.0), 10.0);
        let idaci = rounded(logistic(-1.65 + 0.45 * intake.need + 0.06 * dice.normal()), 10_000.0);
        let polar4 = rounded((3.0 - 0.75 * intake.need + 0.3 * dice.normal()).clamp(1.0, 5.0), 100.0);
        let mut given = |figure: Option<f64>| figure.filter(|_| !dice.chance(0.01));
        let figures =
            [fsm6, eal, support, plans, prior.filter(|_| counted), given(stability), given(idaci), given(polar4)];
        let roll = given(Some(f64::from(roll))).map(|roll| roll as i32);
        self.school_years.add(urn, year.ending(), &Census { roll, figures });
    }

    /// Sends the rows of every table that has at least so many.
    fn send(&mut self, sender: &Sender, at_least: usize) -> Result<(), NobodyListens> {
        let pass = |table: Table, rows: Result<RecordBatch, ArrowError>| {
            sender.send(rows.map(|rows| Batch { table, rows })).map_err(|_| NobodyListens)
        };
        if self.schools.len() >= at_least {
            pass(Table::Schools, self.schools.take())?;
        }
        if self.school_years.len() >= at_least {
            pass(Table::SchoolYears, self.school_years.take())?;
        }
        if self.pupils.len() >= at_least {
            pass(Table::Pupils, self.pupils.take())?;
        }
        if self.results.len() >= at_least {
            pass(Table::Results, self.results.take())?;
        }
        Ok(())
    }
}

/// Number of pupils in the year group: at least one.
fn cohort(school: &School, year: Year, dice: &mut Dice) -> u32 {
    let wobble = if school.stage == KeyStage::Ks2 { 0.09 } else { 0.05 };
    // The nation's cohorts grew.
    let growth = if school.stage == KeyStage::Ks2 { 0.0 } else { 0.008 * f64::from(year.ending() - 2019) };
    libm::round(school.intake.cohort * (1.0 + growth + wobble * dice.normal())).clamp(1.0, MOST_PUPILS) as u32
}

/// The opaque key of a pupil: distinct for every school, year and number, whatever else is in the plan.
fn write_key(key: &mut String, school: &School, year: Year, number: u32) {
    let (first_year, _) = Year::RANGE;
    let cohort = u64::from(school.number) * 128 + (year.ending() - first_year) as u64;
    key.clear();
    // Writing into a text cannot fail.
    let _ = write!(key, "p{:08x}", cohort * 512 + u64::from(number));
}
