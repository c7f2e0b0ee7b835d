//! The outbox: e-mails about notices, to list, to send and to give out as files.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::At;
use super::table::{Table, moment, plain};
use crate::cli::error::CliError;
use crate::cli::person::environment;
use crate::collab::mail::{self, Message};
use crate::collab::outbox::{self, Letter, PASSWORD_VARIABLE};
use crate::collab::{MailState, Notice, NoticeId};
use crate::export::words::plural;

/// How long a mail server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is done with e-mails.
#[derive(clap::Subcommand)]
pub(super) enum Action {
    /// List the e-mails that wait or were given up: all of them for who decides for everyone, else those to one's own people
    List {
        /// Those too that were sent or given out as files
        #[arg(long)]
        all: bool,
    },
    /// Send the e-mails that are due, as who decides for everyone
    ///
    /// The password of the mail server's account is taken from the environment variable SCHOOLBENCH_SMTP_PASSWORD. What
    /// cannot be sent waits and is tried again by a later `mail send`, after 1 minute, 5 and 30 minutes, 2, 6 and 24 hours.
    ///
    /// Exit codes: 0 all were sent or wait, 1 some were given up (`mail list` says why), 2 there is no mail server, no
    /// password, or the people are made up, 3 refused.
    Send {
        /// Those too that wait for their next try
        #[arg(long)]
        now: bool,
    },
    /// Write the e-mails that wait as .eml files, which a mail program opens and sends, as who decides for everyone; they no
    /// longer wait then
    Export {
        /// Folder to write them into; made where there is none
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

impl At<'_> {
    pub(super) fn mail(&self, action: &Action, out: &mut dyn Write) -> Result<(), CliError> {
        match action {
            Action::List { all } => self.list_mail(*all, out),
            Action::Send { now } => self.send_mail(*now, out),
            Action::Export { folder } => self.export_mail(folder, out),
        }
    }

    fn list_mail(&self, all: bool, out: &mut dyn Write) -> Result<(), CliError> {
        let sight = self.sight();
        if !sight.is_administrator() {
            return Err(CliError::Refused("the outbox is for administrators; ask one of them".to_owned()));
        }
        let organisation = |notice: &Notice| self.people.persons.get(&notice.to).map(|person| person.organisation);
        let theirs = |notice: &Notice| {
            sight.decides_for_all() || organisation(notice).is_some_and(|organisation| sight.administers(organisation))
        };
        let mut table = Table::new(["notices", "to", "subject", "made", "state", "tries", "next try", "why not sent"]);
        // Letters are made of notices to which the same became, so that each has one state.
        for state in ["waits", "given up", "sent", "as a file"].into_iter().take(if all { 4 } else { 2 }) {
            let of = |notice: &Notice| in_words(&notice.mail).0 == state && theirs(notice);
            let notices: Vec<NoticeId> =
                self.people.notices.iter().filter(|(_, notice)| of(notice)).map(|(id, _)| *id).collect();
            for letter in outbox::letters(&self.people, &notices) {
                self.list_letter(&letter, &mut table);
            }
        }
        Ok(table.write(self.common.csv(), out)?)
    }

    fn list_letter(&self, letter: &Letter, table: &mut Table<8>) {
        let of: Vec<&Notice> = letter.notices.iter().filter_map(|id| self.people.notices.get(id)).collect();
        let [first, ..] = of.as_slice() else { return };
        // What was tried most often tells when the whole is tried next.
        let told = of.iter().copied().max_by_key(|notice| in_words(&notice.mail).1).unwrap_or(first);
        let (state, tries, next, why) = in_words(&told.mail);
        let numbers: Vec<String> = letter.notices.iter().map(ToString::to_string).collect();
        let (to, subject) = match &letter.message {
            Some(Message { to, subject, .. }) => (to.clone(), subject.clone()),
            None => (self.people.name(letter.to).to_owned(), first.subject.clone()),
        };
        let csv = self.common.csv();
        let next = next.map(|next| moment(next, csv)).unwrap_or_default();
        let (state, why) = (state.to_owned(), why.to_owned());
        let made = moment(first.at, csv);
        table.add([numbers.join(" "), to, subject, made, state, tries.to_string(), next, why]);
    }

    /// Refuses who does not decide for everyone: e-mails go to people of every organisation.
    fn must_decide_for_all(&self, what: &str) -> Result<(), CliError> {
        let sight = self.sight();
        if sight.decides_for_all() {
            return Ok(());
        }
        let whom = self.people.decider().map(|decider| self.people.organisation_name(decider)).unwrap_or_default();
        Err(CliError::Refused(format!("{what} is for administrators of {whom}; ask one of them")))
    }

    fn send_mail(&self, at_once: bool, out: &mut dyn Write) -> Result<(), CliError> {
        self.must_decide_for_all("sending e-mails")?;
        if self.people.setup.demo {
            let why = "the people of a demonstration are made up, so nothing is ever sent to them; `mail export DIR` writes \
                       the e-mails as files";
            return Err(CliError::Input(why.to_owned()));
        }
        let server = self.people.setup.mail.as_ref().ok_or_else(|| {
            let why = "no mail server is set up; `admin setup --mail-host HOST --mail-from ADDRESS` sets one up, and `mail \
                       export DIR` writes the e-mails as files";
            CliError::Input(why.to_owned())
        })?;
        let password = environment(PASSWORD_VARIABLE)?;
        if let (Some(account), None) = (&server.account, &password) {
            let why = format!("{account}, the mail server's account, needs a password; set {PASSWORD_VARIABLE}");
            return Err(CliError::Input(why));
        }
        let now = Timestamp::now();
        let (due, waiting) = (outbox::due(&self.people, now), outbox::waiting(&self.people));
        if self.common.dry_run {
            let notices = if at_once { waiting } else { due };
            let letters = outbox::letters(&self.people, &notices);
            let n = letters.iter().filter(|letter| letter.message.is_some()).count();
            writeln!(out, "{} would be sent\nNothing was changed", e_mails(n))?;
            return Ok(());
        }
        if at_once {
            let later: Vec<NoticeId> = waiting.into_iter().filter(|id| !due.contains(id)).collect();
            outbox::again(self.office, &later, now)?;
        }
        let send = |message: &Message| mail::send(server, password.as_deref(), message, PATIENCE);
        let report = outbox::deliver(self.office, now, &send)?;
        writeln!(out, "{report}")?;
        if report.waiting > 0 {
            let people = self.office.people();
            let reasons = people.notices.values().filter_map(|notice| match &notice.mail {
                MailState::Waiting { why, .. } => Some(why.as_str()).filter(|why| !why.is_empty()),
                _ => None,
            });
            for why in reasons.collect::<BTreeSet<_>>() {
                writeln!(out, "Waits: {}", plain(why))?;
            }
        }
        match report.failed {
            0 => Ok(()),
            n => Err(CliError::GivenUp(e_mails(n))),
        }
    }

    fn export_mail(&self, folder: &Path, out: &mut dyn Write) -> Result<(), CliError> {
        self.must_decide_for_all("giving out e-mails")?;
        if self.common.dry_run {
            let letters = outbox::letters(&self.people, &outbox::waiting(&self.people));
            let n = letters.iter().filter(|letter| letter.message.is_some()).count();
            writeln!(out, "{} would be written\nNothing was changed", e_mails(n))?;
            return Ok(());
        }
        let now = Timestamp::now();
        let files = outbox::export(self.office, now)?;
        let failed = |source| CliError::File { what: "the e-mails cannot be written", source, path: folder.to_owned() };
        std::fs::create_dir_all(folder).map_err(failed)?;
        for file in &files {
            write_file(folder, &file.name, &file.contents).map_err(failed)?;
        }
        // Only what is written counts as given out.
        let notices: Vec<NoticeId> = files.iter().flat_map(|file| file.notices.iter().copied()).collect();
        outbox::exported(self.office, &notices, now)?;
        writeln!(out, "{} written: {}", e_mails(files.len()), folder.display())?;
        Ok(())
    }
}

/// Writes a file whole or not at all, for its owner only: names and addresses are in it.
fn write_file(folder: &Path, name: &str, contents: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(contents)?;
    file.persist(folder.join(name)).map(drop).map_err(|error| error.error)
}

/// State, tries, next try, and why it was not sent.
fn in_words(state: &MailState) -> (&'static str, u32, Option<Timestamp>, &str) {
    match state {
        MailState::Waiting { tries, not_before, why } => {
            ("waits", *tries, Some(*not_before).filter(|_| *tries > 0), why)
        }
        MailState::Sent { .. } => ("sent", 0, None, ""),
        MailState::Failed { why } => ("given up", 0, None, why),
        MailState::Exported { .. } => ("as a file", 0, None, ""),
    }
}

/// "1 e-mail", "3 e-mails".
fn e_mails(n: usize) -> String {
    plural(i64::try_from(n).unwrap_or(i64::MAX), "e-mail")
}
