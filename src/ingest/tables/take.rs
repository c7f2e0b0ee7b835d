//! From the rows of a published table to figures, schools and successors, by its layout.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::super::finding::{Fault, Finding, Findings, Place};
use super::TableFile;
use super::cell::{self, Cell, MOST_PUPILS, cell, not_urn, out_of_range, rounded, trimmed, whole};
use super::layout::{Fact, Kind, Layout, Row, SCHOOL_FIELDS, YearFrom};
use super::report::Report;
use super::schools::SchoolFact;
use crate::model::{Filter, Source, Unit, Urn, Year};
use crate::workspace::Area;

/// A figure of a school or an area, or the code that stands for it.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureRow {
    pub area: Area,
    /// URN, code of the authority or UID of the trust; 0 for England.
    pub code: i32,
    pub year: Year,
    /// Number of the key stage; 0 where the figure is of the whole school.
    pub stage: i32,
    pub measure: &'static str,
    pub subject: Option<&'static str>,
    /// The pupil group, as [`Filter::word`] writes it.
    pub group: std::sync::Arc<str>,
    pub n: Option<i32>,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// The code in place of a value.
    pub reason: Option<&'static str>,
}

/// What a table holds.
#[derive(Debug, Default)]
pub struct Taken {
    pub figures: Vec<FigureRow>,
    pub schools: Vec<SchoolFact>,
    /// A URN and the one under which the school goes on.
    pub successors: Vec<(i32, i32)>,
    /// Authorities and trusts that have rows of their own, with their names where they are told.
    pub areas: BTreeMap<(Area, i32), Option<String>>,
    pub report: Report,
}

/// A fact with its places in the table.
struct Bound<'a> {
    fact: &'a Fact,
    column: usize,
    n: Option<usize>,
    coverage: Option<usize>,
    lower: Option<usize>,
    upper: Option<usize>,
    /// The pupil group's word, where it does not depend on the row.
    group: std::sync::Arc<str>,
}

/// Work on one table.
struct Taking<'a> {
    file: &'a TableFile,
    layout: &'a Layout,
    columns: Vec<String>,
    facts: Vec<Bound<'a>>,
    taken: Taken,
    findings: &'a mut Findings,
    /// The year of the whole file, where it has one.
    year: Option<Year>,
    seen: HashSet<(Area, i32, i32, String)>,
}

/// Reads a table. What is wrong with it goes to `findings`.
pub fn take(file: &TableFile, findings: &mut Findings) -> Taken {
    let layout = &file.layout;
    let columns: Vec<String> = file.table.columns.iter().map(|column| column.to_lowercase()).collect();
    let mut taking = Taking {
        file,
        layout,
        facts: Vec::new(),
        columns,
        taken: Taken { report: Report::of(layout), ..Taken::default() },
        findings,
        year: None,
        seen: HashSet::new(),
    };
    taking.report_columns();
    if !taking.find_year() {
        return taking.taken;
    }
    taking.bind();
    let mut broken = None;
    let each = file.table.each(&mut |line, cells| {
        taking.taken.report.rows += 1;
        taking.taken.report.short_rows += u64::from(cells.len() < file.table.columns.len());
        taking.row(line, cells);
        true
    });
    if let Err((line, message)) = each {
        broken = Some((line, message));
    }
    if let Some((line, message)) = broken {
        taking.find(Some(line), None, Fault::UnevenRow, message);
    }
    taking.taken
}

impl Taking<'_> {
    fn find(&mut self, line: Option<u64>, column: Option<usize>, fault: Fault, message: String) {
        let column = column.and_then(|place| self.file.table.columns.get(place).cloned());
        let place = line.map_or(Place::File, |row| Place::Line { row });
        self.findings.push(Finding { file: self.file.name.clone(), place, column, fault, message });
    }

    /// The place of the first of some columns that is there.
    fn place(&self, names: &[String]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.iter().position(|column| column == name))
    }

    fn report_columns(&mut self) {
        let named = self.columns.iter().zip(&self.file.table.columns);
        let unknown = named.filter(|(column, _)| !column.is_empty() && !self.layout.knows(column));
        self.taken.report.not_understood = unknown.map(|(_, name)| name.clone()).collect();
        let mut seen = BTreeSet::new();
        let twice: Vec<usize> = (0..self.columns.len())
            .filter(|place| !seen.insert(&self.columns[*place]) && self.layout.uses(&self.columns[*place]))
            .collect();
        for place in twice {
            let message = "two columns have this name; name each once".to_owned();
            self.find(None, Some(place), Fault::Duplicate, message);
        }
    }

    /// Finds the year of the file. Gives whether rows can be read.
    fn find_year(&mut self) -> bool {
        let years_in_columns =
            !self.layout.facts.is_empty() && self.layout.facts.iter().all(|fact| fact.year.is_some());
        if self.layout.kind != Kind::Figures || years_in_columns {
            return true;
        }
        match &self.layout.year {
            YearFrom::Column(_) => return true,
            YearFrom::Fixed(year) => self.year = Some(*year),
            YearFrom::FileName => {
                let path = &self.file.path;
                let names = [path.file_name(), path.parent().and_then(std::path::Path::file_name)];
                let names = names.into_iter().flatten().map(std::ffi::OsStr::to_string_lossy);
                self.year = names.into_iter().find_map(|name| cell::year_in_name(&name));
            }
        }
        if self.year.is_none() {
            let message = "the year of the table is not in its name or in that of its folder; \
                           write it there, such as 2018-19_ks2final.csv"
                .to_owned();
            self.find(None, None, Fault::NoYear, message);
        }
        self.year.is_some()
    }

    fn bind(&mut self) {
        let bound = |fact| {
            let fact: &Fact = fact;
            Some(Bound {
                fact,
                column: self.place(&fact.column)?,
                n: self.place(&fact.n),
                coverage: self.place(&fact.coverage),
                lower: self.place(&fact.lower),
                upper: self.place(&fact.upper),
                group: fact.group.word().into(),
            })
        };
        let layout = self.layout;
        self.facts = layout.facts.iter().filter_map(bound).collect();
    }

    fn row(&mut self, line: u64, cells: &[&str]) {
        let layout = self.layout;
        let get = |place: Option<usize>| place.and_then(|place| cells.get(place).copied()).unwrap_or_default();
        if let Some((urn, latest)) = &layout.successors {
            let numbers = [urn, latest].map(|name| {
                let place = self.place(std::slice::from_ref(name));
                (place, whole(get(place)))
            });
            match numbers {
                [(_, Ok(Some(old))), (_, Ok(Some(latest)))] => {
                    self.taken.successors.push((old, latest));
                    self.taken.report.taken += 1;
                }
                [(_, Ok(_)), (_, Ok(_))] => self.leave_out("rows without a URN"),
                [(first, Err(_)), (second, _)] | [(second, _), (first, Err(_))] => {
                    let place = first.or(second);
                    self.find(Some(line), place, Fault::UnknownText, not_urn(get(place)));
                }
            }
            return;
        }
        for (column, words) in &layout.only {
            let Some(place) = self.place(std::slice::from_ref(column)) else { continue };
            let word = trimmed(get(Some(place))).to_lowercase();
            let as_flag = cell::flag(&word).map(|yes| if yes { "yes" } else { "no" });
            if !words.contains(&word) && !as_flag.is_some_and(|flag| words.contains(flag)) {
                let why = format!("rows with another {}", self.file.table.columns[place]);
                return self.leave_out(&why);
            }
        }
        let kind = match &layout.rows {
            None => Row::School,
            Some((column, kinds)) => match self.place(std::slice::from_ref(column)) {
                // A trimmed cut has schools only.
                None => Row::School,
                Some(place) => {
                    let word = trimmed(get(Some(place))).to_lowercase();
                    match kinds.get(&word).or_else(|| kinds.get("*")) {
                        Some(kind) => *kind,
                        None => {
                            let why = format!("rows with {} \"{word}\"", self.file.table.columns[place]);
                            return self.leave_out(&why);
                        }
                    }
                }
            },
        };
        let Some((area, code)) = self.area(kind, line, cells) else { return };
        if layout.kind == Kind::Register {
            match self.school(code, line, cells, self.file.as_of()) {
                Some(fact) => {
                    self.taken.schools.push(fact);
                    self.taken.report.taken += 1;
                }
                None => self.leave_out("rows without a name"),
            }
            return;
        }
        let mut group = Filter::everyone();
        for groups in &layout.groups {
            let Some(place) = self.place(std::slice::from_ref(&groups.column)) else { continue };
            let word = trimmed(get(Some(place))).to_lowercase();
            let both = groups.values.get(&word).and_then(|of| group.and(of));
            let Some(both) = both else {
                let why = format!("rows of pupil groups that are not known here ({})", self.file.table.columns[place]);
                return self.leave_out(&why);
            };
            group = both;
        }
        let year = match &layout.year {
            YearFrom::Column(column) => {
                let place = self.place(std::slice::from_ref(column));
                let text = get(place);
                let Some(year) = cell::year(text) else {
                    let message = format!("\"{}\" is no year; right would be 2018/19 or 201819", trimmed(text));
                    return self.find(Some(line), place, Fault::UnknownText, message);
                };
                Some(year)
            }
            _ => self.year,
        };
        let key = (area, code, year.map_or(0, Year::ending), group.word());
        if !self.seen.insert(key) {
            let what = if area == Area::School { "this school" } else { "this area" };
            let message = format!("there is a row of {what}, year and pupil group already; keep one");
            return self.find(Some(line), None, Fault::Duplicate, message);
        }
        self.figures((area, code), year, &group, line, cells);
        self.name_area(area, code, cells);
        if area == Area::School {
            let years = self.facts.iter().filter_map(|bound| bound.fact.year);
            let newest = year.into_iter().chain(years).max();
            // A table of results is as of the end of its year.
            let as_of = newest.map_or(0, |year| year.ending() * 10_000 + 831);
            if let Some(fact) = self.school(code, line, cells, as_of) {
                self.taken.schools.push(fact);
            }
        }
        self.taken.report.taken += 1;
    }

    fn name_area(&mut self, area: Area, code: i32, cells: &[&str]) {
        let field = match area {
            Area::La => "la_name",
            Area::Trust => "trust_name",
            Area::School | Area::National | Area::NationalStateFunded => return,
        };
        let place = self.layout.area.get(field).and_then(|names| self.place(names));
        let name = trimmed(place.and_then(|place| cells.get(place).copied()).unwrap_or_default());
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        let known = self.taken.areas.entry((area, code)).or_default();
        *known = name.or(known.take());
    }

    fn leave_out(&mut self, why: &str) {
        self.taken.report.leave_out(why);
    }

    /// What a row is of: the kind of area and its code. `None` where it is left out.
    fn area(&mut self, kind: Row, line: u64, cells: &[&str]) -> Option<(Area, i32)> {
        let layout = self.layout;
        let (area, fields, field) = match kind {
            Row::Skip => {
                self.leave_out("rows that the layout leaves out");
                return None;
            }
            Row::Region => {
                self.leave_out("rows of regions");
                return None;
            }
            Row::National => return Some((Area::National, 0)),
            Row::NationalStateFunded => return Some((Area::NationalStateFunded, 0)),
            Row::School => (Area::School, &layout.school, "urn"),
            Row::La => (Area::La, &layout.area, "la_code"),
            Row::Trust => (Area::Trust, &layout.area, "trust_uid"),
        };
        let names = fields.get(field).or_else(|| layout.school.get(field))?;
        let place = self.place(names);
        let text = place.and_then(|place| cells.get(place).copied()).unwrap_or_default();
        match whole(text) {
            Ok(Some(code)) if area != Area::School || Urn::new(code).is_some() => Some((area, code)),
            Ok(None) => {
                let what = match area {
                    Area::School => "rows without a URN",
                    Area::La => "rows of authorities without a code",
                    _ => "rows of trusts without a UID",
                };
                self.leave_out(what);
                None
            }
            Ok(Some(_)) | Err(_) => {
                let message = match area {
                    Area::School => not_urn(text),
                    _ => format!("\"{}\" is no code; right would be a whole number", trimmed(text)),
                };
                self.find(Some(line), place, Fault::UnknownText, message);
                None
            }
        }
    }

    fn figures(&mut self, (area, code): (Area, i32), year: Option<Year>, group: &Filter, line: u64, cells: &[&str]) {
        let facts = std::mem::take(&mut self.facts);
        let of_row: std::sync::Arc<str> = group.word().into();
        for bound in &facts {
            let fact = bound.fact;
            // Figures of the whole school stand in the row of all pupils.
            if fact.indicator.source() == Source::School && !group.is_everyone() {
                continue;
            }
            let Some(year) = fact.year.or(year) else { continue };
            let whose = if group.is_everyone() {
                std::sync::Arc::clone(&bound.group)
            } else if fact.group.is_everyone() {
                std::sync::Arc::clone(&of_row)
            } else {
                match group.and(&fact.group) {
                    Some(both) => both.word().into(),
                    None => continue,
                }
            };
            let text = cells.get(bound.column).copied().unwrap_or_default();
            let (value, reason) = match cell(text, &self.layout.codes) {
                Cell::Blank => continue,
                Cell::Code(code) => (None, Some(code)),
                Cell::Number(number) => {
                    let value = rounded(number * fact.scale);
                    if let Some(message) = out_of_range(fact.indicator, value) {
                        self.find(Some(line), Some(bound.column), Fault::OutOfRange, message);
                        continue;
                    }
                    (Some(value), None)
                }
                Cell::Unknown(text) => {
                    let message = format!(
                        "\"{text}\" is neither a number nor a code; correct it, or name it in [codes] of a layout"
                    );
                    self.find(Some(line), Some(bound.column), Fault::UnknownText, message);
                    continue;
                }
            };
            let number =
                |place: Option<usize>| match cell(place.and_then(|p| cells.get(p).copied())?, &self.layout.codes) {
                    Cell::Number(number) => Some(number),
                    _ => None,
                };
            let pupils = match fact.indicator.unit() {
                Unit::Count => value,
                _ => number(bound.n),
            };
            let covered = number(bound.coverage).map_or(100.0, |percent| percent.clamp(0.0, 100.0));
            let pupils = if fact.coverage.is_empty() || number(bound.coverage).is_some() {
                pupils.map(|pupils| (pupils * covered / 100.0).round())
            } else {
                None
            };
            let n = pupils.filter(|pupils| (0.0..=MOST_PUPILS).contains(pupils)).map(|pupils| pupils as i32);
            let limit = |place| number(place).map(|limit| rounded(limit * fact.scale));
            self.taken.report.note(fact.indicator, &whose, year, reason);
            self.taken.figures.push(FigureRow {
                area,
                code,
                year,
                stage: fact.stage.map_or(0, crate::model::KeyStage::number),
                measure: fact.indicator.word(),
                subject: fact.subject.map(crate::model::Subject::word),
                group: whose,
                n,
                value,
                lower: limit(bound.lower),
                upper: limit(bound.upper),
                reason: reason.map(crate::model::Code::word),
            });
        }
        self.facts = facts;
    }

    /// What the row tells of its school. `None` where it tells nothing but the URN.
    fn school(&mut self, urn: i32, line: u64, cells: &[&str], as_of: i32) -> Option<SchoolFact> {
        let layout = self.layout;
        let mut words: BTreeMap<&str, String> = BTreeMap::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for field in SCHOOL_FIELDS {
            let Some(names) = layout.school.get(field) else { continue };
            if let Some(constant) = names.iter().find_map(|name| name.strip_prefix('=')) {
                words.insert(field, constant.to_owned());
            }
            let Some(place) = self.place(names) else { continue };
            let text = trimmed(cells.get(place).copied().unwrap_or_default());
            // A code in place of a word says as little as nothing.
            if text.is_empty() || crate::model::Code::from_word(text).is_some() {
                continue;
            }
            let translated = layout.words.get(field).and_then(|words| words.get(&text.to_lowercase()));
            words.insert(field, translated.map_or(text, String::as_str).to_owned());
            places.insert(field, place);
        }
        let mut number = |field: &str, range: std::ops::RangeInclusive<i32>| {
            let text = words.get(field)?;
            let number = if matches!(field, "opened" | "closed") {
                cell::academic_year_of(text)
            } else {
                whole(text).ok().flatten()
            };
            // Places of 0, 0 and dates long ago stand for "not known".
            let number = number.filter(|number| *number != 0);
            if number.is_none() && !matches!(text.trim_start_matches('0'), "" | ".0") {
                let message = format!("\"{text}\" is not right here; correct it or leave it empty");
                self.find(Some(line), places.get(field).copied(), Fault::UnknownText, message);
            }
            number.filter(|number| range.contains(number))
        };
        let (easting, northing) = (number("easting", 1..=700_000), number("northing", 1..=1_300_000));
        let (opened, closed) = (number("opened", 500..=2100), number("closed", 1900..=2100));
        let (la_code, trust_uid) = (number("la_code", 1..=999), number("trust_uid", 1..=2_000_000_000));
        let mut word = |field: &str| words.remove(field);
        let fact = SchoolFact {
            urn,
            as_of,
            name: word("name"),
            phase: word("phase"),
            la_code,
            la_name: word("la_name"),
            region: word("region"),
            kind: word("type"),
            trust_uid,
            trust_name: word("trust_name"),
            easting,
            northing,
            opened,
            closed,
            predecessor_urn: None,
        };
        Some(fact).filter(|fact| fact.name.is_some())
    }
}
