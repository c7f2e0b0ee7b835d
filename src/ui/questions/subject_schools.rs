//! The questions about the schools in one subject.

use crate::model::{Breakdown, Compare, Draft, Indicator, KeyStage, Question, Subject};
use crate::ui::session::Catalogue;
use crate::ui::view::{SubjectSchools, View};

/// The shares from which the distribution of grades is made, from the highest grades on.
pub const GRADES: [Indicator; 4] =
    [Indicator::Grade7Plus, Indicator::Grade5Plus, Indicator::Grade4Plus, Indicator::Grade1Plus];

/// The subject of the view, school by school and of the group as a whole: first what is known of entries, then what is
/// known of all pupils, entered or not. In one year, or in all years pooled.
///
/// At key stage 2 shares at a standard are of all pupils; at the others only their number is asked for. Empty where nothing
/// of subjects is known.
pub fn subject_schools(view: &View, catalogue: &Catalogue, chosen: &SubjectSchools) -> Vec<Question> {
    let years = chosen.years(&view.years_shown(catalogue));
    let Some(subject) = view.subject_shown() else { return Vec::new() };
    let offer = match years.as_slice() {
        [] => return Vec::new(),
        [year] => view.offer_in(catalogue, *year),
        _ => view.offer(catalogue),
    };
    let of_entries: Vec<Indicator> = of_entries(subject).iter().copied().filter(|of| offer.has(*of)).collect();
    // The mean scaled score is known of entries, or else of pupils.
    let score = of_entries.contains(&Indicator::AvgPoints).then(|| score_of_pupils(subject)).flatten();
    let of_pupils = of_pupils(subject).iter().copied().filter(|of| offer.has(*of) && Some(*of) != score);
    let of_pupils: Vec<Indicator> = of_pupils.collect();
    let only_counts = of_pupils.iter().all(|of| *of == Indicator::Pupils);
    if of_entries.is_empty() && only_counts {
        return Vec::new();
    }
    let compare = if only_counts { Compare::None } else { view.compare };
    let sets = [(of_entries, vec![subject], view.compare), (of_pupils, Vec::new(), compare)];
    let mut questions = Vec::new();
    for (indicators, subjects, compare) in sets.into_iter().filter(|(indicators, ..)| !indicators.is_empty()) {
        for by in [vec![Breakdown::School], Vec::new()] {
            let question = Question::new(Draft {
                stage: view.stage,
                years: years.clone(),
                pool: true,
                scope: view.scope.clone(),
                indicators: indicators.clone(),
                subjects: subjects.clone(),
                filter: view.filter.clone(),
                by,
                compare,
                judged: view.judged,
            });
            questions.extend(question.ok());
        }
    }
    questions
}

/// What may be known of the entries in a subject. Writing has no marks at key stage 2: teachers judge it.
fn of_entries(subject: Subject) -> &'static [Indicator] {
    use Indicator::{AvgPoints, Entries, Grade1Plus, Grade4Plus, Grade5Plus, Grade7Plus, ValueAdded};
    if subject.key_stage == KeyStage::Ks2 && subject.word() == "writing" {
        return &[Entries];
    }
    &[Entries, AvgPoints, Grade4Plus, Grade5Plus, Grade7Plus, Grade1Plus, ValueAdded]
}

/// What may be known of all pupils in a subject.
fn of_pupils(subject: Subject) -> &'static [Indicator] {
    use Indicator::{
        GpsExpected, GpsHigh, GpsScore, MathsExpected, MathsHigh, MathsProgress, MathsScore, Pupils, ReadingExpected,
        ReadingHigh, ReadingProgress, ReadingScore, WritingExpected, WritingHigh, WritingProgress,
    };
    match (subject.key_stage, subject.word()) {
        (KeyStage::Ks2, "reading") => &[Pupils, ReadingScore, ReadingExpected, ReadingHigh, ReadingProgress],
        (KeyStage::Ks2, "writing") => &[Pupils, WritingExpected, WritingHigh, WritingProgress],
        (KeyStage::Ks2, "maths") => &[Pupils, MathsScore, MathsExpected, MathsHigh, MathsProgress],
        (KeyStage::Ks2, "gps") => &[Pupils, GpsScore, GpsExpected, GpsHigh],
        _ => &[Pupils],
    }
}

/// The mean scaled score of a subject of key stage 2.
fn score_of_pupils(subject: Subject) -> Option<Indicator> {
    let scores = [Indicator::ReadingScore, Indicator::MathsScore, Indicator::GpsScore];
    scores.into_iter().find(|score| of_pupils(subject).contains(score))
}
