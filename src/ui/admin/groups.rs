//! Every group of the organisations that who looks administers: found, made live, put away, duplicated.

pub(super) mod confirm;
pub(super) mod effect;
mod rows;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{Button, Id, RichText, TextEdit, Ui};

use self::confirm::Confirm;
use self::effect::Effect;
use self::rows::{List, Row, Sort};
use super::run::Run;
use super::{Key, Page, Request, Room};
use crate::collab::{Command, GroupId, GroupState, PersonId};
use crate::export::words::plural;
use crate::ui::theme;
use crate::ui::widgets::{Pick, dialog, picker, search_field, segment};

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    who: Option<PersonId>,
    list: List,
    /// The rows, and what they were made from.
    rows: Vec<Row>,
    made_from: Option<(Key, List, bool)>,
    /// When groups were last changed and by whom, by the audit's entry.
    changes: BTreeMap<i64, String>,
    /// After which entry the audit was asked for.
    audit_asked: Option<i64>,
    ticked: BTreeSet<GroupId>,
    confirm: Option<(Confirm, Vec<Planned>)>,
    copying: Option<(GroupId, String)>,
    doing: Option<Doing>,
    said: Option<Said>,
    /// The pass in which the page was drawn last.
    pass: u64,
}

/// A change that is about to be asked for.
#[derive(Debug, Clone)]
struct Planned {
    /// The group's name.
    name: String,
    command: Command,
    /// What is so once it is done.
    words: String,
}

/// Changes that are carried out one after the other.
#[derive(Debug)]
struct Doing {
    run: Run,
    planned: Vec<Planned>,
    /// What was not tried, and why.
    refused: Vec<String>,
}

impl Doing {
    /// What became of them.
    fn said(self) -> Said {
        let mut said = Said { failed: self.refused, ..Said::default() };
        for (Planned { name, command, words }, became) in self.planned.into_iter().zip(self.run.became()) {
            match became {
                Ok(entry) => {
                    let can_be_undone = matches!(command, Command::SetState { .. });
                    said.entries.extend(entry.filter(|_| can_be_undone).map(|entry| (name, entry)));
                    said.done.push(words);
                }
                Err(why) => said.failed.push(format!("“{name}”: {why}")),
            }
        }
        said.failed.extend(self.run.cut().map(str::to_owned));
        said
    }
}

/// What became of changes.
#[derive(Debug, Default)]
struct Said {
    done: Vec<String>,
    failed: Vec<String>,
    /// The audit's entries that can be taken back, each with its group's name.
    entries: Vec<(String, i64)>,
}

/// What is done on the page.
#[derive(Debug)]
enum Act {
    Tick(Vec<GroupId>, bool),
    Go(Page),
    Set(Vec<GroupId>, GroupState),
    Copy(GroupId),
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        if self.who != Some(room.who) {
            *self = Self { who: Some(room.who), ..Self::default() };
        }
        let pass = ui.ctx().cumulative_pass_nr();
        if self.pass + 1 < pass {
            self.come_back();
        }
        self.pass = pass;
        if let Some(doing) = &mut self.doing {
            doing.run.advance(ui, room);
        }
        if let Some(doing) = self.doing.take_if(|doing| !doing.run.goes_on()) {
            self.said = Some(doing.said());
        }
        self.look(room);
        let mut acts = Vec::new();
        self.top(ui, room, &mut acts);
        if self.rows.is_empty() && self.list == List::default() {
            nothing(ui);
        } else {
            self.tools(ui, room, &mut acts);
            ui.add_space(theme::space().one);
            if self.rows.is_empty() {
                ui.label("No group is like that.");
                if ui.button("Show all groups").clicked() {
                    self.list = List { sort: self.list.sort, ..List::default() };
                }
            } else {
                table::ui(ui, &self.rows, &self.ticked, self.why_not(room), &mut acts);
            }
        }
        for act in acts {
            self.act(act, room);
        }
        self.dialogs(ui, room);
    }

    /// What stood here when the page was left is no longer "right after the change".
    fn come_back(&mut self) {
        (self.said, self.confirm, self.copying) = (None, None, None);
    }

    /// Why nothing can be changed at this moment.
    fn why_not(&self, room: &Room<'_>) -> Option<&'static str> {
        (room.busy || self.doing.is_some()).then_some("A change is being carried out")
    }

    /// Begins with what is planned; `refused` tells what is not tried, and why.
    fn start(&mut self, planned: Vec<Planned>, refused: Vec<String>, room: &Room<'_>) {
        let changes = planned.iter().map(|planned| (planned.command.clone(), planned.words.clone()));
        let run = Run::begin_apart(room.people, changes);
        (self.said, self.doing) = (None, Some(Doing { run, planned, refused }));
    }

    /// Makes the rows where something has changed, and has the audit read for when that was.
    fn look(&mut self, room: &mut Room<'_>) {
        match room.audit {
            Some(_) => self.audit_asked = None,
            None if self.audit_asked != Some(room.entries) => {
                self.audit_asked = Some(room.entries);
                room.out.push(Request::ReadAudit);
            }
            None => {}
        }
        let from = Some((room.key(), self.list.clone(), room.audit.is_some()));
        if self.made_from == from {
            return;
        }
        rows::learn(&mut self.changes, room);
        self.rows = rows::of(&self.list, &self.changes, room);
        self.ticked.retain(|id| room.people.groups.contains_key(id));
        self.made_from = from;
    }

    fn top(&mut self, ui: &mut Ui, room: &mut Room<'_>, acts: &mut Vec<Act>) {
        ui.horizontal_wrapped(|ui| {
            let colours = theme::of(ui);
            let words = RichText::new("Create group").color(*colours.on_accent).strong();
            if ui.add(Button::new(words).fill(*colours.accent)).clicked() {
                acts.push(Act::Go(Page::GroupForm(None)));
            }
            ui.label(theme::muted(
                ui,
                "A group lets its owner, and where you choose so its schools, look at results together",
            ));
        });
        ui.add_space(theme::space().one);
        if self.doing.is_some() {
            ui.label(theme::muted(ui, "The change is being carried out…"));
        }
        let Some(said) = &self.said else { return };
        let (mut undo, mut close) = (false, false);
        ui.horizontal_wrapped(|ui| {
            if !said.done.is_empty() {
                super::say(ui, &Ok(effect::listed(&said.done)));
            }
            for failed in &said.failed {
                super::say(ui, &Err(failed.clone()));
            }
            if !said.entries.is_empty() {
                let button = ui.add_enabled(!room.busy, Button::new("Undo"));
                undo = button.on_disabled_hover_text("A change is being carried out").clicked();
            }
            close = ui.button("Close").on_hover_text("Close this message").clicked();
        });
        ui.add_space(theme::space().one);
        if undo && let Some(said) = self.said.take() {
            // The last change first: the one before it is as it was only then.
            let plan = |(name, entry): (String, i64)| Planned {
                words: format!("“{name}” is as it was"),
                name,
                command: Command::Undo { entry },
            };
            self.start(said.entries.into_iter().rev().map(plan).collect(), Vec::new(), room);
        } else if close {
            self.said = None;
        }
    }

    /// Search, filter, order, and what is done with those that are ticked.
    fn tools(&mut self, ui: &mut Ui, room: &Room<'_>, acts: &mut Vec<Act>) {
        ui.horizontal_wrapped(|ui| {
            search_field(ui, &mut self.list.sought, "Search groups", "Search by name", 200.0);
            ui.spacing_mut().item_spacing.x = 2.0;
            if segment(ui, "All", self.list.only.is_none()).clicked() {
                self.list.only = None;
            }
            for state in GroupState::ALL {
                let words = match state {
                    GroupState::Draft => "Draft",
                    GroupState::Live => "Live",
                    GroupState::Archived => "Archived",
                };
                if segment(ui, words, self.list.only == Some(state)).clicked() {
                    self.list.only = Some(state);
                }
            }
            ui.add_space(theme::space().one);
            let lines = || Sort::ALL.map(|sort| Pick::new(sort, sort.words())).to_vec();
            if let Some(sort) = picker(ui, "Sort by", &self.list.sort, self.list.sort.words(), lines) {
                self.list.sort = sort;
            }
        });
        let ticked: Vec<&Row> = self.rows.iter().filter(|row| self.ticked.contains(&row.id)).collect();
        if ticked.is_empty() {
            return;
        }
        ui.horizontal_wrapped(|ui| {
            ui.label(format!("{} ticked", plural(ticked.len() as i64, "group")));
            for (words, state, fits) in [
                ("Make live", GroupState::Live, [GroupState::Draft].as_slice()),
                ("Archive", GroupState::Archived, &[GroupState::Draft, GroupState::Live]),
                ("Restore", GroupState::Draft, &[GroupState::Archived]),
            ] {
                let fitting = ticked.iter().filter(|row| fits.contains(&row.state)).map(|row| row.id);
                let fitting: Vec<GroupId> = fitting.collect();
                let none = fitting.is_empty().then_some(match state {
                    GroupState::Live => "None of them is a draft",
                    GroupState::Archived => "They are archived already",
                    GroupState::Draft => "None of them is archived",
                });
                let why = self.why_not(room).or(none);
                let button = ui.add_enabled(why.is_none(), Button::new(format!("{words} ({})", fitting.len())));
                let name = format!("{words} {}", plural(fitting.len() as i64, "ticked group"));
                let button = button.on_disabled_hover_text(why.unwrap_or_default()).accessible_name(name);
                if button.clicked() {
                    acts.push(Act::Set(fitting, state));
                }
            }
            if ui.button("Untick all").clicked() {
                acts.push(Act::Tick(self.ticked.iter().copied().collect(), false));
            }
        });
    }

    fn act(&mut self, act: Act, room: &mut Room<'_>) {
        match act {
            Act::Tick(groups, true) => self.ticked.extend(groups),
            Act::Tick(groups, false) => self.ticked.retain(|id| !groups.contains(id)),
            Act::Go(page) => room.out.push(Request::Go(page)),
            Act::Copy(id) => {
                let name = room.people.groups.get(&id).map(|group| format!("Copy of {}", group.name));
                self.copying = name.map(|name| (id, name));
            }
            Act::Set(groups, state) => self.set(&groups, state, room),
        }
    }

    /// Plans a change of state: at once where nobody sees more by it, else after it was told who does.
    fn set(&mut self, groups: &[GroupId], state: GroupState, room: &Room<'_>) {
        let mut confirm = Confirm::default();
        let mut planned = Vec::new();
        let mut shows_more = false;
        for id in groups {
            let Some(group) = room.people.groups.get(id).filter(|group| group.state != state) else { continue };
            let (name, was) = (group.name.clone(), group.state);
            let command = Command::SetState { group: *id, seen: group.revision, state };
            match room.office.preview(room.who, &command, room.now) {
                Ok(after) => {
                    let effect = Effect::of(room, &after);
                    shows_more |= effect.shows_more;
                    let words = match (was, state) {
                        (GroupState::Archived, GroupState::Draft) => format!("“{name}” is restored as a draft"),
                        (_, GroupState::Draft) => format!("“{name}” is a draft now"),
                        (_, GroupState::Live) => format!("“{name}” is live now"),
                        (_, GroupState::Archived) => format!("“{name}” is archived"),
                    };
                    confirm.effects.push((name.clone(), effect));
                    planned.push(Planned { name, command, words });
                }
                Err(refusal) => confirm.refused.push(format!("“{name}”: {refusal}")),
            }
        }
        if planned.is_empty() {
            self.said = Some(Said { failed: confirm.refused, ..Said::default() });
            return;
        }
        if state == GroupState::Live || shows_more {
            let what = match planned.as_slice() {
                [one] => format!("“{}”", one.name),
                several => plural(several.len() as i64, "group"),
            };
            (confirm.title, confirm.yes) = match state {
                GroupState::Live => (format!("Make {what} live?"), "Make live now"),
                GroupState::Draft => (format!("Restore {what}?"), "Restore now"),
                GroupState::Archived => (format!("Archive {what}?"), "Archive now"),
            };
            self.confirm = Some((confirm, planned));
        } else {
            self.start(planned, confirm.refused, room);
        }
    }

    fn dialogs(&mut self, ui: &Ui, room: &Room<'_>) {
        if let Some((confirm, _)) = &self.confirm
            && let Some(yes) = confirm.ui(ui, self.why_not(room))
            && let Some((confirm, planned)) = self.confirm.take()
            && yes
        {
            self.start(planned, confirm.refused, room);
        }
        let why = self.why_not(room);
        let Some((group, name)) = &mut self.copying else { return };
        let Some(original) = room.people.groups.get(group) else {
            self.copying = None;
            return;
        };
        let taken = room
            .people
            .groups
            .values()
            .any(|other| other.owner == original.owner && other.name.to_lowercase() == name.trim().to_lowercase());
        let problem = match name.trim() {
            "" => Some("Write a name".to_owned()),
            name if taken => Some(format!("There is a group “{name}” already")),
            name if name.chars().count() > crate::collab::NAME => Some(too_long(name)),
            _ => None,
        };
        let chosen = dialog(ui, Id::unique("duplicate group"), 440.0, false, |ui| {
            let mut chosen = None;
            ui.label(RichText::new(format!("Duplicate “{}”", original.name)).font(theme::title()));
            let words = "The copy has the same schools and users. It begins as a draft for its owner only: permission and \
                         terms were for the other group.";
            ui.label(words);
            ui.add_space(theme::space().one);
            let label = ui.label("Name of the copy");
            ui.add(TextEdit::singleline(name).desired_width(f32::INFINITY)).labelled_by(label.id);
            if let Some(problem) = &problem {
                super::say(ui, &Err(problem.clone()));
            }
            ui.add_space(theme::space().two);
            ui.horizontal(|ui| {
                let why = why.map(str::to_owned).or_else(|| problem.clone());
                let button = ui.add_enabled(why.is_none(), Button::new("Make the copy"));
                if button.on_disabled_hover_text(why.unwrap_or_default()).clicked() {
                    chosen = Some(true);
                }
                if ui.button("Cancel").clicked() {
                    chosen = Some(false);
                }
            });
            chosen
        });
        match chosen {
            Some(true) => {
                let name = name.trim().to_owned();
                let words = format!("“{name}” is there, as a draft for its owner only");
                let command = Command::Duplicate { group: *group, name: name.clone() };
                self.copying = None;
                self.start(vec![Planned { name, command, words }], Vec::new(), room);
            }
            Some(false) => self.copying = None,
            None => {}
        }
    }
}

/// That a name is too long.
pub(super) fn too_long(name: &str) -> String {
    format!("The name has {} characters; at most {} are kept", name.chars().count(), crate::collab::NAME)
}

fn nothing(ui: &mut Ui) {
    ui.add_space(theme::space().two);
    ui.label(RichText::new("There are no groups yet").font(theme::strong()));
    ui.label(
        "Create one in four steps: its name, its schools, the people who see it, and whether its schools see it too.",
    );
}
