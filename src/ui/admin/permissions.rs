//! The permissions board of a group: which school has agreed to share its results, who is asked, who is late.

mod board;
pub(super) mod follows;
pub(super) mod parts;

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{RichText, Ui};
use jiff::civil::Date;

use super::{Key, Page, Request, Room, say};
use crate::collab::{Command, Group, GroupId, GroupState, PermissionState, Recorded, Visibility};
use crate::export::words::plural;
use crate::model::Urn;
use crate::ui::admin::parts::{button, card, note};
use crate::ui::theme;
use crate::ui::widgets::{Mark, search_field, segment};
use board::{Board, Filter};
use parts::{Confirm, Reply, day, named};

/// The page as it stands.
#[derive(Debug, Default)]
pub struct State {
    /// The group whose board it is; for another one everything begins anew.
    group: Option<GroupId>,
    filter: Filter,
    search: String,
    ticked: BTreeSet<Urn>,
    /// What is to be recorded.
    to: Option<PermissionState>,
    on: String,
    agreement: String,
    /// Why it cannot be recorded.
    refused: Option<String>,
    confirm: Option<Confirm>,
    ticket: Option<u64>,
    /// What the ticket did, once it is done.
    did: String,
    taken: bool,
    /// What else was done: copied, exported.
    aside: Option<Result<String, String>>,
    /// The board, and of whom and on which day it was made.
    board: Option<((Key, Date), Arc<Board>)>,
}

impl State {
    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, group: GroupId, room: &mut Room<'_>) {
        let today = room.today();
        if self.group != Some(group) {
            let on = today.to_string();
            *self = Self { group: Some(group), to: Some(PermissionState::Requested), on, ..Self::default() };
        }
        let Some(of) = room.people.groups.get(&group).filter(|of| room.administered().contains(&of.owner)) else {
            card(ui, "", |ui| {
                ui.label("The schools of this group are looked after by the administrators of its owner.");
                if ui.button("Back to groups").clicked() {
                    room.out.push(Request::Go(Page::Groups));
                }
            });
            return;
        };
        if !self.taken && room.outcome_of(self.ticket).is_some_and(Result::is_ok) {
            self.taken = true;
            self.ticked.clear();
            self.agreement.clear();
        }
        self.ticked.retain(|urn| of.schools.contains_key(urn));
        let board = self.board(of, room, today);
        self.head(ui, (group, of), &board, room);
        card(ui, "", |ui| self.record(ui, group, &board, room));
        card(ui, "", |ui| {
            self.narrow(ui, &board);
            let shown = board.shown(self.filter, &self.search);
            let highest = (ui.clip_rect().height() - 340.0).max(300.0);
            board::table(ui, &board, &shown, &mut self.ticked, highest);
            if shown.is_empty() {
                note(ui, "No school is like this. Choose All, or empty the search.");
            }
        });
        if let Some(confirm) = &self.confirm
            && let Some(answer) = confirm.ui(ui, room.busy)
        {
            if answer == Reply::Yes {
                let command = confirm.command.clone();
                self.ask(command, room);
            }
            self.confirm = None;
        }
    }

    /// The board, made once for each state of the people and day.
    fn board(&mut self, of: &Group, room: &Room<'_>, today: Date) -> Arc<Board> {
        let key = (room.key(), today);
        match &self.board {
            Some((known, board)) if *known == key => Arc::clone(board),
            _ => {
                let board = Arc::new(Board::of(of, room.people, room.register, today));
                self.board = Some((key, Arc::clone(&board)));
                board
            }
        }
    }

    /// The group, how far it is, and what can be done beside recording.
    fn head(&mut self, ui: &mut Ui, (id, of): (GroupId, &Group), board: &Board, room: &mut Room<'_>) {
        ui.horizontal_wrapped(|ui| {
            if ui.button("Back to groups").clicked() {
                room.out.push(Request::Go(Page::Groups));
            }
            if ui.button("Edit group").clicked() {
                room.out.push(Request::Go(Page::GroupForm(Some(id))));
            }
            if ui.button("Export as CSV…").clicked() {
                self.aside = match board.csv() {
                    Ok(contents) => {
                        let name = format!("permissions-{}.csv", as_file(&of.name));
                        room.out.push(Request::Save { what: "permissions", name, contents });
                        None
                    }
                    Err(error) => Some(Err(format!("the table cannot be written: {error}"))),
                };
            }
            let ticked = || board.rows.iter().filter(|row| self.ticked.contains(&row.urn));
            let emails: BTreeSet<&str> =
                ticked().flat_map(|row| row.administrators.iter().map(|(_, email)| email.as_str())).collect();
            let cannot = match (self.ticked.is_empty(), emails.is_empty()) {
                (true, _) => Some("Tick the schools first whose administrators you want to write to"),
                (false, true) => Some("None of the ticked schools has an administrator here"),
                (false, false) => None,
            };
            if button(ui, "Copy e-mail addresses", cannot) {
                let all: Vec<&str> = emails.iter().copied().collect();
                room.out.push(Request::Copy(all.join("; ")));
                let without = ticked().filter(|row| row.administrators.is_empty()).count();
                let but = if without > 0 {
                    format!("; {} without an administrator", plural(without as i64, "school"))
                } else {
                    String::new()
                };
                let copied = if all.len() == 1 { "1 address".to_owned() } else { format!("{} addresses", all.len()) };
                self.aside = Some(Ok(format!("{copied} copied{but}")));
            }
            if let Some(aside) = &self.aside {
                say(ui, aside);
            }
        });
        ui.add_space(theme::space().half);
        card(ui, &of.name, |ui| {
            let (granted, all) = (board.count(Filter::State(PermissionState::Granted)), board.rows.len());
            let (late, without) = (board.count(Filter::Overdue), board.count(Filter::NoAdministrator));
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(format!("Granted {granted} of {all}")).font(theme::strong()));
                let colours = theme::of(ui);
                ui.add_space(theme::space().two);
                if late > 0 {
                    parts::marked(ui, Mark::Up, *colours.warning, &format!("Overdue {late}"));
                } else {
                    ui.label(theme::muted(ui, "Overdue 0"));
                }
                ui.add_space(theme::space().two);
                let owner = room.people.organisation_name(of.owner);
                ui.label(theme::muted(ui, format!("{owner} · {} · {}", of.state.word(), of.visibility.words())));
            });
            note(ui, advice(of, granted, all));
            if without > 0 {
                ui.horizontal_wrapped(|ui| {
                    let ink = *theme::of(ui).warning;
                    let have = if without == 1 { "has" } else { "have" };
                    let schools = plural(without as i64, "school");
                    let words =
                        format!("{schools} {have} no administrator here: nobody there can answer or pick users.");
                    parts::marked(ui, Mark::Up, ink, &words);
                    if ui.button("Add one under Users I manage").clicked() {
                        room.out.push(Request::Go(Page::People));
                    }
                });
            }
        });
    }

    /// By state, and by what is sought.
    fn narrow(&mut self, ui: &mut Ui, board: &Board) {
        ui.horizontal_wrapped(|ui| {
            for filter in Filter::ALL {
                let n = board.count(filter);
                let chosen = self.filter == filter;
                if n == 0 && !chosen && filter != Filter::All {
                    continue;
                }
                if segment(ui, &format!("{} ({n})", filter.words()), chosen).clicked() {
                    self.filter = filter;
                }
            }
            search_field(ui, &mut self.search, "Search schools", "Search name, URN, reference, contact", 200.0);
        });
        ui.add_space(theme::space().half);
    }

    /// What is recorded for the ticked schools.
    fn record(&mut self, ui: &mut Ui, group: GroupId, board: &Board, room: &mut Room<'_>) {
        let n = self.ticked.len();
        let to = self.to.unwrap_or(PermissionState::Requested);
        ui.horizontal_wrapped(|ui| {
            let title = if n == 0 { "Record for ticked schools".to_owned() } else { for_schools("Record for", n) };
            ui.label(RichText::new(title).font(theme::strong()));
            let shown = board.shown(self.filter, &self.search);
            let seen = shown.iter().filter_map(|place| board.rows.get(*place));
            let hidden = n.saturating_sub(seen.filter(|row| self.ticked.contains(&row.urn)).count());
            if hidden > 0 {
                ui.label(theme::muted(ui, format!("{hidden} of them not shown below")));
            }
            if n > 0 && ui.button("Untick all").clicked() {
                self.ticked.clear();
            }
        });
        ui.horizontal_wrapped(|ui| {
            use PermissionState::{Granted, NotAsked, Refused, Requested, Withdrawn};
            for state in [Requested, Granted, Refused, Withdrawn, NotAsked] {
                if segment(ui, named(state), to == state).clicked() {
                    self.to = Some(state);
                    self.refused = None;
                }
            }
        });
        let on = parts::typed(&self.on);
        ui.horizontal_wrapped(|ui| {
            parts::fields(ui, &mut self.on, &mut self.agreement);
            let cannot = match (room.busy, n, &on) {
                (true, ..) => Some("Something is being carried out".to_owned()),
                (_, 0, _) => Some("Tick schools in the table first".to_owned()),
                (.., Err(why)) => Some(why.clone()),
                _ => None,
            };
            if button(ui, "Record", cannot.as_deref())
                && let Ok(on) = &on
            {
                self.begin(group, to, *on, room);
            }
        });
        match (&on, to) {
            (Err(why), _) => say(ui, &Err(why.clone())),
            (Ok(on), PermissionState::Requested) => {
                let days = room.people.setup.answer_days;
                let due = parts::due_of(*on, days).map(day).unwrap_or_default();
                let first = "The first step: the schools are asked, and their administrators are told.";
                note(ui, format!("{first} Answers are due within {}, by {due}.", plural(i64::from(days), "day")));
            }
            _ => note(ui, "Before it is recorded you are told who will see what, and who no longer."),
        }
        if let Some(refused) = &self.refused {
            say(ui, &Err(refused.clone()));
        } else if let Some(result) = room.outcome_of(self.ticket) {
            say(ui, &result.clone().map(|_| self.did.clone()));
        }
    }

    /// Records, or asks once more where it changes who sees what.
    fn begin(&mut self, group: GroupId, state: PermissionState, on: Date, room: &mut Room<'_>) {
        self.refused = None;
        let recorded = Recorded { state, on, agreement: self.agreement.clone() };
        let command = Command::RecordPermission { group, schools: self.ticked.clone(), recorded };
        let after = match room.office.preview(room.who, &command, room.now) {
            Ok(after) => after,
            Err(refusal) => {
                self.refused = Some(refusal.to_string());
                return;
            }
        };
        let follows = follows::follows((room.people, &after), group, room.register, None);
        let answers = !matches!(state, PermissionState::NotAsked | PermissionState::Requested);
        if follows.is_empty() && !answers {
            self.ask(command, room);
            return;
        }
        self.confirm = Some(Confirm {
            title: for_schools(&format!("Record {} for", state.words()), self.ticked.len()),
            about: format!("{}, on {}", follows::schools(&self.ticked, room.register), day(on)),
            follows,
            nothing: follows::nothing(&after, group),
            told: follows::told(room, &after, None),
            yes: match state {
                PermissionState::NotAsked => "Record not asked",
                PermissionState::Requested => "Record requested",
                PermissionState::Granted => "Record granted",
                PermissionState::Refused => "Record refused",
                PermissionState::Withdrawn => "Record withdrawn",
            },
            command,
        });
    }

    fn ask(&mut self, command: Command, room: &mut Room<'_>) {
        if let Command::RecordPermission { schools, recorded, .. } = &command {
            self.did = for_schools(&format!("Recorded {} for", recorded.state.words()), schools.len());
        }
        self.ticket = Some(room.ask(command));
        self.taken = false;
    }
}

/// "Record for 2 schools".
fn for_schools(what: &str, n: usize) -> String {
    format!("{what} {}", plural(n as i64, "school"))
}

/// What to do next, or what to know.
fn advice(of: &Group, granted: usize, all: usize) -> String {
    let agreed = granted == all;
    match (of.visibility, of.state) {
        (_, GroupState::Archived) => "The group is archived: nobody sees it.".to_owned(),
        (Visibility::OwnerOnly, _) if agreed => {
            "Every school has agreed: the group can be made visible to its schools under Edit group.".to_owned()
        }
        (Visibility::OwnerOnly, _) => {
            "Ask every school for its permission, with a data-sharing agreement, while the group is for its owner only; make \
             it visible to its schools once you have received the permissions."
                .to_owned()
        }
        (Visibility::SchoolsToo, _) if agreed => "Every school has agreed.".to_owned(),
        (Visibility::SchoolsToo, _) => {
            let n = all.saturating_sub(granted);
            let are = if n == 1 { "has not agreed; it is" } else { "have not agreed; they are" };
            format!("{} {are} not shown to the other schools and in no figure that they see.", plural(n as i64, "school"))
        }
    }
}

/// A name as part of a file's name: letters, digits and hyphens.
fn as_file(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect::<String>().to_lowercase();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-").chars().take(60).collect()
}
