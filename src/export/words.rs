//! Figures as they are read aloud, the same in text tables and in the window.

pub use crate::model::words::{counted, grouped, plural};
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
