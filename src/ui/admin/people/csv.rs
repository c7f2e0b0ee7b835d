//! Lists of people and groups: saved as CSV, and pasted back; looked through before anything happens.

use std::collections::BTreeSet;

use eframe::egui::{Label, RichText, ScrollArea, TextEdit, TextStyle, Ui};

use super::reach;
use crate::collab::OrganisationId;
use crate::collab::lists::{self, Report};
use crate::export::words::plural;
use crate::ui::admin::parts::{button, card};
use crate::ui::admin::run::Run;
use crate::ui::admin::{Key, Request, Room};
use crate::ui::{theme, widgets};

/// Of what a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Of {
    #[default]
    People,
    Groups,
}

impl Of {
    fn word(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Groups => "groups",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::People => {
                "Columns: email, name, organisation, role, global, active. An organisation is its name or its number: la:936, trust:5143, urn:100053. Who is known by e-mail is changed, others are added, and a school that is not here yet is added first."
            }
            Self::Groups => {
                "Columns: name, description, owner, visibility, state, schools (URNs), users (e-mails), with spaces between several. A group known by owner and name is changed, others are created. Permission and terms are not set by a list."
            }
        }
    }
}

/// The section as it stands.
#[derive(Debug, Default)]
pub struct Lists {
    of: Of,
    importing: bool,
    text: String,
    /// What the text asks for, and of whom that was told.
    report: Option<(Key, Report)>,
    run: Run,
}

impl Lists {
    /// Goes on with what is being carried out.
    pub fn advance(&mut self, ui: &Ui, room: &mut Room<'_>) {
        self.run.advance(ui, room);
    }

    /// Draws the section.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, managed: &BTreeSet<OrganisationId>) {
        card(ui, "Lists", |ui| {
            if reach::of_school(room) {
                self.of = Of::People;
            } else {
                ui.horizontal(|ui| {
                    for (of, words) in [(Of::People, "List of people"), (Of::Groups, "List of groups")] {
                        if widgets::segment(ui, words, self.of == of).clicked() && self.of != of {
                            (self.of, self.report, self.importing) = (of, None, false);
                        }
                    }
                });
            }
            ui.add(Label::new(theme::muted(ui, self.of.about())).wrap());
            ui.horizontal(|ui| {
                if ui.button("Export CSV").clicked() {
                    let contents = match self.of {
                        Of::People => lists::export_people(room.people, managed),
                        Of::Groups => lists::export_groups(room.people, &room.administered()),
                    };
                    let name = format!("{}.csv", self.of.word());
                    room.out.push(Request::Save { what: self.of.word(), name, contents });
                }
                if ui.selectable_label(self.importing, "Import CSV").clicked() {
                    self.importing = !self.importing;
                }
            });
            if self.importing {
                self.import(ui, room);
            }
            self.run.ui(ui);
        });
    }

    fn import(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        let label = ui.label(format!("Paste the list of {} here, with its first line of column names", self.of.word()));
        let field = ScrollArea::vertical().id_salt("list").max_height(160.0).show(ui, |ui| {
            let field = TextEdit::multiline(&mut self.text)
                .font(TextStyle::Monospace)
                .desired_rows(6)
                .desired_width(f32::INFINITY);
            ui.add(field).labelled_by(label.id)
        });
        if field.inner.changed() {
            self.report = None;
        }
        let goes_on = self.run.goes_on();
        let key = room.key();
        let old = self.report.as_ref().is_some_and(|(made, _)| *made != key);
        let empty = self.text.trim().is_empty().then_some("Paste a list first");
        let waits = goes_on.then_some("The changes before are still being made");
        // What was looked through is looked through again once anything has changed.
        if button(ui, "Check the list", waits.or(empty)) || (old && !goes_on) {
            let read = match self.of {
                Of::People => lists::read_people,
                Of::Groups => lists::read_groups,
            };
            self.report = Some((key, read(&self.text, room.people, room.register, room.who)));
        }
        let Some((_, report)) = &self.report else { return };
        if goes_on {
            return;
        }
        told(ui, report);
        let n = report.commands.len();
        let nothing = (n == 0).then_some("The list changes nothing");
        let busy = room.busy.then_some("Something is being carried out");
        if button(ui, "Carry out", nothing.or(busy)) {
            self.run = Run::begin(room.people, report.commands.iter().cloned().zip(report.changes.iter().cloned()));
        }
    }
}

/// Says what a list asks for.
fn told(ui: &mut Ui, report: &Report) {
    let (n, so, faults) = (report.commands.len(), report.unchanged, report.faults.len());
    let count = |n: usize, what| plural(i64::try_from(n).unwrap_or(i64::MAX), what);
    let unchanged = if so > 0 { format!(", {} already so", count(so, "line")) } else { String::new() };
    ui.label(
        RichText::new(format!("{}{unchanged}, {}", count(n, "change"), count(faults, "fault"))).font(theme::strong()),
    );
    if faults > 0 {
        let colour = *theme::of(ui).error;
        let lines: Vec<String> =
            report.faults.iter().map(|fault| format!("× Line {}: {}", fault.line, fault.what)).collect();
        scrolled(ui, "faults", &lines, |text| text.color(colour));
        if n > 0 {
            ui.label(theme::muted(ui, "Lines with faults are left out; the others can be carried out."));
        }
    }
    scrolled(ui, "changes", &report.changes, |text| text);
}

/// Lines of which only those in view are drawn.
fn scrolled(ui: &mut Ui, id: &str, lines: &[String], dress: impl Fn(RichText) -> RichText) {
    let height = ui.text_style_height(&TextStyle::Body);
    let area = ScrollArea::vertical().id_salt(id).max_height(180.0).auto_shrink([false, true]);
    area.show_rows(ui, height, lines.len(), |ui, shown| {
        for line in lines.get(shown).unwrap_or_default() {
            ui.add(Label::new(dress(RichText::new(line))).truncate()).on_hover_text(line);
        }
    });
}
