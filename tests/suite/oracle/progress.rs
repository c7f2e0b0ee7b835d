//! Progress 8 and value added, straight from the words of the method and the tables as they are published.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::rows::Entry;

/// "59 to 82", "82.5 to 86" ...: the highest score of each prior-attainment group but the last.
const HIGHEST: [f64; 33] = [
    82.0, 86.0, 87.5, 89.0, 90.5, 92.0, 93.0, 94.0, 95.0, 96.0, 97.0, 98.0, 99.0, 100.0, 101.0, 102.0, 103.0, 104.0,
    105.0, 106.0, 107.0, 108.0, 109.0, 110.0, 111.0, 112.0, 113.0, 114.0, 115.0, 116.0, 117.0, 118.0, 119.0,
];

/// Progress 8 and its elements: the indicator, the part of Attainment 8, its place in the table, by what it is divided, and
/// national standard deviations of 2022, 2023 and 2024.
const ELEMENTS: [(&str, &str, usize, f64, [f64; 3]); 5] = [
    ("p8", "att8", 2, 10.0, [1.408359, 1.414023, 1.41628]),
    ("p8_english", "att8_english", 3, 2.0, [1.609325, 1.635317, 1.614052]),
    ("p8_maths", "att8_maths", 4, 2.0, [1.530366, 1.489333, 1.487134]),
    ("p8_ebacc", "att8_ebacc", 5, 3.0, [1.636993, 1.635225, 1.637291]),
    ("p8_open", "att8_open", 6, 3.0, [1.630237, 1.623297, 1.616699]),
];

fn table(name: &str) -> Vec<Vec<String>> {
    let path = format!("{}/data/reference/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

static ESTIMATES: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| table("progress8"));
static EXPECTED: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| table("expected_points"));

/// A pupil's Progress 8 and its elements; of none of them where there is nothing to compare with.
pub fn progress8(
    outcomes: &HashMap<&'static str, Option<f64>>,
    prior: Option<f64>,
    year: i64,
) -> HashMap<&'static str, Option<f64>> {
    let group = prior.map(|prior| HIGHEST.iter().filter(|highest| prior > **highest).count() + 1);
    let row = ESTIMATES.iter().find(|row| row[0] == year.to_string() && Some(row[1].parse().unwrap()) == group);
    let of = |part: &str, place: usize, by: f64| {
        let estimate: f64 = row?[place].parse().unwrap();
        Some((outcomes[part]? - estimate) / by)
    };
    ELEMENTS.into_iter().map(|(word, part, place, by, _)| (word, of(part, place, by))).collect()
}

/// Points of a result above those of pupils of the same attainment.
pub fn value_added(entry: &Entry, prior: Option<f64>, year: i64) -> Option<f64> {
    let usual = if entry.subject == "combined_science" { "gcse_double" } else { "gcse" };
    let prior = prior?;
    let group = match prior {
        _ if prior < 80.0 => "<80",
        _ if prior < 90.0 => "80",
        _ if prior < 96.0 => "90",
        _ if prior < 100.0 => "96",
        _ if prior < 102.5 => "100",
        _ if prior < 105.0 => "102.5",
        _ if prior < 107.5 => "105",
        _ if prior < 110.0 => "107.5",
        _ if prior < 113.5 => "110",
        _ if prior < 117.0 => "113.5",
        _ => "117",
    };
    let year = year.to_string();
    let row = EXPECTED.iter().find(|row| row[0] == year && row[1] == entry.subject && row[2] == group)?;
    let mean: f64 = row[4].parse().unwrap();
    // Kept to a thousandth.
    (entry.qualification == usual).then_some(entry.points? - (mean * 1000.0).round() / 1000.0)
}

fn is_progress8(indicator: &str) -> bool {
    ELEMENTS.iter().any(|(word, ..)| *word == indicator)
}

/// The national standard deviation of an indicator, the largest of the years that have a part in it.
pub fn national_sd(indicator: &str, years: &[i64], subject: Option<&str>) -> Option<f64> {
    let years = years.iter().filter(|year| (2022..=2024).contains(*year));
    let sd = |year: &i64| match ELEMENTS.iter().find(|(word, ..)| *word == indicator) {
        Some((.., sds)) => Some(sds[(year - 2022) as usize]),
        None if indicator == "value_added" => {
            let subject = subject?;
            let of_subject = |row: &&Vec<String>| row[0] == year.to_string() && row[1] == subject;
            let (mut n, mut squares) = (0.0, 0.0);
            for row in EXPECTED.iter().filter(of_subject) {
                let (pupils, sd): (f64, f64) = (row[3].parse().unwrap(), row[5].parse().unwrap());
                n += pupils;
                squares += pupils * sd * sd;
            }
            (n > 0.0).then(|| (squares / n).sqrt())
        }
        None => None,
    };
    let sds: Option<Vec<f64>> = years.map(sd).collect();
    sds?.into_iter().reduce(f64::max)
}

/// Why there is no figure of progress for pupils who have none, in loaded years.
pub fn why_not(indicator: &str, loaded: &[i64]) -> Option<String> {
    let of_progress = is_progress8(indicator) || indicator == "value_added";
    if loaded.is_empty() || !(of_progress || indicator == "prior_mean") {
        return None;
    }
    let unmade = loaded.iter().find(|year| of_progress && !(2022..=2024).contains(*year));
    Some(match unmade {
        Some(year) => format!(
            "no national figures of {}/{:02} for pupils with the same prior attainment come with this version",
            year - 1,
            year % 100
        ),
        None => "no pupils with prior attainment and a national figure to compare them with".to_owned(),
    })
}
