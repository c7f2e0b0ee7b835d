//! A text table for people: rounded, aligned, with arrows and words.

use std::io::{self, Write};

use super::row::{key_columns, rows};
use super::words::{difference, grouped, value};
use crate::desk::Answer;
use crate::workspace::Register;

/// Longest text shown in a cell.
const WIDEST: usize = 60;

pub(super) fn write(answer: &Answer, register: &Register, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let keys = key_columns(answer);
    let header = keys.iter().copied().chain(["indicator", "n", "value", "95 % interval", "comparator", "difference"]);
    let mut lines: Vec<Vec<String>> = vec![header.map(str::to_owned).collect()];
    for (row, cell) in rows(answer, register).zip(answer.cells()) {
        let shown = |figure: f64| value(cell.indicator, figure);
        let interval = row.lower.zip(row.upper).map(|(lower, upper)| format!("{} to {}", shown(lower), shown(upper)));
        let arrow = match row.significance {
            Some("above") => "▲ above",
            Some("below") => "▼ below",
            Some(_) => "● not different",
            None if row.difference.is_some() => "without an interval",
            None => "",
        };
        let difference = row.difference.map(|size| format!("{} {arrow}", difference(cell.indicator, size)));
        let withheld = row.reason.clone().map(|reason| format!("· {reason}"));
        let mut line = row.keys;
        line.push(cell.indicator.label().to_owned());
        line.push(row.n.map(grouped).unwrap_or_default());
        line.push(row.value.map(shown).or(withheld.clone()).unwrap_or_default());
        line.push(interval.unwrap_or_default());
        line.push(row.comparator.map(shown).or(withheld.filter(|_| row.value.is_some())).unwrap_or_default());
        line.push(difference.unwrap_or_default());
        lines.push(line.into_iter().map(|text| cut(&text)).collect());
    }
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(width).collect();
    // Words to the left, numbers to the right.
    let first_number = keys.len() + 1;
    for line in &lines {
        let padded = line.iter().zip(&widths).enumerate().map(|(column, (text, width))| {
            let space = " ".repeat(width - text.chars().count());
            let right = column >= first_number && column + 1 < columns;
            if right { format!("{space}{text}") } else { format!("{text}{space}") }
        });
        writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    if let Some(compared_with) = answer.compared_with() {
        writeln!(out, "\nCompared with: {compared_with}.")?;
    }
    for note in &answer.provenance().notes {
        writeln!(out, "{note}.")?;
    }
    Ok(())
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDEST {
        return text.to_owned();
    }
    text.chars().take(WIDEST - 1).chain(['…']).collect()
}
