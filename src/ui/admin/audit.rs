//! The audit: who changed what and when, what was before and after, and taking back what can be.

mod difference;
mod filter;

use std::collections::BTreeSet;

use eframe::egui::{Align, Button, Label, Layout, RichText, ScrollArea, Sense, Ui, vec2};
use egui_extras::{Column, TableBuilder};

use self::difference::Part;
use self::filter::Filter;
use super::{Key, Request, Room, setup};
use crate::collab::audit::{self, Row};
use crate::collab::{Command, OrganisationId};
use crate::ui::admin::parts::{card, moment};
use crate::ui::theme;

/// Height of a row, in points.
const ROW: f32 = 28.0;

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    filter: Filter,
    /// The number of entries for which the audit was asked.
    asked: Option<i64>,
    /// The places of the entries that are shown, and of what that was made.
    shown: Vec<usize>,
    made_of: Option<(Key, usize, Option<BTreeSet<OrganisationId>>, Filter)>,
    /// The entry that is open, with what it changed.
    open: Option<(i64, Vec<Part>)>,
    /// The entry that was last asked to be taken back, and the ticket.
    undone: Option<(i64, u64)>,
    /// Why the entries could not be written as CSV.
    not_written: Option<String>,
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        self.ask(room);
        let rows = match room.audit {
            None => {
                ui.label("Reading the audit …");
                self.read_again(ui, room);
                return;
            }
            Some(Err(why)) => {
                super::say(ui, &Err(format!("The audit is not whole: {why}.")));
                let words = "Somebody or something has changed the people's file without Schoolbench. Keep a copy of it, \
                             and compare it with your last backup; the people and groups themselves can still be used.";
                ui.label(theme::muted(ui, words));
                self.read_again(ui, room);
                return;
            }
            Some(Ok(rows)) => rows.as_slice(),
        };
        super::say(ui, &Ok(format!("verified: {} entries, the chain is whole", rows.len())));
        let all = setup::decides_for_all(room);
        if !all {
            let words = "You see the entries by people of your organisation, and about them and its groups.";
            ui.label(theme::muted(ui, words));
        }
        ui.add_space(theme::space().half);
        let administered = (!all).then(|| room.administered());
        self.filter.ui(ui, rows, room, administered.as_ref());
        self.make(rows, room, administered.as_ref());
        self.count(ui, rows, room);
        self.outcome(ui, room);
        if self.shown.is_empty() {
            ui.label(theme::muted(ui, "No entry is as sought. Choose “Show everything” to begin again."));
            return;
        }
        let height = ui.available_height().max(300.0);
        let of_table = if self.open.is_some() { (height * 0.5).max(160.0) } else { height };
        ui.scope(|ui| self.table(ui, rows, room, of_table));
        self.open_ui(ui, rows);
    }

    /// Asks for the audit where there is none, or entries have come since it was read.
    fn ask(&mut self, room: &mut Room<'_>) {
        let entries = room.entries;
        let there = match room.audit {
            Some(Ok(rows)) => rows.len() as i64 >= entries,
            Some(Err(_)) => true,
            None => false,
        };
        if there {
            self.asked = None;
        } else if self.asked != Some(entries) {
            self.asked = Some(entries);
            room.out.push(Request::ReadAudit);
        }
    }

    fn read_again(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        if ui.button("Read it again").clicked() {
            room.out.push(Request::ReadAudit);
        }
    }

    fn make(&mut self, rows: &[Row], room: &Room<'_>, of: Option<&BTreeSet<OrganisationId>>) {
        let made_of = (room.key(), rows.len(), of.cloned(), self.filter.clone());
        if self.made_of.as_ref() == Some(&made_of) {
            return;
        }
        self.shown = self.filter.sought(rows, room.people, of);
        self.made_of = Some(made_of);
    }

    fn count(&mut self, ui: &mut Ui, rows: &[Row], room: &mut Room<'_>) {
        ui.horizontal(|ui| {
            ui.label(theme::muted(ui, format!("{} of {} entries", self.shown.len(), rows.len())));
            let button = ui.add_enabled(!self.shown.is_empty(), Button::new("Export as CSV…"));
            if button.on_disabled_hover_text("There is no entry to export.").clicked() {
                let chosen: Vec<Row> = self.shown.iter().filter_map(|nth| rows.get(*nth).cloned()).collect();
                let mut contents = Vec::new();
                match audit::csv(&chosen, &mut contents) {
                    Ok(()) => {
                        self.not_written = None;
                        room.out.push(Request::Save { what: "audit", name: "audit.csv".to_owned(), contents });
                    }
                    Err(error) => self.not_written = Some(error.to_string()),
                }
            }
            if let Some(why) = &self.not_written {
                super::say(ui, &Err(why.clone()));
            }
        });
    }

    /// What became of the last undo.
    fn outcome(&mut self, ui: &mut Ui, room: &Room<'_>) {
        let Some((entry, ticket)) = self.undone else { return };
        match room.outcome_of(Some(ticket)) {
            Some(Ok(_)) => super::say(ui, &Ok(format!("Entry {entry} is undone; that is an entry of its own."))),
            Some(Err(why)) => super::say(ui, &Err(format!("Entry {entry} stays: {why}."))),
            None => {}
        }
    }

    fn table(&mut self, ui: &mut Ui, rows: &[Row], room: &mut Room<'_>, height: f32) {
        let mut clicked = None;
        let column = |width: f32| Column::initial(width).at_least(40.0).clip(true).resizable(true);
        let table = TableBuilder::new(ui)
            .id_salt("audit")
            .striped(true)
            .sense(Sense::click())
            .auto_shrink([false, true])
            .min_scrolled_height(120.0)
            .max_scroll_height((height - 2.0 * ROW).max(120.0))
            .column(Column::exact(64.0))
            .column(column(140.0))
            .column(column(160.0))
            .column(column(190.0))
            .column(Column::remainder().at_least(120.0).clip(true))
            .column(Column::exact(70.0));
        table
            .header(ROW, |mut header| {
                for head in ["Entry", "When", "Who", "What", "About", ""] {
                    header.col(|ui| {
                        ui.label(RichText::new(head).font(theme::small_strong()));
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, self.shown.len(), |mut line| {
                    let Some(row) = self.shown.get(line.index()).and_then(|nth| rows.get(*nth)) else { return };
                    let open = self.open.as_ref().is_some_and(|(seq, _)| *seq == row.seq);
                    line.set_selected(open);
                    line.col(|ui| {
                        if ui.add(Button::selectable(open, format!("{}", row.seq))).on_hover_text(opens(row)).clicked()
                        {
                            clicked = Some(row.seq);
                        }
                    });
                    let who = row.who.map_or(row.email.as_str(), |id| room.people.name(id));
                    for words in [moment(row.at).as_str(), who, &row.what, &row.about] {
                        line.col(|ui| {
                            ui.add(Label::new(words).truncate());
                        });
                    }
                    line.col(|ui| self.undo(ui, row, room));
                    if line.response().clicked() {
                        clicked = Some(row.seq);
                    }
                });
            });
        if let Some(seq) = clicked {
            let open = self.open.as_ref().is_some_and(|(open, _)| *open == seq);
            let row = rows.iter().find(|row| row.seq == seq).filter(|_| !open);
            self.open = row.map(|row| (seq, difference::parts(row, room.people, room.register)));
        }
    }

    fn undo(&mut self, ui: &mut Ui, row: &Row, room: &mut Room<'_>) {
        let why_not = why_no_undo(row).or(room.busy.then_some("A change is being made; wait a moment."));
        let button = ui.add_enabled(why_not.is_none(), Button::new("Undo").small());
        let name = format!("Undo entry {}", row.seq);
        button.widget_info(|| {
            use eframe::egui::{Role, WidgetInfo};
            WidgetInfo::labeled(Role::Button, why_not.is_none(), &name)
        });
        let button = button.on_hover_text("Takes this change back, where nothing that it changed has changed since.");
        if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
            self.undone = Some((row.seq, room.ask(Command::Undo { entry: row.seq })));
        }
    }

    fn open_ui(&mut self, ui: &mut Ui, rows: &[Row]) {
        let Some((seq, parts)) = &self.open else { return };
        let Some(row) = rows.iter().find(|row| row.seq == *seq) else { return };
        let mut close = false;
        ui.add_space(theme::space().one);
        let height = ui.available_height().max(140.0);
        ScrollArea::vertical().id_salt("entry").max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            card(ui, "", |ui| {
                ui.horizontal(|ui| {
                    let title = format!("Entry {}: {}", row.seq, row.what);
                    ui.label(RichText::new(title).font(theme::strong()));
                    close = ui.button("Close the entry").clicked();
                });
                let by = if row.email.is_empty() { "nobody" } else { row.email.as_str() };
                ui.label(theme::muted(ui, format!("{}, by {by}", moment(row.at))));
                if parts.is_empty() {
                    let about =
                        if row.about.is_empty() { String::new() } else { format!(" It was about: {}.", row.about) };
                    ui.label(format!("Nothing that the audit keeps was changed.{about}"));
                }
                for part in parts {
                    of_part(ui, part);
                }
            });
        });
        if close {
            self.open = None;
        }
    }
}

fn opens(row: &Row) -> String {
    format!("Shows what entry {} changed", row.seq)
}

/// Why an entry cannot be taken back, as far as can be seen from itself.
fn why_no_undo(row: &Row) -> Option<&'static str> {
    let Some(command) = &row.command else { return Some("Nothing was changed by this.") };
    if !command.can_be_undone() {
        return Some("What was read, accepted, added or signed with stays.");
    }
    if row.after.keys().any(|name| !row.before.contains_key(name)) {
        return Some("It made something new; archive that instead.");
    }
    row.before.is_empty().then_some("Nothing was changed by this.")
}

/// A thing that was changed: its fields, before and after.
fn of_part(ui: &mut Ui, part: &Part) {
    ui.add_space(theme::space().one);
    ui.label(RichText::new(&part.title).font(theme::small_strong()));
    let all_new = part.lines.iter().all(|line| line.before.is_none());
    let width = ui.available_width();
    let of_field = 220.0_f32.min(width * 0.3);
    let columns = if all_new { 1.0 } else { 2.0 };
    let of_words = ((width - of_field) / columns - 2.0 * theme::space().one).max(80.0);
    let cell = |ui: &mut Ui, width: f32, text: RichText| {
        ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            ui.add(Label::new(text).wrap());
        });
    };
    let line = |ui: &mut Ui, texts: [Option<RichText>; 3]| {
        ui.horizontal_top(|ui| {
            for (text, width) in texts.into_iter().zip([of_field, of_words, of_words]) {
                if let Some(text) = text {
                    cell(ui, width, text);
                }
            }
        });
    };
    let head = |words: &str| theme::muted(ui, words);
    let heads = [Some(head("Field")), (!all_new).then(|| head("Before")), Some(head("After"))];
    line(ui, heads);
    for changed in &part.lines {
        let words = |words: &Option<String>| RichText::new(words.as_deref().unwrap_or("–"));
        let before = (!all_new).then(|| words(&changed.before));
        let field = RichText::new(&changed.field).color(*theme::of(ui).muted);
        line(ui, [Some(field), before, Some(words(&changed.after))]);
    }
}
