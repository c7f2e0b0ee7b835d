//! Signing in, choosing a password of one's own, and beginning with the first administrator.

use eframe::egui::{self, Key, RichText, TextEdit, Ui};

use super::session::Catalogue;
use super::theme;
use super::widgets::{Pick, picker};
use crate::collab::password::LENGTH;
use crate::collab::{Command, OrganisationKind};
use crate::model::Scope;

/// What is asked for on these screens.
#[derive(Clone, PartialEq, Eq)]
pub enum Asked {
    SignIn {
        email: String,
        password: String,
    },
    /// Another password for oneself.
    Change {
        old: String,
        new: String,
    },
    /// The first organisation and administrator of a workspace.
    Begin {
        command: Command,
        password: String,
    },
    /// Back to what was before.
    Leave,
}

impl std::fmt::Debug for Asked {
    /// Without passwords: what is written for debugging may be kept.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SignIn { .. } => "SignIn",
            Self::Change { .. } => "Change",
            Self::Begin { .. } => "Begin",
            Self::Leave => "Leave",
        })
    }
}

/// What is typed on these screens. Dropped when somebody is signed in.
#[derive(Default)]
pub struct SignIn {
    email: String,
    password: String,
    new: String,
    again: String,
    name: String,
    organisation: Option<(OrganisationKind, String)>,
    /// Why the last try did not succeed.
    failed: Option<String>,
    /// Whether something is being looked at.
    busy: bool,
    /// Whether the field with which one begins was given the keyboard.
    drawn: bool,
    /// Whether the password is to be typed once more, at once.
    once_more: bool,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("failed", &self.failed).field("busy", &self.busy).finish_non_exhaustive()
    }
}

impl SignIn {
    /// What was written is being looked at, or no longer.
    pub fn wait(&mut self, waits: bool) {
        (self.busy, self.failed) = (waits, None);
    }

    /// It did not succeed: the password, which is gone from its field, can be typed once more at once.
    pub fn refuse(&mut self, why: String) {
        (self.busy, self.failed, self.once_more) = (false, Some(why), true);
    }

    /// The screen on which somebody signs in. `locked` tells whose idle window it is.
    pub fn ui(&mut self, ui: &mut Ui, workspace: &str, locked: Option<&str>) -> Option<Asked> {
        let mut asked = None;
        card(ui, |ui| {
            ui.label(RichText::new(format!("Sign in to {workspace}")).font(theme::title()));
            match locked {
                Some(name) => ui.label(theme::muted(ui, format!("Locked while {name} was away."))),
                None => ui.label(theme::muted(ui, "Its administrators decide who sees which groups.")),
            };
            ui.add_space(theme::space().two);
            let first = field(ui, "E-mail", &mut self.email, false);
            if !std::mem::replace(&mut self.drawn, true) {
                first.request_focus();
            }
            let second = field(ui, "Password", &mut self.password, true);
            if std::mem::take(&mut self.once_more) {
                second.request_focus();
            }
            let entered = second.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            self.say(ui);
            let ready = !self.busy && !self.email.trim().is_empty() && !self.password.is_empty();
            let pressed = ui.horizontal(|ui| {
                let pressed = ui.add_enabled(ready, egui::Button::new("Sign in")).clicked();
                if ui.button("Close workspace").clicked() {
                    asked = Some(Asked::Leave);
                }
                pressed
            });
            if ready && (pressed.inner || entered) {
                let (email, password) = (self.email.clone(), std::mem::take(&mut self.password));
                asked = Some(Asked::SignIn { email, password });
            }
            ui.label(theme::muted(
                ui,
                "No password, or forgotten? An administrator of your organisation sets a new one.",
            ));
        });
        asked
    }

    /// The screen on which somebody chooses another password.
    pub fn change(&mut self, ui: &mut Ui, must: bool) -> Option<Asked> {
        let mut asked = None;
        card(ui, |ui| {
            ui.label(RichText::new("Choose a password").font(theme::title()));
            if must {
                ui.label("Yours was set by an administrator and is good for this once.");
            }
            ui.add_space(theme::space().two);
            let first = field(ui, "Password until now", &mut self.password, true);
            if !std::mem::replace(&mut self.drawn, true) || std::mem::take(&mut self.once_more) {
                first.request_focus();
            }
            // Beside the field that it is about: what is wrong with the new one is told below that before it is sent.
            self.say(ui);
            self.new_password(ui);
            ui.add_space(theme::space().one);
            let ready = !self.busy && !self.password.is_empty() && self.is_new_right();
            ui.horizontal(|ui| {
                if ui.add_enabled(ready, egui::Button::new("Set password")).clicked() {
                    // The new one stays, for the case that only the old one is mistyped.
                    let old = std::mem::take(&mut self.password);
                    asked = Some(Asked::Change { old, new: self.new.clone() });
                }
                if !must && ui.button("Cancel").clicked() {
                    asked = Some(Asked::Leave);
                }
            });
        });
        asked
    }

    /// The screen on which the first administrator of a workspace is made.
    pub fn begin(&mut self, ui: &mut Ui, catalogue: &Catalogue) -> Option<Asked> {
        let mut asked = None;
        card(ui, |ui| {
            ui.label(RichText::new("People for this workspace").font(theme::title()));
            ui.label("So far, whoever opens this workspace sees everything in it, through the gate.");
            ui.label("With people, each signs in, and sees the groups that an administrator has set up for them.");
            ui.add_space(theme::space().two);
            let words = self.organisation.as_ref().map_or("choose…", |(_, name)| name.as_str());
            let lines = || {
                let all = organisations(catalogue).into_iter();
                all.map(|(kind, name)| Pick::new(Some((kind, name.clone())), name)).collect()
            };
            if let Some(picked) = picker(ui, "Organisation", &self.organisation, words, lines) {
                self.organisation = picked;
            }
            field(ui, "Your name", &mut self.name, false);
            field(ui, "Your e-mail", &mut self.email, false);
            self.new_password(ui);
            self.say(ui);
            let filled = !self.name.trim().is_empty() && !self.email.trim().is_empty() && self.organisation.is_some();
            let ready = filled && self.is_new_right() && !self.busy;
            ui.horizontal(|ui| {
                let button = ui.add_enabled(ready, egui::Button::new("Make me its first administrator"));
                if button.clicked()
                    && let Some((kind, organisation)) = self.organisation.clone()
                {
                    let (name, email) = (self.name.clone(), self.email.clone());
                    let command = Command::Begin { kind, organisation, name, email };
                    asked = Some(Asked::Begin { command, password: std::mem::take(&mut self.new) });
                }
                if ui.button("Leave it open").clicked() {
                    asked = Some(Asked::Leave);
                }
            });
            ui.label(theme::muted(
                ui,
                "These rules hold within Schoolbench. Who can read the file itself is for the system: the README says how.",
            ));
        });
        asked
    }

    fn new_password(&mut self, ui: &mut Ui) {
        field(ui, "New password", &mut self.new, true);
        field(ui, "New password again", &mut self.again, true);
        let rule = format!("{} to {} characters, of any kind: a few words are good", LENGTH.start(), LENGTH.end());
        let length = self.new.chars().count();
        if !self.again.is_empty() && self.new != self.again {
            super::admin::say(ui, &Err("the two differ".to_owned()));
        } else if !self.again.is_empty() && !LENGTH.contains(&length) {
            super::admin::say(ui, &Err(format!("it has {length}; {rule}")));
        } else {
            ui.label(theme::muted(ui, rule));
        }
    }

    fn is_new_right(&self) -> bool {
        LENGTH.contains(&self.new.chars().count()) && self.new == self.again
    }

    fn say(&self, ui: &mut Ui) {
        ui.add_space(theme::space().one);
        if self.busy {
            ui.label(theme::muted(ui, "One moment…"));
        } else if let Some(why) = &self.failed {
            super::admin::say(ui, &Err(why.clone()));
        }
    }
}

/// The organisations that could own a workspace's groups: its authorities and trusts, and the system above them.
fn organisations(catalogue: &Catalogue) -> Vec<(OrganisationKind, String)> {
    let kind = |scope: &Scope| match scope {
        Scope::La(code) => Some(OrganisationKind::La(*code)),
        Scope::Trust(uid) => Some(OrganisationKind::Trust(*uid)),
        Scope::All | Scope::Schools(_) => None,
    };
    let known = catalogue.groups().iter().filter_map(|group| Some((kind(&group.scope)?, group.name.clone())));
    known.chain([(OrganisationKind::System, "All schools (system)".to_owned())]).collect()
}

fn field(ui: &mut Ui, name: &str, text: &mut String, secret: bool) -> egui::Response {
    let label = ui.label(name);
    let field = ui.add(TextEdit::singleline(text).password(secret).desired_width(360.0));
    field.labelled_by(label.id)
}

/// A card in the middle of the window.
fn card(ui: &mut Ui, draw: impl FnOnce(&mut Ui)) {
    let room = ui.available_rect_before_wrap();
    let width = 420.0_f32.min(room.width());
    let rect = egui::Rect::from_center_size(room.center(), egui::vec2(width, room.height()));
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect), |ui| {
        ui.add_space((room.height() * 0.12).max(theme::space().two));
        egui::Frame::new()
            .fill(*theme::of(ui).panel)
            .corner_radius(theme::space().radius)
            .inner_margin(24)
            .show(ui, draw);
    });
}
