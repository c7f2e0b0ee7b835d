//! One cell of a published table: a number, a code that stands for one, nothing, or text that nobody knows.

use std::collections::BTreeMap;

use crate::model::{Code, Indicator, Unit, Year};

/// Pupils of a figure are at most so many: more than there are in England is a mistake.
pub const MOST_PUPILS: f64 = 2e9;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing, or spaces.
    Blank,
    Number(f64),
    Code(Code),
    /// Text that is neither a number nor a code.
    Unknown(&'a str),
}

/// Reads a cell. Numbers may have a percent sign, thousands separators and a sign; `codes` are those of the layout beside
/// the usual ones, in lower case.
pub fn cell<'a>(text: &'a str, codes: &BTreeMap<String, Code>) -> Cell<'a> {
    let text = trimmed(text);
    if text.is_empty() {
        return Cell::Blank;
    }
    if let Some(number) = number(text) {
        return Cell::Number(number);
    }
    let code = Code::from_word(text).or_else(|| codes.get(&text.to_lowercase()).copied());
    code.map_or(Cell::Unknown(text), Cell::Code)
}

/// Text without spaces and quotes around it. Some programs quote numbers twice.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\u{feff}')
}

/// `52`, `52%`, `1,234`, `-0.4`, `−0.4`. `None` for anything else, infinity included.
pub fn number(text: &str) -> Option<f64> {
    let plain = text.strip_suffix('%').unwrap_or(text).trim_end();
    let begins = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | '\u{2212}');
    if !plain.starts_with(begins) || !plain.ends_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value = if plain.contains([',', '\u{2212}']) {
        let plain = plain.replace('\u{2212}', "-");
        has_thousands(&plain).then(|| plain.replace(',', ""))?.parse().ok()
    } else {
        plain.parse::<f64>().ok()
    };
    value.filter(|value| value.is_finite())
}

/// Whether commas, if there are any, part thousands: 1,234,567.8 and not 1,2.
fn has_thousands(text: &str) -> bool {
    let whole = text.split('.').next().unwrap_or_default().trim_start_matches(['-', '+']);
    let mut parts = whole.split(',');
    let first = parts.next().unwrap_or_default();
    let others_are_threes = parts.clone().all(|part| part.len() == 3);
    let no_others = parts.next().is_none();
    no_others || (others_are_threes && (1..=3).contains(&first.len()))
}

/// Yes or no, as published tables write it.
pub fn flag(text: &str) -> Option<bool> {
    match trimmed(text).to_ascii_lowercase().as_str() {
        "y" | "yes" | "true" | "t" | "1" => Some(true),
        "n" | "no" | "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// The year of a cell: 201819, 2018/19, 2018-19, 2018/2019 or 2019, by the year in which it ends.
pub fn year(text: &str) -> Option<Year> {
    let text = trimmed(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let ending: i32 = match (digits.len(), text.len() - digits.len()) {
        (4, 0) => digits.parse().ok()?,
        (6, 0 | 1) | (8, 1) => {
            let first: i32 = digits[..4].parse().ok()?;
            let rest: i32 = digits[4..].parse().ok()?;
            let follows = rest == first + 1 || (digits.len() == 6 && rest == (first + 1) % 100);
            follows.then_some(first + 1)?
        }
        _ => return None,
    };
    Year::new(ending)
}

/// The year that a name of a file or folder tells: `2018-19_850_ks2final`, `england_2022_2023`, `ks4_201819`.
pub fn year_in_name(name: &str) -> Option<Year> {
    let bytes = name.as_bytes();
    let digits = |at: usize, n: usize| bytes.get(at..at + n).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let digit_at = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let starts = (0..bytes.len()).filter(|at| digits(*at, 4) && (*at == 0 || !digit_at(at - 1)));
    starts.clone().find_map(|at| {
        let apart = bytes.get(at + 4).is_some_and(|c| matches!(c, b'-' | b'_' | b'/' | b' '));
        let second = at + 4 + usize::from(apart);
        // The longer form first: 2018-2019 begins as 2018-20 does.
        let end = [4, 2].into_iter().find(|n| digits(second, *n) && !digit_at(second + n)).map(|n| second + n)?;
        year(name.get(at..end)?)
    })
}

/// The day that a name of a file tells, as a number such as 20220420: the last day of a month or year where it tells no
/// more.
pub fn day_in_name(name: &str) -> Option<i32> {
    let mut runs = name.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    let month = |number: i32| (1..=12).contains(&number);
    runs.find_map(|run| {
        let number: i32 = run.parse().ok()?;
        match run.len() {
            8 if month(number / 100 % 100) && (1980..2100).contains(&(number / 10_000)) => Some(number),
            6 if month(number % 100) && (1980..2100).contains(&(number / 100)) => Some(number * 100 + 31),
            _ => None,
        }
    })
}

/// The academic year, by the year in which it ends, of a date (20-04-2022, 2022-04-20, 20/04/2022) or of a bare year.
/// Academic years begin in September.
pub fn academic_year_of(text: &str) -> Option<i32> {
    let parts: Vec<&str> = trimmed(text).split(['-', '/', ' ', 'T']).filter(|part| !part.is_empty()).collect();
    let numbers: Vec<i32> = parts.iter().take(3).map_while(|part| part.parse().ok()).collect();
    let (year, month) = match numbers.as_slice() {
        [year] if (1000..=2100).contains(year) => return Some(*year),
        [year, month, _] if *year > 31 => (*year, *month),
        [_, month, year] if *year > 31 => (*year, *month),
        _ => return None,
    };
    (1..=12).contains(&month).then_some(year + i32::from(month >= 9))
}

/// A whole number, as text or as a spreadsheet writes it (100000.0); `Ok(None)` where there is none.
pub fn whole(text: &str) -> Result<Option<i32>, ()> {
    let text = trimmed(text);
    if text.is_empty() || Code::from_word(text).is_some() {
        return Ok(None);
    }
    let number = number(text).filter(|number| number.fract().abs() < f64::EPSILON).ok_or(())?;
    if (0.0..=f64::from(i32::MAX)).contains(&number) { Ok(Some(number as i32)) } else { Err(()) }
}

/// What to tell of text that is no URN.
pub fn not_urn(text: &str) -> String {
    format!("\"{}\" is no URN; right would be six digits", trimmed(text))
}

/// A value with the six decimals that figures have at most: what is beyond them is the noise of a program that wrote them.
pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// Why a number cannot be a figure of an indicator.
pub fn out_of_range(indicator: Indicator, value: f64) -> Option<String> {
    let (least, most) = match indicator.unit() {
        Unit::Count => (0.0, MOST_PUPILS),
        Unit::Percent => (0.0, 100.0),
        Unit::Mean => (-200.0, 200.0),
    };
    if indicator.unit() == Unit::Count && value.fract().abs() > f64::EPSILON {
        return Some(format!("{value} is no number of pupils; correct it or leave it empty"));
    }
    (!(least..=most).contains(&value))
        .then(|| format!("{value} is outside {least} to {most}; correct it or leave it empty"))
}
