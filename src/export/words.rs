//! Figures as they are read aloud, the same in text tables and in the window.

use crate::model::{Indicator, Unit};

/// A figure: one decimal for percentages, two for points, none for counts; below zero with the sign of a difference.
pub fn value(indicator: Indicator, value: f64) -> String {
    match indicator.unit() {
        Unit::Count => grouped(value as i64),
        Unit::Percent => format!("{value:.1} %"),
        Unit::Mean => {
            let size = format!("{:.2}", value.abs());
            if value < 0.0 && size != "0.00" { format!("−{size}") } else { size }
        }
    }
}

/// A difference with its sign: "+0.81", "−2.3 pp". Differences of percentages are in percentage points.
pub fn difference(indicator: Indicator, difference: f64) -> String {
    let size = value(indicator, difference.abs());
    let rounded_away = !size.contains(|digit: char| ('1'..='9').contains(&digit));
    let sign = match difference {
        _ if rounded_away => "",
        ..0.0 => "−",
        _ => "+",
    };
    format!("{sign}{}", size.replace(" %", " pp"))
}

/// A whole number with thousands apart: 12,345.
pub fn grouped(n: i64) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How many of something: "1 school", "3,295 schools".
pub fn plural(n: i64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{} {what}s", grouped(n)) }
}
