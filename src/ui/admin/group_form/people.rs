//! The third step: who of the owner sees the group.

use eframe::egui::{Button, Checkbox, RichText, ScrollArea, Ui};

use super::form::Form;
use crate::collab::{Person, PersonId, Visibility};
use crate::export::words::plural;
use crate::ui::admin::{Page, Request, Room};
use crate::ui::theme;
use crate::ui::widgets::search_field;

/// Height of a line.
const ROW: f32 = 26.0;

/// The step as it stands.
#[derive(Debug, Default)]
pub struct State {
    sought: String,
}

impl State {
    /// Draws the step.
    pub fn ui(&mut self, ui: &mut Ui, form: &mut Form, room: &mut Room<'_>) {
        let owner = room.people.organisation_name(form.draft.owner);
        ui.label(format!(
            "Tick who of {owner} may see this group. Global users see every group of {owner} without a tick."
        ));
        if form.draft.visibility == Visibility::SchoolsToo {
            ui.label("Who of each school sees it is chosen by the school's own administrator.");
        }
        let all = room.people.people_of(form.draft.owner);
        let mut people: Vec<(PersonId, &Person)> =
            all.filter(|(id, person)| person.active || form.draft.users.contains(id)).collect();
        people.sort_by_cached_key(|(_, person)| person.name.to_lowercase());
        let total = people.len();
        let sought = self.sought.trim().to_lowercase();
        people.retain(|(_, person)| format!("{} {}", person.name, person.email).to_lowercase().contains(&sought));
        ui.add_space(theme::space().one);
        let global = |people: &[(PersonId, &Person)]| people.iter().filter(|(_, person)| person.global).count();
        ui.horizontal_wrapped(|ui| {
            search_field(ui, &mut self.sought, "Search people", "Name or e-mail", 220.0);
            let open: Vec<PersonId> =
                people.iter().filter(|(_, person)| !person.global && person.active).map(|(id, _)| *id).collect();
            let tick = ui.add_enabled(!open.is_empty(), Button::new("Tick all shown"));
            if tick.on_disabled_hover_text("Nobody is shown who could be ticked").clicked() {
                form.draft.users.extend(&open);
            }
            let untick = ui.add_enabled(!form.draft.users.is_empty(), Button::new("Untick all shown"));
            if untick.on_disabled_hover_text("Nobody is ticked").clicked() {
                form.draft.users.retain(|id| !people.iter().any(|(shown, _)| shown == id));
            }
            let of_owner =
                |id: &&PersonId| room.people.persons.get(id).is_some_and(|who| who.organisation == form.draft.owner);
            let ticked = form.draft.users.iter().filter(of_owner).count();
            ui.label(theme::muted(ui, format!("{ticked} ticked · {} shown", plural(people.len() as i64, "user"))));
        });
        if people.is_empty() {
            ui.label(if total == 0 { "The owner has no users yet." } else { "Nobody is called so." });
        }
        let area = ScrollArea::vertical().id_salt("owner's users").max_height(330.0).auto_shrink([false, true]);
        area.show_rows(ui, ROW, people.len(), |ui, shown| {
            for (id, person) in people.get(shown).unwrap_or_default() {
                ui.push_id(id.0, |ui| line(ui, *id, person, form));
            }
        });
        if global(&people) == total {
            ui.add_space(theme::space().one);
            ui.label(
                "There is nobody else to tick. More users are added in “Users I manage”; what you wrote here is kept.",
            );
            if ui.button("Add users").clicked() {
                room.out.push(Request::Go(Page::People));
            }
        }
        let sees =
            |who: &Person| who.organisation == form.draft.owner && (who.global || form.draft.users.contains(&room.who));
        if !room.people.persons.get(&room.who).is_some_and(sees) {
            ui.add_space(theme::space().one);
            ui.label(theme::muted(
                ui,
                "You set the group up, but do not see its results unless you are among those who may",
            ));
        }
    }
}

fn line(ui: &mut Ui, id: PersonId, person: &Person, form: &mut Form) {
    ui.horizontal(|ui| {
        ui.set_min_height(ROW);
        let name = format!("{} ({})", person.name, person.email);
        if person.global {
            let tick = ui.add_enabled(false, Checkbox::new(&mut true, &person.name)).accessible_name(name);
            tick.on_disabled_hover_text("A global user sees every group of the owner");
        } else {
            let mut ticked = form.draft.users.contains(&id);
            if ui.checkbox(&mut ticked, &person.name).accessible_name(name).changed() {
                if ticked {
                    form.draft.users.insert(id)
                } else {
                    form.draft.users.remove(&id)
                };
            }
        }
        ui.label(theme::muted(ui, format!("{} · {}", person.email, person.role.word())));
        if person.global {
            ui.label(RichText::new("already in: global user").font(theme::small()).color(*theme::of(ui).accent));
        }
        if !person.active {
            let words = RichText::new("may not sign in any more").font(theme::small()).color(*theme::of(ui).warning);
            ui.label(words);
        }
    });
}
