//! A pupil's headline outcomes at the end of KS4: Attainment 8, basics, EBacc.
//!
//! Source: DfE secondary accountability measures guide.

use std::collections::BTreeMap;

use crate::model::{Element, Points, Qualification, Subject};

/// One of a pupil's results, as far as headline measures look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub subject: Subject,
    pub qualification: Qualification,
    /// Hundredths of points; `None` for X, which counts as taken and scores 0.
    pub points: Option<Points>,
}

/// Outcomes of one pupil. Points are hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Attainment 8: the sum of the four elements below. At most 9,000 from GCSEs.
    pub att8: i32,
    /// The better of language and literature, doubled if both were taken. 0 to 1,800.
    pub english: i32,
    /// Mathematics, doubled. 0 to 1,800 from GCSEs.
    pub maths: i32,
    /// The best three EBacc slots. 0 to 2,700 from GCSEs.
    pub ebacc: i32,
    /// The best three open slots. 0 to 2,700 from GCSEs.
    pub open: i32,
    /// Grade 4 or above in maths and in English language or literature.
    pub basics4: bool,
    /// Grade 5 or above in maths and in English language or literature.
    pub basics5: bool,
    /// Entered all five EBacc pillars.
    pub ebacc_entry: bool,
    /// Grade 4 or above in all five EBacc pillars.
    pub ebacc4: bool,
    /// Grade 5 or above in all five EBacc pillars.
    pub ebacc5: bool,
    /// English + maths + two best sciences + humanity + language: six times the EBacc average point score.
    pub ebacc_six: i32,
}

/// The headline outcomes of a pupil from all of the pupil's KS4 results, in any order.
///
/// A subject taken twice counts once, at its best (discounting). Vocational awards fill open slots only, and stand beside
/// a GCSE in the same subject. Combined
/// science fills up to two EBacc slots with the mean of its two grades; a slot it does not fill there may be open.
///
/// The EBacc's English pillar is entered with both language and literature and reached in either; its science pillar is
/// entered with combined science or three of the four single sciences, and reached in combined science or in two of them.
pub fn outcome(entries: &[Entry]) -> Outcome {
    let mut best: BTreeMap<(Element, Subject), i32> = BTreeMap::new();
    for entry in entries {
        let points = i32::from(entry.points.unwrap_or(0));
        let element = match entry.qualification {
            Qualification::Level12 => Element::Open,
            _ => entry.subject.element,
        };
        let slot = best.entry((element, entry.subject)).or_default();
        *slot = points.max(*slot);
    }
    let of = |element: Element| best.iter().filter(move |((e, _), _)| *e == element).map(|(_, points)| *points);
    let top = |element: Element| of(element).max();

    let maths = top(Element::Maths);
    let (language, literature) = (top(Element::EnglishLanguage), top(Element::EnglishLiterature));
    let english = language.max(literature).unwrap_or(0);
    let both_english = language.is_some() && literature.is_some();
    let english_element = if both_english { 2 * english } else { english };

    let singles = || of(Element::Science);
    let double = top(Element::CombinedScience);
    let science_slots = || singles().chain(double.into_iter().flat_map(|points| [points, points]));
    let mut ebacc_slots: Vec<i32> = science_slots().chain(of(Element::Humanity)).chain(of(Element::Language)).collect();
    ebacc_slots.sort_unstable_by(|a, b| b.cmp(a));
    let ebacc: i32 = ebacc_slots.iter().take(3).sum();

    let spare_english = both_english.then(|| language.min(literature)).flatten();
    let mut open_slots: Vec<i32> =
        ebacc_slots.iter().skip(3).copied().chain(of(Element::Open)).chain(spare_english).collect();
    open_slots.sort_unstable_by(|a, b| b.cmp(a));
    let open: i32 = open_slots.iter().take(3).sum();

    let maths_element = 2 * maths.unwrap_or(0);
    let mut sciences: Vec<i32> = science_slots().collect();
    sciences.sort_unstable_by(|a, b| b.cmp(a));
    let (humanity, foreign) = (top(Element::Humanity), top(Element::Language));
    let science_entry = double.is_some() || singles().count() >= 3;
    let ebacc_entry = both_english && maths.is_some() && science_entry && humanity.is_some() && foreign.is_some();

    let basics = |grade: i32| maths.unwrap_or(0) >= grade && english >= grade;
    let pillars = |grade: i32| {
        let science = double.unwrap_or(0) >= grade || singles().filter(|points| *points >= grade).count() >= 2;
        ebacc_entry && basics(grade) && science && humanity.unwrap_or(0) >= grade && foreign.unwrap_or(0) >= grade
    };
    Outcome {
        att8: english_element + maths_element + ebacc + open,
        english: english_element,
        maths: maths_element,
        ebacc,
        open,
        basics4: basics(400),
        basics5: basics(500),
        ebacc_entry,
        ebacc4: pillars(400),
        ebacc5: pillars(500),
        ebacc_six: english
            + maths.unwrap_or(0)
            + sciences.iter().take(2).sum::<i32>()
            + humanity.unwrap_or(0)
            + foreign.unwrap_or(0),
    }
}

/// The highest of the published grade thresholds (1, 4, 5, 7) that a GCSE result reaches, 0 for U: what grade shares
/// are counted from. `None` for X and for anything but a GCSE.
pub fn band(qualification: Qualification, points: Option<Points>) -> Option<i8> {
    let points = points.filter(|_| qualification.is_gcse())?;
    Some([7, 5, 4, 1].into_iter().find(|grade| i32::from(points) >= 100 * i32::from(*grade)).unwrap_or(0))
}
