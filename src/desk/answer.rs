//! The answer: what has passed the gate.

use std::time::Duration;

use smallvec::SmallVec;

use crate::method::contextual::Split;
use crate::method::interval::{Interval, Significance};
use crate::model::words::grouped;
use crate::model::{Breakdown, Code, Indicator, PupilGroup, Question, Subject, Urn, Year};

/// The answer to a question: figures that may be seen, and reasons in place of those that may not. Made only by the
/// gate; it holds no tally from which a withheld figure could be worked out.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub(super) question: Question,
    pub(super) cells: Vec<Cell>,
    pub(super) compared_with: Option<String>,
    pub(super) provenance: Provenance,
    /// Differences of the last year, or of pooled years, split by what the intake explains.
    pub(super) splits: Vec<(Indicator, Split)>,
}

/// One figure, or the reason why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// One per breakdown of the question, in its order. Mostly few, so that no memory is asked for.
    pub keys: SmallVec<[Key; 2]>,
    pub indicator: Indicator,
    pub figure: Result<Figure, Reason>,
}

/// What a cell is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    School(Urn),
    Subject(Subject),
    Year(Year),
    Pupils(PupilGroup),
}

/// A figure is never a bare number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Pupils, or entries, that it is of; `None` where a published table does not tell.
    pub n: Option<i64>,
    /// Percentages are 0 to 100.
    pub value: f64,
    /// 95 % interval; none for counts.
    pub interval: Option<Interval>,
    /// The comparator, or why there is none; `None` where nothing was to be compared.
    pub comparison: Option<Result<Comparison, Reason>>,
    /// Of published figures of several schools: how many have one, and of how many something was published.
    pub schools: Option<(i64, i64)>,
}

/// A figure beside its comparator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    pub comparator: f64,
    /// The figure minus the comparator.
    pub difference: f64,
    /// `None` where the figure has no interval, so that nobody can tell.
    pub significance: Option<Significance>,
    /// How often chance alone would make a difference as large, by the question's test; `None` where nobody can tell.
    pub p: Option<f64>,
    /// Of published figures: where the comparator comes from.
    pub origin: Option<Origin>,
}

/// Where the comparator of a published figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// What the tables state for the state-funded schools of England.
    StateFunded,
    /// What the tables state for all schools of England.
    England,
    /// 0, because the measure is made so: progress at key stage 2, of all pupils of England.
    ByDefinition,
    /// The schools loaded, weighted by their pupils.
    Loaded,
    /// What the tables state for the authority.
    Authority,
    /// The schools of the authority, weighted by their pupils.
    SchoolsOfAuthority,
    /// The same schools, weighted by their pupils.
    SameSchools,
    /// Schools with a similar intake, weighted by their pupils.
    Similar,
    /// The same of an earlier year.
    Before,
}

impl Origin {
    /// Whether it is one row of a table.
    pub(super) fn is_area(self) -> bool {
        matches!(self, Self::StateFunded | Self::England | Self::ByDefinition | Self::Authority)
    }

    /// Where the figure comes from, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::StateFunded => "state-funded schools of England, as published",
            Self::England => "all schools of England, as published",
            Self::ByDefinition => "England, 0 by definition",
            Self::Loaded => "the schools loaded, weighted by their pupils",
            Self::Authority => "the authority, as published",
            Self::SchoolsOfAuthority => "the authority's schools, weighted by their pupils",
            Self::Similar => "schools with a similar intake, weighted by their pupils",
            Self::SameSchools => "the same schools, as published",
            Self::Before => "as published",
        }
    }
}

/// Why there is no figure. Never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Fewer pupils than this.
    TooFew { smallest_shown: i64 },
    /// With it and what else can be seen, a figure of fewer pupils than this could be worked out.
    Protects { smallest_shown: i64 },
    /// None, or all, of fewer than 11 pupils.
    Homogeneous { all: bool },
    /// No pupil is in the group.
    NoPupils,
    /// There were no exams in the year.
    NoExams { year: Year },
    /// Nothing of the year is loaded.
    YearNotLoaded { year: Year },
    /// Everyone is asked about, so there are no other pupils.
    NoOthers,
    /// A code stands in the published table.
    Published(Code),
    /// There is nothing in the published tables.
    NotPublished,
    /// Published, but not for these pupils.
    NotForThesePupils,
    /// The measure was not made in the year.
    NotMade { year: Year },
    /// Published without numbers of pupils.
    NoNumbers,
    /// Too few of the schools, or schools of too few of the pupils, have a published figure.
    TooFewSchools { with: i64, of: i64 },
    /// No national averages of the year come with this version, against which it would be made.
    NoBenchmark { year: Year },
    /// None of the pupils has prior attainment, or none of the results a national figure beside it.
    NoPrior,
    /// The workspace's headlines were made before Progress 8 was among them.
    MadeBefore,
    /// This version makes the measure from published tables only, and of this year there are pupils' rows.
    OnlyPublished,
    /// Some of the years are of pupils' rows and some of published tables.
    YearsOfTwoKinds,
}

impl Reason {
    /// Whether the reason is what published tables hold, not who the pupils are.
    pub fn is_of_tables(&self) -> bool {
        match self {
            Self::Published(_)
            | Self::NotPublished
            | Self::NotForThesePupils
            | Self::NotMade { .. }
            | Self::NoNumbers
            | Self::TooFewSchools { .. } => true,
            Self::TooFew { .. }
            | Self::Protects { .. }
            | Self::Homogeneous { .. }
            | Self::NoPupils
            | Self::NoExams { .. }
            | Self::YearNotLoaded { .. }
            | Self::NoOthers
            | Self::NoBenchmark { .. }
            | Self::NoPrior
            | Self::MadeBefore
            | Self::OnlyPublished
            | Self::YearsOfTwoKinds => false,
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooFew { smallest_shown } => write!(f, "withheld: fewer than {smallest_shown} pupils"),
            Self::Protects { smallest_shown } => {
                write!(f, "withheld: with it, a figure of fewer than {smallest_shown} pupils could be worked out")
            }
            Self::Homogeneous { all: false } => write!(f, "low: 0 % of fewer than 11 pupils"),
            Self::Homogeneous { all: true } => write!(f, "high: 100 % of fewer than 11 pupils"),
            Self::NoPupils => write!(f, "no pupils"),
            Self::NoExams { year } => write!(f, "no exams in {year}"),
            Self::YearNotLoaded { year } => write!(f, "no results of {year} are loaded"),
            Self::NoOthers => write!(f, "no other pupils: everyone is asked about"),
            Self::Published(code) => write!(f, "{code}"),
            Self::NotPublished => write!(f, "not in the published tables"),
            Self::NotForThesePupils => write!(f, "not published for this combination of pupils"),
            Self::NotMade { year } => write!(f, "not published for {year}: the measure was not made"),
            Self::NoNumbers => write!(f, "published without numbers of pupils, so schools cannot be weighed together"),
            Self::TooFewSchools { with, of } => {
                let (with, of) = (grouped(*with), grouped(*of));
                write!(f, "published for {with} of {of} schools only, fewer than half of them or of their pupils")
            }
            Self::NoBenchmark { year } => {
                write!(
                    f,
                    "no national figures of {year} for pupils with the same prior attainment come with this version"
                )
            }
            Self::NoPrior => write!(f, "no pupils with prior attainment and a national figure to compare them with"),
            Self::MadeBefore => {
                write!(
                    f,
                    "not made when this workspace was loaded; load further pupils or results, or all files into a new one"
                )
            }
            Self::OnlyPublished => write!(f, "known from published tables only, not made from pupils' results"),
            Self::YearsOfTwoKinds => {
                write!(f, "some of the years are published tables and some pupils' results: they cannot be pooled")
            }
        }
    }
}

/// Where an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The statements that made it, its own first, then those of its comparator and spread.
    pub sql: Vec<String>,
    /// From the start of work to the answer.
    pub elapsed: Duration,
    /// Rows of tallies that were read for it.
    pub rows: usize,
    /// The files that were loaded into the workspace.
    pub sources: Vec<String>,
    /// The revision of the workspace's data.
    pub revision: i64,
    /// Where the standard deviation of intervals of means comes from; `None` where none was used.
    pub spread: Option<String>,
    /// What else one should know of how the figures were made, a sentence each.
    pub notes: Vec<String>,
}

impl Answer {
    /// The question that this answers.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The figures, by their keys and then in the order of the indicators asked.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// With what the figures are compared, in words.
    pub fn compared_with(&self) -> Option<&str> {
        self.compared_with.as_deref()
    }

    /// With what one figure is compared, in words: published figures may have comparators from several places.
    pub fn compared_with_of(&self, comparison: &Comparison) -> Option<String> {
        let with = self.compared_with.as_deref()?;
        let of_origin = |origin| super::compare::with_origin(&self.question, origin);
        Some(comparison.origin.map_or_else(|| with.to_owned(), of_origin))
    }

    /// What the intake explains of an indicator's difference, in the last year or in all pooled years.
    pub fn split_of(&self, indicator: Indicator) -> Option<&Split> {
        self.splits.iter().find(|(of, _)| *of == indicator).map(|(_, split)| split)
    }

    /// Where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The cell with these keys of an indicator.
    pub fn cell(&self, keys: &[Key], indicator: Indicator) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.indicator == indicator && cell.keys.as_slice() == keys)
    }

    /// The cells row by row: those of the same keys, in the order of the indicators asked.
    pub fn rows(&self) -> std::slice::ChunksExact<'_, Cell> {
        self.cells.chunks_exact(self.question.indicators().len())
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.cells.len() / self.question.indicators().len()
    }

    /// The row with this number.
    pub fn nth_row(&self, nth: usize) -> Option<&[Cell]> {
        self.rows().nth(nth)
    }

    /// The row of a school, of an answer that is broken down by school first.
    pub fn row_of(&self, urn: Urn) -> Option<&[Cell]> {
        self.nth_row(self.place_of(urn)?)
    }

    /// The number of that row. Rows are in the order of their keys.
    pub fn place_of(&self, urn: Urn) -> Option<usize> {
        let school = |nth: usize| self.nth_row(nth)?.first()?.school();
        let (mut low, mut high) = (0, self.row_count());
        while low < high {
            let middle = (low + high) / 2;
            if school(middle) < Some(urn) { low = middle + 1 } else { high = middle }
        }
        (school(low) == Some(urn)).then_some(low)
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        let keys =
            self.cells.first().filter(|cell| cell.keys.spilled()).map_or(0, |cell| cell.keys.len() * size_of::<Key>());
        let texts: usize = self.provenance.sql.iter().chain(&self.provenance.sources).map(String::len).sum();
        size_of::<Self>() + self.cells.len() * (size_of::<Cell>() + keys) + texts
    }
}

impl Cell {
    /// The school that it is of, where the question is broken down by school.
    pub fn school(&self) -> Option<Urn> {
        self.keys.iter().find_map(|key| if let Key::School(urn) = key { Some(*urn) } else { None })
    }

    /// The subject that it is of, where the question is broken down by subject.
    pub fn subject(&self) -> Option<Subject> {
        self.keys.iter().find_map(|key| if let Key::Subject(subject) = key { Some(*subject) } else { None })
    }

    /// The year that it is of, where the question is broken down by year.
    pub fn year(&self) -> Option<Year> {
        self.keys.iter().find_map(|key| if let Key::Year(year) = key { Some(*year) } else { None })
    }
}

impl Key {
    /// The key of a breakdown that the engine gave as a number; `None` for a number that stands for nothing.
    pub(super) fn from_number(breakdown: Breakdown, number: i32) -> Option<Self> {
        match breakdown {
            Breakdown::School => Urn::new(number).map(Self::School),
            Breakdown::Subject => Subject::from_id(number).map(Self::Subject),
            Breakdown::Year => Year::new(number).map(Self::Year),
            Breakdown::Pupils(characteristic) => {
                let code = u8::try_from(number).ok()?;
                Some(Self::Pupils(PupilGroup { characteristic, code }))
            }
        }
    }
}
