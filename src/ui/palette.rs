//! The palette: find any command, group, school or pupil group by a few letters.

use eframe::egui::{Align2, Area, Frame, Id, Key, Order, Ui, vec2};

use super::change::{Change, Outbox, toggled};
use super::command::{Command, Situation};
use super::session::Session;
use super::view::View;
use super::widgets::{Pick, list};
use super::{theme, words};
use crate::model::{Characteristic, Scope, Subject};

/// What an entry does.
#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Command(Command),
    Change(Change),
}

/// The open palette.
#[derive(Debug)]
pub struct Palette {
    entries: Vec<Pick<Entry>>,
}

impl Palette {
    /// The palette of what there is now. Commands that make no sense now are not in it.
    pub fn of(open: Option<(&Session, &View)>, situation: &Situation) -> Self {
        let enabled = Command::all().filter(|command| command.is_enabled(situation));
        let mut entries: Vec<Pick<Entry>> = enabled
            .filter(|command| !matches!(command, Command::Palette | Command::Cancel))
            .map(|command| Pick {
                value: Entry::Command(command),
                words: command.text().0.to_owned(),
                note: "command".to_owned(),
            })
            .collect();
        if let Some((session, view)) = open {
            let catalogue = &session.catalogue;
            for group in catalogue.groups() {
                entries.push(Pick {
                    value: Entry::Change(Change::Scope(group.scope.clone())),
                    words: group.name.clone(),
                    note: format!("group · {}", words::schools(&group.scope, catalogue)),
                });
            }
            for (id, panel) in &view.panels {
                entries.push(Pick {
                    value: Entry::Change(Change::Maximise(Some(*id))),
                    words: format!("Panel: {}", panel.title()),
                    note: "maximised".to_owned(),
                });
            }
            for subject in Subject::all().filter(|subject| subject.key_stage == view.stage) {
                entries.push(Pick {
                    value: Entry::Change(Change::Subject(subject)),
                    words: subject.name.clone(),
                    note: "subject".to_owned(),
                });
            }
            for group in Characteristic::ALL.into_iter().flat_map(Characteristic::groups) {
                entries.push(Pick {
                    value: Entry::Change(Change::Filter(toggled(&view.filter, group))),
                    words: group.label(),
                    note: "pupils".to_owned(),
                });
            }
            for school in catalogue.schools() {
                entries.push(Pick {
                    value: Entry::Change(Change::Select([school.urn].into())),
                    words: format!("{} {}", school.name, school.urn),
                    note: format!("school · {}", school.la_name),
                });
            }
            for school in catalogue.schools() {
                let scope = Scope::Schools([school.urn].into());
                entries.push(Pick {
                    value: Entry::Change(Change::Scope(scope)),
                    words: format!("Only {}", school.name),
                    note: "group of one".to_owned(),
                });
            }
        }
        Self { entries }
    }

    /// Draws it over everything. Gives whether it stays open.
    pub fn ui(&self, ui: &Ui, out: &mut Outbox) -> bool {
        let ctx = ui.ctx();
        let mut open = !ctx.input_mut(|input| input.consume_key(Default::default(), Key::Escape));
        let area =
            Area::new(Id::unique("palette")).order(Order::Foreground).anchor(Align2::CENTER_TOP, vec2(0.0, 90.0));
        let shown = area.show(ctx, |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_width(560.0);
                ui.label(theme::muted(ui, "Commands, groups, schools, subjects, panels, pupil groups"));
                list(ui, "everything", &self.entries, true, |_| false)
            })
        });
        match shown.inner.inner {
            Some(Entry::Command(command)) => {
                out.commands.push(command);
                open = false;
            }
            Some(Entry::Change(change)) => {
                out.changes.push(change);
                open = false;
            }
            None => {}
        }
        open && !shown.response.clicked_elsewhere()
    }
}
