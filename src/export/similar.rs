//! Schools with a similar intake as CSV and as a text table.

use std::io::{self, Write};

use super::csv::io_error;
use super::row::guarded;
use super::words::{grouped, plural, value};
use crate::desk::{LikeSchool, Neighbour, Similar};
use crate::method::similar::Preset;
use crate::model::{Indicator, School, Urn};
use crate::workspace::Register;

/// Writes a row per school: its place, distance, the inputs, and how much of the distance each of them makes. Place 0 is the
/// school itself.
///
/// # Errors
/// When the writer fails.
pub fn csv(similar: &Similar, register: &Register, wanted: &LikeSchool, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    let words: Vec<_> = wanted.terms.iter().map(|term| term.input.word()).collect();
    let shares = words.iter().map(|word| format!("{word}_share"));
    let head = ["place", "urn", "school", "la", "distance", "left_out"].map(str::to_owned);
    writer
        .write_record(head.into_iter().chain(words.iter().map(|word| (*word).to_owned())).chain(shares))
        .map_err(io_error)?;
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let who = |urn: Urn| {
        let school = register.school(urn);
        let of = |part: fn(&School) -> &str| school.map(part).unwrap_or_default().to_owned();
        [urn.to_string(), guarded(&of(|school| &school.name)), guarded(&of(|school| &school.la_name))]
    };
    if let Some(first) = similar.neighbours.first() {
        let own = first.inputs.iter().map(|input| number(input.own));
        let none = first.inputs.iter().map(|_| String::new());
        let start = std::iter::once("0".to_owned()).chain(who(register.head(wanted.school)));
        writer.write_record(start.chain(["0".to_owned(), String::new()]).chain(own).chain(none)).map_err(io_error)?;
    }
    for (nth, neighbour) in similar.neighbours.iter().enumerate() {
        let start = std::iter::once((nth + 1).to_string()).chain(who(neighbour.urn));
        let middle = [neighbour.distance.to_string(), left_out(neighbour)];
        let others = neighbour.inputs.iter().map(|input| number(input.other));
        let shares = neighbour.inputs.iter().map(|input| number(input.share));
        writer.write_record(start.chain(middle).chain(others).chain(shares)).map_err(io_error)?;
    }
    writer.flush()
}

fn left_out(neighbour: &Neighbour) -> String {
    neighbour.left_out().map(Indicator::word).collect::<Vec<_>>().join(";")
}

/// Writes for people: each school with the inputs that tell it apart most.
///
/// # Errors
/// When the writer fails.
pub fn table(
    similar: &Similar,
    register: &Register,
    wanted: &LikeSchool,
    preset: Preset,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = |urn: Urn| register.called(urn);
    let found = plural(similar.neighbours.len() as i64, "school");
    let among = grouped(similar.among as i64);
    writeln!(out, "{found} of {among} with an intake like that of {}, {}", name(wanted.school), wanted.year)?;
    writeln!(out, "by {}{}; files: {}\n", preset.title(), changed(wanted, preset), similar.sources.join(", "))?;
    let widest = similar.neighbours.iter().map(|neighbour| name(neighbour.urn).chars().count()).max().unwrap_or(0);
    for (nth, neighbour) in similar.neighbours.iter().enumerate() {
        let mut apart: Vec<_> = neighbour.inputs.iter().filter(|input| input.share.is_some()).collect();
        apart.sort_by(|a, b| b.share.unwrap_or(0.0).total_cmp(&a.share.unwrap_or(0.0)));
        let words = apart.iter().take(3).map(|input| {
            let shown = |of: Option<f64>| of.map(|of| value(input.input, of)).unwrap_or_default();
            format!("{} {} and {}", input.input.label(), shown(input.own), shown(input.other))
        });
        let mut words = words.collect::<Vec<_>>().join("; ");
        let without = left_out(neighbour);
        if !without.is_empty() {
            words.push_str(&format!(" (without {without})"));
        }
        let (place, name, distance) = (nth + 1, name(neighbour.urn), neighbour.distance);
        writeln!(out, "{place:>3}  {}  {name:<widest$}  {distance:.4}  {words}", neighbour.urn)?;
    }
    Ok(())
}

/// Says that the weights are not those of the preset.
fn changed(wanted: &LikeSchool, preset: Preset) -> &'static str {
    if wanted.terms == preset.terms(wanted.stage) { "" } else { ", with own weights" }
}
