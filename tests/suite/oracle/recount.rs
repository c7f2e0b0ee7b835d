//! The answer to a question, counted pupil by pupil.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::{Asked, Scope};
use super::progress;
use super::rows::{CHARACTERISTICS, Entry, Pupil, Rows, intern, now, place};

/// Two-sided 95 % points of the standard normal distribution: rounded for means, as the DfE does, and in full.
const FOR_MEANS: f64 = 1.96;
const FOR_SHARES: f64 = 1.959_963_984_540_054;

/// Fewer than this are withheld.
const SMALLEST: usize = 6;

/// What a cell must be. Reasons are in the words that a reader sees.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    Figure { n: usize, value: f64, interval: Option<(f64, f64)>, comparison: Option<Result<Beside, String>> },
    Nothing(String),
}

/// What stands beside a figure: comparator, difference, and "above", "below" or "not different".
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    pub comparator: f64,
    pub difference: f64,
    pub significance: &'static str,
}

/// The cells of an answer by keys and indicator.
pub type Cells = BTreeMap<(Vec<&'static str>, &'static str), Expected>;

/// The answer, or why there is none.
pub fn recount(asked: &Asked, rows: &Rows) -> Result<Cells, String> {
    let keys = asked.keys();
    let own_schools = schools(rows, &asked.scope);
    let la_schools = authority(rows, &own_schools);
    if asked.compare == "la" && la_schools.is_none() {
        return Err("several authorities".to_owned());
    }
    let span = if asked.pool { asked.years[asked.years.len() - 1] - asked.years[0] + 1 } else { 1 };
    let mut cells = Cells::new();
    for indicator in &asked.indicators {
        let count = |schools: Option<&BTreeSet<i64>>, shift| groups(asked, rows, indicator, schools, shift);
        let own = count(own_schools.as_ref(), 0).groups_let_in();
        let needs_everyone = is_mean(indicator) || matches!(asked.compare, "same" | "other" | "all");
        let everywhere = if needs_everyone { count(None, 0) } else { Groups::default() };
        let beside = match asked.compare {
            "la" => count(la_schools.as_ref(), 0),
            "previous" => count(own_schools.as_ref(), span),
            "in_school" => count(own_schools.as_ref(), 0),
            _ => Groups::default(),
        };
        // Every school of a year, subject and pupil group is compared with the same.
        let school = keys.iter().position(|by| *by == "school");
        let mut known: BTreeMap<Vec<&'static str>, (Summary, Summary)> = BTreeMap::new();
        for (key, values) in &own {
            let alike = |other: &[&'static str], which: fn(&str) -> bool| {
                keys.iter().enumerate().all(|(nth, by)| !which(by) || key[nth] == other[nth])
            };
            let when_and_what: fn(&str) -> bool = |by| by == "year" || by == "subject";
            let but_schools: fn(&str) -> bool = |by| by != "school";
            let apart_from_school = key.iter().enumerate().filter(|(nth, _)| Some(*nth) != school);
            let (everyone, comparator) =
                *known.entry(apart_from_school.map(|(_, word)| *word).collect()).or_insert_with(|| {
                    let everyone = everywhere.together(|other, _| alike(other, when_and_what));
                    let comparator = match asked.compare {
                        "all" => everyone,
                        "same" => everywhere.together(|other, let_in| let_in && alike(other, but_schools)),
                        "la" => beside.together(|other, let_in| let_in && alike(other, but_schools)),
                        "other" => everywhere.together(|other, let_in| {
                            alike(other, when_and_what) && !(let_in && alike(other, but_schools))
                        }),
                        _ => Summary::default(),
                    };
                    (everyone, comparator)
                });
            let but_pupils: fn(&str) -> bool = |by| !is_characteristic(by);
            let comparator = match asked.compare {
                "in_school" => {
                    beside.together(|other, let_in| alike(other, but_pupils) && !(let_in && alike(other, |_| true)))
                }
                "previous" => beside.0.get(&(key.clone(), true)).map(|values| summary(&[values])).unwrap_or_default(),
                _ => comparator,
            };
            let years = match keys.iter().position(|by| *by == "year") {
                Some(place) => vec![key[place].parse().unwrap()],
                None => asked.years.clone(),
            };
            let subject = match (keys.iter().position(|by| *by == "subject"), asked.subjects.as_slice()) {
                (Some(place), _) => Some(key[place]),
                (None, [subject]) => Some(*subject),
                _ => None,
            };
            let everyone = match progress::national_sd(indicator, &years, subject) {
                Some(sd) => Summary { sd, ..everyone },
                None => everyone,
            };
            let own = summary(&[values]);
            let loaded = years.into_iter().filter(|year| rows.has(asked.stage, *year)).collect::<Vec<_>>();
            let why = progress::why_not(indicator, &loaded).filter(|_| own.n == 0);
            let expected = match why {
                Some(reason) => Expected::Nothing(reason),
                None => cell(asked, rows, indicator, &own, &everyone, &comparator),
            };
            cells.insert((key.clone(), *indicator), expected);
        }
        if keys == ["year"] {
            for year in &asked.years {
                let key = (vec![intern(&year.to_string())], *indicator);
                let reason = missing(rows, asked.stage, *year).unwrap_or_else(|| "no pupils".to_owned());
                cells.entry(key).or_insert(Expected::Nothing(reason));
            }
        }
    }
    // Every row tells of every indicator: pupils without entries have no figure of entries.
    let every_row: BTreeSet<Vec<&'static str>> = cells.keys().map(|(key, _)| key.clone()).collect();
    for key in every_row {
        for indicator in &asked.indicators {
            cells.entry((key.clone(), *indicator)).or_insert(Expected::Nothing("no pupils".to_owned()));
        }
    }
    Ok(cells)
}

/// Why there is nothing of a year; `None` if it is loaded.
fn missing(rows: &Rows, stage: i64, year: i64) -> Option<String> {
    let shown = format!("{}/{:02}", year - 1, year % 100);
    if rows.has(stage, year) {
        None
    } else if year == 2020 || year == 2021 {
        Some(format!("no exams in {shown}"))
    } else {
        Some(format!("no results of {shown} are loaded"))
    }
}

/// Sums over some pupils' values.
#[derive(Debug, Clone, Copy, Default)]
struct Summary {
    n: usize,
    pupils: usize,
    mean: f64,
    sd: f64,
}

/// The values of some pupils.
#[derive(Default)]
struct Values {
    values: Vec<f64>,
    /// How many pupils have one of them.
    pupils: usize,
}

impl Values {
    /// Adds the values of one pupil.
    fn add(&mut self, values: impl Iterator<Item = f64>) {
        let before = self.values.len();
        self.values.extend(values);
        self.pupils += usize::from(self.values.len() > before);
    }
}

fn summary(groups: &[&Values]) -> Summary {
    let values = || groups.iter().flat_map(|group| &group.values);
    let n = values().count();
    let mean = values().sum::<f64>() / n as f64;
    let squares: f64 = values().map(|value| (value - mean).powi(2)).sum();
    Summary { n, pupils: groups.iter().map(|group| group.pupils).sum(), mean, sd: (squares / n as f64).sqrt() }
}

/// Values by key, apart for pupils that the filter lets in and others.
#[derive(Default)]
struct Groups(BTreeMap<(Vec<&'static str>, bool), Values>);

impl Groups {
    fn groups_let_in(self) -> BTreeMap<Vec<&'static str>, Values> {
        self.0.into_iter().filter(|((_, let_in), _)| *let_in).map(|((key, _), values)| (key, values)).collect()
    }

    /// The values of several groups together.
    fn together(&self, which: impl Fn(&[&'static str], bool) -> bool) -> Summary {
        let chosen: Vec<&Values> =
            self.0.iter().filter(|((key, let_in), _)| which(key, *let_in)).map(|(_, values)| values).collect();
        summary(&chosen)
    }
}

/// The values of an indicator in some schools (all if `None`), by the keys of the question. `shift` years before.
///
/// A group without values is there if it has pupils (or results), and where there are no keys in any case.
fn groups(asked: &Asked, rows: &Rows, indicator: &str, schools: Option<&BTreeSet<i64>>, shift: i64) -> Groups {
    let keys = asked.keys();
    let mut groups = Groups::default();
    if keys.is_empty() {
        groups.0.insert((Vec::new(), true), Values::default());
    }
    let subject = keys.iter().position(|by| *by == "subject");
    let of_results = !matches!(outcome(indicator), Kind::OfPupil);
    for year in &asked.years {
        let year_word = intern(&year.to_string());
        for pupil in rows.of(asked.stage, year - shift) {
            if schools.is_some_and(|schools| !schools.contains(&pupil.urn)) {
                continue;
            }
            let let_in = admitted(asked, pupil);
            let word = |by: &&str| match *by {
                "school" => pupil.school,
                "subject" => "",
                "year" => year_word,
                characteristic => pupil.groups[place(characteristic)],
            };
            let mut key = (keys.iter().map(word).collect::<Vec<_>>(), let_in);
            if !of_results {
                groups.0.entry(key).or_default().add(pupil.outcomes.get(indicator).copied().flatten().into_iter());
                continue;
            }
            let wanted = |entry: &&Entry| asked.subjects.is_empty() || asked.subjects.contains(&entry.subject);
            let value = |entry: &Entry| match indicator {
                "value_added" => progress::value_added(entry, pupil.prior, pupil.year),
                _ => value_of_result(indicator, entry.qualification, entry.points),
            };
            let entries: Vec<&Entry> = pupil.entries.iter().filter(wanted).collect();
            let Some(place) = subject else {
                if !entries.is_empty() {
                    groups.0.entry(key).or_default().add(entries.into_iter().filter_map(value));
                }
                continue;
            };
            let subjects: BTreeSet<&'static str> = entries.iter().map(|entry| entry.subject).collect();
            for subject in subjects {
                key.0[place] = subject;
                let of_subject = entries.iter().copied().filter(|entry| entry.subject == subject);
                groups.0.entry(key.clone()).or_default().add(of_subject.filter_map(value));
            }
        }
    }
    groups
}

fn admitted(asked: &Asked, pupil: &Pupil) -> bool {
    asked.filter.iter().all(|(characteristic, values)| values.contains(&pupil.groups[place(characteristic)]))
}

enum Kind {
    OfPupil,
    Entries,
    Share { of_grade: f64 },
    Points,
}

fn outcome(indicator: &str) -> Kind {
    match indicator {
        "entries" => Kind::Entries,
        "avg_points" | "value_added" => Kind::Points,
        "grade7plus" => Kind::Share { of_grade: 7.0 },
        "grade5plus" => Kind::Share { of_grade: 5.0 },
        "grade4plus" => Kind::Share { of_grade: 4.0 },
        "grade1plus" => Kind::Share { of_grade: 1.0 },
        _ => Kind::OfPupil,
    }
}

fn value_of_result(indicator: &str, qualification: &str, points: Option<f64>) -> Option<f64> {
    match outcome(indicator) {
        Kind::Entries => Some(1.0),
        Kind::Points => points,
        Kind::Share { of_grade } if qualification == "gcse" || qualification == "gcse_double" => {
            points.map(|points| if points >= of_grade { 1.0 } else { 0.0 })
        }
        _ => None,
    }
}

fn schools(rows: &Rows, scope: &Scope) -> Option<BTreeSet<i64>> {
    let those = |which: &dyn Fn(&super::rows::School) -> bool| {
        Some(rows.standing().filter(|school| which(school)).map(|school| school.urn).collect())
    };
    match scope {
        Scope::All => None,
        Scope::La(code) => those(&|school| school.la == *code),
        Scope::Trust(uid) => those(&|school| school.trust == Some(*uid)),
        Scope::Urns(urns) => Some(urns.iter().map(|urn| now(&rows.schools, *urn)).collect()),
    }
}

/// The schools of the authority that all of these are in; `None` if they are in several.
fn authority(rows: &Rows, schools: &Option<BTreeSet<i64>>) -> Option<BTreeSet<i64>> {
    let asked = |urn| schools.as_ref().is_none_or(|schools| schools.contains(&urn));
    let las: BTreeSet<i64> = rows.standing().filter(|school| asked(school.urn)).map(|school| school.la).collect();
    let la = las.first().filter(|_| las.len() == 1)?;
    Some(rows.standing().filter(|school| school.la == *la).map(|school| school.urn).collect())
}

fn is_count(indicator: &str) -> bool {
    indicator == "pupils" || indicator == "entries"
}

fn is_mean(indicator: &str) -> bool {
    let stems = ["att8", "p8"];
    stems.iter().any(|stem| indicator.starts_with(stem))
        || indicator.ends_with("_score")
        || matches!(indicator, "ebacc_aps" | "avg_points" | "value_added" | "prior_mean")
}

/// Why some pupils have no figure, if they have none.
fn withheld(indicator: &str, summary: &Summary) -> Option<String> {
    match summary.pupils {
        0 if !is_count(indicator) => Some("no pupils".to_owned()),
        1..SMALLEST => Some(format!("withheld: fewer than {SMALLEST} pupils")),
        n if indicator.starts_with("pct_") => {
            let in_group = (summary.mean * n as f64).round() as usize;
            let few = [in_group, n - in_group].iter().any(|count| (1..SMALLEST).contains(count));
            few.then(|| format!("withheld: fewer than {SMALLEST} pupils"))
        }
        _ => None,
    }
}

/// None or all of fewer than 11 pupils are told in words.
fn all_or_none(indicator: &str, summary: &Summary) -> Option<String> {
    let few = !is_count(indicator) && !is_mean(indicator) && (1..11).contains(&summary.n);
    match summary.mean {
        mean if few && mean <= 0.0 => Some("low: 0 % of fewer than 11 pupils".to_owned()),
        mean if few && mean >= 1.0 => Some("high: 100 % of fewer than 11 pupils".to_owned()),
        _ => None,
    }
}

fn cell(asked: &Asked, rows: &Rows, indicator: &str, own: &Summary, everyone: &Summary, other: &Summary) -> Expected {
    if let [year] = asked.years.as_slice()
        && own.n == 0
        && let Some(reason) = missing(rows, asked.stage, *year)
    {
        return Expected::Nothing(reason);
    }
    if let Some(reason) = withheld(indicator, own) {
        return Expected::Nothing(reason);
    }
    if is_count(indicator) {
        return Expected::Figure { n: own.n, value: own.n as f64, interval: None, comparison: None };
    }
    if let Some(told) = all_or_none(indicator, own) {
        return Expected::Nothing(told);
    }
    let unit = if is_mean(indicator) { 1.0 } else { 100.0 };
    let value = unit * own.mean;
    let (lower, upper) = if is_mean(indicator) {
        let half = FOR_MEANS * everyone.sd / (own.n as f64).sqrt();
        (value - half, value + half)
    } else {
        let (lower, upper) = wilson(own.n as f64, own.mean);
        (100.0 * lower, 100.0 * upper)
    };
    let everyone_asked = asked.filter.is_empty() && !asked.by.iter().any(|by| is_characteristic(by));
    let comparison = match asked.compare {
        "none" => None,
        "other" | "in_school" if everyone_asked => Some(Err("no other pupils: everyone is asked about".to_owned())),
        _ => Some(withheld(indicator, other).or_else(|| all_or_none(indicator, other)).map_or_else(
            || {
                let comparator = unit * other.mean;
                let (low, high, against) = match asked.test {
                    "difference" => difference(indicator, own, other, everyone.sd),
                    _ => (lower, upper, comparator),
                };
                let significance = match () {
                    () if low > against => "above",
                    () if high < against => "below",
                    () => "not different",
                };
                Ok(Beside { comparator, difference: value - comparator, significance })
            },
            Err,
        )),
    };
    Expected::Figure { n: own.n, value, interval: Some((lower, upper)), comparison }
}

/// The interval of a difference: Newcombe's for shares, as of two samples for means, and what lies in it by chance.
fn difference(indicator: &str, own: &Summary, other: &Summary, sd: f64) -> (f64, f64, f64) {
    let apart = own.mean - other.mean;
    let (n, m) = (own.n as f64, other.n as f64);
    if is_mean(indicator) {
        let half = FOR_MEANS * sd * (1.0 / n + 1.0 / m).sqrt();
        return (apart - half, apart + half, 0.0);
    }
    let ((l1, u1), (l2, u2)) = (wilson(n, own.mean), wilson(m, other.mean));
    let below = (own.mean - l1).hypot(u2 - other.mean);
    let above = (u1 - own.mean).hypot(other.mean - l2);
    (apart - below, apart + above, 0.0)
}

fn is_characteristic(by: &str) -> bool {
    CHARACTERISTICS.iter().any(|(word, _)| *word == by)
}

/// Wilson's interval of a share p of n: the two solutions of (p - x)^2 = z^2 x (1 - x) / n.
fn wilson(n: f64, p: f64) -> (f64, f64) {
    let z2 = FOR_SHARES * FOR_SHARES;
    // (n + z2) x^2 - (2 n p + z2) x + n p^2 = 0
    let (a, b, c) = (n + z2, -(2.0 * n * p + z2), n * p * p);
    let root = (b * b - 4.0 * a * c).sqrt();
    let lower = if p <= 0.0 { 0.0 } else { (-b - root) / (2.0 * a) };
    let upper = if p >= 1.0 { 1.0 } else { (-b + root) / (2.0 * a) };
    (lower, upper)
}
