//! Results of a load: words to numbers, points filled, and the checks that look at the pupil.

use std::sync::Arc;

use arrow::array::{Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray};

use super::contract::POINTS;
use super::finding::{Fault, Findings};
use super::pupils::{PupilFacts, Pupils};
use super::source::{Batch, Words};
use super::stage;
use crate::method::ks4::band;
use crate::model::{Grade, KeyStage, Points, Qualification, Subject, UnknownWord};

/// The rows of a batch as they are staged: the columns of [`crate::workspace::layout::RESULT_COLUMNS`].
#[derive(Default)]
struct Staged {
    stage: Vec<i8>,
    urn: Vec<i32>,
    year: Vec<i16>,
    subject: Vec<i16>,
    qualification: Vec<i8>,
    grade: Vec<i16>,
    points: Vec<Option<Points>>,
    band: Vec<Option<i8>>,
    profile: Vec<i32>,
    pupil: Vec<i32>,
}

/// Takes the results of a checked batch; `pupils_known` tells whether a pupil that is not there is a finding of these
/// results (or of a pupils file that could not be read).
pub(super) fn take(
    batch: &Batch<'_>,
    pupils: &mut Pupils,
    pupils_known: bool,
    findings: &mut Findings,
) -> duckdb::Result<RecordBatch> {
    let columns = Columns::of(batch);
    let mut staged = Staged::default();
    for row in 0..batch.rows {
        match columns.result(row, pupils) {
            Ok(Some(result)) => staged.push(&result),
            // What is missing or out of range was found by the plain checks.
            Ok(None) => {}
            Err((_, Fault::WithoutPupil, _)) if !pupils_known => {}
            Err((column, fault, message)) => findings.push(batch.finding(row, column, fault, message)),
        }
    }
    staged.into_batch()
}

/// A fault in a row: its column, its kind, and what is there and what to do.
type RowFault = (&'static str, Fault, String);

fn unknown_word(column: &'static str, found: Result<impl Sized, UnknownWord>) -> RowFault {
    (column, Fault::UnknownWord, found.err().map(|error| error.to_string()).unwrap_or_default())
}

/// The columns of a batch of results, and what their words stand for.
struct Columns {
    keys: StringArray,
    urns: Int64Array,
    years: Int64Array,
    stages: Int64Array,
    subjects: Words,
    qualifications: Words,
    grades: Words,
    points: Float64Array,
    codes: Codes,
}

impl Columns {
    fn of(batch: &Batch<'_>) -> Self {
        let (subjects, qualifications, grades) =
            (batch.words("subject"), batch.words("qualification"), batch.words("grade"));
        Self {
            keys: batch.text("pupil"),
            urns: batch.whole("urn"),
            years: batch.whole("year"),
            stages: batch.whole("key_stage"),
            codes: Codes::new(subjects.distinct(), qualifications.distinct(), grades.distinct()),
            subjects,
            qualifications,
            grades,
            points: batch.decimal("points"),
        }
    }

    /// The result in a row, noted with its pupil. `None` where a value is missing or out of range.
    fn result(&self, row: usize, pupils: &mut Pupils) -> Result<Option<StagedResult>, RowFault> {
        let there = self.keys.is_valid(row) && self.urns.is_valid(row) && self.years.is_valid(row);
        let stage = self.stages.is_valid(row).then(|| self.stages.value(row) as i32).and_then(KeyStage::from_number);
        let words = (self.subjects.number(row), self.qualifications.number(row), self.grades.number(row));
        let (true, Some(stage), (Some(subject), Some(qualification), Some(grade))) = (there, stage, words) else {
            return Ok(None);
        };
        let word = |words: &Words| words.word(row).unwrap_or_default().to_owned();
        let subject = self.codes.subject(stage, subject).ok_or_else(|| {
            let found = Subject::from_word(stage, &word(&self.subjects));
            unknown_word("subject", found)
        })?;
        let kind = self.codes.qualifications[qualification].filter(|kind| kind.stage() == stage).ok_or_else(|| {
            let of_stage = Qualification::ALL.into_iter().filter(|kind| kind.stage() == stage);
            let right = of_stage.map(Qualification::word);
            let unknown = UnknownWord::expected("qualification", &word(&self.qualifications), right);
            unknown_word("qualification", Err::<(), _>(unknown))
        })?;
        let grade = self.codes.grade(qualification, grade).ok_or_else(|| {
            let found = Grade::from_word(kind, &word(&self.grades));
            unknown_word("grade", found)
        })?;
        let (number, pupil) = self.pupil(row, stage, pupils)?;
        if !pupils.note_result(number, subject, kind) {
            let (key, slug, kind) = (self.keys.value(row), &subject.slug, kind.word());
            let message = format!("pupil {key} has a result in {slug} ({kind}) already; keep one");
            return Err(("subject", Fault::Duplicate, message));
        }
        let given = self.points.is_valid(row).then(|| self.points.value(row));
        let points = worth(grade, given).map_err(|why| ("points", Fault::OutOfRange, why))?;
        Ok(Some(StagedResult { number, pupil, subject, kind, grade: grade.id, points }))
    }

    /// The pupil of a row, who must be at the same school in the same year.
    fn pupil(&self, row: usize, stage: KeyStage, pupils: &mut Pupils) -> Result<(u32, PupilFacts), RowFault> {
        let key = self.keys.value(row);
        let number = pupils.number(stage.number() as i8, key).ok_or_else(|| {
            let message = format!("pupil {key} has no row in pupils for {stage}; load that file too");
            ("pupil", Fault::WithoutPupil, message)
        })?;
        let pupil = pupils.facts(number);
        for (column, here, there) in [
            ("urn", self.urns.value(row), i64::from(pupil.urn)),
            ("year", self.years.value(row), i64::from(pupil.year)),
        ] {
            if here != there {
                let message =
                    format!("the result of pupil {key} says {here} and the pupil's row {there}; make them the same");
                return Err((column, Fault::Disagrees, message));
            }
        }
        Ok((number, pupil))
    }
}

/// A result that is right.
struct StagedResult {
    number: u32,
    pupil: PupilFacts,
    subject: Subject,
    kind: Qualification,
    grade: i16,
    points: Option<Points>,
}

/// The points of a result: those that the file gives, or those of the grade. No result stays no result, whatever points
/// a file gives it.
fn worth(grade: &Grade, given: Option<f64>) -> Result<Option<Points>, String> {
    let Some(points) = given else { return Ok(grade.points) };
    let most = f64::from(grade.qualification.most_points()) / 100.0;
    let hundredths = points * 100.0;
    if !POINTS.admits(points) {
        // A finding of the plain checks.
        Ok(None)
    } else if points > most {
        Err(format!(
            "{points} is above {most}, the most of {}; correct it or leave it empty",
            grade.qualification.word()
        ))
    } else if (hundredths - hundredths.round()).abs() > 1e-6 {
        Err(format!("{points} has more than two decimals; round it or leave it empty"))
    } else {
        Ok(grade.points.map(|_| hundredths.round() as Points))
    }
}

impl Staged {
    fn push(&mut self, result: &StagedResult) {
        self.stage.push(result.pupil.stage);
        self.urn.push(result.pupil.urn);
        self.year.push(result.pupil.year);
        self.subject.push(i16::from(result.subject.id));
        self.qualification.push(result.kind.number() as i8);
        self.grade.push(result.grade);
        self.points.push(result.points);
        self.band.push(band(result.kind, result.points));
        self.profile.push(result.pupil.profile.number());
        self.pupil.push(result.number as i32);
    }

    fn into_batch(self) -> duckdb::Result<RecordBatch> {
        stage::batch_of(vec![
            ("stage", Arc::new(Int8Array::from(self.stage))),
            ("urn", Arc::new(Int32Array::from(self.urn))),
            ("year", Arc::new(Int16Array::from(self.year))),
            ("subject", Arc::new(Int16Array::from(self.subject))),
            ("qualification", Arc::new(Int8Array::from(self.qualification))),
            ("grade", Arc::new(Int16Array::from(self.grade))),
            ("points", Arc::new(Int16Array::from(self.points))),
            ("band", Arc::new(Int8Array::from(self.band))),
            ("profile", Arc::new(Int32Array::from(self.profile))),
            ("pupil", Arc::new(Int32Array::from(self.pupil))),
        ])
    }
}

/// What the distinct words of a batch stand for.
struct Codes {
    /// By key stage, then by word.
    subjects: Vec<(KeyStage, Vec<Option<Subject>>)>,
    qualifications: Vec<Option<Qualification>>,
    /// By qualification word, then by grade word.
    grades: Vec<Vec<Option<&'static Grade>>>,
}

impl Codes {
    fn new<'a>(
        subjects: impl Iterator<Item = &'a str>,
        qualifications: impl Iterator<Item = &'a str>,
        grades: impl Iterator<Item = &'a str>,
    ) -> Self {
        let subjects: Vec<&str> = subjects.collect();
        let grades: Vec<&str> = grades.collect();
        let of_stage = |stage| subjects.iter().map(|word| Subject::from_word(stage, word).ok()).collect();
        let qualifications: Vec<_> = qualifications.map(|word| Qualification::from_word(word).ok()).collect();
        let of_kind = |kind: &Option<Qualification>| {
            let known = |word: &&str| kind.and_then(|kind| Grade::from_word(kind, word).ok());
            grades.iter().map(known).collect()
        };
        Self {
            subjects: KeyStage::ALL.into_iter().map(|stage| (stage, of_stage(stage))).collect(),
            grades: qualifications.iter().map(of_kind).collect(),
            qualifications,
        }
    }

    fn subject(&self, stage: KeyStage, word: usize) -> Option<Subject> {
        self.subjects.iter().find(|(of, _)| *of == stage).and_then(|(_, subjects)| subjects[word])
    }

    fn grade(&self, qualification: usize, word: usize) -> Option<&'static Grade> {
        self.grades[qualification][word]
    }
}
