//! Pupils of a load: their keys, their packed profiles, and the checks that look at more than one row.

use std::collections::BTreeSet;

use arrow::array::Array;

use super::finding::{Fault, Findings};
use super::keys::KeyTable;
use super::source::Batch;
use crate::model::{Characteristic, KeyStage, Profile, PupilGroup, Qualification, Subject};

/// Every pupil of the workspace and of the load, by number.
#[derive(Default)]
pub(super) struct Pupils {
    keys: KeyTable,
    /// The key last looked up, with its stage before it, and its number: results of a pupil often stand together.
    last: (String, Option<u32>),
    facts: Vec<PupilFacts>,
    /// One bit per subject for which the pupil has a result in the subject's usual qualification.
    seen: Vec<u64>,
    /// Pupil, subject and qualification of the other results.
    seen_otherwise: BTreeSet<(u32, u8, i32)>,
    /// How many there were before the load.
    known: usize,
    /// Key stages and years of pupils who were there before the load, of whom it is not noted yet which results they have.
    unnoted: BTreeSet<(i8, i16)>,
}

/// What every result of a pupil repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PupilFacts {
    pub stage: i8,
    pub urn: i32,
    pub year: i16,
    pub profile: Profile,
    /// Prior attainment in hundredths of a scaled score.
    pub prior: Option<i16>,
}

impl Pupils {
    /// How many pupils there are. Numbers run from 0.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// How many were in the workspace before the load. Theirs are the first numbers.
    pub fn known(&self) -> usize {
        self.known
    }

    /// Says that all pupils so far were in the workspace before the load.
    pub fn are_known(&mut self) {
        self.known = self.len();
        self.unnoted = self
            .facts
            .chunk_by(|a, b| (a.stage, a.year) == (b.stage, b.year))
            .map(|same| {
                let PupilFacts { stage, year, .. } = same[0];
                (stage, year)
            })
            .collect();
    }

    /// The key stages and years of a batch of results of which pupils were there before the load, and of whom it is to be
    /// noted now which results they have. Each is given once.
    pub fn take_unnoted(&mut self, batch: &Batch<'_>) -> Vec<(i8, i16)> {
        if self.unnoted.is_empty() {
            return Vec::new();
        }
        let (stages, years) = (batch.whole("key_stage"), batch.whole("year"));
        let mut asked: BTreeSet<(i64, i64)> = BTreeSet::new();
        let mut last = None;
        for pair in stages.values().iter().copied().zip(years.values().iter().copied()) {
            if last.replace(pair) != Some(pair) {
                asked.insert(pair);
            }
        }
        self.unnoted.extract_if(.., |(stage, year)| asked.contains(&((*stage).into(), (*year).into()))).collect()
    }

    /// What is known of a pupil.
    pub fn facts(&self, number: u32) -> PupilFacts {
        self.facts[number as usize]
    }

    /// The number of a pupil at the end of a key stage.
    pub fn number(&mut self, stage: i8, key: &str) -> Option<u32> {
        let (last, number) = &mut self.last;
        if last.strip_prefix(stage_letter(stage)) != Some(key) {
            last.clear();
            last.push(stage_letter(stage));
            last.push_str(key);
            *number = self.keys.get(last);
        }
        *number
    }

    /// Adds a pupil. `Err` with the pupil who has the same key at the same key stage.
    pub fn add(&mut self, key: &str, facts: PupilFacts) -> Result<u32, PupilFacts> {
        let mut staged = String::with_capacity(key.len() + 1);
        staged.push(stage_letter(facts.stage));
        staged.push_str(key);
        let number = self.keys.insert(&staged).map_err(|number| self.facts(number))?;
        self.facts.push(facts);
        self.seen.push(0);
        Ok(number)
    }

    /// Notes a result. `false` if the pupil has one in the same subject and qualification already.
    pub fn note_result(&mut self, number: u32, subject: Subject, qualification: Qualification) -> bool {
        if qualification == subject.qualification {
            let bit = 1u64 << (subject.id % 64);
            let seen = &mut self.seen[number as usize];
            let first = *seen & bit == 0;
            *seen |= bit;
            first
        } else {
            self.seen_otherwise.insert((number, subject.id, qualification.number()))
        }
    }

    /// Takes the pupils of a checked batch. Returns the numbers of those that are new, with the row of each.
    pub fn take(&mut self, batch: &Batch<'_>, findings: &mut Findings) -> Vec<(u32, usize)> {
        let (keys, urns, years, stages) =
            (batch.text("pupil"), batch.whole("urn"), batch.whole("year"), batch.whole("key_stage"));
        let profiles = profiles(batch);
        let priors = batch.decimal("prior_score");
        let mut taken = Vec::with_capacity(batch.rows);
        for (row, profile) in profiles.into_iter().enumerate() {
            let there = [&urns, &years, &stages].iter().all(|column| column.is_valid(row));
            if !there || keys.is_null(row) {
                continue;
            }
            let stage = stages.value(row);
            if KeyStage::from_number(stage as i32).is_none() {
                // A finding of the plain checks.
                continue;
            }
            // The casts cannot lose digits that count: values out of range are findings, which stop the load.
            let facts = PupilFacts {
                stage: stage as i8,
                urn: urns.value(row) as i32,
                year: years.value(row) as i16,
                profile,
                prior: priors.is_valid(row).then(|| (priors.value(row) * 100.0).round() as i16),
            };
            let key = keys.value(row);
            match self.add(key, facts) {
                Ok(number) => taken.push((number, row)),
                Err(known) if known.urn != facts.urn => {
                    let message = format!(
                        "pupil {key} is at school {} and at school {} at the end of KS{stage}; keep one",
                        known.urn, facts.urn
                    );
                    findings.push(batch.finding(row, "urn", Fault::TwoSchools, message));
                }
                Err(_) => {
                    let message = format!("pupil {key} is there already for KS{stage}; keep one row");
                    findings.push(batch.finding(row, "pupil", Fault::Duplicate, message));
                }
            }
        }
        taken
    }
}

fn stage_letter(stage: i8) -> char {
    char::from(b'0' + stage as u8)
}

/// The packed profile of every row.
fn profiles(batch: &Batch<'_>) -> Vec<Profile> {
    let mut profiles = vec![Profile::default(); batch.rows];
    for characteristic in [Characteristic::Sex, Characteristic::Sen, Characteristic::Ethnicity] {
        let words = batch.words(characteristic.word());
        let groups: Vec<Option<PupilGroup>> =
            words.distinct().map(|word| PupilGroup::from_word(characteristic, word).ok()).collect();
        // A pupil of whom nothing is said is unclassified.
        let otherwise = match characteristic {
            Characteristic::Ethnicity => PupilGroup::from_word(characteristic, "UNCL").ok(),
            _ => None,
        };
        for (row, profile) in profiles.iter_mut().enumerate() {
            let group = words.number(row).and_then(|number| groups[number]).or(otherwise);
            *profile = group.map_or(*profile, |group| profile.with(group));
        }
    }
    for characteristic in [
        Characteristic::Fsm6,
        Characteristic::Disadvantaged,
        Characteristic::Eal,
        Characteristic::Mobile,
        Characteristic::LookedAfter,
    ] {
        let flags = batch.yes_no(characteristic.word());
        let group = |word| PupilGroup::from_word(characteristic, word).ok();
        let (yes, no) = (group("yes"), group("no"));
        for (profile, flag) in profiles.iter_mut().zip(flags.iter()) {
            let group = flag.and_then(|flag| if flag { yes } else { no });
            *profile = group.map_or(*profile, |group| profile.with(group));
        }
    }
    let numbers = [
        (Characteristic::Term, batch.whole("birth_month").iter().map(|m| m.and_then(term)).collect::<Vec<_>>()),
        (Characteristic::Attendance, batch.decimal("attendance_pct").iter().map(|a| a.map(attendance)).collect()),
    ];
    for (characteristic, words) in numbers {
        for (profile, word) in profiles.iter_mut().zip(words) {
            let group = word.and_then(|word| PupilGroup::from_word(characteristic, word).ok());
            *profile = group.map_or(*profile, |group| profile.with(group));
        }
    }
    for (profile, prior) in profiles.iter_mut().zip(batch.decimal("prior_score").iter()) {
        *profile = profile.with_prior(prior.map(|score| (score * 100.0).round() as i32));
    }
    profiles
}

/// Term of birth: autumn is September to December, spring January to April, summer May to August.
fn term(month: i64) -> Option<&'static str> {
    match month {
        1..=4 => Some("spring"),
        5..=8 => Some("summer"),
        9..=12 => Some("autumn"),
        _ => None,
    }
}

fn attendance(percent: f64) -> &'static str {
    match percent {
        97.0.. => "97",
        95.0.. => "95",
        90.0.. => "90",
        50.0.. => "pa",
        _ => "severe",
    }
}
