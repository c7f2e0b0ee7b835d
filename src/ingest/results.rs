//! Results of a load: words to numbers, points filled, and the checks that look at the pupil.

use std::sync::Arc;

use arrow::array::{Array, Int8Array, Int16Array, Int32Array, RecordBatch};

use super::contract::POINTS;
use super::finding::{Fault, Findings};
use super::pupils::Pupils;
use super::source::Batch;
use super::stage;
use crate::method::ks4::band;
use crate::model::{Grade, KeyStage, Points, Qualification, Subject};

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
    let (keys, urns, years, stages) =
        (batch.text("pupil"), batch.whole("urn"), batch.whole("year"), batch.whole("key_stage"));
    let (subjects, qualifications, grades) =
        (batch.words("subject"), batch.words("qualification"), batch.words("grade"));
    let points = batch.decimal("points");
    let codes = Codes::new(subjects.distinct(), qualifications.distinct(), grades.distinct());
    let mut staged = Staged::default();
    for row in 0..batch.rows {
        let numbers = [&urns, &years, &stages].iter().all(|column| column.is_valid(row));
        let words = (subjects.number(row), qualifications.number(row), grades.number(row));
        let (true, true, (Some(subject), Some(qualification), Some(grade))) = (numbers, keys.is_valid(row), words)
        else {
            continue;
        };
        let mut find = |column, fault, message| findings.push(batch.finding(row, column, fault, message));
        // A number that is no key stage is a finding of the plain checks.
        let Some(stage) = KeyStage::from_number(stages.value(row) as i32) else { continue };
        let Some(subject) = codes.subject(stage, subject) else {
            let word = subjects.word(row).unwrap_or_default();
            let why = Subject::from_word(stage, word).err().map(|error| error.to_string()).unwrap_or_default();
            find("subject", Fault::UnknownWord, why);
            continue;
        };
        let Some(kind) = codes.qualifications[qualification].filter(|kind| kind.stage() == stage) else {
            let word = qualifications.word(row).unwrap_or_default();
            let right: Vec<_> =
                Qualification::ALL.into_iter().filter(|q| q.stage() == stage).map(Qualification::word).collect();
            find(
                "qualification",
                Fault::UnknownWord,
                format!("\"{word}\" is not a qualification of {stage}; right would be: {}", right.join(", ")),
            );
            continue;
        };
        let Some(grade) = codes.grade(qualification, grade) else {
            let word = grades.word(row).unwrap_or_default();
            let why = Grade::from_word(kind, word).err().map(|error| error.to_string()).unwrap_or_default();
            find("grade", Fault::UnknownWord, why);
            continue;
        };
        let key = keys.value(row);
        let Some(number) = pupils.number(stage.number() as i8, key) else {
            if pupils_known {
                find(
                    "pupil",
                    Fault::WithoutPupil,
                    format!("pupil {key} has no row in pupils for {stage}; load that file too"),
                );
            }
            continue;
        };
        let pupil = pupils.facts(number);
        if (i64::from(pupil.urn), i64::from(pupil.year)) != (urns.value(row), years.value(row)) {
            let (column, here, there) = if i64::from(pupil.urn) == urns.value(row) {
                ("year", years.value(row), i64::from(pupil.year))
            } else {
                ("urn", urns.value(row), i64::from(pupil.urn))
            };
            find(
                column,
                Fault::Disagrees,
                format!("the result of pupil {key} says {here} and the pupil's row {there}; make them the same"),
            );
            continue;
        }
        if !pupils.note_result(number, subject, kind) {
            find(
                "subject",
                Fault::Duplicate,
                format!("pupil {key} has a result in {} ({}) already; keep one", subject.slug, kind.word()),
            );
            continue;
        }
        let given = points.is_valid(row).then(|| points.value(row));
        let worth = match worth(grade, given) {
            Ok(worth) => worth,
            Err(why) => {
                find("points", Fault::OutOfRange, why);
                continue;
            }
        };
        staged.stage.push(pupil.stage);
        staged.urn.push(pupil.urn);
        staged.year.push(pupil.year);
        staged.subject.push(i16::from(subject.id));
        staged.qualification.push(kind.number() as i8);
        staged.grade.push(grade.id);
        staged.points.push(worth);
        staged.band.push(band(kind, worth));
        staged.profile.push(pupil.profile.number());
        staged.pupil.push(number as i32);
    }
    staged.into_batch()
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
