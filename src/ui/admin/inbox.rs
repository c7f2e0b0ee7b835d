//! Notices to who looks: the list at the left, the open one at the right, with the e-mail that tells of it.

use std::collections::BTreeSet;

use eframe::egui::{
    self, Align, Button, FontId, Layout, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use super::{Page, Request, Room};
use crate::collab::mail::Message;
use crate::collab::{MailState, Notice, NoticeId, PersonId, is_listed_for, outbox};
use crate::ui::admin::parts::{card, moment};
use crate::ui::theme;
use crate::ui::widgets::segment;

/// Height of a notice in the list, in points.
const ROW: f32 = 44.0;
/// Width of the list, in points.
const LIST: f32 = 340.0;

/// What the list was made of; while it is the same, notices stay in their places, read or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MadeOf {
    who: PersonId,
    newest: Option<NoticeId>,
    unread_only: bool,
    all_read: bool,
}

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    unread_only: bool,
    open: Option<NoticeId>,
    list: Vec<NoticeId>,
    made_of: Option<MadeOf>,
    /// What was asked to be marked as read, and may not be yet.
    asked: BTreeSet<NoticeId>,
    preview: Preview,
    show_mail: bool,
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, room: &mut Room<'_>) {
        let unread = room.people.unread(room.who);
        self.make(room, unread);
        self.head(ui, room, unread);
        if self.list.is_empty() {
            let words = match self.unread_only {
                true => "No unread notices. Choose “All” to see those that you have read.",
                false => "No notices yet. You are told here when something changes in a group that concerns you.",
            };
            ui.add_space(theme::space().two);
            ui.label(theme::muted(ui, words));
            return;
        }
        let height = ui.available_height().max(260.0);
        ui.horizontal_top(|ui| {
            ui.allocate_ui_with_layout(vec2(LIST, height), Layout::top_down(Align::Min), |ui| {
                self.list_ui(ui, room, height);
            });
            ui.vertical(|ui| self.open_ui(ui, room, height));
        });
    }

    /// Unread first, then the newest first.
    fn make(&mut self, room: &Room<'_>, unread: usize) {
        let newest = room.people.inbox(room.who).next().map(|(id, _)| id);
        let made_of = MadeOf { who: room.who, newest, unread_only: self.unread_only, all_read: unread == 0 };
        if self.made_of == Some(made_of) {
            return;
        }
        if self.made_of.is_some_and(|before| before.who != room.who) {
            (self.open, self.asked) = (None, BTreeSet::new());
        }
        let shown = |(id, notice): &(NoticeId, &Notice)| !self.unread_only || !notice.read || self.open == Some(*id);
        let mut list: Vec<(bool, NoticeId)> =
            room.people.inbox(room.who).filter(shown).map(|(id, notice)| (notice.read, id)).collect();
        // The notices come newest first, and sorting keeps that.
        list.sort_by_key(|(read, _)| *read);
        self.list = list.into_iter().map(|(_, id)| id).collect();
        self.made_of = Some(made_of);
    }

    fn head(&mut self, ui: &mut Ui, room: &mut Room<'_>, unread: usize) {
        ui.horizontal(|ui| {
            if segment(ui, "All", !self.unread_only).clicked() {
                self.unread_only = false;
            }
            if segment(ui, "Unread", self.unread_only).clicked() {
                (self.unread_only, self.open) = (true, None);
            }
            let button = ui.add_enabled(unread > 0 && !room.busy, Button::new("Mark all as read"));
            let why = if unread == 0 { "Everything is read." } else { "A change is being made; wait a moment." };
            if button.on_disabled_hover_text(why).clicked() {
                let open = room.people.inbox(room.who).filter(|(_, notice)| !notice.read);
                room.out.push(Request::MarkRead(open.map(|(id, _)| id).collect()));
            }
            ui.label(theme::muted(
                ui,
                match unread {
                    0 => "Everything is read.".to_owned(),
                    n => format!("{n} unread."),
                },
            ));
        });
        ui.add_space(theme::space().half);
    }

    fn list_ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, height: f32) {
        let mut opened = None;
        let area = ScrollArea::vertical().id_salt("notices").max_height(height).auto_shrink([false, true]);
        area.show_rows(ui, ROW, self.list.len(), |ui, range| {
            for id in self.list.get(range).unwrap_or_default() {
                let Some(notice) = room.people.notices.get(id) else { continue };
                if row(ui, notice, self.open == Some(*id)) {
                    opened = Some(*id);
                }
            }
        });
        if let Some(id) = opened {
            self.show(id, room);
        }
    }

    /// Opens a notice: then it is read.
    fn show(&mut self, id: NoticeId, room: &mut Room<'_>) {
        (self.open, self.show_mail) = (Some(id), false);
        let unread = room.people.notices.get(&id).is_some_and(|notice| !notice.read);
        if unread && self.asked.insert(id) {
            room.out.push(Request::MarkRead(vec![id]));
        }
    }

    fn open_ui(&mut self, ui: &mut Ui, room: &mut Room<'_>, height: f32) {
        let open = self.open.and_then(|id| room.people.notices.get(&id).map(|notice| (id, notice)));
        let Some((id, notice)) = open.filter(|(_, notice)| notice.to == room.who) else {
            ui.add_space(theme::space().two);
            ui.label(theme::muted(ui, "Choose a notice to read it."));
            return;
        };
        let place = self.list.iter().position(|listed| *listed == id);
        let mut next = None;
        ScrollArea::vertical().id_salt("open notice").max_height(height).auto_shrink(false).show(ui, |ui| {
            card(ui, "", |ui| {
                ui.label(RichText::new(&notice.subject).font(theme::strong()));
                ui.label(theme::muted(ui, moment(notice.at)));
                ui.add_space(theme::space().half);
                for line in &notice.lines {
                    ui.label(format!("• {line}"));
                }
                ui.add_space(theme::space().one);
                ui.horizontal_wrapped(|ui| {
                    if let Some((page, words)) = page_of(room, notice)
                        && ui.button(words).clicked()
                    {
                        room.out.push(Request::Go(page));
                    }
                    let beside = |step: isize| {
                        let nth = place?.checked_add_signed(step)?;
                        self.list.get(nth).copied()
                    };
                    for (words, to) in [("Previous notice", beside(-1)), ("Next notice", beside(1))] {
                        let button = ui.add_enabled(to.is_some(), Button::new(words));
                        if button.on_disabled_hover_text("There is none.").clicked() {
                            next = to;
                        }
                    }
                });
            });
            ui.add_space(theme::space().one);
            card(ui, "", |ui| {
                ui.label(RichText::new("E-mail").font(theme::strong()));
                ui.label(theme::muted(ui, format!("The e-mail about this {}.", state_in_words(&notice.mail))));
                ui.checkbox(&mut self.show_mail, "Show the e-mail");
                if self.show_mail {
                    match outbox::message(room.people, notice) {
                        Some(message) => self.preview.ui(ui, &message),
                        None => {
                            ui.label(theme::muted(ui, "There is none: people who may not sign in are told nothing."));
                        }
                    }
                    let note = "Notices made within two minutes of the first are one e-mail.";
                    ui.label(theme::muted(ui, note));
                }
            });
        });
        if let Some(id) = next {
            self.show(id, room);
        }
    }
}

/// A notice in the list; gives whether it is clicked.
fn row(ui: &mut Ui, notice: &Notice, open: bool) -> bool {
    let colours = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let when = moment(notice.at);
    let read = if notice.read { "read" } else { "unread" };
    let name = format!("{}, {read}, {when}", notice.subject);
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), open, &name));
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if ui.is_rect_visible(rect) {
        let fill = match (open, response.hovered()) {
            (true, _) => *colours.accent_soft,
            (false, true) => *colours.hover,
            (false, false) => *colours.panel,
        };
        let border = if response.has_focus() { *colours.accent } else { *colours.line };
        let stroke = Stroke::new(if response.has_focus() { 1.5 } else { 1.0 }, border);
        ui.painter().rect(rect, theme::space().radius, fill, stroke, StrokeKind::Inside);
        let left = rect.left() + theme::space().two;
        if !notice.read {
            ui.painter().circle_filled(pos2(rect.left() + theme::space().one, rect.top() + 14.0), 3.0, *colours.accent);
        }
        let width = rect.right() - left - theme::space().one;
        let font = if notice.read { theme::body() } else { theme::strong() };
        let line = |words: &str, font: FontId, ink, y: f32| {
            let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, ink);
            job.wrap = egui::text::TextWrapping::truncate_at_width(width);
            let galley = ui.painter().layout_job(job);
            ui.painter().galley(pos2(left, rect.top() + y), galley, ink);
        };
        line(&notice.subject, font, *colours.text, 4.0);
        let first = notice.lines.first().map_or("", String::as_str);
        line(&format!("{when}  {first}"), theme::small(), *colours.muted, 24.0);
    }
    response.on_hover_text(&notice.subject).clicked()
}

/// The page where more is to be seen, as far as who looks has it.
fn page_of(room: &Room<'_>, notice: &Notice) -> Option<(Page, &'static str)> {
    let id = notice.group?;
    let group = room.people.groups.get(&id)?;
    if room.administered().contains(&group.owner) {
        return Some((Page::Permissions(id), "Open the group"));
    }
    if is_listed_for(room.people, room.who, group).is_some() {
        return Some((Page::School, "Open the groups of my school"));
    }
    Some((Page::Access, "See who can see what, and why"))
}

/// What became of an e-mail, after "the e-mail about this".
fn state_in_words(state: &MailState) -> String {
    match state {
        MailState::Waiting { tries: 0, .. } => "waits in the outbox".to_owned(),
        MailState::Waiting { tries, not_before, .. } => {
            let times = if *tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") };
            format!("waits after {times}; it is tried again after {}", moment(*not_before))
        }
        MailState::Sent { at } => format!("was sent on {}", moment(*at)),
        MailState::Failed { why } => format!("was not sent: {why}"),
        MailState::Exported { at } => format!("was given out as a file on {}", moment(*at)),
    }
}

/// An e-mail as it arrives.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Preview {
    plain: bool,
}

impl Preview {
    /// Draws an e-mail, as HTML looks in a mail program or as plain text.
    pub(super) fn ui(&mut self, ui: &mut Ui, message: &Message) {
        ui.horizontal(|ui| {
            if segment(ui, "As it looks", !self.plain).clicked() {
                self.plain = false;
            }
            if segment(ui, "Plain text", self.plain).clicked() {
                self.plain = true;
            }
        });
        let colours = theme::of(ui);
        let frame = egui::Frame::new().fill(*colours.raised).stroke(Stroke::new(1.0, *colours.line));
        frame.inner_margin(theme::space().two).corner_radius(theme::space().radius).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(theme::muted(ui, format!("To: {} <{}>", message.to_name, message.to)));
            ui.label(theme::muted(ui, format!("Subject: {}", message.subject)));
            ui.separator();
            if self.plain {
                ui.label(RichText::new(&message.text).monospace());
                return;
            }
            // The HTML has the text's paragraphs and lines, and nothing else.
            for paragraph in message.text.split("\n\n").map(str::trim).filter(|words| !words.is_empty()) {
                ui.label(paragraph);
                ui.add_space(theme::space().one);
            }
        });
    }
}
