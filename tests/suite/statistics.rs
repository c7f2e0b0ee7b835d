//! Differences, ranks, Progress 8 and the split by intake, against published examples, naive sums and simulations.

use std::collections::BTreeMap;
use std::sync::Arc;

use schoolbench::desk::split_in_words;
use schoolbench::method::Tally;
use schoolbench::method::contextual::{Draws, InSchool, LEAST_IN_CELL, LEAST_SCHOOLS, split};
use schoolbench::method::difference::{
    FUNNEL, benjamini_hochberg, error_of_means, error_of_share, funnel_limits, of_means, of_shares, p_value,
    percentile_rank, percentile_rank_in_order, three_year_rank,
};
use schoolbench::method::interval::Interval;
use schoolbench::method::ks4::Outcome;
use schoolbench::method::progress8::{Band, pag, progress8};
use schoolbench::model::{ExpectedPoints, Indicator, Question, Words, Year, national_sd};

use crate::oracle::dice::Dice;

fn close(is: f64, right: f64, within: f64) {
    assert!((is - right).abs() <= within, "{is} is not {right}");
}

fn share(hits: i64, n: i64) -> Tally {
    Tally { n, sum: hits, sum_of_squares: hits }
}

/// Newcombe 1998, table II, method 10.
#[test]
fn differences_of_shares_are_those_that_newcombe_gives() {
    for (a, b, lower, upper) in [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ] {
        let interval = of_shares(share(a.0, a.1), share(b.0, b.1)).unwrap();
        close(interval.lower, lower, 1e-4);
        close(interval.upper, upper, 1e-4);
    }
    assert!(of_shares(share(0, 0), share(1, 2)).is_none());
}

#[test]
fn differences_of_means_are_two_sample_z() {
    let interval = of_means((50.0, 10.0, 25), (46.0, 10.0, 100)).unwrap();
    // sqrt(100 / 25 + 100 / 100) = sqrt(5)
    close(interval.lower, 4.0 - 1.96 * 5f64.sqrt(), 1e-12);
    close(interval.upper, 4.0 + 1.96 * 5f64.sqrt(), 1e-12);
    close(p_value(1.959_964, 1.0), 0.05, 1e-6);
    close(p_value(-2.575_829, 1.0), 0.01, 1e-6);
    close(p_value(0.0, 0.0), 1.0, 0.0);
    close(p_value(1.0, 0.0), 0.0, 0.0);
}

/// Benjamini and Hochberg 1995, section 4.1: the first four of fifteen.
#[test]
fn many_comparisons_are_corrected_as_in_the_paper() {
    let paper = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0,
    ];
    let significant = benjamini_hochberg(&paper);
    assert_eq!(significant.iter().filter(|of| **of).count(), 4);
    assert!(significant[..4].iter().all(|of| *of));
    let backwards: Vec<f64> = paper.into_iter().rev().collect();
    assert!(benjamini_hochberg(&backwards)[11..].iter().all(|of| *of), "whatever the order");
    assert_eq!(benjamini_hochberg(&[0.03, 0.04]), [true, true], "a larger one takes a smaller one with it");
    assert!(benjamini_hochberg(&[]).is_empty());
}

#[test]
fn funnel_limits_narrow_with_the_root_of_the_pupils() {
    let at = |n| funnel_limits(46.0, 20.0, n, FUNNEL[0]).unwrap();
    close(at(100).upper - 46.0, 2.0 * 1.959_964, 1e-5);
    close((at(100).upper - 46.0) / (at(400).upper - 46.0), 2.0, 1e-12);
    close(FUNNEL[1], 3.0902, 1e-4);
    close(error_of_share(0.5, 25).unwrap(), 0.1, 1e-12);
    close(46.0 - at(100).lower, 2.0 * 1.959_964, 1e-5);
    assert!(funnel_limits(46.0, 20.0, 0, 1.96).is_none());
    // Of nobody there is no error.
    assert!(error_of_means(20.0, 0, 20.0, 9).is_none() && error_of_means(20.0, 9, 20.0, 0).is_none());
    assert!(error_of_share(0.5, 0).is_none());
}

#[test]
fn ranks_are_shares_of_those_below() {
    let schools = [1.0, 2.0, 3.0, 4.0];
    close(percentile_rank(3.0, &schools).unwrap(), 62.5, 1e-12);
    close(percentile_rank(0.0, &schools).unwrap(), 0.0, 1e-12);
    close(percentile_rank(5.0, &schools).unwrap(), 100.0, 1e-12);
    assert!(percentile_rank(1.0, &[]).is_none());
    let mut in_order = vec![3.0, -1.0, 0.0, 7.5, 3.0, 3.0, 12.0, -0.0, 0.0];
    in_order.sort_by(f64::total_cmp);
    for value in [-2.0, -1.0, -0.0, 0.0, 1.0, 3.0, 7.5, 12.0, 13.0] {
        assert_eq!(percentile_rank_in_order(value, &in_order), percentile_rank(value, &in_order), "{value}");
    }
    assert!(percentile_rank_in_order(1.0, &[]).is_none());
    close(three_year_rank([Some(60.0), Some(30.0), Some(90.0)]).unwrap(), (180.0 + 60.0 + 90.0) / 6.0, 1e-12);
    close(three_year_rank([Some(60.0), None, Some(90.0)]).unwrap(), (180.0 + 90.0) / 4.0, 1e-12);
    assert!(three_year_rank([None; 3]).is_none());
}

#[test]
fn prior_attainment_groups_end_where_the_dfe_ends_them() {
    for (score, group) in [
        (59.0, 1),
        (82.0, 1),
        (82.5, 2),
        (86.0, 2),
        (86.5, 3),
        (87.5, 3),
        (88.0, 4),
        (89.0, 4),
        (89.5, 5),
        (90.5, 5),
        (91.0, 6),
        (92.0, 6),
        (92.5, 7),
        (93.0, 7),
        (93.5, 8),
        (100.0, 14),
        (100.5, 15),
        (118.5, 33),
        (119.0, 33),
        (119.5, 34),
        (120.0, 34),
    ] {
        assert_eq!(pag((score * 100.0) as i16), group, "{score}");
    }
}

#[test]
fn progress_is_the_difference_from_the_group() {
    let year = |ending| Year::new(ending).unwrap();
    // 2024, group 34: Attainment 8 of 82.03, English 16.14, maths 16.71, EBacc 25.02, open 24.15.
    let outcome =
        Outcome { att8: 9_000, english: 1_800, maths: 1_800, ebacc: 2_700, open: 2_700, ..Outcome::default() };
    let made = progress8(&outcome, Some(12_000), year(2024)).unwrap();
    assert_eq!((made.total, made.english, made.maths, made.ebacc, made.open), (797, 186, 129, 198, 285));
    assert!(progress8(&outcome, None, year(2024)).is_none(), "without prior attainment");
    for without in [2019, 2025, 2026] {
        assert!(progress8(&outcome, Some(12_000), year(without)).is_none(), "{without} has no averages");
    }
    close(Indicator::P8.divisor() * 0.797, 797.0, 1e-9);
    close(national_sd(Indicator::P8, year(2022)).unwrap(), 1.408359, 1e-9);
    close(national_sd(Indicator::P8Open, year(2024)).unwrap(), 1.616699, 1e-9);
}

#[test]
fn the_worked_school_of_the_method_has_its_interval() {
    let scores = [0.0, 0.1, 0.2, 0.3, 0.4, 0.3, 0.2, 0.25, 0.3];
    let mean = scores.iter().sum::<f64>() / 9.0;
    close(mean, 0.227778, 1e-6);
    let sd = national_sd(Indicator::P8, Year::new(2024).unwrap()).unwrap();
    let interval = Interval::of_mean(mean, sd, 9).unwrap();
    close(interval.upper - mean, 0.925303, 1e-6);
    assert_eq!(Band::of(mean, interval), Band::Average);
}

#[test]
fn bands_need_the_interval_on_one_side_of_0() {
    let band = |score: f64, half: f64| Band::of(score, Interval { lower: score - half, upper: score + half });
    assert_eq!(band(0.6, 0.5), Band::WellAbove);
    assert_eq!(band(0.5, 0.4), Band::Above, "0.5 is not above 0.5");
    assert_eq!(band(0.6, 0.6), Band::Average, "the interval holds 0");
    assert_eq!(band(-0.6, 0.5), Band::WellBelow);
    assert_eq!(band(-0.5, 0.4), Band::Below);
    assert_eq!(Band::of(-0.6, Interval { lower: -1.2, upper: 0.0 }), Band::Average, "the interval ends at 0");
    assert_eq!(Band::WellAbove.words(), "well above average");
}

/// The table that comes with the program against counts that the DfE states: combined science of 2024.
#[test]
fn expected_points_are_the_means_of_the_matrices() {
    let year = Year::new(2024).unwrap();
    let of = |slug: &str, group: u8| {
        let rows = ExpectedPoints::national().iter();
        rows.into_iter().find(|row| row.year == year && row.subject.slug == slug && row.group == group).copied()
    };
    // Mathematics, all pupils, 100 to 102: code 8, the lowest of the middle band.
    let maths = of("maths", 8).unwrap();
    assert_eq!(maths.n, 58_593);
    close(maths.mean, 3.7775, 1e-9);
    close(maths.sd, 1.3813, 1e-9);
    assert!(of("sport_studies", 8).is_none(), "vocational awards have no national table");
    let spread = ExpectedPoints::spread(year, maths.subject).unwrap();
    assert!((1.3..1.5).contains(&spread), "narrower than all pupils' 2.11: {spread}");
}

/// Means of 40 from a known distribution: 95 of 100 intervals hold the true mean, and so for shares.
#[test]
fn intervals_cover_at_the_stated_rate() {
    let mut dice = Dice(95);
    let (mut means, mut shares, mut differences) = (0, 0, 0);
    const RUNS: usize = 20_000;
    for _ in 0..RUNS {
        // A die of 1 to 10: mean 5.5, standard deviation sqrt(8.25).
        let sum: usize = (0..40).map(|_| 1 + dice.below(10)).sum();
        let interval = Interval::of_mean(sum as f64 / 40.0, 8.25f64.sqrt(), 40).unwrap();
        means += usize::from(interval.lower <= 5.5 && 5.5 <= interval.upper);
        let hits = |dice: &mut Dice, n: usize, percent| (0..n).filter(|_| dice.happens(percent)).count() as i64;
        let (a, b) = (share(hits(&mut dice, 40, 30), 40), share(hits(&mut dice, 60, 55), 60));
        let interval = Interval::of_share(a).unwrap();
        shares += usize::from(interval.lower <= 0.3 && 0.3 <= interval.upper);
        let interval = of_shares(a, b).unwrap();
        differences += usize::from(interval.lower <= -0.25 && -0.25 <= interval.upper);
    }
    for (what, covered) in [("means", means), ("shares", shares), ("differences", differences)] {
        let rate = covered as f64 / RUNS as f64;
        assert!((0.94..=0.965).contains(&rate), "{what}: {rate}");
    }
}

/// Pupils by chance: school, cell, and points in hundredths.
fn pupils(dice: &mut Dice, schools: i32, each: usize) -> Vec<(i32, [i32; 5], i64)> {
    let one = |school, dice: &mut Dice| {
        let cell = [dice.below(4), dice.below(3), dice.below(2), dice.below(2), dice.below(2)].map(|code| code as i32);
        let points = 3_000 + 800 * i64::from(cell[0]) - 500 * i64::from(cell[1]) + dice.below(2_000) as i64;
        (school, cell, points)
    };
    (0..schools).flat_map(|school| (0..each).map(move |_| school)).map(|school| one(school, dice)).collect()
}

fn tally(points: impl Iterator<Item = i64>) -> Tally {
    points.fold(Tally::default(), |all, points| Tally {
        n: all.n + 1,
        sum: all.sum + points,
        sum_of_squares: all.sum_of_squares + points * points,
    })
}

fn draws(schools: usize) -> Arc<Draws> {
    Arc::new(Draws::of(schools))
}

fn in_schools(pupils: &[(i32, [i32; 5], i64)]) -> Vec<InSchool> {
    let mut cells: BTreeMap<(i32, [i32; 5]), Vec<i64>> = BTreeMap::new();
    for (school, cell, points) in pupils {
        cells.entry((*school, *cell)).or_default().push(*points);
    }
    let one = |((school, cell), points): ((i32, [i32; 5]), Vec<i64>)| InSchool {
        school,
        cell,
        tally: tally(points.into_iter()),
    };
    cells.into_iter().map(one).collect()
}

fn standard(pupils: &[(i32, [i32; 5], i64)]) -> BTreeMap<[i32; 5], Tally> {
    let mut cells: BTreeMap<[i32; 5], Vec<i64>> = BTreeMap::new();
    for (_, cell, points) in pupils {
        cells.entry(*cell).or_default().push(*points);
    }
    cells.into_iter().map(|(cell, points)| (cell, tally(points.into_iter()))).collect()
}

#[test]
fn the_split_is_what_a_pupil_by_pupil_count_gives_and_its_parts_add_up() {
    let mut dice = Dice(7);
    for round in 0..50 {
        let nation = pupils(&mut dice, 40, 20 + round * 4);
        let group: Vec<_> = nation.iter().copied().filter(|(school, cell, _)| *school < 8 && cell[0] < 3).collect();
        let made = split(&in_schools(&group), &standard(&nation), draws).unwrap();
        // Each pupil's expectation: the mean of the pupils of the nation who agree in the most characteristics, the last
        // left out first, of whom there are enough.
        let expectation = |cell: &[i32; 5]| {
            (0..=5)
                .rev()
                .find_map(|count| {
                    let alike: Vec<i64> =
                        nation.iter().filter(|(_, other, _)| other[..count] == cell[..count]).map(|p| p.2).collect();
                    let enough = count == 0 || alike.len() as i64 >= LEAST_IN_CELL;
                    enough.then(|| (alike.iter().sum::<i64>() as f64 / alike.len() as f64, count == 5))
                })
                .unwrap()
        };
        let expected = group.iter().map(|(_, cell, _)| expectation(cell).0).sum::<f64>() / group.len() as f64;
        let merged = group.iter().filter(|(_, cell, _)| !expectation(cell).1).count();
        close(made.merged, merged as f64 / group.len() as f64, 1e-12);
        let mean = |of: &[(i32, [i32; 5], i64)]| of.iter().map(|p| p.2).sum::<i64>() as f64 / of.len() as f64;
        close(made.expected, expected, 1e-6);
        close(made.own, mean(&group), 1e-6);
        close(made.comparator, mean(&nation), 1e-6);
        close(made.intake() + made.left(), made.gap(), 1e-9);
        let interval = made.left_interval.unwrap();
        assert!(interval.lower <= made.left() && made.left() <= interval.upper, "{made:?}");
        // As wide as schools differ: 1.96 standard errors of what is left of them, by the textbook's formula for a ratio.
        let left: Vec<(f64, f64)> = (0..8)
            .map(|school| {
                let of_school = || group.iter().filter(|(of, ..)| *of == school);
                let apart = of_school().map(|(_, cell, points)| *points as f64 - expectation(cell).0).sum::<f64>();
                let n = of_school().count() as f64;
                (n, apart - made.left() * n)
            })
            .collect();
        let n: f64 = left.iter().map(|(n, _)| n).sum();
        let error = left.iter().map(|(_, apart)| apart * apart).sum::<f64>().sqrt() / n;
        let width = interval.upper - interval.lower;
        assert!((0.7..1.3).contains(&(width / (2.0 * 1.96 * error))), "{width} beside {error} in round {round}");
        let of_intake = made.intake_interval.unwrap();
        assert!(of_intake.lower <= made.intake() && made.intake() <= of_intake.upper, "{made:?}");
        assert_eq!(split(&in_schools(&group), &standard(&nation), draws), Some(made), "the same in every run");
    }
}

#[test]
fn a_group_with_the_nations_figures_is_explained_by_its_intake_alone() {
    let mut dice = Dice(8);
    let mut nation = pupils(&mut dice, 30, 200);
    // Points follow from the cell alone.
    for (_, cell, points) in &mut nation {
        *points = 4_000 + 700 * i64::from(cell[0]) - 300 * i64::from(cell[1]);
    }
    let group: Vec<_> = nation.iter().copied().filter(|(school, cell, _)| *school < 6 && cell[0] == 0).collect();
    let made = split(&in_schools(&group), &standard(&nation), draws).unwrap();
    assert!(made.gap() < -500.0);
    close(made.left(), 0.0, 1e-6);
    let few: Vec<_> = group.into_iter().filter(|(school, ..)| (*school as usize) < LEAST_SCHOOLS - 1).collect();
    assert!(split(&in_schools(&few), &standard(&nation), draws).unwrap().left_interval.is_none(), "too few schools");
    assert!(split(&[], &standard(&nation), draws).is_none());
}

/// The split of a group of the demo through the desk, against its own answers: the whole difference is the figure's.
#[test]
fn the_split_is_of_the_figure_that_is_shown() {
    let desk = crate::oracle::desk();
    let words = Words {
        stage: "ks4".to_owned(),
        years: "2023,2024".to_owned(),
        scope: "trust:90001".to_owned(),
        indicator: "att8,basics4,p8,pupils".to_owned(),
        compare: "all".to_owned(),
        ..Words::default()
    };
    let answer = desk.ask_and_wait(&Question::try_from(words.clone()).unwrap()).unwrap();
    let last: Vec<_> = answer.rows().last().unwrap().to_vec();
    for cell in &last[..3] {
        let figure = cell.figure.unwrap();
        let split = answer.split_of(cell.indicator).unwrap();
        close(split.own, figure.value, 1e-9);
        close(split.comparator, figure.comparison.unwrap().unwrap().comparator, 1e-9);
        close(split.intake() + split.left(), figure.comparison.unwrap().unwrap().difference, 1e-9);
        assert_eq!(Some(split.n), figure.n);
        let told = split_in_words(cell.indicator, split);
        assert!(told.contains("with this intake one would expect") && told.contains("chance"), "{told}");
    }
    assert!(answer.split_of(Indicator::Pupils).is_none(), "a number of pupils is no result");
    let one = Words { years: "2024".to_owned(), indicator: "att8".to_owned(), ..words };
    let answer = desk.ask_and_wait(&Question::try_from(one.clone()).unwrap()).unwrap();
    let explained = answer.explained().unwrap();
    close(explained.split.own, last[0].figure.unwrap().value, 1e-9);
    for refused in [
        Words { indicator: "att8,p8".to_owned(), ..one.clone() },
        Words { indicator: "pupils".to_owned(), ..one.clone() },
        Words { compare: "la".to_owned(), ..one.clone() },
        Words { by: "school".to_owned(), ..one.clone() },
        Words { scope: "all".to_owned(), ..one.clone() },
        Words { years: "2018".to_owned(), indicator: "p8".to_owned(), ..one.clone() },
    ] {
        // Where there is no comparator there is no answer at all.
        let answer = desk.ask_and_wait(&Question::try_from(refused.clone()).unwrap());
        assert!(!answer.is_ok_and(|answer| answer.explained().is_ok()), "{refused:?}");
    }
}
