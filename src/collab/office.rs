//! The office of a workspace: signs people in, carries out commands, keeps the audit. Each command is one transaction.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::Value;

use super::access::Rights;
use super::audit::{self, Broken, Row};
use super::command::{Command, Refusal};
use super::entry::{Changed, entry, row};
use super::notice;
use super::password::{self, PasswordError};
use super::people::{Key, MailState, NoticeId, People, PersonId};
use super::records::{self, Unreadable};
use super::rules::{self, Moment};
use super::standing::standing;
use crate::workspace::people::{Contents, Edit, Entry, Head, PeopleFile};
use crate::workspace::{Register, WorkspaceError};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    File(#[from] WorkspaceError),
    #[error("the people's file holds what this program cannot read; was it made by a newer one? ({0})")]
    Unreadable(#[from] Unreadable),
    #[error("the audit was tampered with or is damaged: {0}")]
    Audit(#[from] Broken),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    SignIn(#[from] NotSignedIn),
}

/// Why somebody is not signed in. It does not tell whether there is such a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSignedIn {
    #[error("the e-mail or the password is not right")]
    Wrong,
    #[error("too many wrong passwords; try again in {} seconds, or ask an administrator for a new one", wait.as_secs().max(1))]
    Wait { wait: Duration },
    #[error("the password was set by an administrator; choose your own")]
    MustChange,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The number of its entry in the audit.
    pub entry: i64,
    /// How many people are told.
    pub told: usize,
}

/// What was last read from the file.
#[derive(Debug, Default)]
struct Known {
    people: Arc<People>,
    entries: i64,
    stamp: Option<(SystemTime, u64)>,
}

/// The office of a workspace that has people.
#[derive(Debug)]
pub struct Office {
    file: PeopleFile,
    register: Register,
    known: Mutex<Known>,
}

impl Office {
    /// Opens the office of a workspace; `None` where the workspace has no people.
    ///
    /// # Errors
    /// When the people's file cannot be read.
    pub fn open(workspace: &Path, register: Register) -> Result<Option<Self>, OfficeError> {
        let file = PeopleFile::of(workspace);
        if !file.exists() {
            return Ok(None);
        }
        let office = Self { file, register, known: Mutex::default() };
        office.read()?;
        Ok(Some(office))
    }

    /// Makes the office of a workspace that has none, with its first organisation and administrator. Without a password the
    /// people are made up: a demonstration.
    ///
    /// # Errors
    /// When there are people already, or something that was written is not right.
    pub fn begin(
        workspace: &Path,
        register: Register,
        command: &Command,
        password: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, OfficeError> {
        Self::make(workspace, register, command, password, now, false)
    }

    /// Makes the office of a workspace whose people's file is lost anew, and tells so in the audit.
    ///
    /// # Errors
    /// As [`Office::begin`].
    pub fn begin_anew(
        workspace: &Path,
        register: Register,
        command: &Command,
        password: &str,
        now: Timestamp,
    ) -> Result<Self, OfficeError> {
        Self::make(workspace, register, command, Some(password), now, true)
    }

    fn make(
        workspace: &Path,
        register: Register,
        command: &Command,
        password: Option<&str>,
        now: Timestamp,
        anew: bool,
    ) -> Result<Self, OfficeError> {
        let file = PeopleFile::of(workspace);
        let nobody = People::default();
        let moment = Moment { register: &register, now, entry: 1 };
        let mut people = rules::apply(&nobody, None, command, moment)?;
        if let Some(person) = people.persons.keys().next().copied()
            && let Some(password) = password
        {
            let key = Key { hash: password::hash(password)?, ..Key::default() };
            people.keys.insert(person, key);
        }
        people.setup.demo = password.is_none();
        let (before, after) = (records::of(&nobody), records::of(&people));
        let changed = Changed { before: BTreeMap::new(), after: records::differing(&after, &records::Records::new()) };
        let first = row(&people, people.persons.keys().next().copied(), command, 1, now, changed);
        let mut entries = vec![entry(&first, "")];
        if anew {
            let told = Row {
                seq: 2,
                what: "begins anew".to_owned(),
                about: "the people's file that there was is lost".to_owned(),
                command: None,
                after: BTreeMap::new(),
                ..first
            };
            entries.extend(entries.last().map(|before| entry(&told, &before.hash)));
        }
        file.create(&Edit { entries, ..records::edit(&before, &after) })?;
        let office = Self { file, register, known: Mutex::default() };
        office.read()?;
        Ok(office)
    }

    /// Everyone and everything, as last read.
    pub fn people(&self) -> Arc<People> {
        Arc::clone(&self.lock().people)
    }

    /// Everyone and everything as last read, and the number of the audit's entry at which it was so.
    pub fn people_at(&self) -> (Arc<People>, i64) {
        let known = self.lock();
        (Arc::clone(&known.people), known.entries)
    }

    /// The number of the last entry of the audit that is known here.
    pub fn entries(&self) -> i64 {
        self.lock().entries
    }

    /// The schools of the workspace.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// Reads the file again if any program has changed it. Gives whether anything is new.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn refresh(&self) -> Result<bool, OfficeError> {
        let stamp = self.file.stamp();
        if stamp.is_some() && self.lock().stamp == stamp {
            return Ok(false);
        }
        let before = self.entries();
        self.read()?;
        Ok(self.entries() != before)
    }

    fn read(&self) -> Result<(), OfficeError> {
        let stamp = self.file.stamp();
        let contents = self.file.read()?;
        let people = Arc::new(self.people_in(&contents)?);
        *self.lock() = Known { people, entries: contents.head.entries, stamp };
        Ok(())
    }

    /// What the file holds, with schools as they stand now.
    fn people_in(&self, contents: &Contents) -> Result<People, Unreadable> {
        Ok(standing(records::people(contents)?, &self.register))
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a person sees now.
    pub fn rights(&self, person: PersonId) -> Rights {
        Rights::of(&self.people(), person)
    }

    /// Signs a person in by e-mail and password.
    ///
    /// # Errors
    /// [`NotSignedIn`] in words that do not tell whether there is such a person.
    pub fn sign_in(&self, email: &str, password: &str, now: Timestamp) -> Result<PersonId, OfficeError> {
        self.refresh()?;
        let people = self.people();
        let found = people.by_email(email).filter(|(_, person)| person.active);
        let key = found.and_then(|(id, _)| people.keys.get(&id));
        let tries = key.map(|key| key.tries).unwrap_or_default();
        if let Some(wait) = tries.wait(now) {
            return Err(NotSignedIn::Wait { wait }.into());
        }
        let right = match key {
            Some(key) => password::is_right(password, &key.hash),
            None => {
                password::stand_in(password);
                false
            }
        };
        let (Some((id, _)), true) = (found, right) else {
            self.note(found.map(|(id, _)| id), email.trim(), "is not signed in", "wrong password", now, |people| {
                if let Some((id, _)) = found
                    && let Some(key) = people.keys.get_mut(&id)
                {
                    key.tries.failed(now);
                }
            })?;
            return Err(NotSignedIn::Wrong.into());
        };
        self.note(Some(id), email.trim(), "signs in", "", now, |people| {
            if let Some(key) = people.keys.get_mut(&id) {
                key.tries.succeeded();
            }
        })?;
        Ok(id)
    }

    /// Whether a person must choose another password before anything else.
    pub fn must_change(&self, person: PersonId) -> bool {
        self.people().keys.get(&person).is_some_and(|key| key.once)
    }

    /// Sets a password: one's own, or as an administrator a one-time password for another.
    ///
    /// # Errors
    /// When the person may not, or the password is too short or long.
    pub fn set_password(
        &self,
        who: PersonId,
        person: PersonId,
        password: &str,
        now: Timestamp,
    ) -> Result<Done, OfficeError> {
        let hash = password::hash(password)?;
        self.carry_out(Some(who), &Command::SetPassword { person }, now, |people| {
            people.keys.insert(person, Key { hash, once: who != person, ..Key::default() });
        })
    }

    /// Carries out a command: rules, notices, audit and records in one transaction.
    ///
    /// # Errors
    /// [`Refusal`] where the rules do not allow it; nothing is changed then.
    pub fn obey(&self, who: Option<PersonId>, command: &Command, now: Timestamp) -> Result<Done, OfficeError> {
        if let Command::Undo { entry } = command {
            return self.undo(who, *entry, now);
        }
        self.carry_out(who, command, now, |_| {})
    }

    fn carry_out(
        &self,
        who: Option<PersonId>,
        command: &Command,
        now: Timestamp,
        beside: impl FnOnce(&mut People),
    ) -> Result<Done, OfficeError> {
        let done = self.change(who, command, now, |before, moment| {
            let mut after = rules::apply(before, who, command, moment)?;
            beside(&mut after);
            Ok(after)
        });
        let Err(OfficeError::Refused(Refusal::Changed { what, by })) = done else { return done };
        // Who asked looked at what is no longer there: it is shown next.
        self.read()?;
        let by = self.changed_last(command).unwrap_or(by);
        Err(Refusal::Changed { what, by }.into())
    }

    /// Who changed the group of a command last, by the entry of the audit that its revision names.
    fn changed_last(&self, command: &Command) -> Option<String> {
        let (Command::EditGroup { group, .. } | Command::SetState { group, .. }) = command else { return None };
        let people = self.people();
        let revision = people.groups.get(group)?.revision;
        let (entries, _) = self.file.audit().ok()?;
        let entry = entries.iter().find(|entry| entry.seq == revision)?;
        audit::read(entry).ok()?.who.map(|who| people.name(who).to_owned())
    }

    /// One transaction: reads what is there now, lets `make` decide, adds notices and the audit's entry.
    fn change(
        &self,
        who: Option<PersonId>,
        command: &Command,
        now: Timestamp,
        make: impl FnOnce(&People, Moment<'_>) -> Result<People, OfficeError>,
    ) -> Result<Done, OfficeError> {
        let (done, people) = self.file.change(|contents| {
            let before = self.people_in(&contents)?;
            let seq = contents.head.entries + 1;
            let mut after = make(&before, Moment { register: &self.register, now, entry: seq })?;
            let notices = notice::of_change((&before, &after), who, seq, now, &self.register);
            let told = notices.len();
            let first = after.notices.keys().next_back().map_or(1, |last| last.0.saturating_add(1));
            after.notices.extend((first..).map(NoticeId).zip(notices));
            let (was, is) = (records::of(&before), records::of(&after));
            let changed = Changed { before: records::differing(&was, &is), after: records::differing(&is, &was) };
            let row = row(&after, who, command, seq, now, changed);
            let edit = Edit { entries: vec![entry(&row, &contents.head.hash)], ..records::edit(&was, &is) };
            Ok::<_, OfficeError>((edit, (Done { entry: seq, told }, after)))
        })?;
        self.keep(people, done.entry);
        Ok(done)
    }

    /// Something for the audit that is not a command: a sign-in, a question that was refused. `beside` may change records
    /// that are not audited.
    fn note(
        &self,
        who: Option<PersonId>,
        email: &str,
        what: &str,
        about: &str,
        now: Timestamp,
        beside: impl FnOnce(&mut People),
    ) -> Result<(), OfficeError> {
        let (people, seq) = self.file.change(|contents| {
            let before = self.people_in(&contents)?;
            let mut after = before.clone();
            beside(&mut after);
            let seq = contents.head.entries + 1;
            let row = Row {
                seq,
                at: now,
                who,
                email: email.to_owned(),
                what: what.to_owned(),
                about: about.to_owned(),
                command: None,
                before: BTreeMap::new(),
                after: BTreeMap::new(),
            };
            let entries = vec![entry(&row, &contents.head.hash)];
            let edit = Edit { entries, ..records::edit(&records::of(&before), &records::of(&after)) };
            Ok::<_, OfficeError>((edit, (after, seq)))
        })?;
        self.keep(people, seq);
        Ok(())
    }

    fn keep(&self, people: People, entries: i64) {
        let mut known = self.lock();
        // Another change of this program may have come between and be kept already.
        if entries >= known.entries {
            // Without a stamp: another program may have changed the file since, so the next look reads it.
            *known = Known { people: Arc::new(people), entries, stamp: None };
        }
    }

    /// Notes that a question was refused.
    ///
    /// # Errors
    /// When the people's file cannot be written.
    pub fn refused(&self, who: PersonId, question: &str, now: Timestamp) -> Result<(), OfficeError> {
        let people = self.people();
        let email = people.persons.get(&who).map(|person| person.email.clone()).unwrap_or_default();
        self.note(Some(who), &email, "is refused a question", question, now, |_| {})
    }

    /// Marks a person's notices as read.
    ///
    /// # Errors
    /// When the people's file cannot be written.
    pub fn read_notices(&self, who: PersonId, read: &[NoticeId]) -> Result<(), OfficeError> {
        self.beside_the_audit(|people| {
            for id in read {
                if let Some(notice) = people.notices.get_mut(id).filter(|notice| notice.to == who) {
                    notice.read = true;
                }
            }
        })
    }

    /// Notes what became of the e-mail about a notice.
    ///
    /// # Errors
    /// When the people's file cannot be written.
    pub fn mailed(&self, states: &[(NoticeId, MailState)]) -> Result<(), OfficeError> {
        self.beside_the_audit(|people| {
            for (id, state) in states {
                if let Some(notice) = people.notices.get_mut(id) {
                    notice.mail = state.clone();
                }
            }
        })
    }

    /// Changes records that are not audited.
    fn beside_the_audit(&self, make: impl FnOnce(&mut People)) -> Result<(), OfficeError> {
        let (people, entries) = self.file.change(|contents| {
            let before = self.people_in(&contents)?;
            let mut after = before.clone();
            make(&mut after);
            let edit = records::edit(&records::of(&before), &records::of(&after));
            Ok::<_, OfficeError>((edit, (after, contents.head.entries)))
        })?;
        self.keep(people, entries);
        Ok(())
    }

    /// What a command would make of the people, without doing it: to tell who will see what before it happens.
    ///
    /// # Errors
    /// [`Refusal`] where the rules do not allow it.
    pub fn preview(&self, who: PersonId, command: &Command, now: Timestamp) -> Result<People, Refusal> {
        let known = self.lock();
        let moment = Moment { register: &self.register, now, entry: known.entries + 1 };
        rules::apply(&known.people, Some(who), command, moment)
    }

    /// The audit, looked through: in order, the oldest first.
    ///
    /// # Errors
    /// [`OfficeError::Audit`] where it was tampered with.
    pub fn audit(&self) -> Result<Vec<Row>, OfficeError> {
        let (entries, head): (Vec<Entry>, Head) = self.file.audit()?;
        Ok(audit::verify(&entries, &head)?)
    }

    /// Takes an entry back where nothing that it changed has changed since, and who asks might do it still.
    fn undo(&self, who: Option<PersonId>, nth: i64, now: Timestamp) -> Result<Done, OfficeError> {
        let no = |why: &str| OfficeError::from(Refusal::NoUndo { why: why.to_owned() });
        let rows = self.audit()?;
        let row = rows.iter().find(|row| row.seq == nth).ok_or_else(|| no("there is no such entry"))?;
        let command = row.command.as_ref().filter(|command| command.can_be_undone());
        let command = command.ok_or_else(|| no("it is of a kind that stays"))?;
        let created = row.after.keys().any(|name| !row.before.contains_key(name));
        if created {
            return Err(no("it made something new; archive that instead"));
        }
        self.change(who, &Command::Undo { entry: nth }, now, |people, moment| {
            let current = records::of(people);
            let is = |name: &str| records::named(name).and_then(|key| current.get(&key));
            if row.after.iter().any(|(name, value)| is(name) != Some(value)) {
                return Err(no("something that it changed has changed since"));
            }
            let before: BTreeMap<String, Option<Value>> =
                row.before.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
            let mut restored = standing(records::with(people, &before)?, &self.register);
            // Who may not do it any more may not take it back either, nor that they may not.
            let acts = |people: &People| people.persons.get(&who?).map(|person| (person.active, person.role));
            if acts(people) != acts(&restored) {
                return Err(no("it changed what you may do; ask another administrator"));
            }
            rules::apply(&restored, who, command, moment)?;
            for (id, group) in &mut restored.groups {
                if people.groups.get(id) != Some(group) {
                    group.revision = moment.entry;
                }
            }
            rules::whole(people, &restored)?;
            Ok(restored)
        })
    }
}
