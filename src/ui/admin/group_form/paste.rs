//! A pasted list of URNs, and what of it was not understood.

use std::collections::BTreeSet;
use std::fmt::Display;

use eframe::egui::{RichText, Ui};

use crate::collab::{OrganisationKind, answers_for};
use crate::export::words::plural;
use crate::model::Urn;
use crate::ui::theme;
use crate::workspace::Register;

/// Most pieces of a list that are shown; all of them can be copied.
const MOST: usize = 12;

/// What became of a pasted list. Pieces are told with their line, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The schools to add, by the URN under which they stand now.
    pub added: BTreeSet<Urn>,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    fault: bool,
    words: String,
    pieces: Vec<String>,
}

impl Report {
    /// Reads a list: URNs between white space, commas, semicolons or quotation marks.
    pub fn of(text: &str, owner: (OrganisationKind, &str), register: &Register, there: &BTreeSet<Urn>) -> Self {
        let mut report = Self::default();
        let (mut already, mut moved) = (Vec::new(), Vec::new());
        let (mut not_urns, mut unknown, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (line, number) in text.lines().zip(1..) {
            let at = |piece: &dyn Display| format!("{piece} (line {number})");
            let pieces = line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '“' | '”'));
            // The head of a column is no fault.
            for piece in pieces.filter(|piece| !piece.is_empty() && !piece.eq_ignore_ascii_case("urn")) {
                let Ok(urn) = piece.parse::<Urn>() else {
                    not_urns.push(at(&format_args!("“{piece}”")));
                    continue;
                };
                let head = register.head(urn);
                let Some(school) = register.school(head) else {
                    unknown.push(at(&urn));
                    continue;
                };
                if !answers_for(owner.0, head, register) {
                    others.push(at(&format_args!("{urn} {}", school.name)));
                    continue;
                }
                if head != urn {
                    moved.push(at(&format_args!("{urn} stands under {head}, {}", school.name)));
                }
                if there.contains(&head) || !report.added.insert(head) {
                    already.push(at(&format_args!("{head} {}", school.name)));
                }
            }
        }
        let mut tell = |fault, words: &str, pieces: Vec<String>| {
            if !pieces.is_empty() {
                report.lines.push(Line { fault, words: words.to_owned(), pieces });
            }
        };
        tell(false, "earlier URN, taken as the school that stands under another now", moved);
        tell(false, "already there", already);
        tell(true, "not a URN, which has six digits", not_urns);
        tell(true, "not in this workspace", unknown);
        tell(true, &format!("not a school that {} answers for", owner.1), others);
        report
    }

    /// Draws it.
    pub fn ui(&self, ui: &mut Ui) {
        let colours = theme::of(ui);
        let added = plural(self.added.len() as i64, "school");
        let (sign, colour) = if self.added.is_empty() { ("·", *colours.muted) } else { ("✓", *colours.above) };
        ui.label(RichText::new(format!("{sign} {added} added")).color(colour));
        for line in &self.lines {
            let (sign, colour) = if line.fault { ("×", *colours.below) } else { ("·", *colours.text) };
            let more = line.pieces.len().saturating_sub(MOST);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let shown = line.pieces.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
            let words = format!("{sign} {} {}: {shown}{more}", line.pieces.len(), line.words);
            ui.label(RichText::new(words).color(colour));
        }
    }

    /// All of it as text.
    pub fn as_text(&self) -> String {
        let mut text = format!("{} added\n", plural(self.added.len() as i64, "school"));
        for line in &self.lines {
            text.push_str(&format!("{} {}: {}\n", line.pieces.len(), line.words, line.pieces.join(", ")));
        }
        text
    }
}
