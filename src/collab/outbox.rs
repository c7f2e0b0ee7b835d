//! The outbox: e-mails about notices, one for each person and change set, sent with retry or given out as files.
//!
//! **What becomes of each e-mail is kept right after it was sent.** A program that is killed in between knows nothing of the
//! one e-mail that it has just handed over, which is then sent twice; none is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::mail::{self, MailError, Message, Server};
use super::office::{Office, OfficeError};
use super::people::{MailState, Notice, NoticeId, People, PersonId};

/// The environment variable with the password of the mail server's account.
pub const PASSWORD_VARIABLE: &str = "SCHOOLBENCH_SMTP_PASSWORD";

/// Notices to a person that are made within this time of the first are one change set, and one e-mail.
pub const CHANGE_SET: Duration = Duration::from_secs(2 * 60);

/// Whom e-mails as files are from, where no mail server is set up: nobody can have this address.
const NOBODY: &str = "Schoolbench <schoolbench@unknown.invalid>";

/// An e-mail about one or several notices to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: PersonId,
    pub notices: Vec<NoticeId>,
    /// `None` where the person may not sign in any more: they are told nothing.
    pub message: Option<Message>,
}

/// What was done with the e-mails that were due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// How many were sent.
    pub sent: usize,
    /// How many could not be sent now and are tried again later.
    pub waiting: usize,
    /// How many are given up.
    pub failed: usize,
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sent, waiting, failed } = self;
        write!(f, "E-mails: {sent} sent, {waiting} tried again later, {failed} given up")
    }
}

/// An e-mail as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Such as `0012-a.patel@school.example.eml`.
    pub name: String,
    pub contents: Vec<u8>,
    /// What it is about: for [`exported`].
    pub notices: Vec<NoticeId>,
}

/// The notices whose e-mails are to be sent now, the oldest first.
pub fn due(people: &People, now: Timestamp) -> Vec<NoticeId> {
    people.notices.iter().filter(|(_, notice)| is_due(notice, now)).map(|(id, _)| *id).collect()
}

/// Every notice whose e-mail waits, be it due or not.
pub fn waiting(people: &People) -> Vec<NoticeId> {
    let waits = |notice: &Notice| matches!(notice.mail, MailState::Waiting { .. });
    people.notices.iter().filter(|(_, notice)| waits(notice)).map(|(id, _)| *id).collect()
}

fn is_due(notice: &Notice, now: Timestamp) -> bool {
    matches!(notice.mail, MailState::Waiting { not_before, .. } if not_before <= now)
}

/// Notices as e-mails: those of one person that were made together are one.
pub fn letters(people: &People, notices: &[NoticeId]) -> Vec<Letter> {
    let mut of: BTreeMap<PersonId, Vec<(Timestamp, NoticeId)>> = BTreeMap::new();
    for (id, notice) in notices.iter().filter_map(|id| people.notices.get(id).map(|notice| (*id, notice))) {
        of.entry(notice.to).or_default().push((notice.at, id));
    }
    let mut letters = Vec::new();
    for (to, mut made) in of {
        made.sort_unstable();
        let together =
            |first: &(Timestamp, NoticeId), at: Timestamp| at.duration_since(first.0).unsigned_abs() <= CHANGE_SET;
        let mut rest = made.as_slice();
        while let Some(first) = rest.first() {
            let n = rest.iter().take_while(|(at, _)| together(first, *at)).count().max(1);
            let (set, later) = rest.split_at(n);
            let notices: Vec<NoticeId> = set.iter().map(|(_, id)| *id).collect();
            letters.push(Letter { to, message: digest(people, to, &notices), notices });
            rest = later;
        }
    }
    // The oldest first, whomever it is for.
    letters.sort_by_key(|letter| letter.notices.first().copied());
    letters
}

/// The e-mail about one notice; `None` where the person may not sign in any more.
pub fn message(people: &People, notice: &Notice) -> Option<Message> {
    written(people, notice.to, &[notice])
}

/// The e-mail about several notices to a person; `None` where the person may not sign in any more.
pub fn digest(people: &People, to: PersonId, notices: &[NoticeId]) -> Option<Message> {
    let notices: Vec<&Notice> = notices.iter().filter_map(|id| people.notices.get(id)).collect();
    written(people, to, &notices)
}

fn written(people: &People, to: PersonId, notices: &[&Notice]) -> Option<Message> {
    let person = people.persons.get(&to).filter(|person| person.active)?;
    let mut parts: Vec<(&str, Timestamp, Vec<&str>)> = Vec::new();
    for notice in notices {
        let known = parts.iter().position(|(subject, ..)| *subject == notice.subject);
        let nth = known.unwrap_or_else(|| {
            parts.push((&notice.subject, notice.at, Vec::new()));
            parts.len() - 1
        });
        let Some((_, _, lines)) = parts.get_mut(nth) else { continue };
        for line in &notice.lines {
            // What is said again stands once, where it was said last: so who changed it and whom to ask end the list.
            lines.retain(|before| before != line);
            lines.push(line);
        }
    }
    let (first, ..) = parts.first()?;
    let subject = match parts.len() {
        1 => (*first).to_owned(),
        n => format!("Changes in {n} places of Collaborate"),
    };
    let mut text = format!("Hello {},\n\n", person.name);
    for (subject, at, lines) in &parts {
        let day = at.to_zoned_datetime(TimeZone::UTC).strftime("%-d %B %Y").to_string();
        text.push_str(&format!("{subject}, {day}:\n"));
        for line in lines {
            text.push_str(&format!("• {line}\n"));
        }
        text.push('\n');
    }
    text.push_str(&format!(
        "To read this in Schoolbench, open it, sign in as {} and choose People, then Notices.\n\n\
         You get this e-mail because {} uses Collaborate groups. There are no results in it, and nothing about pupils.\n",
        person.email,
        people.organisation_name(person.organisation),
    ));
    let (to, to_name) = (person.email.clone(), person.name.clone());
    Some(Message { to, to_name, subject, html: mail::html(&text), text })
}

/// What went wrong with an e-mail, for the others that are due.
enum Trouble {
    /// It is this e-mail's.
    Own,
    /// The settings are to be put right first: no try counts.
    Settings,
    /// The server cannot be reached, or not be trusted: the others need not find that out each by itself.
    Line,
}

impl Trouble {
    fn of(error: &MailError) -> Self {
        match error {
            _ if error.is_for_good() => Self::Own,
            MailError::RefusedNow { .. } => Self::Own,
            MailError::Login { .. }
            | MailError::Sender { .. }
            | MailError::OpenLine { .. }
            | MailError::NoPassword { .. }
            | MailError::Roots { .. } => Self::Settings,
            _ => Self::Line,
        }
    }
}

/// Sends what is due, one by one, with `send`, and keeps what became of each right after it. What is due is looked up anew
/// before each, so that another program that sends at the same time is not repeated.
///
/// An e-mail that failed waits as [`mail::retry_after`] says. Where the server cannot be reached, the rest waits as long
/// without being tried.
///
/// # Errors
/// When the people's file cannot be read or written.
pub fn deliver(
    office: &Office,
    now: Timestamp,
    send: &dyn Fn(&Message) -> Result<(), MailError>,
) -> Result<Report, OfficeError> {
    office.refresh()?;
    let people = office.people();
    let mut report = Report::default();
    let mut letters = letters(&people, &due(&people, now)).into_iter();
    while let Some(letter) = letters.next() {
        office.refresh()?;
        let people = office.people();
        let still = |id: &NoticeId| people.notices.get(id).is_some_and(|notice| is_due(notice, now));
        let notices: Vec<NoticeId> = letter.notices.iter().copied().filter(still).collect();
        if notices.is_empty() {
            continue;
        }
        let keep = |state: &MailState| {
            let states: Vec<_> = notices.iter().map(|id| (*id, state.clone())).collect();
            office.mailed(&states)
        };
        let Some(message) = digest(&people, letter.to, &notices) else {
            let why = format!("{} may not sign in any more, so nothing is sent", people.name(letter.to));
            keep(&MailState::Failed { why })?;
            report.failed += 1;
            continue;
        };
        let Err(error) = send(&message) else {
            keep(&MailState::Sent { at: now })?;
            report.sent += 1;
            continue;
        };
        let before = notices.iter().filter_map(|id| people.notices.get(id)).map(tries).max().unwrap_or(0);
        let trouble = Trouble::of(&error);
        let state = match trouble {
            Trouble::Settings => MailState::Waiting { tries: before, not_before: now, why: error.to_string() },
            _ => after(before, &error, now),
        };
        keep(&state)?;
        match state {
            MailState::Failed { .. } => report.failed += 1,
            _ => report.waiting += 1,
        }
        if !matches!(trouble, Trouble::Own) {
            let rest: Vec<Letter> = letters.by_ref().collect();
            let until = match state {
                MailState::Waiting { not_before, .. } => not_before,
                _ => mail::retry_after(1).and_then(|wait| now.checked_add(wait).ok()).unwrap_or(now),
            };
            report.waiting += rest.len();
            let ids = rest.iter().flat_map(|letter| &letter.notices);
            let waits = |id: &NoticeId| {
                let tries = tries(people.notices.get(id)?);
                Some((*id, MailState::Waiting { tries, not_before: until, why: error.to_string() }))
            };
            office.mailed(&ids.filter_map(waits).collect::<Vec<_>>())?;
        }
    }
    Ok(report)
}

fn tries(notice: &Notice) -> u32 {
    match notice.mail {
        MailState::Waiting { tries, .. } => tries,
        _ => 0,
    }
}

/// What becomes of an e-mail that was not sent.
fn after(tries: u32, error: &MailError, now: Timestamp) -> MailState {
    if error.is_for_good() {
        return MailState::Failed { why: error.to_string() };
    }
    let tries = tries.saturating_add(1);
    match mail::retry_after(tries).and_then(|wait| now.checked_add(wait).ok()) {
        Some(not_before) => MailState::Waiting { tries, not_before, why: error.to_string() },
        None => MailState::Failed { why: format!("given up after {tries} tries: {error}") },
    }
}

/// Lets e-mails wait anew, as if they had never been tried: those that were given up, and those that are not due yet. What
/// was sent or given out stays so.
///
/// # Errors
/// When the people's file cannot be written.
pub fn again(office: &Office, notices: &[NoticeId], now: Timestamp) -> Result<(), OfficeError> {
    office.refresh()?;
    let people = office.people();
    let anew = |id: &NoticeId| {
        let open = matches!(people.notices.get(id)?.mail, MailState::Waiting { .. } | MailState::Failed { .. });
        open.then(|| (*id, MailState::Waiting { tries: 0, not_before: now, why: String::new() }))
    };
    office.mailed(&notices.iter().filter_map(anew).collect::<Vec<_>>())
}

/// What waits as files for another program to send. They count as given out only once [`exported`] says so: after they are
/// written.
///
/// # Errors
/// When the people's file cannot be read or written.
pub fn export(office: &Office, now: Timestamp) -> Result<Vec<File>, OfficeError> {
    office.refresh()?;
    let people = office.people();
    let from = people.setup.mail.as_ref().filter(|server| problem(server).is_none());
    let from = from.map_or(NOBODY, |server| server.from.as_str());
    let (mut files, mut failed) = (Vec::new(), Vec::new());
    for Letter { to, notices, message } in letters(&people, &waiting(&people)) {
        let Some(message) = message else { continue };
        match mail::eml(&message, from) {
            Ok(contents) => {
                let number = notices.first().map_or(0, |id| id.0);
                files.push(File { name: format!("{number:04}-{}.eml", safe(&message.to)), contents, notices });
            }
            Err(error) => failed.extend(notices.into_iter().map(|id| {
                tracing::warn!(%error, to = people.name(to), "an e-mail cannot be written as a file");
                (id, after(0, &error, now))
            })),
        }
    }
    if !failed.is_empty() {
        office.mailed(&failed)?;
    }
    Ok(files)
}

/// An address as part of a file's name.
fn safe(address: &str) -> String {
    address.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@') { c } else { '_' }).collect()
}

/// Notes that files with the e-mails about notices are written.
///
/// # Errors
/// When the people's file cannot be written.
pub fn exported(office: &Office, notices: &[NoticeId], now: Timestamp) -> Result<(), OfficeError> {
    let states: Vec<_> = notices.iter().map(|id| (*id, MailState::Exported { at: now })).collect();
    office.mailed(&states)
}

/// What is wrong with a mail server's settings, as far as can be told without talking to it.
pub fn problem(server: &Server) -> Option<String> {
    if server.host.trim().is_empty() {
        return Some("Write the name of the mail server, such as smtp.authority.example.".to_owned());
    }
    if server.host.contains(char::is_whitespace) {
        return Some("The name of the mail server has no spaces in it.".to_owned());
    }
    if server.port == 0 {
        return Some("The port is a number from 1 to 65535.".to_owned());
    }
    let (to, text) = ("somebody@school.example".to_owned(), String::new());
    let probe = Message { to, to_name: String::new(), subject: String::new(), html: text.clone(), text };
    match mail::eml(&probe, &server.from) {
        Ok(_) => None,
        Err(_) => Some("E-mails are from an address, such as Schoolbench <data@authority.example>.".to_owned()),
    }
}
