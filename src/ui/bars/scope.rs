//! The picker of the group: all schools, an authority, a trust, or any set of schools.

use std::collections::BTreeSet;

use eframe::egui::{Popup, PopupCloseBehavior, TextEdit, Ui};

use crate::model::{Scope, Urn};
use crate::ui::change::{Change, Outbox};
use crate::ui::session::{Catalogue, Group};
use crate::ui::view::View;
use crate::ui::widgets::{Pick, picker_button, search_list, segment};
use crate::ui::{theme, words};

/// Draws the picker.
pub(super) fn scope_picker(ui: &mut Ui, view: &View, catalogue: &Catalogue, out: &mut Outbox) {
    let name = catalogue.name_of(&view.scope);
    let of = words::schools(&view.scope, catalogue);
    let button = picker_button(ui, "Group", &name, theme::strong());
    ui.label(theme::muted(ui, of));
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).width(400.0).show(|ui| {
        let id = ui.scope_id().with("kind");
        let mut of_schools: bool = ui.data(|data| data.get_temp(id)).unwrap_or(false);
        ui.horizontal(|ui| {
            if segment(ui, "Groups", !of_schools).clicked() {
                of_schools = false;
            }
            if segment(ui, "Schools", of_schools).clicked() {
                of_schools = true;
            }
        });
        ui.data_mut(|data| data.insert_temp(id, of_schools));
        ui.add_space(theme::space().half);
        let picked = if of_schools { schools(ui, view, catalogue) } else { groups(ui, view, catalogue) };
        if let Some(scope) = picked {
            if !of_schools {
                ui.close();
            }
            out.changes.push(Change::Scope(scope));
        }
    });
}

fn groups(ui: &mut Ui, view: &View, catalogue: &Catalogue) -> Option<Scope> {
    let line = |group: &Group| Pick {
        value: group.scope.clone(),
        words: group.name.clone(),
        note: match group.scope {
            Scope::Trust(_) => format!("trust · {}", group.schools),
            Scope::La(_) => format!("authority · {}", group.schools),
            Scope::Schools(_) => format!("group · {}", group.schools),
            Scope::All => group.schools.to_string(),
        },
    };
    let lines: Vec<Pick<Scope>> = catalogue.groups().iter().map(line).collect();
    search_list(ui, "groups", &lines, |scope| *scope == view.scope)
}

/// Schools are put together one by one, or by their URNs.
fn schools(ui: &mut Ui, view: &View, catalogue: &Catalogue) -> Option<Scope> {
    let chosen: BTreeSet<Urn> = match &view.scope {
        Scope::Schools(urns) => urns.clone(),
        _ => BTreeSet::new(),
    };
    let mut picked = urns_typed(ui, catalogue);
    let lines: Vec<Pick<Urn>> = catalogue
        .schools()
        .map(|school| Pick {
            value: school.urn,
            words: format!("{} {}", school.name, school.urn),
            note: school.la_name.clone(),
        })
        .collect();
    if let Some(urn) = search_list(ui, "schools", &lines, |urn| chosen.contains(urn)) {
        let mut changed = chosen;
        if !changed.insert(urn) && changed.len() > 1 {
            changed.remove(&urn);
        }
        picked = Some(Scope::Schools(changed));
    }
    picked
}

fn urns_typed(ui: &mut Ui, catalogue: &Catalogue) -> Option<Scope> {
    let id = ui.scope_id().with("urns");
    let mut text: String = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let (known, unknown): (BTreeSet<Urn>, Vec<&str>) = {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let known = |word: &str| word.parse::<Urn>().ok().filter(|urn| catalogue.register.school(*urn).is_some());
        let mut unknown = Vec::new();
        let mut urns = BTreeSet::new();
        for word in words {
            match known(word) {
                Some(urn) => {
                    urns.insert(urn);
                }
                None => unknown.push(word),
            }
        }
        (urns, unknown)
    };
    let mut picked = None;
    let note = match unknown.first() {
        Some(word) => format!("{word} is not a school of this workspace"),
        None => words::schools(&Scope::Schools(known.clone()), catalogue),
    };
    ui.horizontal(|ui| {
        let usable = !known.is_empty();
        let field = TextEdit::singleline(&mut text).hint_text("URNs, such as 900001, 900002").desired_width(260.0);
        let field = ui.add(field);
        field.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::TextInput, true, "URNs of schools"));
        if ui.add_enabled(usable, eframe::egui::Button::new("Use these")).clicked() {
            picked = Some(Scope::Schools(known));
        }
    });
    if !text.trim().is_empty() {
        ui.label(theme::muted(ui, note));
    }
    ui.data_mut(|data| data.insert_temp(id, text));
    picked
}
