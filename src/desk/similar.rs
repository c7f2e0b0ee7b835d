//! Schools with a similar intake, found among the figures that this reader may see: through the gate as every answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::work::{Outcome, Work};
use super::{Answer, Desk, DeskError};
use crate::engine::EngineError;
use crate::method::similar::{Apart, Measure, Preset, Term};
use crate::model::words::counted;
use crate::model::{
    Breakdown, Compare, Draft, Filter, Indicator, Judged, KeyStage, LaCode, Question, School, Scope, UnknownWord, Urn,
    Year,
};
use crate::workspace::{Published, Register};

/// Which schools are looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct LikeSchool {
    pub school: Urn,
    /// Among which schools others are looked for.
    pub among: Scope,
    pub stage: KeyStage,
    pub year: Year,
    /// What schools are compared by, at least one.
    pub terms: Vec<Term>,
    /// How many schools are wanted.
    pub most: usize,
    /// Only schools of this phase, as the register writes it.
    pub phase: Option<String>,
    /// Only schools of this authority.
    pub la: Option<LaCode>,
    /// Only schools that are no farther away, in kilometres as the crow flies.
    pub within_km: Option<f64>,
}

/// What schools of a workspace can be compared by: inputs, and the year that they are of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Basis {
    /// Who has published these inputs.
    pub preset: Preset,
    pub terms: &'static [Term],
    pub year: Year,
    /// What it is, in words.
    pub title: &'static str,
}

impl Basis {
    /// Every basis that there is, the usual one first: the inputs of DfE where they are loaded, else those of "Schools like
    /// yours" as the pupils of a year tell them, else as they were published.
    pub fn all(stage: KeyStage, published: &Published, of_pupils: Option<Year>) -> Vec<Self> {
        let of_tables = |preset: Preset| {
            let terms = preset.terms(stage);
            let inputs = |year: &Year| terms.iter().filter(|of| published.has(stage, *year, of.input)).count();
            let years = published.every_year().into_iter().filter(|year| inputs(year) > 0);
            let year = years.max_by_key(|year| (inputs(year), *year))?;
            Some(Self { preset, terms, year, title: preset.title() })
        };
        let of_pupils = of_pupils.map(|year| Self {
            preset: Preset::SchoolsLikeYours,
            terms: Preset::terms_of_pupils(),
            year,
            title: "Schools like yours, of the pupils loaded",
        });
        [of_tables(Preset::Dfe), of_pupils, of_tables(Preset::SchoolsLikeYours)].into_iter().flatten().collect()
    }
}

/// One input of two schools.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputOfTwo {
    pub input: Indicator,
    /// Of the school that is asked about, and of the other; `None` where nothing is known or may be told.
    pub own: Option<f64>,
    pub other: Option<f64>,
    /// Share of the square of the distance, 0 to 1; `None` where it was left out.
    pub share: Option<f64>,
}

/// A school with a similar intake.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    pub urn: Urn,
    /// 0 for the same intake.
    pub distance: f64,
    /// In the order of the terms.
    pub inputs: Vec<InputOfTwo>,
}

impl Neighbour {
    /// Inputs that were left out, because one of the schools lacks them: the weights of the others were scaled up.
    pub fn left_out(&self) -> impl Iterator<Item = Indicator> + '_ {
        self.inputs.iter().filter(|input| input.share.is_none()).map(|input| input.input)
    }
}

/// The schools that were found, the most similar first.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    pub neighbours: Vec<Neighbour>,
    /// Among how many schools, this one not counted.
    pub among: usize,
    /// Files that the inputs are from.
    pub sources: Vec<String>,
    /// How much each input counts: the weight of a difference of one standard deviation, in the order of the terms.
    pub counts: Vec<f64>,
}

impl Similar {
    /// The schools with which one is compared: 50 where there are enough; among few schools no more than one in three, since
    /// the farther ones are not similar.
    pub fn comparators(&self) -> &[Neighbour] {
        let most = NEIGHBOURS.min((self.among / NEAREST_OF).max(LEAST_NEIGHBOURS));
        self.neighbours.get(..most).unwrap_or(&self.neighbours)
    }
}

impl Desk {
    /// Finds the schools whose intake is most similar to that of a school. Schools at the same distance stand in order of
    /// their URN.
    ///
    /// # Errors
    /// When the school or its inputs are not in the workspace, and as in [`Desk::ask_and_wait`].
    pub fn similar(&self, wanted: &LikeSchool) -> Result<Similar, Arc<DeskError>> {
        let not_loaded = |what: String| Arc::new(DeskError::NotLoaded { what });
        let question = wanted.inputs();
        let question = question.map_err(|error| not_loaded(error.to_string()))?;
        let answer = self.ask_and_wait(&question)?;
        wanted.nearest(self.register(), &answer).map_err(Arc::new)
    }
}

/// How many schools a comparator is made of, as DfE compares; among few schools no more than one in three, since the
/// farther half is not similar, and no fewer than five.
const NEIGHBOURS: usize = 50;
const NEAREST_OF: usize = 3;
const LEAST_NEIGHBOURS: usize = 5;

impl Work<'_> {
    /// The schools with which a question's one school is compared, and by what they were chosen.
    ///
    /// By the usual basis.
    pub fn similar_schools(&self, question: &Question) -> Result<(Scope, String), DeskError> {
        let refused = |why: &str| DeskError::NoComparator { why: why.to_owned() };
        let library = self.library();
        let schools: Vec<Urn> =
            library.register.schools_of(question.scope()).map(|school| school.urn).take(2).collect();
        let [school] = *schools else { return Err(refused("choose one school to find those with a similar intake")) };
        let stage = question.stage();
        let last = question.years().iter().rev().find(|year| library.has_pupils(stage, **year)).copied();
        let bases = Basis::all(stage, &library.published, last);
        let basis = bases.first().copied().ok_or_else(|| refused("no intake of schools is loaded"))?;
        let Basis { terms, year, title, .. } = basis;
        let wanted = LikeSchool {
            school,
            among: library.reader().schools_beside(school),
            stage,
            year,
            terms: terms.to_vec(),
            most: NEIGHBOURS,
            phase: None,
            la: None,
            within_km: None,
        };
        let inputs = wanted.inputs().map_err(|error| refused(&error.to_string()))?;
        let answer = match self.ask_beside(&inputs) {
            Outcome::Answered(answer) => answer,
            Outcome::Failed(error) => return Err(error),
            Outcome::Stopped => return Err(EngineError::Interrupted.into()),
        };
        let similar = wanted.nearest(&library.register, &answer)?;
        let urns: BTreeSet<Urn> = similar.comparators().iter().map(|neighbour| neighbour.urn).collect();
        if urns.is_empty() {
            return Err(refused("no other school's intake is known"));
        }
        let words = format!("{} schools with a similar intake in {year} ({title})", counted(urns.len()));
        Ok((Scope::Schools(urns), words))
    }
}

impl LikeSchool {
    /// The question for the inputs of all schools.
    ///
    /// # Errors
    /// When there are no terms, or one is not made for the key stage.
    pub fn inputs(&self) -> Result<Question, UnknownWord> {
        Question::new(Draft {
            stage: self.stage,
            years: vec![self.year],
            pool: false,
            scope: self.among.clone(),
            indicators: self.terms.iter().map(|term| term.input).collect(),
            subjects: Vec::new(),
            filter: Filter::everyone(),
            by: vec![Breakdown::School],
            compare: Compare::None,
            judged: Judged::default(),
        })
    }

    /// The nearest schools by the answer to [`LikeSchool::inputs`].
    ///
    /// # Errors
    /// When the school or its inputs are not in the answer.
    pub fn nearest(&self, register: &Register, answer: &Answer) -> Result<Similar, DeskError> {
        let not_loaded = |what: String| DeskError::NotLoaded { what };
        let own = register.head(self.school);
        let Some(school) = register.school(own) else {
            return Err(not_loaded(format!("school {}", self.school)));
        };
        let inputs: Vec<Indicator> = self.terms.iter().map(|term| term.input).collect();
        let rows = inputs_by_school(answer);
        let Some((_, of_own)) = rows.iter().find(|(urn, row)| *urn == own && row.iter().any(Option::is_some)) else {
            let words: Vec<_> = inputs.iter().map(|input| input.word()).collect();
            let what = format!("what {} is compared by in {} ({})", school.name, self.year, words.join(", "));
            return Err(not_loaded(what));
        };
        let schools: Vec<&[Option<f64>]> = rows.iter().map(|(_, row)| row.as_slice()).collect();
        let measure = Measure::of(&self.terms, &schools);
        let is_wanted = |urn: Urn| register.school(urn).is_some_and(|other| fits(self, school, other));
        let neighbour = |(urn, row): &(Urn, Vec<Option<f64>>)| {
            let Apart { distance, parts } = measure.between(of_own, row)?;
            let whole: f64 = parts.iter().flatten().sum();
            let share = |part: f64| if whole > 0.0 { part / whole } else { 0.0 };
            let two = inputs.iter().zip(of_own.iter().zip(row)).zip(&parts);
            let inputs = two.map(|((input, (own, other)), part)| InputOfTwo {
                input: *input,
                own: *own,
                other: *other,
                share: part.map(share),
            });
            Some(Neighbour { urn: *urn, distance, inputs: inputs.collect() })
        };
        let others = rows.iter().filter(|(urn, _)| *urn != own && is_wanted(*urn));
        let mut neighbours: Vec<Neighbour> = others.filter_map(neighbour).collect();
        let among = neighbours.len();
        neighbours.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.urn.cmp(&b.urn)));
        neighbours.truncate(self.most);
        let (counts, sources) = (measure.counts().to_vec(), answer.provenance().sources.clone());
        Ok(Similar { neighbours, among, sources, counts })
    }
}

/// What is known of each school, in the order of the question's indicators.
fn inputs_by_school(answer: &Answer) -> Vec<(Urn, Vec<Option<f64>>)> {
    let of_row = |row: &[super::Cell]| {
        let urn = row.first()?.school()?;
        Some((urn, row.iter().map(|cell| cell.figure.ok().map(|figure| figure.value)).collect()))
    };
    answer.rows().filter_map(of_row).collect()
}

fn fits(wanted: &LikeSchool, school: &School, other: &School) -> bool {
    let near = |most: f64| {
        let (here, there) = (school.place?, other.place?);
        let metres = f64::hypot(f64::from(here.0 - there.0), f64::from(here.1 - there.1));
        Some(metres <= most * 1000.0)
    };
    wanted.phase.as_ref().is_none_or(|phase| phase.eq_ignore_ascii_case(&other.phase))
        && wanted.la.is_none_or(|la| la == other.la_code)
        && wanted.within_km.is_none_or(|most| near(most).unwrap_or(false))
}
