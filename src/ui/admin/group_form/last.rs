//! The fourth step: who is meant to see the group, the terms, and what comes of it.

use eframe::egui::{self, Checkbox, RichText, ScrollArea, TextEdit, Ui};
use jiff::tz::TimeZone;

use super::form::Form;
use crate::collab::{Group, GroupState, Visibility};
use crate::ui::admin::groups::effect::Effect;
use crate::ui::admin::{Room, say};
use crate::ui::theme;

/// Draws visibility, terms, and as what a new group begins.
pub fn ui(ui: &mut Ui, form: &mut Form, before: Option<&Group>, room: &Room<'_>) {
    let owner = room.people.organisation_name(form.draft.owner).to_owned();
    ui.label(RichText::new("Who is to see the group?").font(theme::strong()));
    ui.radio_value(&mut form.draft.visibility, Visibility::OwnerOnly, "Owner only");
    ui.label(theme::muted(ui, format!("Users of {owner} who are ticked, and its global users")));
    ui.radio_value(&mut form.draft.visibility, Visibility::SchoolsToo, "Schools too");
    let words = "Also users of its schools, once the group is live: of each school whose permission is granted, those whom \
                 its administrator chooses. They see the schools whose permission is granted";
    ui.label(theme::muted(ui, words));
    let granted = before.map_or(0, |group| group.granted().intersection(&form.draft.schools).count());
    if before.is_none() || granted < form.draft.schools.len() {
        tip(ui, form, granted);
    }
    ui.add_space(theme::space().one);
    if form.draft.visibility == Visibility::SchoolsToo {
        terms(ui, form, before, room);
        ui.add_space(theme::space().one);
    }
    match before {
        None => {
            ui.label(RichText::new("Create it as").font(theme::strong()));
            ui.horizontal_wrapped(|ui| {
                ui.radio_value(&mut form.state, GroupState::Draft, "Draft");
                ui.label(theme::muted(ui, "being set up: schools see nothing of it yet"));
            });
            ui.horizontal_wrapped(|ui| {
                ui.radio_value(&mut form.state, GroupState::Live, "Live");
                ui.label(theme::muted(ui, "in use"));
            });
        }
        Some(group) => {
            let words = format!("The group is {}; that is changed in the list of groups", group.state.word());
            ui.label(theme::muted(ui, words));
        }
    }
}

/// The leaflet's advice.
fn tip(ui: &mut Ui, form: &mut Form, granted: usize) {
    let colours = theme::of(ui);
    let frame = egui::Frame::new().fill(*colours.accent_soft).corner_radius(theme::space().radius).inner_margin(8.0);
    frame.show(ui, |ui| {
        ui.label(
            "Tip: when first creating a group that can be visible to schools, create it as owner only at first, until you \
             have received all of the required permissions.",
        );
        if form.draft.visibility == Visibility::SchoolsToo {
            ui.horizontal_wrapped(|ui| {
                ui.label(format!("Permission is granted by {granted} of {} schools.", form.draft.schools.len()));
                if ui.button("Owner only for now").clicked() {
                    form.draft.visibility = Visibility::OwnerOnly;
                }
            });
        }
    });
}

fn terms(ui: &mut Ui, form: &mut Form, before: Option<&Group>, room: &Room<'_>) {
    let Some((version, terms)) = room.people.newest_terms() else {
        say(
            ui,
            &Err("There are no terms to accept yet; who runs the whole writes them in “Set-up and e-mail”".to_owned()),
        );
        return;
    };
    ui.label(RichText::new("Terms and conditions").font(theme::strong()));
    let accepted = before.and_then(|group| group.terms);
    if let Some(accepted) = accepted {
        let day = accepted.at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %B %Y").to_string();
        let by = room.people.name(accepted.by);
        ui.label(format!("{by} accepted version {} on {day}.", accepted.version));
        if accepted.version == version {
            return;
        }
        ui.label("There is a newer version, which can be accepted with this change.");
    }
    ScrollArea::vertical().id_salt("terms").max_height(150.0).auto_shrink([false, true]).show(ui, |ui| {
        let mut text = terms.text.as_str();
        // A field that cannot be written in: it can be read by keyboard.
        let field = TextEdit::multiline(&mut text).desired_width(f32::INFINITY).desired_rows(3);
        ui.add(field).accessible_name(format!("Terms and conditions, version {version}"));
    });
    let mut ticked = form.draft.accepts == Some(version);
    let words = format!("I have read and accept the terms, version {version}");
    if ui.add(Checkbox::new(&mut ticked, words)).changed() {
        form.draft.accepts = ticked.then_some(version);
    }
}

/// What will be so, told before it is.
pub fn summary(ui: &mut Ui, foreseen: &Result<Effect, String>) {
    let space = theme::space();
    let colours = theme::of(ui);
    let frame = egui::Frame::new()
        .fill(*colours.panel)
        .stroke(egui::Stroke::new(1.0, *colours.line))
        .corner_radius(space.radius)
        .inner_margin(space.one);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new("Who will see what").font(theme::strong()));
        match foreseen {
            Ok(effect) => effect.ui(ui),
            Err(_) => {
                ui.label(theme::muted(ui, "It is told here as soon as nothing is missing"));
            }
        }
    });
}
