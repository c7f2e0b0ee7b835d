//! The second step: the schools of the group, found or pasted.

use std::collections::{BTreeMap, BTreeSet};

use eframe::egui::{Align, Button, CollapsingHeader, Label, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::form::Form;
use super::paste::Report;
use crate::collab::{Group, OrganisationId, answers_for};
use crate::export::words::plural;
use crate::model::{LaCode, School, TrustUid, Urn};
use crate::ui::admin::{Request, Room};
use crate::ui::theme;
use crate::ui::widgets::{Pick, picker, search_field};

/// Height of a line of a list.
const ROW: f32 = 44.0;
/// Least height of a list, and what is left below one for the list of URNs that can be pasted.
const LIST: f32 = 290.0;
const BELOW: f32 = 60.0;

/// What is sought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Sought {
    words: String,
    phase: Option<String>,
    authority: Option<LaCode>,
    trust: Option<TrustUid>,
}

/// The step as it stands.
#[derive(Debug, Default)]
pub struct State {
    sought: Sought,
    pasted: String,
    report: Option<Report>,
    /// The schools for which an owner answers, each with the words by which it is found, in order of their names.
    pool: Vec<(Urn, String)>,
    pool_of: Option<OrganisationId>,
    phases: BTreeSet<String>,
    authorities: BTreeMap<LaCode, String>,
    trusts: BTreeMap<TrustUid, String>,
    found: Vec<Urn>,
    found_of: Option<Sought>,
}

impl State {
    /// Whether something stands in the field for a pasted list.
    pub fn has_pasted(&self) -> bool {
        !self.pasted.trim().is_empty()
    }

    /// Draws the step.
    pub fn ui(&mut self, ui: &mut Ui, form: &mut Form, before: Option<&Group>, room: &mut Room<'_>) {
        ui.label(
            "Choose the schools of the group. Primary and secondary schools can be in one group, such as a secondary \
                  school with its feeder schools, and a school can be in several groups.",
        );
        let others = form.of_others(before, room);
        if !others.is_empty() {
            let words = format!("Take out the {} of others", plural(others.len() as i64, "school"));
            if ui.button(words).clicked() {
                form.draft.schools.retain(|urn| !others.contains(urn));
            }
        }
        ui.add_space(theme::space().one);
        self.gather(form.draft.owner, room);
        ui.columns(2, |columns| {
            let [left, right] = columns else { return };
            self.find(left, form, room);
            chosen(right, form, room);
        });
        ui.add_space(theme::space().one);
        CollapsingHeader::new("Paste a list of URNs").default_open(self.has_pasted()).show(ui, |ui| {
            self.paste(ui, form, room);
        });
    }

    /// The schools among which the owner can choose.
    fn gather(&mut self, owner: OrganisationId, room: &Room<'_>) {
        if self.pool_of == Some(owner) {
            return;
        }
        (self.pool_of, self.found_of) = (Some(owner), None);
        let kind = room.people.organisations.get(&owner).map(|of| of.kind);
        let answers = |school: &&School| kind.is_some_and(|kind| answers_for(kind, school.urn, room.register));
        let mut schools: Vec<&School> = room.register.schools().filter(answers).collect();
        schools.sort_by(|one, other| one.name.cmp(&other.name).then(one.urn.cmp(&other.urn)));
        self.phases = schools.iter().map(|school| school.phase.clone()).collect();
        self.authorities = schools.iter().map(|school| (school.la_code, school.la_name.clone())).collect();
        let trust = |school: &&School| school.trust_uid.zip(school.trust_name.clone());
        self.trusts = schools.iter().filter_map(trust).collect();
        self.pool = schools.into_iter().map(|school| (school.urn, findable(school, room))).collect();
    }

    fn search(&mut self, room: &Room<'_>) {
        if self.found_of.as_ref() == Some(&self.sought) {
            return;
        }
        let Sought { words, phase, authority, trust } = &self.sought;
        let words = words.to_lowercase();
        let words: Vec<&str> = words.split_whitespace().collect();
        let fits = |(urn, findable): &&(Urn, String)| {
            let Some(school) = room.register.school(*urn) else { return false };
            phase.as_ref().is_none_or(|phase| school.phase == *phase)
                && authority.is_none_or(|code| school.la_code == code)
                && trust.is_none_or(|uid| school.trust_uid == Some(uid))
                && words.iter().all(|word| findable.contains(word))
        };
        self.found = self.pool.iter().filter(fits).map(|(urn, _)| *urn).collect();
        self.found_of = Some(self.sought.clone());
    }

    fn find(&mut self, ui: &mut Ui, form: &mut Form, room: &Room<'_>) {
        ui.label(RichText::new("Find schools").font(theme::strong()));
        let hint = "Name, URN, phase, authority or trust";
        search_field(ui, &mut self.sought.words, "Search schools", hint, f32::INFINITY);
        ui.horizontal_wrapped(|ui| self.filters(ui));
        self.search(room);
        let new: Vec<Urn> = self.found.iter().filter(|urn| !form.draft.schools.contains(urn)).copied().collect();
        ui.horizontal_wrapped(|ui| {
            ui.label(format!("{} found", plural(self.found.len() as i64, "school")));
            let words = format!("Add all {} found", new.len());
            let button = ui.add_enabled(!new.is_empty(), Button::new(words)).accessible_name("Add all found");
            let why = if self.found.is_empty() { "No school was found" } else { "They are all in the group" };
            if button.on_disabled_hover_text(why).clicked() {
                form.draft.schools.extend(new);
            }
        });
        if self.found.is_empty() {
            let none = if self.pool.is_empty() {
                "The owner answers for no school of this workspace."
            } else {
                "No school is like that. Write less, or choose every phase, authority and trust."
            };
            ui.label(theme::muted(ui, none));
        }
        lines(ui, "found schools", &self.found, |ui, urn| {
            let there = form.draft.schools.contains(&urn);
            let name = format!("Add {} ({urn})", room.school(urn));
            let button = ui.add_enabled(!there, Button::new(if there { "Added" } else { "Add" })).accessible_name(name);
            if button.on_disabled_hover_text("It is in the group").clicked() {
                form.draft.schools.insert(urn);
            }
            about(ui, urn, room);
        });
    }

    fn filters(&mut self, ui: &mut Ui) {
        let sought = &mut self.sought;
        if self.phases.len() > 1 {
            let words = sought.phase.as_deref().unwrap_or("every").to_owned();
            let all = std::iter::once(Pick::new(None, "every"));
            let lines = || all.chain(self.phases.iter().map(|phase| Pick::new(Some(phase.clone()), phase))).collect();
            if let Some(picked) = picker(ui, "Phase", &sought.phase, &words, lines) {
                sought.phase = picked;
            }
        }
        if self.authorities.len() > 1 {
            let chosen = sought.authority.and_then(|code| self.authorities.get(&code));
            let words = chosen.map_or("every", String::as_str);
            let all = std::iter::once(Pick::new(None, "every"));
            let lines =
                || all.chain(self.authorities.iter().map(|(code, name)| Pick::new(Some(*code), name))).collect();
            if let Some(picked) = picker(ui, "Authority", &sought.authority, words, lines) {
                sought.authority = picked;
            }
        }
        if !self.trusts.is_empty() {
            let chosen = sought.trust.and_then(|uid| self.trusts.get(&uid));
            let words = chosen.map_or("every", String::as_str);
            let all = std::iter::once(Pick::new(None, "every"));
            let lines = || all.chain(self.trusts.iter().map(|(uid, name)| Pick::new(Some(*uid), name))).collect();
            if let Some(picked) = picker(ui, "Trust", &sought.trust, words, lines) {
                sought.trust = picked;
            }
        }
    }

    fn paste(&mut self, ui: &mut Ui, form: &mut Form, room: &mut Room<'_>) {
        ui.label(theme::muted(ui, "One a line, or with commas between; a column copied from a spreadsheet will do"));
        let field = TextEdit::multiline(&mut self.pasted).desired_rows(4).desired_width(f32::INFINITY);
        ScrollArea::vertical().id_salt("pasted").max_height(130.0).show(ui, |ui| {
            ui.add(field).accessible_name("List of URNs");
        });
        ui.horizontal(|ui| {
            let button = ui.add_enabled(self.has_pasted(), Button::new("Add pasted schools"));
            if button.on_disabled_hover_text("Paste or type URNs first").clicked()
                && let Some(owner) = room.people.organisations.get(&form.draft.owner)
            {
                let report = Report::of(&self.pasted, (owner.kind, &owner.name), room.register, &form.draft.schools);
                form.draft.schools.extend(&report.added);
                self.report = Some(report);
            }
            if let Some(report) = &self.report
                && ui.button("Copy the report").clicked()
            {
                room.out.push(Request::Copy(report.as_text()));
            }
        });
        if let Some(report) = &self.report {
            report.ui(ui);
        }
    }
}

/// The words by which a school is found, in small letters.
fn findable(school: &School, room: &Room<'_>) -> String {
    let mut words = format!("{} {} {} {}", school.name, school.urn, school.phase, school.la_name);
    for (name, _) in room.register.former_names(school.urn) {
        words.push(' ');
        words.push_str(name);
    }
    for urn in room.register.earlier(school.urn) {
        words.push_str(&format!(" {urn}"));
    }
    if let Some(trust) = &school.trust_name {
        words.push(' ');
        words.push_str(trust);
    }
    words.to_lowercase()
}

/// The schools of the group.
fn chosen(ui: &mut Ui, form: &mut Form, room: &Room<'_>) {
    let mut schools: Vec<(String, Urn)> = form.draft.schools.iter().map(|urn| (room.school(*urn), *urn)).collect();
    schools.sort();
    ui.label(RichText::new("In the group").font(theme::strong()));
    let mut phases: BTreeMap<&str, usize> = BTreeMap::new();
    for school in form.draft.schools.iter().filter_map(|urn| room.register.school(*urn)) {
        *phases.entry(school.phase.as_str()).or_default() += 1;
    }
    let counts = phases.iter().map(|(phase, n)| format!("{n} {phase}")).collect::<Vec<_>>().join(", ");
    let mixed = if phases.len() > 1 { "mixed phase: " } else { "" };
    ui.horizontal_wrapped(|ui| {
        ui.label(format!("{} in the group", plural(schools.len() as i64, "school")));
        if !counts.is_empty() {
            ui.label(theme::muted(ui, format!("{mixed}{counts}")));
        }
        if !schools.is_empty() && ui.button("Take all out").clicked() {
            form.draft.schools.clear();
        }
    });
    if schools.is_empty() {
        ui.label(theme::muted(ui, "None yet. Find schools at the left and add them, or paste a list below."));
    }
    let urns: Vec<Urn> = schools.into_iter().map(|(_, urn)| urn).collect();
    lines(ui, "chosen schools", &urns, |ui, urn| {
        let name = format!("Take out {} ({urn})", room.school(urn));
        if ui.button("Take out").accessible_name(name).clicked() {
            form.draft.schools.remove(&urn);
        }
        about(ui, urn, room);
    });
}

/// A list of schools of which only the lines in sight are drawn; each is drawn from the right.
fn lines(ui: &mut Ui, id: &str, urns: &[Urn], mut draw: impl FnMut(&mut Ui, Urn)) {
    let room = (ui.clip_rect().bottom() - ui.cursor().top() - BELOW).max(LIST);
    let area = ScrollArea::vertical().id_salt(id).max_height(room).auto_shrink([false, true]);
    area.show_rows(ui, ROW, urns.len(), |ui, shown| {
        for urn in urns.get(shown).unwrap_or_default() {
            let size = vec2(ui.available_width(), ROW);
            ui.push_id(urn, |ui| {
                ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
                    ui.set_min_height(ROW);
                    draw(ui, *urn);
                });
            });
        }
    });
}

/// A school's name, and below it what else tells it.
fn about(ui: &mut Ui, urn: Urn, room: &Room<'_>) {
    let layout = Layout::top_down(Align::LEFT);
    ui.with_layout(layout, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.add_space(2.0);
        ui.add(Label::new(room.school(urn)).truncate());
        let Some(school) = room.register.school(urn) else {
            ui.label(theme::muted(ui, format!("{urn} · not in this workspace")));
            return;
        };
        let trust = school.trust_name.as_ref().map(|trust| format!(" · {trust}")).unwrap_or_default();
        let number = room.register.number(urn);
        let words = format!("{number} · {} · {}{trust}", school.phase, school.la_name);
        ui.add(Label::new(theme::muted(ui, words)).truncate());
    });
}
