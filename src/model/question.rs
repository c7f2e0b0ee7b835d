//! The question: everything that decides what a panel shows.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Characteristic, Filter, Indicator, KeyStage, LaCode, Source, Subject, TrustUid, UnknownWord, Urn, Year};

/// Which schools are asked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Every school in the workspace.
    All,
    La(LaCode),
    Trust(TrustUid),
    Schools(BTreeSet<Urn>),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => write!(f, "all"),
            Self::La(code) => write!(f, "la:{code}"),
            Self::Trust(uid) => write!(f, "trust:{uid}"),
            Self::Schools(urns) => {
                let urns: Vec<_> = urns.iter().map(Urn::to_string).collect();
                write!(f, "urn:{}", urns.join(","))
            }
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let unknown = || UnknownWord::expected("scope", word, ["all", "la:936", "trust:5143", "urn:100053,100054"]);
        match word.split_once(':') {
            None if word == "all" => Ok(Self::All),
            Some(("la", code)) => code.parse().map(Self::La).map_err(|_| unknown()),
            Some(("trust", uid)) => uid.parse().map(Self::Trust).map_err(|_| unknown()),
            Some(("urn", urns)) => urns.split(',').map(Urn::from_str).collect::<Result<_, _>>().map(Self::Schools),
            Some(("group", _)) => Err(UnknownWord {
                what: "scope",
                word: word.to_owned(),
                hint: "groups are asked with a workspace that has people; name the schools: urn:100053,100054"
                    .to_owned(),
            }),
            _ => Err(unknown()),
        }
    }
}

/// By what the figures are broken down, one key column each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breakdown {
    School,
    Subject,
    Year,
    Pupils(Characteristic),
}

impl Breakdown {
    /// The word on the command line, and the key column's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Subject => "subject",
            Self::Year => "year",
            Self::Pupils(characteristic) => characteristic.word(),
        }
    }
}

impl FromStr for Breakdown {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let plain = [Self::School, Self::Subject, Self::Year];
        let all = plain.into_iter().chain(Characteristic::ALL.map(Self::Pupils));
        all.clone()
            .find(|breakdown| breakdown.word() == word)
            .ok_or_else(|| UnknownWord::expected("breakdown", word, all.map(Self::word)))
    }
}

/// With what each figure is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Compare {
    /// The same pupil group in all schools loaded.
    #[default]
    Same,
    /// The pupils outside the pupil group, in all schools loaded.
    Other,
    /// All pupils in all schools loaded.
    All,
    /// The pupils outside the pupil group, in the same schools: the gap within the school.
    InSchool,
    /// The same pupil group in the scope's local authority.
    La,
    /// The same pupil group in the schools whose intake is most similar to that of the scope's one school: 50 where there are
    /// enough.
    Similar,
    /// The same pupil group of the same schools, as many years before.
    Previous,
    None,
}

impl Compare {
    /// Every comparator.
    pub const ALL: [Self; 8] =
        [Self::Same, Self::Other, Self::All, Self::InSchool, Self::La, Self::Similar, Self::Previous, Self::None];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Other => "other",
            Self::All => "all",
            Self::InSchool => "in_school",
            Self::La => "la",
            Self::Similar => "similar",
            Self::Previous => "previous",
            Self::None => "none",
        }
    }
}

impl FromStr for Compare {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|compare| compare.word() == word)
            .ok_or_else(|| UnknownWord::expected("comparator", word, Self::ALL.map(Self::word)))
    }
}

/// How it is judged whether a figure differs from its comparator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Test {
    /// Where the comparator lies outside the figure's 95 % interval: as the DfE does, which takes the comparator as exact.
    #[default]
    Interval,
    /// Where 0 lies outside the 95 % interval of the difference, which takes the comparator as a figure with an interval of
    /// its own: two-sample z for means, Newcombe 1998 for shares.
    Difference,
}

impl Test {
    /// Every test.
    pub const ALL: [Self; 2] = [Self::Interval, Self::Difference];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Difference => "difference",
        }
    }
}

impl FromStr for Test {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let known = Self::ALL.into_iter().find(|test| test.word() == word);
        known.ok_or_else(|| UnknownWord::expected("test", word, Self::ALL.map(Self::word)))
    }
}

/// How figures are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Judged {
    pub test: Test,
    /// Whether, of the comparisons that an answer makes at once, at most one in twenty of those called significant may be so
    /// by chance (Benjamini and Hochberg 1995).
    pub many: bool,
}

impl Judged {
    /// The rule in words, for legends.
    pub fn words(self) -> &'static str {
        match (self.test, self.many) {
            (Test::Interval, false) => "significant: the comparator is outside the 95 % interval",
            (Test::Interval, true) => {
                "significant: the comparator is outside the interval, corrected for many comparisons (Benjamini-Hochberg, 5 %)"
            }
            (Test::Difference, false) => "significant: 0 is outside the 95 % interval of the difference",
            (Test::Difference, true) => {
                "significant: the difference from 0, corrected for many comparisons (Benjamini-Hochberg, 5 %)"
            }
        }
    }
}

/// A question about the results of many schools. What a panel shows is a pure function of it.
///
/// Made only by [`Question::new`], in canonical form: equal questions are equal values with equal hashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Words", into = "Words")]
pub struct Question {
    stage: KeyStage,
    years: Vec<Year>,
    pool: bool,
    scope: Scope,
    indicators: Vec<Indicator>,
    subjects: Vec<Subject>,
    filter: Filter,
    by: Vec<Breakdown>,
    compare: Compare,
    judged: Judged,
}

/// The parts of a question before they are checked. Field by field as on the command line.
#[derive(Debug, Clone)]
pub struct Draft {
    pub stage: KeyStage,
    /// Any order, repeats allowed.
    pub years: Vec<Year>,
    /// Whether several years are pooled into one figure; otherwise each year has its own.
    pub pool: bool,
    pub scope: Scope,
    pub indicators: Vec<Indicator>,
    /// Empty for every subject.
    pub subjects: Vec<Subject>,
    pub filter: Filter,
    pub by: Vec<Breakdown>,
    pub compare: Compare,
    pub judged: Judged,
}

impl Question {
    /// Checks a draft and brings it into canonical form: years and subjects in order without repeats, and, where several
    /// years are not pooled, broken down by year.
    ///
    /// # Errors
    /// When a part is missing, or parts do not go together; the error says what would be right.
    pub fn new(draft: Draft) -> Result<Self, UnknownWord> {
        let Draft { stage, years, pool, scope, indicators, subjects, filter, by, compare, judged } = draft;
        let refuse =
            |what, word: &str, hint: &str| Err(UnknownWord { what, word: word.to_owned(), hint: hint.to_owned() });
        if years.is_empty() {
            return refuse("years", "", "name at least one, such as 2024 or 2022-2024");
        }
        let years: Vec<Year> = years.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let subjects: Vec<Subject> = subjects.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        if let Some(subject) = subjects.iter().find(|subject| subject.key_stage != stage) {
            return refuse("subject", &subject.slug, &format!("it is not a subject of {stage}"));
        }
        if matches!(&scope, Scope::Schools(urns) if urns.is_empty()) {
            return refuse("scope", "urn:", "name at least one school, such as urn:100053");
        }
        let mut wanted: Vec<Indicator> = Vec::new();
        for indicator in indicators {
            if !indicator.stages().contains(&stage) {
                return refuse("indicator", indicator.word(), &format!("it is not made for {stage}"));
            }
            if !wanted.contains(&indicator) {
                wanted.push(indicator);
            }
        }
        if wanted.is_empty() {
            return refuse("indicator", "", "name at least one; `schoolbench ask --list` shows them all");
        }
        let of_subjects = |indicator: &&Indicator| indicator.source() == Source::Results;
        let mut keys: Vec<Breakdown> = Vec::new();
        for breakdown in by {
            if keys.contains(&breakdown) {
                return refuse("breakdown", breakdown.word(), "name each breakdown once");
            }
            keys.push(breakdown);
        }
        let about_subjects = keys.contains(&Breakdown::Subject) || !subjects.is_empty();
        if about_subjects && let Some(headline) = wanted.iter().find(|indicator| !of_subjects(indicator)) {
            return refuse(
                "indicator",
                headline.word(),
                "it is one figure per pupil, not per subject; with subjects ask for entries, grade4plus, avg_points ...",
            );
        }
        if pool && keys.contains(&Breakdown::Year) {
            return refuse("breakdown", "year", "years are either pooled or broken down, not both");
        }
        if years.len() > 1 && !pool && !keys.contains(&Breakdown::Year) {
            keys.push(Breakdown::Year);
        }
        let pool = pool && years.len() > 1;
        Ok(Self {
            stage,
            years,
            pool,
            scope,
            indicators: wanted,
            subjects,
            filter: filter.canonical(),
            by: keys,
            compare,
            judged,
        })
    }

    /// The parts of this question, to change some and ask again.
    pub fn draft(&self) -> Draft {
        let Self { stage, years, pool, scope, indicators, subjects, filter, by, compare, judged } = self.clone();
        Draft { stage, years, pool, scope, indicators, subjects, filter, by, compare, judged }
    }

    pub fn stage(&self) -> KeyStage {
        self.stage
    }

    /// In order, without repeats, at least one.
    pub fn years(&self) -> &[Year] {
        &self.years
    }

    /// Whether there are several years and they are pooled.
    pub fn pool(&self) -> bool {
        self.pool
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// In the order asked, without repeats, at least one.
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }

    /// Empty for every subject.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The key columns, in the order asked.
    pub fn by(&self) -> &[Breakdown] {
        &self.by
    }

    pub fn compare(&self) -> Compare {
        self.compare
    }

    pub fn judged(&self) -> Judged {
        self.judged
    }
}

/// A question in the words of the command line: the form in which it is saved in TOML.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Words {
    pub stage: String,
    /// `2023,2024` or `2020-2024`.
    pub years: String,
    pub pool: bool,
    pub scope: String,
    pub indicator: String,
    pub subject: String,
    /// One per characteristic, AND-ed: `fsm6=yes`, `sen=K,E`.
    pub filter: Vec<String>,
    pub by: String,
    pub compare: String,
    /// `interval` or `difference`; empty for the usual one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub test: String,
    /// Whether many comparisons are corrected for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub many: bool,
}

fn list<T>(text: &str, parse: impl Fn(&str) -> Result<T, UnknownWord>) -> Result<Vec<T>, UnknownWord> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(parse).collect()
}

/// `2023,2024` or `2020-2024` or both.
pub(crate) fn years_from_words(text: &str) -> Result<Vec<Year>, UnknownWord> {
    let spans = list(text, |word| match word.split_once('-') {
        None => Ok(vec![word.parse()?]),
        Some((first, last)) => {
            let (first, last): (Year, Year) = (first.parse()?, last.parse()?);
            if last < first {
                let hint = format!("write the earlier year first: {}-{}", last.ending(), first.ending());
                return Err(UnknownWord { what: "years", word: word.to_owned(), hint });
            }
            Ok((first.ending()..=last.ending()).filter_map(Year::new).collect())
        }
    })?;
    Ok(spans.concat())
}

impl TryFrom<Words> for Question {
    type Error = UnknownWord;

    fn try_from(words: Words) -> Result<Self, UnknownWord> {
        let stage: KeyStage = words.stage.parse()?;
        let mut filter = Filter::everyone();
        let mut seen = BTreeSet::new();
        for constraint in &words.filter {
            let one: Filter = constraint.parse()?;
            for (characteristic, groups) in one.constraints() {
                if !seen.insert(characteristic) {
                    return Err(UnknownWord {
                        what: "filter",
                        word: constraint.clone(),
                        hint: format!("name {} once, its values with commas", characteristic.word()),
                    });
                }
                filter = groups.into_iter().fold(filter, Filter::or);
            }
        }
        let scope = if words.scope.is_empty() { Scope::All } else { words.scope.parse()? };
        let compare = if words.compare.is_empty() { Compare::default() } else { words.compare.parse()? };
        let test = if words.test.is_empty() { Test::default() } else { words.test.parse()? };
        Self::new(Draft {
            judged: Judged { test, many: words.many },
            stage,
            years: years_from_words(&words.years)?,
            pool: words.pool,
            scope,
            indicators: list(&words.indicator, str::parse)?,
            subjects: list(&words.subject, |word| Subject::from_word(stage, word))?,
            filter,
            by: list(&words.by, str::parse)?,
            compare,
        })
    }
}

impl From<Question> for Words {
    fn from(question: Question) -> Self {
        let joined = |words: Vec<String>| words.join(",");
        Self {
            stage: question.stage.word().to_owned(),
            years: joined(question.years.iter().map(|year| year.ending().to_string()).collect()),
            pool: question.pool,
            scope: question.scope.to_string(),
            indicator: joined(question.indicators.iter().map(|i| i.word().to_owned()).collect()),
            subject: joined(question.subjects.iter().map(|subject| subject.slug.clone()).collect()),
            filter: question.filter.to_string().split_whitespace().map(str::to_owned).collect(),
            by: joined(question.by.iter().map(|by| by.word().to_owned()).collect()),
            compare: question.compare.word().to_owned(),
            test: match question.judged.test {
                Test::Interval => String::new(),
                other => other.word().to_owned(),
            },
            many: question.judged.many,
        }
    }
}
