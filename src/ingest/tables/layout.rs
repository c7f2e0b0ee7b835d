//! A layout: the facts of one kind of published table, read from a TOML file that people can write.
//!
//! `data/layouts/README.md` tells the form to people.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::model::{Code, Filter, Indicator, KeyStage, Source, Subject, Year};

/// What a kind of table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Figures of schools and areas.
    Figures,
    /// Schools.
    Register,
    /// Under which URN a school goes on.
    Successors,
    /// Known, and nothing to load: descriptions of columns and the like.
    Documentation,
}

/// What a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Row {
    #[serde(rename = "school")]
    School,
    #[serde(rename = "la")]
    La,
    #[serde(rename = "region")]
    Region,
    #[serde(rename = "trust")]
    Trust,
    /// All schools of England.
    #[serde(rename = "national")]
    National,
    /// State-funded schools of England.
    #[serde(rename = "national state-funded")]
    NationalStateFunded,
    #[serde(rename = "skip")]
    Skip,
}

/// Where the year of a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum YearFrom {
    /// In the name of the file or of its folder.
    FileName,
    Column(String),
    Fixed(Year),
}

/// A column of figures: what it measures, of whom, in what unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Names of the column, the first that is there.
    pub column: Vec<String>,
    pub indicator: Indicator,
    /// `None` where the figure is of the whole school.
    pub stage: Option<KeyStage>,
    pub subject: Option<Subject>,
    pub group: Filter,
    /// The year, where columns of one row are of several.
    pub year: Option<Year>,
    /// What a figure is multiplied with: 100 where a percentage is written as a share.
    pub scale: f64,
    /// Column of the number of pupils.
    pub n: Vec<String>,
    /// Column of the percentage of those pupils that the figure is of.
    pub coverage: Vec<String>,
    /// Columns of the published 95 % limits.
    pub lower: Vec<String>,
    pub upper: Vec<String>,
}

/// Pupil groups that are rows, not columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    pub column: String,
    pub values: BTreeMap<String, Filter>,
}

/// The facts of one kind of table. Names of columns are in lower case.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The name of the layout's file, without its ending.
    pub name: String,
    /// What the table is.
    pub title: String,
    pub publisher: String,
    /// The official document that defines the measures.
    pub document: Option<String>,
    pub kind: Kind,
    pub year: YearFrom,
    /// A file with all of these columns is of this layout.
    pub recognise: Vec<String>,
    /// Columns that are understood and not loaded; `*` stands for anything.
    pub ignore: Vec<String>,
    pub facts: Vec<Fact>,
    /// Column that tells what a row is of, with its words; `*` is any other word.
    pub rows: Option<(String, BTreeMap<String, Row>)>,
    /// Rows with other values in these columns are left out.
    pub only: BTreeMap<String, BTreeSet<String>>,
    /// Columns, or constants that begin with `=`, by field of a school.
    pub school: BTreeMap<String, Vec<String>>,
    /// Columns by field of an area.
    pub area: BTreeMap<String, Vec<String>>,
    /// Words of a field of a school and what they mean.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    pub groups: Vec<Groups>,
    /// Columns of a URN and of the one under which the school goes on.
    pub successors: Option<(String, String)>,
    /// Further codes.
    pub codes: BTreeMap<String, Code>,
}

/// Why a layout cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the layout \"{name}\" is not right: {what}")]
pub struct BadLayout {
    /// The name of the layout's file.
    pub name: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

/// Fields of a school that a layout can name.
pub const SCHOOL_FIELDS: [&str; 13] = [
    "urn",
    "name",
    "la_code",
    "la_name",
    "region",
    "phase",
    "type",
    "trust_uid",
    "trust_name",
    "easting",
    "northing",
    "opened",
    "closed",
];

/// Fields of an area that a layout can name.
pub const AREA_FIELDS: [&str; 5] = ["la_code", "la_name", "region", "trust_uid", "trust_name"];

impl Layout {
    /// Reads a layout.
    ///
    /// # Errors
    /// When the text is no TOML of a layout, or a word in it is not one of the field's; the error says what would be right.
    pub fn from_toml(name: &str, text: &str) -> Result<Self, BadLayout> {
        let bad = |what: String| BadLayout { name: name.to_owned(), what };
        let written: Written = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
        written.checked(name).map_err(bad)
    }

    /// Reads a layout from its file; it is named as the file without its ending.
    ///
    /// # Errors
    /// As [`Layout::from_toml`], and when the file cannot be read.
    pub fn from_file(path: &Path) -> Result<Self, BadLayout> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let unread = |error| BadLayout { name: name.to_string(), what: format!("the file cannot be read ({error})") };
        Self::from_toml(&name, &std::fs::read_to_string(path).map_err(unread)?)
    }

    /// Every column that the layout knows of, used or ignored; `*` stands for anything.
    pub fn knows(&self, column: &str) -> bool {
        self.uses(column) || self.ignore.iter().any(|pattern| fits(pattern, column))
    }

    /// Whether the layout reads a column, by its name in lower case.
    pub fn uses(&self, column: &str) -> bool {
        let of_fact = |fact: &Fact| {
            [&fact.column, &fact.n, &fact.coverage, &fact.lower, &fact.upper].into_iter().flatten().any(|c| c == column)
        };
        self.facts.iter().any(of_fact)
            || self.school.values().chain(self.area.values()).flatten().any(|c| c == column)
            || self.rows.as_ref().is_some_and(|(c, _)| c == column)
            || self.only.contains_key(column)
            || self.groups.iter().any(|groups| groups.column == column)
            || self.successors.as_ref().is_some_and(|(urn, latest)| urn == column || latest == column)
            || self.year == YearFrom::Column(column.to_owned())
    }
}

/// Whether a pattern, in which `*` stands for anything, fits a name.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name
            .strip_prefix(before)
            .is_some_and(|rest| (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|rest| fits(after, rest)))),
    }
}

/// One name, or several of which the first that is there counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Names {
    /// Names of columns in lower case; constants, which begin with `=`, as they are.
    fn lower(self) -> Vec<String> {
        let names = match self {
            Self::One(name) => vec![name],
            Self::Several(names) => names,
        };
        names.into_iter().map(|name| if name.starts_with('=') { name } else { lower(&name) }).collect()
    }
}

fn lower(name: &str) -> String {
    name.trim().to_lowercase()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    publisher: String,
    document: Option<String>,
    kind: Kind,
    key_stage: Option<i32>,
    year: Option<String>,
    recognise: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    measures: Vec<WrittenFact>,
    rows: Option<WrittenRows>,
    #[serde(default)]
    school: BTreeMap<String, Names>,
    #[serde(default)]
    area: BTreeMap<String, Names>,
    #[serde(default)]
    words: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    groups: Vec<WrittenGroups>,
    successors: Option<WrittenSuccessors>,
    #[serde(default)]
    codes: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFact {
    column: Names,
    measure: String,
    subject: Option<String>,
    group: Option<String>,
    year: Option<i32>,
    unit: Option<String>,
    n: Option<Names>,
    coverage: Option<Names>,
    lower: Option<Names>,
    upper: Option<Names>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRows {
    column: Option<String>,
    #[serde(default)]
    kinds: BTreeMap<String, Row>,
    #[serde(default)]
    only: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGroups {
    column: String,
    values: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSuccessors {
    urn: String,
    latest: String,
}

impl Written {
    fn checked(self, name: &str) -> Result<Layout, String> {
        let stage = match self.key_stage {
            None => None,
            Some(number) => Some(
                KeyStage::from_number(number)
                    .ok_or_else(|| format!("key_stage {number} is none; right would be 2, 4 or 5"))?,
            ),
        };
        if self.recognise.is_empty() {
            return Err("recognise names no column; name those by which such a file is known".to_owned());
        }
        let facts = self.measures.into_iter().map(|fact| fact.checked(stage)).collect::<Result<Vec<_>, _>>()?;
        if self.kind == Kind::Figures && facts.is_empty() {
            return Err("it has no measures; write at least one { column = \"...\", measure = \"...\" }".to_owned());
        }
        let school = fields("school", self.school, &SCHOOL_FIELDS)?;
        let area = fields("area", self.area, &AREA_FIELDS)?;
        if self.kind == Kind::Register && !(school.contains_key("urn") && school.contains_key("name")) {
            return Err("a register needs urn and name in [school]".to_owned());
        }
        if self.kind == Kind::Successors && self.successors.is_none() {
            return Err("it needs a table [successors] with urn and latest".to_owned());
        }
        let (rows, only) = match self.rows {
            None => (None, BTreeMap::new()),
            Some(rows) => {
                let kinds: BTreeMap<_, _> = rows.kinds.into_iter().map(|(word, row)| (lower(&word), row)).collect();
                if kinds.is_empty() == rows.column.is_some() {
                    return Err("[rows] needs both column and kinds, or neither".to_owned());
                }
                let set = |words: Vec<String>| words.iter().map(|word| lower(word)).collect();
                let only = rows.only.into_iter().map(|(column, words)| (lower(&column), set(words))).collect();
                (rows.column.map(|column| (lower(&column), kinds)), only)
            }
        };
        let of_words = |words: BTreeMap<String, String>| words.into_iter().map(|(w, m)| (lower(&w), m)).collect();
        if let Some(field) = self.words.keys().find(|field| !SCHOOL_FIELDS.contains(&field.as_str())) {
            return Err(format!("[words.{field}] is of no field; right would be: {}", SCHOOL_FIELDS.join(", ")));
        }
        let groups = self.groups.into_iter().map(WrittenGroups::checked).collect::<Result<Vec<_>, _>>()?;
        let codes = self.codes.into_iter().map(|(word, code)| {
            let known = Code::from_word(&code).ok_or_else(|| {
                let known: Vec<_> = Code::ALL.into_iter().map(Code::word).collect();
                format!("code \"{code}\" is not known; right would be: {}", known.join(", "))
            })?;
            Ok((lower(&word), known))
        });
        Ok(Layout {
            name: name.to_owned(),
            title: self.title,
            publisher: self.publisher,
            document: self.document,
            kind: self.kind,
            year: year_from(self.year.as_deref())?,
            recognise: self.recognise.iter().map(|column| lower(column)).collect(),
            ignore: self.ignore.iter().map(|column| lower(column)).collect(),
            facts,
            rows,
            only,
            school,
            area,
            words: self.words.into_iter().map(|(field, words)| (field, of_words(words))).collect(),
            groups,
            successors: self.successors.map(|s| (lower(&s.urn), lower(&s.latest))),
            codes: codes.collect::<Result<_, String>>()?,
        })
    }
}

fn fields(
    table: &str,
    written: BTreeMap<String, Names>,
    known: &[&str],
) -> Result<BTreeMap<String, Vec<String>>, String> {
    if let Some(field) = written.keys().find(|field| !known.contains(&field.as_str())) {
        return Err(format!("[{table}] has no field \"{field}\"; right would be: {}", known.join(", ")));
    }
    Ok(written.into_iter().map(|(field, names)| (field, names.lower())).collect())
}

fn year_from(written: Option<&str>) -> Result<YearFrom, String> {
    let wrong = |word: &str| {
        format!("year = \"{word}\" is not right; right would be \"file name\", \"column: time_period\" or \"2019\"")
    };
    match written {
        None | Some("file name") => Ok(YearFrom::FileName),
        Some(word) => match word.strip_prefix("column:") {
            Some(column) => Ok(YearFrom::Column(lower(column))),
            None => word.parse().map(YearFrom::Fixed).map_err(|_| wrong(word)),
        },
    }
}

/// `all`, or groups as on the command line: `sex=F disadvantaged=yes`.
fn group(word: &str) -> Result<Filter, String> {
    if word == "all" {
        return Ok(Filter::everyone());
    }
    word.parse().map_err(|error: crate::model::UnknownWord| error.to_string())
}

impl WrittenGroups {
    fn checked(self) -> Result<Groups, String> {
        let of = |(word, filter): (String, String)| group(&filter).map(|filter| (lower(&word), filter));
        let values = self.values.into_iter().map(of).collect::<Result<_, _>>()?;
        Ok(Groups { column: lower(&self.column), values })
    }
}

impl WrittenFact {
    fn checked(self, stage: Option<KeyStage>) -> Result<Fact, String> {
        let indicator: Indicator =
            self.measure.parse().map_err(|error: crate::model::UnknownWord| error.to_string())?;
        let stage = if indicator.source() == Source::School { None } else { stage };
        if stage.is_none() && indicator.source() != Source::School {
            return Err(format!("{} is of a key stage; write key_stage = 2, 4 or 5", self.measure));
        }
        if let Some(stage) = stage
            && !indicator.stages().contains(&stage)
        {
            return Err(format!("{} is not a measure of {stage}", self.measure));
        }
        let subject = match (&self.subject, stage) {
            (None, _) => None,
            (Some(word), Some(stage)) => Some(Subject::from_word(stage, word).map_err(|error| error.to_string())?),
            (Some(word), None) => return Err(format!("{word} is a subject, and the measure is of the whole school")),
        };
        if subject.is_some() != (indicator.source() == Source::Results) {
            return Err(format!("{} goes with a subject if and only if it is of entries", self.measure));
        }
        let year = match self.year {
            None => None,
            Some(ending) => Some(Year::try_from(ending)?),
        };
        let scale = match self.unit.as_deref() {
            None | Some("percent" | "points" | "pupils") => 1.0,
            Some("share") => 100.0,
            Some(unit) => return Err(format!("unit \"{unit}\" is not known; right would be: percent, share, points")),
        };
        let names = |names: Option<Names>| names.map(Names::lower).unwrap_or_default();
        Ok(Fact {
            column: self.column.lower(),
            indicator,
            stage,
            subject,
            group: group(self.group.as_deref().unwrap_or("all"))?.canonical(),
            year,
            scale,
            n: names(self.n),
            coverage: names(self.coverage),
            lower: names(self.lower),
            upper: names(self.upper),
        })
    }
}
