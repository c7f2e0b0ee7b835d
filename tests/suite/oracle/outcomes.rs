//! A pupil's headline outcomes, straight from the words of the method: every way to fill the slots is tried.

use std::collections::HashMap;

use super::rows::Entry;

const SINGLE_SCIENCES: [&str; 4] = ["biology", "chemistry", "physics", "computer_science"];
const HUMANITIES: [&str; 3] = ["geography", "history", "ancient_history"];
const LANGUAGES: [&str; 7] =
    ["french", "german", "spanish", "other_languages", "latin", "classical_greek", "biblical_hebrew"];

/// The outcomes of a pupil at the end of a key stage, by indicator.
pub fn of(stage: i64, entries: &[Entry]) -> HashMap<&'static str, Option<f64>> {
    let mut outcomes = match stage {
        4 => ks4(entries),
        2 => ks2(entries),
        _ => HashMap::new(),
    };
    outcomes.insert("pupils", Some(1.0));
    outcomes
}

fn hit(met: bool) -> Option<f64> {
    Some(if met { 1.0 } else { 0.0 })
}

fn ks4(entries: &[Entry]) -> HashMap<&'static str, Option<f64>> {
    // Points of a subject, if the pupil took it as an academic subject. X is taken, with 0.
    let taken = |subject: &str| {
        let of_subject = entries.iter().filter(|e| e.subject == subject && e.qualification != "l12");
        of_subject.map(|e| e.points.unwrap_or(0.0)).reduce(f64::max)
    };
    let best_of = |subjects: &[&str]| subjects.iter().filter_map(|subject| taken(subject)).reduce(f64::max);

    let maths = taken("maths");
    let (language, literature) = (taken("english_language"), taken("english_literature"));
    let combined = taken("combined_science");

    let mut sciences: Vec<f64> = SINGLE_SCIENCES.iter().filter_map(|subject| taken(subject)).collect();
    let single_sciences = sciences.clone();
    if let Some(points) = combined {
        sciences.push(points);
        sciences.push(points);
    }
    let mut ebacc_subjects = sciences.clone();
    ebacc_subjects.extend(HUMANITIES.iter().chain(&LANGUAGES).filter_map(|subject| taken(subject)));
    let (ebacc, mut remaining) = best_three(&ebacc_subjects);

    let (english, english_element) = match (language, literature) {
        (Some(one), Some(other)) => {
            remaining.push(one.min(other));
            (one.max(other), 2.0 * one.max(other))
        }
        (one, other) => (one.or(other).unwrap_or(0.0), one.or(other).unwrap_or(0.0)),
    };
    let mut others: HashMap<&str, f64> = HashMap::new();
    for entry in entries {
        let counts_elsewhere = ["maths", "english_language", "english_literature", "combined_science"]
            .iter()
            .chain(&SINGLE_SCIENCES)
            .chain(&HUMANITIES)
            .chain(&LANGUAGES)
            .any(|subject| *subject == entry.subject);
        if entry.qualification == "l12" || !counts_elsewhere {
            let best = others.entry(entry.subject).or_insert(0.0);
            *best = best.max(entry.points.unwrap_or(0.0));
        }
    }
    remaining.extend(others.values());
    let (open, _) = best_three(&remaining);

    let maths_points = maths.unwrap_or(0.0);
    let humanity = best_of(&HUMANITIES);
    let foreign = best_of(&LANGUAGES);
    let all_pillars = language.is_some()
        && literature.is_some()
        && maths.is_some()
        && (combined.is_some() || single_sciences.len() >= 3)
        && humanity.is_some()
        && foreign.is_some();
    let basics = |grade: f64| maths_points >= grade && english >= grade;
    let pillars_at = |grade: f64| {
        let two_sciences =
            combined.is_some_and(|p| p >= grade) || single_sciences.iter().filter(|p| **p >= grade).count() >= 2;
        let both = humanity.is_some_and(|p| p >= grade) && foreign.is_some_and(|p| p >= grade);
        all_pillars && basics(grade) && two_sciences && both
    };
    let mut two_best = 0.0f64;
    for (nth, one) in sciences.iter().enumerate() {
        two_best = two_best.max(*one);
        for other in &sciences[nth + 1..] {
            two_best = two_best.max(one + other);
        }
    }
    let six = english + maths_points + two_best + humanity.unwrap_or(0.0) + foreign.unwrap_or(0.0);
    HashMap::from([
        ("att8", Some(english_element + 2.0 * maths_points + ebacc + open)),
        ("att8_english", Some(english_element)),
        ("att8_maths", Some(2.0 * maths_points)),
        ("att8_ebacc", Some(ebacc)),
        ("att8_open", Some(open)),
        ("basics4", hit(basics(4.0))),
        ("basics5", hit(basics(5.0))),
        ("ebacc_entry", hit(all_pillars)),
        ("ebacc4", hit(pillars_at(4.0))),
        ("ebacc5", hit(pillars_at(5.0))),
        ("ebacc_aps", Some(six / 6.0)),
    ])
}

/// The largest sum of up to three of the points, by trying every choice, and the points left over.
fn best_three(points: &[f64]) -> (f64, Vec<f64>) {
    let mut best: (f64, Vec<usize>) = (points.iter().sum(), (0..points.len()).collect());
    if points.len() > 3 {
        best = (-1.0, Vec::new());
        for a in 0..points.len() {
            for b in a + 1..points.len() {
                for c in b + 1..points.len() {
                    let sum = points[a] + points[b] + points[c];
                    if sum > best.0 {
                        best = (sum, vec![a, b, c]);
                    }
                }
            }
        }
    }
    let left = points.iter().enumerate().filter(|(nth, _)| !best.1.contains(nth)).map(|(_, points)| *points);
    (best.0, left.collect())
}

fn ks2(entries: &[Entry]) -> HashMap<&'static str, Option<f64>> {
    let find = |subject: &str, qualification: &str| {
        entries.iter().find(|e| e.subject == subject && e.qualification == qualification)
    };
    let score = |subject| find(subject, "ks2_test").and_then(|entry| entry.points);
    let (reading, maths, gps) = (score("reading"), score("maths"), score("gps"));
    let writing = find("writing", "ks2_ta").map_or("none", |entry| entry.grade);
    let at = |score: Option<f64>, standard: f64| score.is_some_and(|score| score >= standard);
    let (writes, writes_high) = (writing == "EXS" || writing == "GDS", writing == "GDS");
    HashMap::from([
        ("reading_expected", hit(at(reading, 100.0))),
        ("reading_high", hit(at(reading, 110.0))),
        ("reading_score", reading),
        ("maths_expected", hit(at(maths, 100.0))),
        ("maths_high", hit(at(maths, 110.0))),
        ("maths_score", maths),
        ("gps_expected", hit(at(gps, 100.0))),
        ("gps_high", hit(at(gps, 110.0))),
        ("gps_score", gps),
        ("writing_expected", hit(writes)),
        ("writing_high", hit(writes_high)),
        ("rwm_expected", hit(at(reading, 100.0) && writes && at(maths, 100.0))),
        ("rwm_high", hit(at(reading, 110.0) && writes_high && at(maths, 110.0))),
    ])
}
