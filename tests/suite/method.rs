//! The method in worked numbers, and the words of the field.

use std::collections::BTreeSet;

use proptest::prelude::*;
use schoolbench::method::Tally;
use schoolbench::method::disclosure::Policy;
use schoolbench::method::interval::{Interval, Significance};
use schoolbench::method::ks2::Assessments;
use schoolbench::method::ks4::{Entry, Outcome, band, outcome};
use schoolbench::model::{
    Breakdown, Characteristic, Compare, Draft, Filter, Grade, Indicator, KeyStage, Points, Profile, PupilGroup,
    Qualification, Question, Scope, Source, Subject, Unit, Urn, Words, Year,
};

fn close(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} is not {b}");
}

/// Hits of `n` pupils.
fn hits(n: i64, hits: i64) -> Tally {
    Tally { n, sum: hits, sum_of_squares: hits }
}

fn tally_of(values: &[i64]) -> Tally {
    Tally { n: values.len() as i64, sum: values.iter().sum(), sum_of_squares: values.iter().map(|v| v * v).sum() }
}

// Intervals and significance.

#[test]
fn wilson_intervals_of_the_method() {
    for (n, x, lower, upper) in [(30, 15, 0.3315, 0.6685), (10, 10, 0.7225, 1.0)] {
        let interval = Interval::of_share(hits(n, x)).unwrap();
        close(interval.lower, lower, 0.000_05);
        close(interval.upper, upper, 0.000_05);
    }
    assert_eq!(Interval::of_share(Tally::default()), None, "no pupils, no interval");
}

#[test]
fn the_share_of_nobody_or_of_everybody_lies_in_its_own_interval() {
    for n in 6..3000 {
        let (none, all) = (Interval::of_share(hits(n, 0)).unwrap(), Interval::of_share(hits(n, n)).unwrap());
        assert_eq!(none.against(0.0), Significance::NotDifferent, "0 of {n} against 0: {none:?}");
        assert_eq!(all.against(1.0), Significance::NotDifferent, "{n} of {n} against 1: {all:?}");
    }
}

#[test]
fn the_interval_of_a_mean_of_the_method() {
    // The scores of method.md in hundredths, and the Progress 8 standard deviation of 2024.
    let scores = tally_of(&[0, 10, 20, 30, 40, 30, 20, 25, 30]);
    let mean = scores.mean().unwrap() / 100.0;
    close(mean, 0.227_778, 0.000_000_5);
    let interval = Interval::of_mean(mean, 1.41628, scores.n).unwrap();
    close((interval.upper - interval.lower) / 2.0, 0.925_303, 0.000_000_5);
    assert_eq!(Interval::of_mean(0.0, 1.0, 0), None, "no pupils, no interval");
}

#[test]
fn a_figure_differs_only_where_its_whole_interval_does() {
    let interval = Interval { lower: 1.0, upper: 2.0 };
    for (comparator, expected) in [
        (0.99, Significance::Above),
        (1.0, Significance::NotDifferent),
        (1.5, Significance::NotDifferent),
        (2.0, Significance::NotDifferent),
        (2.01, Significance::Below),
    ] {
        assert_eq!(interval.against(comparator), expected, "against {comparator}");
    }
    let words = [Significance::Above, Significance::NotDifferent, Significance::Below].map(Significance::word);
    assert_eq!(words, ["above", "not different", "below"]);
}

proptest! {
    #[test]
    fn a_tally_has_the_mean_and_deviation_of_its_values(values in prop::collection::vec(0i64..20_000, 1..300)) {
        let tally = tally_of(&values);
        let n = values.len() as f64;
        let mean = values.iter().sum::<i64>() as f64 / n;
        let squares: f64 = values.iter().map(|value| (*value as f64 - mean).powi(2)).sum();
        prop_assert!((tally.mean().unwrap() - mean).abs() < 1e-9);
        prop_assert!((tally.standard_deviation().unwrap() - (squares / n).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn a_share_lies_in_its_interval(n in 1i64..5000, part in 0.0f64..=1.0) {
        let tally = hits(n, (n as f64 * part) as i64);
        let interval = Interval::of_share(tally).unwrap();
        let share = tally.mean().unwrap();
        prop_assert!(0.0 <= interval.lower && interval.upper <= 1.0, "{interval:?}");
        prop_assert!(interval.lower <= share && share <= interval.upper, "{share} in {interval:?}");
    }
}

#[test]
fn a_tally_of_nobody_has_no_figures() {
    assert_eq!(Tally::default().mean(), None);
    assert_eq!(Tally::default().standard_deviation(), None);
    let mut together = tally_of(&[100, 250]);
    together += tally_of(&[850]);
    assert_eq!(together, tally_of(&[100, 250, 850]));
}

#[test]
fn too_few_is_fewer_than_the_policy_says_and_not_nobody() {
    for (policy, smallest) in [(Policy::Standard, 6), (Policy::Strict, 11)] {
        assert_eq!(policy.smallest_shown(), smallest);
        for n in 0..20 {
            let expected = n >= 1 && n < smallest;
            assert_eq!(policy.too_few(n), expected, "{n} pupils, {policy:?}");
        }
        // With at most nine results each, 6 * 9 entries are of six pupils at least; fewer may be of five.
        assert!(policy.must_count_pupils(1, 9) && policy.must_count_pupils(smallest * 9 - 1, 9));
        assert!(!policy.must_count_pupils(smallest * 9, 9) && !policy.must_count_pupils(0, 9));
        assert!(!policy.must_count_pupils(3, 1), "entries are pupils where each has one");
        // Of sixty pupils, a share of the intake tells how many are in the group, and how many are not.
        for few in [1, smallest - 1] {
            assert!(policy.tells_of_too_few(60, few) && policy.tells_of_too_few(60, 60 - few), "{few}, {policy:?}");
        }
        for enough in [0, smallest, 60 - smallest, 60] {
            assert!(!policy.tells_of_too_few(60, enough), "{enough}, {policy:?}");
        }
    }
    assert_eq!(Policy::default(), Policy::Standard);
}

// Grades and points.

#[test]
fn every_grade_has_the_points_of_the_method() {
    use Qualification::{ALevel, As, Gcse, GcseDouble, Ks2Ta, Ks2Test, Level12};
    let check = |kind, word: &str, points: Option<Points>| {
        assert_eq!(Grade::from_word(kind, word).unwrap().points, points, "{kind:?} {word}");
    };
    for grade in 1..=9 {
        check(Gcse, &grade.to_string(), Some(100 * grade));
        check(GcseDouble, &format!("{grade}-{grade}"), Some(100 * grade));
        if grade > 1 {
            check(GcseDouble, &format!("{grade}-{}", grade - 1), Some(100 * grade - 50));
        }
    }
    for (word, points) in
        [("A*", 850), ("A", 700), ("B", 550), ("C", 400), ("D", 300), ("E", 200), ("F", 150), ("G", 100)]
    {
        check(Gcse, word, Some(points));
    }
    for (word, points) in
        [("L2D*", 850), ("L2D", 700), ("L2M", 550), ("L2P", 400), ("L1D", 300), ("L1M", 200), ("L1P", 125)]
    {
        check(Level12, word, Some(points));
    }
    for (word, points) in [("A", 1075), ("B", 888), ("C", 700), ("D", 513), ("E", 350)] {
        check(As, word, Some(points));
    }
    for (word, points) in [("A*", 6000), ("A", 5000), ("B", 4000), ("C", 3000), ("D", 2000), ("E", 1000)] {
        check(ALevel, word, Some(points));
    }
    for kind in [Gcse, GcseDouble, Level12, As, ALevel] {
        check(kind, if kind == GcseDouble { "U-U" } else { "U" }, Some(0));
        check(kind, "X", None);
    }
    for word in ["EXS", "GDS", "WTS", "PKS"] {
        check(Ks2Ta, word, None);
    }
    for score in 80..=120 {
        check(Ks2Test, &score.to_string(), Some(100 * score));
    }
    let told = 2 + 9 + 8 + 2 + 17 + 2 + 7 + 2 + 5 + 2 + 6 + 2 + 41 + 7;
    assert_eq!(Grade::all().len(), told, "grades that the method does not tell of");
}

#[test]
fn grades_and_subjects_have_numbers_of_their_own() {
    let mut seen = BTreeSet::new();
    for grade in Grade::all() {
        assert!(seen.insert((grade.qualification, grade.id)), "{grade:?} has another grade's number");
        assert_eq!(Grade::from_word(grade.qualification, &grade.grade), Ok(grade));
    }
    let mut seen = BTreeSet::new();
    for subject in Subject::all() {
        let bit = subject.id % 64;
        assert!(seen.insert((subject.key_stage, bit)), "{subject:?} has another subject's number modulo 64");
        assert_eq!(Subject::from_word(subject.key_stage, &subject.slug), Ok(subject));
        assert_eq!(Subject::from_id(i32::from(subject.id)), Some(subject));
        assert_eq!(subject.qualification.stage(), subject.key_stage, "{subject:?}");
    }
    assert!(Grade::from_word(Qualification::Gcse, "10").unwrap_err().to_string().contains("9"));
    assert!(Subject::from_word(KeyStage::Ks2, "physics").unwrap_err().to_string().contains("reading, writing, maths"));
}

#[test]
fn bands_are_the_highest_published_threshold() {
    let expected = [("9", 7), ("7", 7), ("6", 5), ("5", 5), ("4", 4), ("3", 1), ("1", 1), ("U", 0)];
    let legacy = [("A*", 7), ("A", 7), ("B", 5), ("C", 4), ("D", 1), ("G", 1)];
    for (word, reached) in expected.into_iter().chain(legacy) {
        let points = Grade::from_word(Qualification::Gcse, word).unwrap().points;
        assert_eq!(band(Qualification::Gcse, points), Some(reached), "grade {word}");
    }
    for (word, reached) in [("7-7", 7), ("7-6", 5), ("5-4", 4), ("4-3", 1), ("U-U", 0)] {
        let points = Grade::from_word(Qualification::GcseDouble, word).unwrap().points;
        assert_eq!(band(Qualification::GcseDouble, points), Some(reached), "grade {word}");
    }
    assert_eq!(band(Qualification::Gcse, None), None, "X is out of grade shares");
    assert_eq!(band(Qualification::Level12, Some(700)), None, "grade shares are of GCSEs");
    assert_eq!(band(Qualification::As, Some(700)), None, "grade shares are of GCSEs");
}

// Attainment 8, basics and the EBacc.

/// Results as text: `maths=9 french:as=A sport_studies=L2M`.
fn entries(text: &str) -> Vec<Entry> {
    let entry = |part: &str| {
        let (subject, grade) = part.split_once('=').unwrap();
        let (subject, kind) = subject.split_once(':').map_or((subject, None), |(subject, kind)| (subject, Some(kind)));
        let subject = Subject::from_word(KeyStage::Ks4, subject).unwrap();
        let qualification = kind.map_or(subject.qualification, |kind| Qualification::from_word(kind).unwrap());
        Entry { subject, qualification, points: Grade::from_word(qualification, grade).unwrap().points }
    };
    text.split_whitespace().map(entry).collect()
}

/// The outcome of results, which is the same in any order.
fn outcome_of(text: &str) -> Outcome {
    let mut entries = entries(text);
    let made = outcome(&entries);
    entries.reverse();
    assert_eq!(outcome(&entries), made, "the order of {text} matters");
    assert_eq!(made.att8, made.english + made.maths + made.ebacc + made.open, "the elements of {text}");
    made
}

/// English, maths, EBacc and open element in hundredths.
fn check(text: &str, expected: [i32; 4]) {
    let made = outcome_of(text);
    assert_eq!([made.english, made.maths, made.ebacc, made.open], expected, "{text}");
}

#[test]
fn nine_nines_are_ninety() {
    let text = "maths=9 english_language=9 english_literature=9 physics=9 history=9 french=9 art_and_design=9 \
                music=9 drama=9";
    check(text, [1800, 1800, 2700, 2700]);
    assert_eq!(outcome_of(text).att8, 9000);
}

#[test]
fn attainment_8_slot_by_slot() {
    check("", [0, 0, 0, 0]);
    // English is doubled only if both were taken; the other fills an open slot.
    check("english_language=7", [700, 0, 0, 0]);
    check("english_literature=7", [700, 0, 0, 0]);
    check("english_language=7 english_literature=5", [1400, 0, 0, 500]);
    check("english_language=5 english_literature=7", [1400, 0, 0, 500]);
    check("english_language=6 english_literature=X", [1200, 0, 0, 0]);
    check("english_language=6 english_literature=U", [1200, 0, 0, 0]);
    check("english_language=7 english_literature=5 art_and_design=6 music=6 drama=6", [1400, 0, 0, 1800]);
    check("maths=8", [0, 1600, 0, 0]);
    check("maths=X", [0, 0, 0, 0]);
    // Combined science: two slots with the mean of its grades; what is not among the best three may be open.
    check("combined_science=7-6", [0, 0, 1300, 0]);
    check("combined_science=6-5 history=9", [0, 0, 2000, 0]);
    check("combined_science=6-5 history=9 french=8", [0, 0, 2250, 550]);
    check("combined_science=6-5 history=9 french=8 geography=7", [0, 0, 2400, 1100]);
    check("combined_science=6-5 history=9 french=8 geography=7 music=9 drama=9", [0, 0, 2400, 2350]);
    // Several of a kind: the best three count as EBacc, the next as open.
    check("biology=9 chemistry=8 physics=7 computer_science=6 history=5 french=4 german=3", [0, 0, 2400, 1500]);
    // Vocational awards and other subjects are open only, three at most.
    check("sport_studies=L2D*", [0, 0, 0, 850]);
    check("sport_studies=L2D enterprise=L2M creative_imedia=L1P food=1", [0, 0, 0, 1375]);
    check("physics:l12=L2D", [0, 0, 0, 700]);
    check("maths:l12=L2D english_language:l12=L2D", [0, 0, 0, 1400]);
    check("music=9 drama=9 dance=9 food=9", [0, 0, 0, 2700]);
    // Legacy letters and AS levels.
    check("maths=A* english_language=B french=C music=F", [550, 1700, 400, 150]);
    check("maths:as=A french:as=D", [0, 2150, 513, 0]);
    // A subject taken twice counts once, at its best.
    check("maths=5 maths:as=B", [0, 1776, 0, 0]);
    check("french=9 french:as=E", [0, 0, 900, 0]);
    check("music=5 music:l12=L2D", [0, 0, 0, 700]);
}

#[test]
fn basics_need_maths_and_either_english() {
    let check = |text: &str, expected: (bool, bool)| {
        let made = outcome_of(text);
        assert_eq!((made.basics4, made.basics5), expected, "{text}");
    };
    check("maths=5 english_language=5", (true, true));
    check("maths=4 english_literature=5", (true, false));
    check("maths=5 english_literature=4", (true, false));
    check("maths=9 english_language=3 english_literature=5", (true, true));
    check("maths=9 english_language=3 english_literature=3", (false, false));
    check("maths=3 english_language=9", (false, false));
    check("maths=9", (false, false));
    check("english_language=9 english_literature=9", (false, false));
    check("maths=C english_language=B", (true, false));
    check("maths=B english_language=B", (true, true));
    check("maths=X english_language=9", (false, false));
    check("", (false, false));
}

#[test]
fn the_ebacc_has_five_pillars() {
    const REST: &str = "maths=5 english_language=5 english_literature=5 history=5 french=5";
    let check = |text: &str, expected: (bool, bool, bool)| {
        let made = outcome_of(text);
        assert_eq!((made.ebacc_entry, made.ebacc4, made.ebacc5), expected, "{text}");
    };
    check(&format!("{REST} combined_science=5-5"), (true, true, true));
    check(&format!("{REST} combined_science=5-4"), (true, true, false));
    check(&format!("{REST} combined_science=4-3"), (true, false, false));
    check(&format!("{REST} combined_science=X"), (true, false, false));
    // Three of the four single sciences, and two of them at the grade.
    check(&format!("{REST} biology=5 chemistry=5"), (false, false, false));
    check(&format!("{REST} biology=5 chemistry=5 physics=1"), (true, true, true));
    check(&format!("{REST} biology=5 chemistry=4 computer_science=U"), (true, true, false));
    check(&format!("{REST} biology=9 chemistry=3 physics=3 computer_science=3"), (true, false, false));
    check(&format!("{REST} biology=9 chemistry=9 physics=X"), (true, true, true));
    check(&format!("{REST} biology=9 chemistry=9 other_sciences=9"), (false, false, false));
    let science = "combined_science=9-9";
    // Each of the other pillars left out.
    check(&format!("english_language=5 english_literature=5 history=5 french=5 {science}"), (false, false, false));
    check(&format!("maths=5 english_language=5 history=5 french=5 {science}"), (false, false, false));
    check(&format!("maths=5 english_literature=5 history=5 french=5 {science}"), (false, false, false));
    check(&format!("maths=5 english_language=5 english_literature=5 french=5 {science}"), (false, false, false));
    check(&format!("maths=5 english_language=5 english_literature=5 history=5 {science}"), (false, false, false));
    // Each below the grade; the better English, humanity and language count.
    check(&format!("{REST} maths:as=E {science}"), (true, true, true));
    check(
        &format!("maths=3 english_language=5 english_literature=5 history=5 french=5 {science}"),
        (true, false, false),
    );
    check(&format!("maths=5 english_language=1 english_literature=5 history=5 french=5 {science}"), (true, true, true));
    check(
        &format!("maths=5 english_language=1 english_literature=3 history=5 french=5 {science}"),
        (true, false, false),
    );
    check(&format!("{REST} geography=1 latin=1 {science}"), (true, true, true));
    check(
        &format!("maths=5 english_language=5 english_literature=5 ancient_history=4 classical_greek=5 {science}"),
        (true, true, false),
    );
    check(
        &format!("maths=5 english_language=5 english_literature=5 history:l12=L2D french=5 {science}"),
        (false, false, false),
    );
}

#[test]
fn ebacc_points_are_six_slots() {
    let check = |text: &str, expected: i32| assert_eq!(outcome_of(text).ebacc_six, expected, "{text}");
    check("maths=6 english_language=6 english_literature=7 combined_science=6-5 history=5 french=4 music=9", 3300);
    check("maths=9 english_language=9 biology=9 chemistry=8 physics=7 geography=9 history=1 latin=9", 5300);
    check("combined_science=4-3 physics=9", 1250);
    check("english_literature=5", 500);
    check("", 0);
}

proptest! {
    /// A further result never lowers an outcome.
    #[test]
    fn one_more_result_does_no_harm(
        grades in prop::collection::btree_map(10i32..=44, 0i16..=9, 0..12),
        nth in 0usize..12,
    ) {
        let entry = |(id, grade): (&i32, &i16)| {
            let subject = Subject::from_id(*id).unwrap();
            Entry { subject, qualification: Qualification::Gcse, points: Some(100 * grade) }
        };
        let all: Vec<Entry> = grades.iter().map(entry).collect();
        let mut fewer = all.clone();
        if nth < fewer.len() {
            fewer.remove(nth);
        }
        let (all, fewer) = (outcome(&all), outcome(&fewer));
        prop_assert!(all.att8 >= fewer.att8 && all.ebacc_six >= fewer.ebacc_six && all.att8 <= 9000);
        prop_assert!(all.basics4 >= fewer.basics4 && all.basics5 >= fewer.basics5);
        prop_assert!(all.ebacc_entry >= fewer.ebacc_entry && all.ebacc5 >= fewer.ebacc5);
        prop_assert!(all.basics4 >= all.basics5 && all.ebacc4 >= all.ebacc5 && all.ebacc_entry >= all.ebacc4);
    }
}

#[test]
fn reading_writing_and_maths_together() {
    let check = |reading, maths, writing: &str, expected: (bool, bool)| {
        let made = Assessments {
            reading,
            maths,
            gps: None,
            writing_expected: matches!(writing, "EXS" | "GDS"),
            writing_high: writing == "GDS",
        };
        assert_eq!((made.rwm_expected(), made.rwm_high()), expected, "{reading:?} {maths:?} {writing}");
    };
    check(Some(10_000), Some(10_000), "EXS", (true, false));
    check(Some(9_900), Some(12_000), "GDS", (false, false));
    check(Some(12_000), Some(9_900), "GDS", (false, false));
    check(Some(12_000), Some(12_000), "WTS", (false, false));
    check(Some(11_000), Some(11_000), "GDS", (true, true));
    check(Some(11_000), Some(10_900), "GDS", (true, false));
    check(Some(11_000), Some(11_000), "EXS", (true, false));
    check(None, Some(12_000), "GDS", (false, false));
}

// Pupils.

#[test]
fn a_profile_keeps_every_group_of_every_characteristic() {
    for characteristic in Characteristic::ALL {
        assert_eq!(characteristic.word().parse(), Ok(characteristic));
        for group in characteristic.groups() {
            assert_eq!(PupilGroup::from_word(characteristic, group.word()), Ok(group));
            for other in Characteristic::ALL.into_iter().filter(|other| *other != characteristic) {
                for neighbour in other.groups() {
                    let profile = Profile::default().with(neighbour).with(group);
                    assert_eq!(profile.group(characteristic), group, "beside {neighbour:?}");
                    assert_eq!(profile.group(other), neighbour, "beside {group:?}");
                    assert_eq!(Profile::from_number(profile.number()), profile);
                    let known = profile.with(group).with(characteristic.groups().next().unwrap());
                    assert_eq!(known.group(characteristic).code, 0, "a group set again replaces the one before");
                }
            }
        }
    }
}

#[test]
fn intake_counts_groups_that_the_cube_tells_apart() {
    let intake = |indicator: Indicator| {
        indicator.intake().map(|(characteristic, groups)| {
            let words: Vec<_> = groups.iter().map(|group| group.word()).collect();
            (indicator.word(), format!("{}={}", characteristic.word(), words.join(",")))
        })
    };
    let expected = [
        ("pct_fsm6", "fsm6=yes"),
        ("pct_disadvantaged", "disadvantaged=yes"),
        ("pct_eal", "eal=yes"),
        ("pct_sen", "sen=K,E"),
        ("pct_girls", "sex=F"),
        ("pct_prior_low", "prior=low"),
        ("pct_prior_high", "prior=high"),
    ];
    let found: Vec<_> = Indicator::ALL.into_iter().filter_map(intake).collect();
    assert_eq!(found, expected.map(|(word, pupils)| (word, pupils.to_owned())));
    for indicator in Indicator::ALL {
        assert_eq!(indicator.is_intake(), indicator.intake().is_some(), "{indicator:?}");
        let Some((characteristic, groups)) = indicator.intake() else { continue };
        let kind = (indicator.unit(), indicator.source(), indicator.stages());
        assert_eq!(kind, (Unit::Percent, Source::Outcomes, KeyStage::ALL.as_slice()), "{indicator:?}");
        let bits = characteristic.mask() << characteristic.shift();
        assert!(characteristic.is_common() && bits & Profile::COMMON == bits, "{indicator:?} is not in the cube");
        assert!(groups.iter().all(|group| group.characteristic == characteristic && group.code != 0), "{indicator:?}");
    }
}

#[test]
fn prior_bands_have_their_lower_bounds() {
    for (score, expected) in [
        (None, "none"),
        (Some(0), "low"),
        (Some(9_950), "low"),
        (Some(10_000), "middle"),
        (Some(10_950), "middle"),
        (Some(11_000), "high"),
        (Some(12_000), "high"),
    ] {
        let profile = Profile::default().with_prior(score);
        assert_eq!(profile.group(Characteristic::Prior).word(), expected, "{score:?}");
        let sex = PupilGroup::from_word(Characteristic::Sex, "F").unwrap();
        let again = profile.with(sex).with_prior(Some(12_000)).with_prior(score);
        assert_eq!(again, profile.with(sex), "prior attainment of {score:?} set again");
    }
}

/// Some groups of some characteristics, by their places.
fn any_groups() -> impl Strategy<Value = Vec<PupilGroup>> {
    let group = (0..Characteristic::ALL.len(), 0usize..8).prop_map(|(characteristic, value)| {
        let groups: Vec<_> = Characteristic::ALL[characteristic].groups().collect();
        groups[value % groups.len()]
    });
    prop::collection::vec(group, 0..12)
}

fn filter_of(groups: &[PupilGroup]) -> Filter {
    groups.iter().copied().fold(Filter::everyone(), Filter::or)
}

proptest! {
    #[test]
    fn a_filter_reads_as_it_is_written(groups in any_groups()) {
        let filter = filter_of(&groups);
        prop_assert_eq!(filter.to_string().parse::<Filter>(), Ok(filter.clone()));
        prop_assert_eq!(filter.is_everyone(), groups.is_empty());
        let json = serde_json::to_string(&filter).unwrap();
        prop_assert_eq!(serde_json::from_str::<Filter>(&json).unwrap(), filter);
    }

    #[test]
    fn a_filter_admits_who_has_one_of_its_groups_in_each_characteristic(groups in any_groups(), pupil in any_groups()) {
        let profile = pupil.iter().copied().fold(Profile::default(), Profile::with);
        let expected = Characteristic::ALL.into_iter().all(|characteristic| {
            let mut allowed = groups.iter().filter(|group| group.characteristic == characteristic).peekable();
            let of_pupil = pupil.iter().rev().find(|group| group.characteristic == characteristic);
            let code = of_pupil.map_or(0, |group| group.code);
            allowed.peek().is_none() || allowed.any(|group| group.code == code)
        });
        prop_assert_eq!(filter_of(&groups).admits(profile), expected);
        prop_assert_eq!(filter_of(&groups).canonical().admits(profile), expected, "in canonical form");
    }
}

#[test]
fn a_filter_that_leaves_nobody_out_is_no_filter() {
    for characteristic in Characteristic::ALL {
        let groups: Vec<_> = characteristic.groups().collect();
        assert!(filter_of(&groups).canonical().is_everyone(), "{characteristic:?}");
        assert!(!filter_of(&groups[1..]).canonical().is_everyone(), "{characteristic:?} without one");
    }
}

#[test]
fn filters_that_are_not_right_say_what_would_be() {
    for (text, right) in [
        ("fsm6", "fsm6=yes"),
        ("fsm=yes", "fsm6"),
        ("fsm6=maybe", "yes, no"),
        ("sen=K,", "N, K, E"),
        ("attendance=96", "97, 95, 90, pa, severe"),
    ] {
        let error = text.parse::<Filter>().unwrap_err().to_string();
        assert!(error.contains(right), "{error} does not say {right}");
    }
}

// Questions.

fn words(change: impl FnOnce(&mut Words)) -> Words {
    let mut words =
        Words { stage: "ks4".to_owned(), years: "2024".to_owned(), indicator: "att8".to_owned(), ..Words::default() };
    change(&mut words);
    words
}

fn question(change: impl FnOnce(&mut Words)) -> Question {
    Question::try_from(words(change)).unwrap()
}

#[test]
fn equal_questions_are_equal_values() {
    let one = question(|w| {
        w.years = "2022-2024,2019".to_owned();
        w.indicator = "entries,avg_points,entries".to_owned();
        w.subject = "physics,maths,physics".to_owned();
        w.filter = vec!["sen=E,K".to_owned(), "eal=unknown,yes,no".to_owned()];
        w.scope = "urn:900002,900001,900002".to_owned();
    });
    let other = question(|w| {
        w.years = "2024,2019,2023,2022,2023".to_owned();
        w.indicator = "entries,avg_points".to_owned();
        w.subject = "maths,physics".to_owned();
        w.filter = vec!["sen=K,E".to_owned()];
        w.scope = "urn:900001,900002".to_owned();
        w.by = "year".to_owned();
        w.compare = "same".to_owned();
    });
    assert_eq!(one, other);
    assert_eq!(one.years().iter().map(|year| year.ending()).collect::<Vec<_>>(), [2019, 2022, 2023, 2024]);
    assert_eq!(one.by(), [Breakdown::Year], "several years are told apart");
    assert_eq!(one.filter().to_string(), "sen=K,E");
}

#[test]
fn years_are_told_apart_pooled_or_single() {
    let by = |years: &str, pool, by: &str| {
        let question = question(|w| {
            w.years = years.to_owned();
            w.pool = pool;
            w.by = by.to_owned();
        });
        (question.pool(), question.by().to_vec())
    };
    assert_eq!(by("2023,2024", false, ""), (false, vec![Breakdown::Year]));
    assert_eq!(by("2023,2024", false, "school"), (false, vec![Breakdown::School, Breakdown::Year]));
    assert_eq!(by("2023,2024", false, "year,school"), (false, vec![Breakdown::Year, Breakdown::School]));
    assert_eq!(by("2023,2024", true, "school"), (true, vec![Breakdown::School]));
    assert_eq!(by("2024", true, ""), (false, vec![]), "one year is not pooled");
    assert_eq!(by("2024", false, "year"), (false, vec![Breakdown::Year]));
}

#[test]
fn what_does_not_go_together_is_refused_with_what_would_be_right() {
    let refused = |change: fn(&mut Words), part: &str| {
        let error = Question::try_from(words(change)).unwrap_err().to_string();
        assert!(error.contains(part), "\"{error}\" does not say \"{part}\"");
    };
    refused(|w| w.stage = "ks3".to_owned(), "ks2, ks4, ks5");
    refused(|w| w.years = String::new(), "such as 2024");
    refused(|w| w.years = "2024/25".to_owned(), "2024 for 2023/24");
    refused(|w| w.years = "1800".to_owned(), "2024 for 2023/24");
    refused(|w| w.years = "2024-2020".to_owned(), "2024");
    refused(|w| w.indicator = String::new(), "name at least one");
    refused(|w| w.indicator = "att9".to_owned(), "att8, att8_english");
    refused(|w| w.indicator = "value_lost".to_owned(), "value_added");
    refused(|w| w.indicator = "rwm_expected".to_owned(), "not made for KS4");
    refused(|w| w.subject = "alchemy".to_owned(), "physics");
    refused(|w| w.subject = "physics".to_owned(), "per pupil, not per subject");
    refused(|w| w.by = "subject".to_owned(), "per pupil, not per subject");
    refused(
        |w| {
            w.by = "subject".to_owned();
            w.indicator = "entries,att8".to_owned();
        },
        "att8",
    );
    refused(|w| w.by = "school,school".to_owned(), "each breakdown once");
    refused(|w| w.by = "town".to_owned(), "school, subject, year, sex");
    refused(
        |w| {
            w.years = "2023,2024".to_owned();
            w.pool = true;
            w.by = "year".to_owned();
        },
        "either pooled or broken down",
    );
    refused(|w| w.scope = "la:Surrey".to_owned(), "la:936");
    refused(|w| w.scope = "urn:12".to_owned(), "six digits");
    refused(|w| w.scope = "urn:".to_owned(), "six digits");
    refused(|w| w.scope = "group:\"North\"".to_owned(), "urn:100053,100054");
    refused(|w| w.scope = "everywhere".to_owned(), "trust:5143");
    refused(|w| w.compare = "best".to_owned(), "same, other, all, in_school, la, similar, previous, none");
    refused(|w| w.filter = vec!["sen=K".to_owned(), "sen=E".to_owned()], "name sen once");
    refused(|w| w.filter = vec!["house=red".to_owned()], "looked_after");

    let draft = Draft { scope: Scope::Schools(BTreeSet::new()), ..question(|_| ()).draft() };
    assert!(Question::new(draft).unwrap_err().to_string().contains("at least one school"));
    let reading = Subject::from_word(KeyStage::Ks2, "reading").unwrap();
    let draft = Draft { subjects: vec![reading], indicators: vec![Indicator::Entries], ..question(|_| ()).draft() };
    assert!(Question::new(draft).unwrap_err().to_string().contains("not a subject of KS4"));
}

#[test]
fn a_question_reads_as_it_is_written() {
    let asked = [
        question(|_| ()),
        question(|w| {
            w.years = "2019,2022-2024".to_owned();
            w.pool = true;
            w.scope = "urn:900002,900001".to_owned();
            w.indicator = "avg_points,entries".to_owned();
            w.subject = "latin,maths".to_owned();
            w.filter = vec!["sen=K,E".to_owned(), "prior=none".to_owned(), "term=summer".to_owned()];
            w.by = "subject,school,ethnicity".to_owned();
            w.compare = "previous".to_owned();
        }),
        question(|w| {
            w.stage = "ks2".to_owned();
            w.scope = "la:991".to_owned();
            w.indicator = "rwm_expected,pupils".to_owned();
            w.compare = "none".to_owned();
        }),
        question(|w| {
            w.scope = "trust:90001".to_owned();
            w.compare = "la".to_owned();
        }),
    ];
    for question in asked {
        let text = toml::to_string(&question).unwrap();
        assert_eq!(toml::from_str::<Question>(&text).unwrap(), question, "{text}");
        assert_eq!(Question::try_from(Words::from(question.clone())).as_ref(), Ok(&question));
        assert_eq!(Question::new(question.draft()).as_ref(), Ok(&question));
    }
    let error = toml::from_str::<Words>("stages = \"ks4\"").unwrap_err().to_string();
    assert!(error.contains("stages"), "{error}");
}

#[test]
fn words_of_the_field_read_as_they_are_written() {
    for indicator in Indicator::ALL {
        assert_eq!(indicator.word().parse(), Ok(indicator));
        assert!(!indicator.stages().is_empty() && !indicator.label().is_empty());
    }
    for compare in Compare::ALL {
        assert_eq!(compare.word().parse(), Ok(compare));
    }
    for stage in KeyStage::ALL {
        assert_eq!((stage.word().parse(), KeyStage::from_number(stage.number())), (Ok(stage), Some(stage)));
    }
    for kind in Qualification::ALL {
        assert_eq!(Qualification::from_word(kind.word()), Ok(kind));
    }
    for text in ["all", "la:936", "trust:5143", "urn:100053,100054"] {
        assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
    }
    assert_eq!((Urn::new(99_999), Urn::new(1_000_000)), (None, None));
}

#[test]
fn years_are_named_by_their_end_and_shown_in_full() {
    let shown = |ending| Year::new(ending).unwrap().to_string();
    assert_eq!([2024, 2010, 2000, 2001].map(shown), ["2023/24", "2009/10", "1999/00", "2000/01"]);
    assert_eq!("2024".parse(), Ok(Year::new(2024).unwrap()));
    assert_eq!((Year::new(1987), Year::new(2101)), (None, None));
    assert_eq!(Year::new(1988).unwrap().before(1), None);
    let without: Vec<i32> = (2015..2026).filter(|ending| Year::new(*ending).unwrap().without_exams()).collect();
    assert_eq!(without, [2020, 2021]);
}

#[test]
fn a_share_of_none_or_all_of_few_pupils_tells_of_every_one_of_them() {
    for (policy, word) in [(Policy::Open, "open"), (Policy::Standard, "standard"), (Policy::Strict, "strict")] {
        assert_eq!(policy.word(), word);
        let told = |all| (policy != Policy::Open).then_some(all);
        for pupils in 1..11 {
            assert_eq!(policy.homogeneous(pupils, 0), told(false), "none of {pupils}");
            assert_eq!(policy.homogeneous(pupils, pupils), told(true), "all of {pupils}");
            assert!((1..pupils).all(|some| policy.homogeneous(pupils, some).is_none()), "some of {pupils}");
        }
        // Of eleven it is a result, of nobody nothing.
        assert!(policy.homogeneous(11, 0).is_none() && policy.homogeneous(11, 11).is_none());
        assert!(policy.homogeneous(0, 0).is_none());
    }
}
