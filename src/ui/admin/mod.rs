//! The administration: groups, permission, people, who sees what, notices, audit. A place of its own, apart from results.
//!
//! **A page draws from the people as they were last read, and asks for changes. It decides nothing: what it asks for is
//! carried out, or refused, by the office.**

mod access;
mod audit;
mod group_form;
mod groups;
mod inbox;
mod parts;
mod people;
mod permissions;
mod run;
mod school;
mod setup;

use std::collections::BTreeSet;

use eframe::egui::{self, RichText, ScrollArea, Ui};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::theme;
use crate::collab::audit::Row;
use crate::collab::{Command, GroupId, NoticeId, Office, OrganisationId, OrganisationKind, People, PersonId, Role};
use crate::workspace::Register;

/// What a page asks of the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// A change. Its outcome comes as [`Outcome`] with the same ticket.
    Do { ticket: u64, command: Command },
    /// A one-time password for somebody, which is then told.
    ResetPassword { ticket: u64, person: PersonId },
    /// To mark notices of who looks as read.
    MarkRead(Vec<NoticeId>),
    /// The audit, read and looked through.
    ReadAudit,
    /// To have a file saved.
    Save { what: &'static str, name: String, contents: Vec<u8> },
    /// To look as somebody of a demonstration.
    ViewAs(PersonId),
    /// To send what waits in the outbox.
    SendMail,
    /// To let e-mails about notices wait anew, also those that were given up.
    MailAgain(Vec<NoticeId>),
    /// To give what waits in the outbox out as files.
    ExportMail,
    /// The password of the mail server's account, for as long as the program runs.
    MailPassword(Secret),
    /// Text for the clipboard.
    Copy(String),
    /// Another page.
    Go(Page),
}

/// What is not written anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// What became of a request with a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub ticket: u64,
    /// What was done, or why it was not, in words.
    pub result: Result<String, String>,
    /// The audit's entry of what was done, by which it can be taken back.
    pub entry: Option<i64>,
}

/// A page of the administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    #[default]
    Groups,
    /// Setting a group up, or changing it.
    GroupForm(Option<GroupId>),
    /// The schools of a group and their permission.
    Permissions(GroupId),
    People,
    /// What a school's administrator decides.
    School,
    Access,
    Inbox,
    Audit,
    Setup,
}

impl Page {
    /// The page's name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Groups => "Groups",
            Self::GroupForm(None) => "Create group",
            Self::GroupForm(Some(_)) => "Edit group",
            Self::Permissions(_) => "Permissions",
            Self::People => "Users I manage",
            Self::School => "Groups of my school",
            Self::Access => "Who can see what",
            Self::Inbox => "Notices",
            Self::Audit => "Audit",
            Self::Setup => "Set-up and e-mail",
        }
    }

    /// The pages that a person is shown in the list.
    fn listed(people: &People, who: PersonId) -> Vec<Self> {
        let administrator = people.persons.get(&who).is_some_and(|person| person.role == Role::Administrator);
        let of_school = matches!(people.kind_of(who), Some(OrganisationKind::School(_)));
        match (administrator, of_school) {
            (true, false) => vec![Self::Groups, Self::People, Self::Access, Self::Inbox, Self::Audit, Self::Setup],
            (true, true) => vec![Self::School, Self::People, Self::Access, Self::Inbox],
            (false, _) => vec![Self::Access, Self::Inbox],
        }
    }
}

/// What a page draws from, and where its requests go.
#[derive(Debug)]
pub struct Room<'a> {
    pub office: &'a Office,
    pub people: &'a People,
    /// The number of the audit's entry at which the people were so.
    pub entries: i64,
    pub register: &'a Register,
    /// Who is signed in.
    pub who: PersonId,
    pub now: Timestamp,
    /// The audit as it was last read; `None` while it was not asked for.
    pub audit: Option<&'a Result<Vec<Row>, String>>,
    /// Whether a request is being carried out.
    pub busy: bool,
    /// What became of the last request with a ticket.
    pub outcome: Option<&'a Outcome>,
    pub out: &'a mut Vec<Request>,
    /// The last ticket that was given.
    pub tickets: &'a mut u64,
}

/// Of what a page keeps something that it has made: for another one it is made again.
///
/// Every change of people and groups is an entry of the audit; what only becomes of notices is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    entries: i64,
    who: PersonId,
}

impl Room<'_> {
    /// Of what is made what a page keeps.
    pub fn key(&self) -> Key {
        Key { entries: self.entries, who: self.who }
    }

    /// Today, in coordinated universal time.
    pub fn today(&self) -> Date {
        self.now.to_zoned_datetime(TimeZone::UTC).date()
    }

    /// Asks for a change. Gives the ticket of its outcome.
    pub fn ask(&mut self, command: Command) -> u64 {
        *self.tickets += 1;
        self.out.push(Request::Do { ticket: *self.tickets, command });
        *self.tickets
    }

    /// The outcome of a request, once it is there.
    pub fn outcome_of(&self, ticket: Option<u64>) -> Option<&Result<String, String>> {
        self.outcome.filter(|outcome| Some(outcome.ticket) == ticket).map(|outcome| &outcome.result)
    }

    /// The audit's entry of what was done, once it is there.
    pub fn entry_of(&self, ticket: Option<u64>) -> Option<i64> {
        self.outcome.filter(|outcome| Some(outcome.ticket) == ticket).and_then(|outcome| outcome.entry)
    }

    /// What a school is called.
    pub fn school(&self, urn: crate::model::Urn) -> String {
        self.register.called(urn)
    }

    /// The organisations that who is signed in administers.
    pub fn administered(&self) -> BTreeSet<OrganisationId> {
        let Some(person) = self.people.persons.get(&self.who) else { return BTreeSet::new() };
        if person.role != Role::Administrator {
            return BTreeSet::new();
        }
        let of_system = self.people.kind_of(self.who) == Some(OrganisationKind::System);
        let all = self.people.organisations.keys().copied();
        all.filter(|id| of_system || *id == person.organisation).collect()
    }
}

/// The administration as it stands on screen.
#[derive(Debug, Default)]
pub struct Administration {
    page: Page,
    groups: groups::State,
    form: group_form::State,
    permissions: permissions::State,
    people: people::State,
    school: school::State,
    access: access::State,
    inbox: inbox::State,
    audit: audit::State,
    setup: setup::State,
    audit_read: Option<Result<Vec<Row>, String>>,
    outcome: Option<Outcome>,
    tickets: u64,
}

impl Administration {
    /// For somebody else: without anything that was written or shown. Tickets are numbered on, so that no outcome of what
    /// was asked for before is taken for one of theirs.
    pub fn anew(&self) -> Self {
        Self { tickets: self.tickets, ..Self::default() }
    }

    /// Goes to a page.
    pub fn go(&mut self, page: Page) {
        self.page = page;
        self.outcome = None;
    }

    /// The page that is shown.
    pub fn page(&self) -> Page {
        self.page
    }

    /// Takes what became of a request.
    pub fn settle(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
        // What the audit says now is another thing.
        self.audit_read = None;
    }

    /// Forgets the audit that was read: there is more in it by now.
    pub fn forget_audit(&mut self) {
        self.audit_read = None;
    }

    /// Takes the audit.
    pub fn take_audit(&mut self, read: Result<Vec<Row>, String>) {
        self.audit_read = Some(read);
    }

    /// Draws the administration for who is signed in.
    pub fn ui(&mut self, ui: &mut Ui, office: &Office, who: PersonId, busy: bool) -> Vec<Request> {
        let (people, entries) = office.people_at();
        let mut out = Vec::new();
        let listed = Page::listed(&people, who);
        let inside = listed.contains(&self.page) || matches!(self.page, Page::GroupForm(_) | Page::Permissions(_));
        if !inside {
            self.page = listed.first().copied().unwrap_or(Page::Inbox);
        }
        let mut room = Room {
            office,
            people: &people,
            entries,
            register: office.register(),
            who,
            now: Timestamp::now(),
            audit: self.audit_read.as_ref(),
            busy,
            outcome: self.outcome.as_ref(),
            out: &mut out,
            tickets: &mut self.tickets,
        };
        egui::Panel::left("administration pages").exact_size(190.0).resizable(false).show(ui, |ui| {
            ui.add_space(theme::space().one);
            for page in listed {
                let unread = if page == Page::Inbox { people.unread(who) } else { 0 };
                let name = if unread > 0 { format!("{} ({unread})", page.title()) } else { page.title().to_owned() };
                let within = matches!((page, self.page), (Page::Groups, Page::GroupForm(_) | Page::Permissions(_)));
                if ui.selectable_label(self.page == page || within, name).clicked() {
                    room.out.push(Request::Go(page));
                }
            }
        });
        egui::CentralPanel::default().show(ui, |ui| {
            ui.label(RichText::new(self.page.title()).font(theme::title()));
            ui.add_space(theme::space().one);
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| match self.page {
                Page::Groups => self.groups.ui(ui, &mut room),
                Page::GroupForm(group) => self.form.ui(ui, group, &mut room),
                Page::Permissions(group) => self.permissions.ui(ui, group, &mut room),
                Page::People => self.people.ui(ui, &mut room),
                Page::School => self.school.ui(ui, &mut room),
                Page::Access => self.access.ui(ui, &mut room),
                Page::Inbox => self.inbox.ui(ui, &mut room),
                Page::Audit => self.audit.ui(ui, &mut room),
                Page::Setup => self.setup.ui(ui, &mut room),
            });
        });
        if let Some(Request::Go(page)) = out.iter().rev().find(|request| matches!(request, Request::Go(_))) {
            self.go(*page);
        }
        out.retain(|request| !matches!(request, Request::Go(_)));
        out
    }
}

/// Says what became of a request, in colour and with a sign.
pub fn say(ui: &mut Ui, result: &Result<String, String>) {
    let colours = theme::of(ui);
    let (sign, words, colour) = match result {
        Ok(words) => ("✓", words, *colours.above),
        Err(words) => ("×", words, *colours.below),
    };
    ui.label(RichText::new(format!("{sign} {words}")).color(colour));
}
