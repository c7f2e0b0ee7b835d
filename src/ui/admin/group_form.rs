//! Setting a group up in four steps, or changing it.
//!
//! What is written stays while one looks at other pages. Nothing is changed before the button at the end.

mod first;
mod form;
mod last;
mod paste;
mod people;
mod schools;

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{Button, Id, RichText, ScrollArea, TextEdit, Ui};

use self::form::{Form, Step};
use super::groups::confirm::Confirm;
use super::groups::effect::Effect;
use super::{Key, Page, Request, Room, say};
use crate::collab::{Command, Group, GroupId, GroupState, OrganisationId, OrganisationKind, PersonId, Visibility};
use crate::ui::theme;
use crate::ui::widgets::{dialog, segment};

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    who: Option<PersonId>,
    /// A form for each group that was opened, and for a new one.
    filled: BTreeMap<Option<GroupId>, Filled>,
}

/// A form that is being filled in.
#[derive(Debug)]
struct Filled {
    form: Form,
    /// As it was opened.
    from: Form,
    /// The group's revision when it was opened.
    seen: i64,
    step: Step,
    /// The steps that were left: what is missing there is marked.
    left: BTreeSet<Step>,
    schools: schools::State,
    people: people::State,
    /// What comes of it, and from what that was told.
    foreseen: Option<(Key, Command, Result<Effect, String>)>,
    ticket: Option<u64>,
    failed: Option<String>,
    done: Option<Finished>,
    /// What was written before somebody else's version was loaded.
    kept: Option<String>,
    confirm: Option<Confirm>,
    discards: bool,
}

/// What was done last.
#[derive(Debug)]
struct Finished {
    words: String,
    group: Option<GroupId>,
    /// The audit's entry, where it can be taken back.
    entry: Option<i64>,
}

impl Filled {
    fn with(form: Form, seen: i64) -> Self {
        Self {
            from: form.clone(),
            form,
            seen,
            step: Step::default(),
            left: BTreeSet::new(),
            schools: schools::State::default(),
            people: people::State::default(),
            foreseen: None,
            ticket: None,
            failed: None,
            done: None,
            kept: None,
            confirm: None,
            discards: false,
        }
    }

    /// With what is there now, at the same step.
    fn load(&mut self, group: &Group) {
        let form = Form::of(group);
        (self.from, self.form, self.seen) = (form.clone(), form, group.revision);
        (self.foreseen, self.failed) = (None, None);
    }

    fn is_touched(&self) -> bool {
        self.form != self.from || self.schools.has_pasted()
    }
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, group: Option<GroupId>, room: &mut Room<'_>) {
        if self.who != Some(room.who) {
            *self = Self { who: Some(room.who), ..Self::default() };
        }
        let owners = owners(room);
        let before = group.and_then(|id| room.people.groups.get(&id)).filter(|of| owners.contains(&of.owner));
        let own = room.people.persons.get(&room.who).map(|person| person.organisation);
        let first = own.filter(|own| owners.contains(own)).or_else(|| owners.first().copied());
        let begun = match (group, before) {
            (Some(_), Some(of)) => Some(Filled::with(Form::of(of), of.revision)),
            (None, _) => first.map(|owner| Filled::with(Form::empty(owner), 0)),
            (Some(_), None) => None,
        };
        let Some(begun) = begun else {
            ui.label("Groups are set up by administrators of authorities, trusts and the system, each for their own.");
            if ui.button("List of groups").clicked() {
                room.out.push(Request::Go(Page::Groups));
            }
            return;
        };
        let filled = self.filled.entry(group).or_insert(begun);
        filled.settle(group, before, room);
        if group.is_none() && filled.done.is_some() {
            filled.created(ui, room);
            return;
        }
        let discarded = filled.ui(ui, group, before, &owners, room);
        if discarded {
            self.filled.remove(&group);
            room.out.push(Request::Go(Page::Groups));
        }
    }
}

/// The organisations that can own a group that who looks sets up.
fn owners(room: &Room<'_>) -> Vec<OrganisationId> {
    let administered = room.administered().into_iter();
    let kind = |id: &OrganisationId| room.people.organisations.get(id).map(|of| of.kind);
    administered.filter(|id| !matches!(kind(id), None | Some(OrganisationKind::School(_)))).collect()
}

impl Filled {
    /// Takes what became of the last request, and what others did meanwhile.
    fn settle(&mut self, group: Option<GroupId>, before: Option<&Group>, room: &Room<'_>) {
        match room.outcome_of(self.ticket) {
            Some(Ok(_)) => {
                let entry = room.entry_of(self.ticket);
                self.ticket = None;
                self.failed = None;
                match (group, before) {
                    (Some(id), Some(of)) => {
                        let undone = self.done.take().is_some();
                        self.load(of);
                        let words = if undone { "It is as it was" } else { "Saved" }.to_owned();
                        self.done = Some(Finished { words, group: Some(id), entry: entry.filter(|_| !undone) });
                        self.kept = None;
                    }
                    _ => {
                        let name = self.form.draft.name.trim().to_owned();
                        let new = room
                            .people
                            .groups
                            .iter()
                            .find(|(_, of)| of.owner == self.form.draft.owner && of.name == name);
                        let words = match self.form.draft.visibility {
                            Visibility::OwnerOnly => format!("“{name}” is created, for its owner only"),
                            Visibility::SchoolsToo => format!("“{name}” is created, for its schools too"),
                        };
                        let group = new.map(|(id, _)| *id);
                        let owner = self.form.draft.owner;
                        *self = Self::with(Form::empty(owner), 0);
                        self.done = Some(Finished { words, group, entry: None });
                    }
                }
            }
            Some(Err(why)) => {
                self.failed = Some(why.clone());
                self.ticket = None;
            }
            None => {}
        }
        if let Some(of) = before.filter(|of| of.revision != self.seen) {
            // Nothing to lose: what was written is what is there, or nothing was written.
            if self.form == self.from || self.form.is(of) {
                self.load(of);
            }
        }
    }

    /// Draws the form. Gives whether it is to be thrown away.
    fn ui(
        &mut self,
        ui: &mut Ui,
        group: Option<GroupId>,
        before: Option<&Group>,
        owners: &[OrganisationId],
        room: &mut Room<'_>,
    ) -> bool {
        let problems = self.form.problems(group, room);
        self.news(ui, before, room);
        ui.horizontal_wrapped(|ui| {
            for step in Step::ALL {
                let missing = self.left.contains(&step) && problems.iter().any(|(at, _)| *at == step);
                let sign = if missing { "  !" } else { "" };
                let words = format!("{}  {}{sign}", step.number(), step.title());
                let name = format!("Step {}: {}", step.number(), step.title());
                if segment(ui, &words, self.step == step).accessible_name(name).clicked() {
                    self.go(step);
                }
            }
        });
        ui.add_space(theme::space().one);
        // Above the step, so that it is in sight and in its place however long the step is.
        self.bar(ui, group, before, room);
        ui.separator();
        for (_, problem) in problems.iter().filter(|(at, _)| *at == self.step && self.marks(*at)) {
            say(ui, &Err(problem.clone()));
        }
        match self.step {
            Step::Name => first::ui(ui, &mut self.form, before.is_some(), owners, room),
            Step::Schools => self.schools.ui(ui, &mut self.form, before, room),
            Step::People => self.people.ui(ui, &mut self.form, room),
            Step::Visibility => {
                last::ui(ui, &mut self.form, before, room);
                ui.add_space(theme::space().one);
                let foreseen = self.foresee(group, room);
                last::summary(ui, foreseen);
            }
        }
        self.dialogs(ui, group, room)
    }

    /// Whether what is missing at a step is told there: at the last one it stands below the button.
    fn marks(&self, step: Step) -> bool {
        self.left.contains(&step) && step != Step::Visibility
    }

    fn go(&mut self, step: Step) {
        self.left.insert(self.step);
        self.step = step;
        if step == Step::Visibility {
            self.left.extend(Step::ALL);
        }
    }

    /// What was done, what failed, and what others have done meanwhile.
    fn news(&mut self, ui: &mut Ui, before: Option<&Group>, room: &mut Room<'_>) {
        let mut undo = None;
        let mut close = false;
        if let Some(done) = &self.done {
            ui.horizontal_wrapped(|ui| {
                say(ui, &Ok(done.words.clone()));
                // What was written after it would be lost.
                if let Some(entry) = done.entry.filter(|_| self.form == self.from)
                    && ui.add_enabled(!room.busy, Button::new("Undo")).clicked()
                {
                    undo = Some(entry);
                }
                close = ui.button("Close").on_hover_text("Close this message").clicked();
            });
        }
        if let Some(entry) = undo {
            self.ticket = Some(room.ask(Command::Undo { entry }));
            // It stays, without its button, until the answer is there.
            if let Some(done) = &mut self.done {
                done.entry = None;
            }
        } else if close {
            self.done = None;
        }
        let moved = before.filter(|of| of.revision != self.seen);
        if let Some(of) = before.filter(|_| moved.is_some() || self.failed_for_change()) {
            let words = "Somebody else has changed this group since you opened it. What you wrote can be copied after what is \
                         there now was loaded.";
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(words).color(*theme::of(ui).warning));
                if ui.button("Load what is there now").clicked() {
                    self.kept = Some(self.form.as_text(room));
                    self.load(of);
                    self.done = None;
                }
            });
        }
        if let Some(failed) = &self.failed {
            say(ui, &Err(failed.clone()));
        }
        if let Some(kept) = &self.kept {
            let mut close = false;
            ui.horizontal(|ui| {
                ui.label(RichText::new("What you wrote").font(theme::strong()));
                if ui.button("Copy what you wrote").clicked() {
                    room.out.push(Request::Copy(kept.clone()));
                }
                close = ui.button("Close what you wrote").clicked();
            });
            ScrollArea::vertical().id_salt("kept").max_height(120.0).show(ui, |ui| {
                let mut kept = kept.as_str();
                let field = TextEdit::multiline(&mut kept).desired_width(f32::INFINITY).desired_rows(3);
                ui.add(field).accessible_name("What you wrote before");
            });
            if close {
                self.kept = None;
            }
        }
    }

    /// Whether the office refused because of another's change, which is perhaps not seen here yet.
    fn failed_for_change(&self) -> bool {
        self.failed.as_ref().is_some_and(|why| why.contains("meanwhile"))
    }

    /// What comes of what is written, or why it is refused.
    fn foresee(&mut self, group: Option<GroupId>, room: &Room<'_>) -> &Result<Effect, String> {
        let command = self.form.command(group.map(|id| (id, self.seen)), room);
        let key = room.key();
        let same = self.foreseen.take().filter(|(of, asked, _)| *of == key && *asked == command);
        let (.., told) = self.foreseen.insert(same.unwrap_or_else(|| {
            let told = room.office.preview(room.who, &command, room.now);
            let told = told.map(|after| Effect::of(room, &after));
            (key, command, told.map_err(|refusal| refusal.to_string()))
        }));
        told
    }

    /// Back, next, the button at the end, and what is missing for it.
    fn bar(&mut self, ui: &mut Ui, group: Option<GroupId>, before: Option<&Group>, room: &mut Room<'_>) {
        let mut problems = self.form.problems(group, room);
        let ends = self.step == Step::Visibility || group.is_some();
        if ends && problems.is_empty() {
            let moved = before.is_some_and(|of| of.revision != self.seen);
            let refused = self.foresee(group, room).as_ref().err().cloned();
            problems.extend(refused.filter(|_| !moved).map(|why| (Step::Visibility, why)));
        }
        let mut asked = false;
        ui.horizontal_wrapped(|ui| {
            let back = ui.add_enabled(self.step.back().is_some(), Button::new("Back"));
            if back.on_disabled_hover_text("This is the first step").clicked()
                && let Some(step) = self.step.back()
            {
                self.go(step);
            }
            let next = ui.add_enabled(self.step.next().is_some(), Button::new("Next"));
            if next.on_disabled_hover_text("This is the last step").clicked()
                && let Some(step) = self.step.next()
            {
                self.go(step);
            }
            if ends {
                let moved = before.is_some_and(|of| of.revision != self.seen);
                let why = if room.busy {
                    Some("A change is being carried out".to_owned())
                } else if moved {
                    Some("Somebody else has changed it; load what is there now first".to_owned())
                } else if !problems.is_empty() {
                    Some(problems.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join("\n"))
                } else if group.is_some() && self.form == self.from {
                    Some("Nothing was changed".to_owned())
                } else {
                    None
                };
                let words = if group.is_some() { "Save" } else { "Create group" };
                let colours = theme::of(ui);
                let button = match why {
                    None => Button::new(RichText::new(words).color(*colours.on_accent).strong()).fill(*colours.accent),
                    Some(_) => Button::new(words),
                };
                asked = ui.add_enabled(why.is_none(), button).on_disabled_hover_text(why.unwrap_or_default()).clicked();
            }
            let discard = ui.add_enabled(self.is_touched(), Button::new("Discard…"));
            if discard.on_disabled_hover_text("Nothing was written").clicked() {
                self.discards = true;
            }
            if ui.button("List of groups").on_hover_text("What you wrote here is kept").clicked() {
                room.out.push(Request::Go(Page::Groups));
            }
        });
        let mut go = None;
        if self.step == Step::Visibility && !problems.is_empty() {
            ui.label(RichText::new("Still missing").font(theme::small_strong()));
            for (step, problem) in &problems {
                ui.horizontal_wrapped(|ui| {
                    say(ui, &Err(problem.clone()));
                    let words = format!("Go to step {}", step.number());
                    if *step != self.step && ui.link(words).clicked() {
                        go = Some(*step);
                    }
                });
            }
        }
        if let Some(step) = go {
            self.go(step);
        }
        if asked {
            self.ask(group, room);
        }
    }

    /// Asks for the change, or first whether it is meant where more people see something by it.
    fn ask(&mut self, group: Option<GroupId>, room: &mut Room<'_>) {
        let name = self.form.draft.name.trim().to_owned();
        let Ok(effect) = self.foresee(group, room).clone() else { return };
        // Live for its schools from now on: as a new group, or because a live one becomes visible to them.
        let opened = self.from.draft.visibility != self.form.draft.visibility
            && self.form.draft.visibility == Visibility::SchoolsToo;
        let goes_live = self.form.state == GroupState::Live && (group.is_none() || opened);
        let asks = goes_live || (group.is_some() && effect.shows_more);
        if !asks {
            self.send(group, room);
            return;
        }
        let (title, yes) = match group {
            Some(_) if goes_live => (format!("Make “{name}” live for its schools?"), "Save now"),
            Some(_) => (format!("Save “{name}”?"), "Save now"),
            None => (format!("Create “{name}” as live?"), "Create now"),
        };
        self.confirm = Some(Confirm { title, yes, effects: vec![(name, effect)], refused: Vec::new() });
    }

    fn send(&mut self, group: Option<GroupId>, room: &mut Room<'_>) {
        (self.failed, self.done) = (None, None);
        self.ticket = Some(room.ask(self.form.command(group.map(|id| (id, self.seen)), room)));
    }

    fn dialogs(&mut self, ui: &Ui, group: Option<GroupId>, room: &mut Room<'_>) -> bool {
        let busy = room.busy.then_some("A change is being carried out");
        if let Some(yes) = self.confirm.as_ref().and_then(|confirm| confirm.ui(ui, busy)) {
            self.confirm = None;
            if yes {
                self.send(group, room);
            }
        }
        if !self.discards {
            return false;
        }
        let answer = dialog(ui, Id::unique("discard a group"), 420.0, false, |ui| {
            let mut answer = None;
            ui.label(RichText::new("Discard what you wrote?").font(theme::title()));
            ui.label("Nothing of it has been saved.");
            ui.add_space(theme::space().two);
            ui.horizontal(|ui| {
                if ui.button("Discard it").clicked() {
                    answer = Some(true);
                }
                if ui.button("Keep it").clicked() {
                    answer = Some(false);
                }
            });
            answer
        });
        self.discards = answer.is_none();
        answer == Some(true)
    }

    /// After a group was created: what was done, and what comes next.
    fn created(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        let Some(done) = &self.done else { return };
        say(ui, &Ok(done.words.clone()));
        ui.label(
            "Next: ask each school for its permission, and record the answers. Everyone whom it concerns is told.",
        );
        ui.add_space(theme::space().one);
        let mut again = false;
        ui.horizontal_wrapped(|ui| {
            if let Some(group) = done.group
                && ui.button("Permissions of its schools").clicked()
            {
                room.out.push(Request::Go(Page::Permissions(group)));
                again = true;
            }
            if ui.button("List of groups").clicked() {
                room.out.push(Request::Go(Page::Groups));
                again = true;
            }
            again |= ui.button("Create another group").clicked();
        });
        if again {
            self.done = None;
        }
    }
}
