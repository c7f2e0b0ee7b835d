//! Who sees one group, by organisation, and who does not quite, with the step that fails.

use std::collections::BTreeMap;

use eframe::egui::{Align, Label, Layout, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::{copy_summary, step_words};
use crate::collab::{GroupId, OrganisationId, PersonId, Verdict, verdict};
use crate::export::words::plural;
use crate::ui::admin::people::reach;
use crate::ui::admin::{Key, Room};
use crate::ui::theme;

/// Height of a row, in points: two lines of small text.
const ROW: f32 = 44.0;

/// A row of the table.
#[derive(Debug)]
enum Line {
    /// An organisation, and how many of its people see the group.
    Organisation { name: String, count: String },
    Person {
        name: String,
        email: String,
        sees: bool,
        /// The step that decides.
        last: String,
        /// All steps, a line each.
        chain: String,
    },
}

/// A person, and what was decided about them.
struct Decided {
    person: PersonId,
    verdict: Verdict,
}

/// Who sees a group, as it was made last.
#[derive(Debug, Default)]
pub struct Seers {
    /// Of what it was made.
    made: Option<(Key, GroupId)>,
    lines: Vec<Line>,
    head: String,
    /// What is not in the table, and why.
    note: Option<String>,
    summary: String,
}

impl Seers {
    /// Draws who sees a group.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, group: GroupId) {
        let made = (room.key(), group);
        if self.made != Some(made) {
            self.make(room, group);
            self.made = Some(made);
        }
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&self.head).font(theme::strong()));
            copy_summary(ui, room, &self.summary);
        });
        if let Some(note) = &self.note {
            ui.label(theme::muted(ui, note));
        }
        ui.add_space(theme::space().half);
        if self.lines.is_empty() {
            ui.label("There is nobody yet who might see it. Add people under “Users I manage”.");
            return;
        }
        let colours = theme::of(ui);
        let lines = &self.lines;
        let table = TableBuilder::new(ui)
            .id_salt("seers")
            .striped(true)
            .auto_shrink([false, true])
            .max_scroll_height(520.0)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(250.0).clip(true))
            .column(Column::remainder().at_least(300.0).clip(true));
        let table = table.header(26.0, |mut header| {
            for head in ["Person", "Why"] {
                header.col(|ui| {
                    ui.label(RichText::new(head).font(theme::small_strong()));
                });
            }
        });
        table.body(|body| {
            body.rows(ROW, lines.len(), |mut row| match lines.get(row.index()) {
                Some(Line::Organisation { name, count }) => {
                    row.col(|ui| {
                        ui.add(Label::new(RichText::new(name).font(theme::small_strong())).wrap()).on_hover_text(name);
                    });
                    row.col(|ui| {
                        ui.label(RichText::new(count).font(theme::small_strong()));
                    });
                }
                Some(Line::Person { name, email, sees, last, chain }) => {
                    row.col(|ui| {
                        ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 0.0;
                            ui.add_space(2.0);
                            ui.add(Label::new(name).truncate()).on_hover_text(name);
                            ui.add(Label::new(theme::muted(ui, email)).truncate()).on_hover_text(email);
                        });
                    });
                    row.col(|ui| {
                        let colour = if *sees { *colours.above } else { *colours.below };
                        let words = RichText::new(last).font(theme::small()).color(colour);
                        ui.add(Label::new(words).wrap()).on_hover_text(chain);
                    });
                }
                None => {}
            });
        });
    }

    fn make(&mut self, room: &Room<'_>, id: GroupId) {
        (self.lines, self.note) = (Vec::new(), None);
        let Some(group) = room.people.groups.get(&id) else { return };
        let managed = reach::managed(room);
        let owns = room.administered().contains(&group.owner);
        let mut of: BTreeMap<(bool, String, OrganisationId), Vec<Decided>> = BTreeMap::new();
        for (person, who) in &room.people.persons {
            let shown = owns || managed.contains(&who.organisation) || *person == room.who;
            if !shown || !reach::might_expect(room.people, *person, id) {
                continue;
            }
            let verdict = verdict(room.people, *person, id);
            let name = room.people.organisation_name(who.organisation).to_owned();
            let key = (who.organisation != group.owner, name, who.organisation);
            of.entry(key).or_default().push(Decided { person: *person, verdict });
        }
        if !owns {
            self.note = Some("Only people whom you manage are named here.".to_owned());
        }
        let (mut all, mut out) = (0, Vec::new());
        for ((_, name, _), mut persons) in of {
            persons.sort_by_key(|one| (!one.verdict.sees(), room.people.name(one.person).to_lowercase()));
            let seeing = persons.iter().filter(|one| one.verdict.sees()).count();
            all += seeing;
            let count = format!("{seeing} of {} see it", persons.len());
            out.push(format!("\n{name}: {count}"));
            self.lines.push(Line::Organisation { name, count });
            for Decided { person, verdict } in persons {
                let Some(who) = room.people.persons.get(&person) else { continue };
                let (sees, chain) = (verdict.sees(), verdict.chain);
                let last = chain.last().map(step_words).unwrap_or_default();
                out.push(format!("  {}, {}: {last}", who.name, who.email));
                let chain = chain.iter().map(step_words).collect::<Vec<_>>().join("\n");
                self.lines.push(Line::Person { name: who.name.clone(), email: who.email.clone(), sees, last, chain });
            }
        }
        let people = if all == 1 { "1 person sees".to_owned() } else { format!("{all} people see") };
        let schools = plural(i64::try_from(group.schools.len()).unwrap_or(i64::MAX), "school");
        let (owner, state) = (room.people.organisation_name(group.owner), group.state.word());
        let visible = group.visibility.words();
        self.head = format!("{people} “{}” ({schools}, {state}, {visible}, owned by {owner})", group.name);
        self.summary = format!("{}\n{}\n", self.head, out.join("\n"));
    }
}
