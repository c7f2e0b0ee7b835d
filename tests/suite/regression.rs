//! Lines through points and quantiles, in worked numbers.

use schoolbench::method::quantile;
use schoolbench::method::regression::{FEWEST_POINTS, Line, Point, t95};

fn close(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} is not {b}");
}

fn points(of: &[(f64, f64, f64)]) -> Vec<Point> {
    of.iter().map(|(x, y, weight)| Point { x: *x, y: *y, weight: *weight }).collect()
}

/// Means 3 and 4, Sxx 10, Sxy 6, Syy 6; residuals −0.8, 0.6, 1, −0.6, −0.2 with the sum of squares 2.4.
const FIVE: [(f64, f64, f64); 5] =
    [(1.0, 2.0, 1.0), (2.0, 4.0, 1.0), (3.0, 5.0, 1.0), (4.0, 4.0, 1.0), (5.0, 5.0, 1.0)];

#[test]
fn a_line_through_five_points() {
    let line = Line::through(&points(&FIVE)).unwrap();
    close(line.slope, 0.6, 1e-12);
    close(line.at(0.0), 2.2, 1e-12);
    close(line.r_squared, 0.6, 1e-12);
    // Variance 2.4 / 3; errors of the slope √(0.8 / 10) and of the mean √(0.8 / 5); t of 3 degrees 3.182.
    let slope = line.slope_interval();
    close(slope.lower, 0.6 - 3.182 * 0.08_f64.sqrt(), 0.003);
    close(slope.upper, 0.6 + 3.182 * 0.08_f64.sqrt(), 0.003);
    let middle = line.band(3.0);
    close(middle.lower, 4.0 - 3.182 * 0.16_f64.sqrt(), 0.003);
    close(middle.upper, 4.0 + 3.182 * 0.16_f64.sqrt(), 0.003);
    // Farther out the line is less sure: 0.8 × (1 / 5 + 2² / 10) = 0.48.
    let end = line.band(5.0);
    close((end.upper - end.lower) / 2.0, 3.182 * 0.48_f64.sqrt(), 0.004);
}

#[test]
fn a_point_of_twice_the_weight_pulls_as_two_points() {
    let mut heavy = FIVE;
    heavy[0].2 = 2.0;
    let mut twice = FIVE.to_vec();
    twice.push(FIVE[0]);
    let (heavy, twice) = (Line::through(&points(&heavy)).unwrap(), Line::through(&points(&twice)).unwrap());
    close(heavy.slope, twice.slope, 1e-12);
    close(heavy.centre.0, 16.0 / 6.0, 1e-12);
    close(heavy.r_squared, twice.r_squared, 1e-12);
    assert_eq!((heavy.points, twice.points), (5, 6), "but it is one point, which makes the line no surer");
}

#[test]
fn only_the_proportions_of_weights_matter() {
    let weighed = |times: f64| {
        let of: Vec<_> = (1..).zip(FIVE).map(|(nth, (x, y, _))| (x, y, times * f64::from(nth))).collect();
        Line::through(&points(&of)).unwrap()
    };
    let (once, often) = (weighed(1.0), weighed(250.0));
    close(once.slope, often.slope, 1e-12);
    close(once.band(1.5).lower, often.band(1.5).lower, 1e-9);
    close(once.slope_interval().upper, often.slope_interval().upper, 1e-9);
}

#[test]
fn points_on_a_line_leave_no_doubt() {
    let of: Vec<_> = (0..8).map(|x| (f64::from(x), 50.0 - 3.0 * f64::from(x), 10.0 + f64::from(x))).collect();
    let line = Line::through(&points(&of)).unwrap();
    close(line.slope, -3.0, 1e-12);
    close(line.r_squared, 1.0, 1e-12);
    let band = line.band(20.0);
    close(band.lower, -10.0, 1e-6);
    close(band.upper, -10.0, 1e-6);
}

#[test]
fn there_is_no_line_through_few_points_or_straight_up() {
    assert_eq!(Line::through(&[]), None);
    assert_eq!(Line::through(&points(&FIVE[1..])), None, "{FEWEST_POINTS} points at least");
    let above: Vec<_> = FIVE.iter().map(|(_, y, weight)| (31.4, *y, *weight)).collect();
    assert_eq!(Line::through(&points(&above)), None);
    let weightless: Vec<_> = FIVE.iter().map(|(x, y, _)| (*x, *y, 0.0)).collect();
    assert_eq!(Line::through(&points(&weightless)), None);
    let level: Vec<_> = FIVE.iter().map(|(x, _, weight)| (*x, 7.0, *weight)).collect();
    let level = Line::through(&points(&level)).unwrap();
    close(level.slope, 0.0, 1e-12);
    close(level.r_squared, 0.0, 1e-12);
}

#[test]
fn student_s_t_is_that_of_the_tables() {
    for (degrees, t) in [(3.0, 3.182), (4.0, 2.776), (5.0, 2.571), (10.0, 2.228), (30.0, 2.042), (100.0, 1.984)] {
        close(t95(degrees), t, 0.0045);
    }
    close(t95(1e9), 1.959_964, 1e-5);
}

#[test]
fn quantiles_lie_between_the_nearest_values() {
    let values = [1.0, 2.0, 4.0, 8.0];
    for (share, value) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.75, 5.0), (1.0, 8.0)] {
        close(quantile::of_sorted(&values, share).unwrap(), value, 1e-12);
    }
    assert_eq!(quantile::of_sorted(&[], 0.5), None);
    assert_eq!(quantile::median(Vec::new()), None);
    close(quantile::median(vec![9.0, 1.0, 5.0]).unwrap(), 5.0, 1e-12);
}
