//! Terms, who sees what and why, notices, and how the whole is set up.

use std::io::Write;
use std::path::PathBuf;

use super::At;
use super::mail_server::{self, MailServer};
use super::table::{Table, moment, plain, yes};
use super::words;
use crate::cli::error::CliError;
use crate::collab::{Command, Group, GroupId, NoticeId, PersonId, Setup, Step, verdict};
use crate::export::words::plural;

/// What is done with terms and conditions.
#[derive(clap::Subcommand)]
pub(super) enum Terms {
    /// Print them
    Show {
        /// The newest where none is given
        #[arg(long)]
        version: Option<u32>,
    },
    /// Write a new version
    Write {
        /// Their text
        #[arg(value_name = "FILE")]
        text: PathBuf,
    },
}

/// Arguments of `schoolbench admin access`.
#[derive(clap::Args)]
pub(super) struct Access {
    /// By e-mail address, number or name; oneself where none is given
    #[arg(long)]
    person: Option<String>,
    /// By number or name; every group that you know of where none is given
    #[arg(long)]
    group: Option<String>,
}

/// Arguments of `schoolbench admin notices`.
#[derive(clap::Args)]
pub(super) struct Notices {
    /// Only those that are not read yet
    #[arg(long)]
    unread: bool,
    /// Mark those that are listed as read
    #[arg(long)]
    mark_read: bool,
}

/// Arguments of `schoolbench admin setup`.
#[derive(clap::Args)]
pub(super) struct SetUp {
    /// Minutes after which an idle window asks for the password again; 0 for never
    #[arg(long, value_name = "N")]
    idle_minutes: Option<u32>,
    /// Days within which a school is asked to answer
    #[arg(long, value_name = "N")]
    answer_days: Option<u32>,
    #[command(flatten)]
    mail: MailServer,
}

impl At<'_> {
    pub(super) fn terms(&self, action: &Terms, out: &mut dyn Write) -> Result<(), CliError> {
        match action {
            Terms::Show { version } => {
                let newest = self.people.newest_terms().map(|(version, _)| version);
                let version = version.or(newest).unwrap_or_default();
                let terms = self.people.terms.get(&version);
                let terms =
                    terms.ok_or_else(|| CliError::Input(format!("there is no version {version} of the terms")))?;
                writeln!(out, "Version {version}, from {}\n\n{}", moment(terms.from, false), terms.text)?;
                Ok(())
            }
            Terms::Write { text } => {
                let text = words::text_of(text, "the terms cannot be read")?;
                let next = self.people.newest_terms().map_or(1, |(version, _)| version.saturating_add(1));
                self.change(&Command::WriteTerms { text }, &format!("Version {next} of the terms is in force"), out)
            }
        }
    }

    /// Says for each group whether somebody sees it, with the chain of reasons of the function that decides.
    pub(super) fn access(&self, access: &Access, out: &mut dyn Write) -> Result<(), CliError> {
        let sight = self.sight();
        let person = match &access.person {
            Some(word) => words::person(&self.people, word)?,
            None => self.who,
        };
        let organisation = self.people.persons.get(&person).map(|person| person.organisation);
        let theirs = person == self.who || organisation.is_some_and(|organisation| sight.manages(organisation));
        let all: Vec<(GroupId, &Group)> = match &access.group {
            Some(word) => vec![words::group(&sight, word)?],
            None => sight.groups().collect(),
        };
        // Who owns a group may know of everybody why they see it; others, of their own people.
        let shown: Vec<(GroupId, &Group)> =
            all.into_iter().filter(|(_, group)| theirs || sight.administers(group.owner)).collect();
        if shown.is_empty() && !theirs {
            let name = self.people.name(person);
            let why = format!("what {name} sees is for administrators of their organisation and of the group's owner");
            return Err(CliError::Refused(why));
        }
        if self.common.csv() {
            let mut table = Table::new(["group", "name", "sees", "schools", "step", "speaks for it", "reason"]);
            for (id, group) in shown {
                let verdict = verdict(&self.people, person, id);
                for (nth, Step { holds, words }) in (1..).zip(&verdict.chain) {
                    let (sees, schools) = (yes(verdict.sees()), verdict.schools.len().to_string());
                    let name = group.name.clone();
                    table.add([id.to_string(), name, sees, schools, nth.to_string(), yes(*holds), words.clone()]);
                }
            }
            return Ok(table.write(true, out)?);
        }
        if shown.is_empty() {
            writeln!(out, "There is no group that you know of")?;
        }
        for (id, group) in shown {
            self.reasons(person, id, group, out)?;
        }
        Ok(())
    }

    fn reasons(&self, person: PersonId, id: GroupId, group: &Group, out: &mut dyn Write) -> Result<(), CliError> {
        let verdict = verdict(&self.people, person, id);
        let (name, group_name) = (plain(self.people.name(person)), plain(&group.name));
        let sees = if verdict.sees() {
            format!("sees it, with {}", plural(verdict.schools.len() as i64, "school"))
        } else {
            "does not see it".to_owned()
        };
        writeln!(out, "Group {id} “{group_name}”: {name} {sees}")?;
        for Step { holds, words } in &verdict.chain {
            writeln!(out, "  {} {}", if *holds { "✓" } else { "×" }, plain(words))?;
        }
        Ok(())
    }

    pub(super) fn notices(&self, notices: &Notices, out: &mut dyn Write) -> Result<(), CliError> {
        let mut table = Table::new(["number", "at", "read", "subject", "what changed"]);
        let mut listed: Vec<NoticeId> = Vec::new();
        for (id, notice) in self.people.inbox(self.who).filter(|(_, notice)| !(notices.unread && notice.read)) {
            let (at, read, lines) = (moment(notice.at, self.common.csv()), yes(notice.read), notice.lines.join(" "));
            table.add([id.to_string(), at, read, notice.subject.clone(), lines]);
            listed.push(id);
        }
        table.write(self.common.csv(), out)?;
        if notices.mark_read && !self.common.dry_run && !listed.is_empty() {
            self.office.read_notices(self.who, &listed)?;
        }
        Ok(())
    }

    pub(super) fn set_up(&self, set_up: &SetUp, out: &mut dyn Write) -> Result<(), CliError> {
        let now = &self.people.setup;
        if set_up.idle_minutes.is_none() && set_up.answer_days.is_none() && !set_up.mail.is_given() {
            let mut table = Table::new(["of the whole", "it is"]);
            table.add(["made-up people".to_owned(), yes(now.demo)]);
            table.add(["minutes until an idle window is locked".to_owned(), now.idle_minutes.to_string()]);
            table.add(["days to answer".to_owned(), now.answer_days.to_string()]);
            for (what, is) in mail_server::in_words(now.mail.as_ref()) {
                table.add([what.to_owned(), is]);
            }
            return Ok(table.write(self.common.csv(), out)?);
        }
        let setup = Setup {
            idle_minutes: set_up.idle_minutes.unwrap_or(now.idle_minutes),
            answer_days: set_up.answer_days.unwrap_or(now.answer_days),
            mail: set_up.mail.over(now.mail.as_ref())?,
            ..now.clone()
        };
        self.change(&Command::SetUp { setup }, "The set-up is changed", out)
    }
}
