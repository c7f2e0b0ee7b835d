//! The outbox: which e-mails wait, were sent or were given up, and why.

use std::collections::BTreeSet;

use eframe::egui::{Button, Label, RichText, Role, Sense, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder};

use super::super::inbox::Preview;
use super::super::{Request, Room};
use super::heading;
use crate::collab::{MailState, Notice, NoticeId, OrganisationId, outbox};
use crate::ui::admin::parts::moment;
use crate::ui::theme;
use crate::ui::widgets::segment;

/// Height of a row, in points.
const ROW: f32 = 28.0;
/// Greatest height of the table, in points.
const TABLE: f32 = 300.0;

/// Which e-mails are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Which {
    #[default]
    Open,
    Failed,
    All,
}

impl Which {
    const ALL: [Self; 3] = [Self::Open, Self::Failed, Self::All];

    fn words(self) -> &'static str {
        match self {
            Self::Open => "Waiting or given up",
            Self::Failed => "Given up",
            Self::All => "All e-mails",
        }
    }

    fn holds(self, notice: &Notice) -> bool {
        match (self, &notice.mail) {
            (Self::All, _) | (Self::Open | Self::Failed, MailState::Failed { .. }) => true,
            (Self::Open, MailState::Waiting { .. }) => true,
            (Self::Open | Self::Failed, _) => false,
        }
    }
}

/// The outbox as it stands.
#[derive(Debug, Default)]
pub struct State {
    which: Which,
    open: Option<NoticeId>,
    preview: Preview,
}

impl State {
    /// Draws the outbox. Who does not decide for everyone sees the e-mails to their own people.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, may: bool) {
        heading(ui, "Outbox");
        let waiting = outbox::waiting(room.people);
        let of = (!may).then(|| room.administered());
        let shown: Vec<NoticeId> = shown(room, self.which, of.as_ref());
        buttons(ui, room, &waiting, may);
        ui.horizontal(|ui| {
            for which in Which::ALL {
                if segment(ui, which.words(), self.which == which).clicked() {
                    self.which = which;
                }
            }
            let n = shown.len();
            ui.label(theme::muted(ui, if n == 1 { "1 notice".to_owned() } else { format!("{n} notices") }));
        });
        if shown.is_empty() {
            let words = match self.which {
                Which::Open => "Nothing waits. E-mails are made when something changes in a group.",
                Which::Failed => "No e-mail was given up.",
                Which::All => "There are no e-mails yet.",
            };
            ui.label(theme::muted(ui, words));
            return;
        }
        ui.scope(|ui| self.table(ui, room, &shown, may));
        self.open_ui(ui, room, &shown);
    }

    fn table(&mut self, ui: &mut Ui, room: &mut Room<'_>, shown: &[NoticeId], may: bool) {
        let mut clicked = None;
        let mut again = None;
        let column = |width: f32| Column::initial(width).at_least(40.0).clip(true).resizable(true);
        let table = TableBuilder::new(ui)
            .id_salt("outbox")
            .striped(true)
            .sense(Sense::click())
            .auto_shrink([false, true])
            .min_scrolled_height(60.0)
            .max_scroll_height(TABLE)
            .column(column(130.0))
            .column(column(190.0))
            .column(column(120.0))
            .column(column(80.0))
            .column(Column::exact(42.0))
            .column(column(120.0))
            .column(Column::remainder().at_least(80.0).clip(true))
            .column(Column::exact(84.0));
        table
            .header(ROW, |mut header| {
                for head in ["To", "Subject", "Made", "State", "Tries", "Next try", "Why not sent", ""] {
                    header.col(|ui| {
                        ui.label(RichText::new(head).font(theme::small_strong()));
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, shown.len(), |mut line| {
                    let found = shown.get(line.index()).and_then(|id| room.people.notices.get(id).map(|n| (*id, n)));
                    let Some((id, notice)) = found else { return };
                    let open = self.open == Some(id);
                    line.set_selected(open);
                    let to = room.people.name(notice.to);
                    let (state, tries, next, why) = in_words(notice);
                    line.col(|ui| {
                        ui.add(Label::new(to).truncate());
                    });
                    line.col(|ui| {
                        let button = Button::selectable(open, notice.subject.as_str()).truncate();
                        if ui.add(button).on_hover_text("Shows the e-mail").clicked() {
                            clicked = Some(id);
                        }
                    });
                    for words in [&moment(notice.at), state, &tries, &next, why] {
                        line.col(|ui| {
                            ui.add(Label::new(words).truncate());
                        });
                    }
                    line.col(|ui| {
                        if !matches!(notice.mail, MailState::Failed { .. } | MailState::Waiting { tries: 1.., .. }) {
                            return;
                        }
                        let button = ui.add_enabled(may && !room.busy, Button::new("Try again").small());
                        let name = format!("Try again: {to}, {}", notice.subject);
                        button.widget_info(|| WidgetInfo::labeled(Role::Button, may, &name));
                        if button.on_hover_text("Lets it wait anew, to be sent at once.").clicked() {
                            again = Some(id);
                        }
                    });
                    if line.response().clicked() {
                        clicked = Some(id);
                    }
                });
            });
        if let Some(id) = again {
            room.out.push(Request::MailAgain(vec![id]));
        }
        if let Some(id) = clicked {
            self.open = Some(id).filter(|id| self.open != Some(*id));
        }
    }

    fn open_ui(&mut self, ui: &mut Ui, room: &Room<'_>, shown: &[NoticeId]) {
        let Some(id) = self.open.filter(|id| shown.contains(id)) else { return };
        let Some(notice) = room.people.notices.get(&id) else { return };
        ui.add_space(theme::space().one);
        if let (.., why) = in_words(notice)
            && !why.is_empty()
        {
            super::super::say(ui, &Err(why.to_owned()));
        }
        match outbox::message(room.people, notice) {
            Some(message) => self.preview.ui(ui, &message),
            None => {
                let words = "There is no e-mail: people who may not sign in are told nothing.";
                ui.label(theme::muted(ui, words));
            }
        }
    }
}

/// The notices whose e-mails are shown, the newest first.
fn shown(room: &Room<'_>, which: Which, of: Option<&BTreeSet<OrganisationId>>) -> Vec<NoticeId> {
    let theirs = |notice: &Notice| {
        let organisation = room.people.persons.get(&notice.to).map(|person| person.organisation);
        of.is_none_or(|of| organisation.is_some_and(|organisation| of.contains(&organisation)))
    };
    let listed = room.people.notices.iter().rev().filter(|(_, notice)| which.holds(notice) && theirs(notice));
    listed.map(|(id, _)| *id).collect()
}

/// Sending and giving out what waits.
fn buttons(ui: &mut Ui, room: &mut Room<'_>, waiting: &[NoticeId], may: bool) {
    let why_not = match () {
        () if !may => Some("For those who decide for everyone."),
        () if waiting.is_empty() => Some("Nothing waits."),
        () if room.busy => Some("A change is being made; wait a moment."),
        () => None,
    };
    let no_server = room.people.setup.mail.is_none().then_some("Set up a mail server above and save it first.");
    ui.horizontal(|ui| {
        let why_not_send = why_not.or(no_server);
        let button = ui.add_enabled(why_not_send.is_none(), Button::new("Send what waits"));
        if button.on_disabled_hover_text(why_not_send.unwrap_or_default()).clicked() {
            // By hand, nothing waits for its time.
            let due = outbox::due(room.people, room.now);
            let later: Vec<NoticeId> = waiting.iter().copied().filter(|id| !due.contains(id)).collect();
            if !later.is_empty() {
                room.out.push(Request::MailAgain(later));
            }
            room.out.push(Request::SendMail);
        }
        let button = ui.add_enabled(why_not.is_none(), Button::new("Export as .eml files…"));
        let button = button.on_hover_text("Files that a mail program opens and sends. They no longer wait then.");
        if button.on_disabled_hover_text(why_not.unwrap_or_default()).clicked() {
            room.out.push(Request::ExportMail);
        }
    });
}

/// State, tries, next try, and why it was not sent.
fn in_words(notice: &Notice) -> (&'static str, String, String, &str) {
    let nothing = String::new;
    match &notice.mail {
        MailState::Waiting { tries: 0, why, .. } => ("waits", "0".to_owned(), nothing(), why),
        MailState::Waiting { tries, not_before, why } => ("waits", tries.to_string(), moment(*not_before), why),
        MailState::Sent { .. } => ("sent", nothing(), nothing(), ""),
        MailState::Failed { why } => ("given up", nothing(), nothing(), why),
        MailState::Exported { .. } => ("as a file", nothing(), nothing(), ""),
    }
}
