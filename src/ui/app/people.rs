//! What the window does with people: signing in and out, the administration, the lock.

mod passwords;
mod shown;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, Context, Frame, Ui, ViewportBuilder, ViewportId};
use jiff::Timestamp;

use super::Window;
use crate::collab::mail::{self, Message};
use crate::collab::outbox;
use crate::collab::{NoticeId, Office, OfficeError, People, PersonId};
use crate::ui::admin::{Administration, Outcome, Request, Secret};
use crate::ui::forms::Form;
use crate::ui::jobs::{last_view, write_whole};
use crate::ui::session::{Who, view_file_of};
use crate::ui::sign_in::{Asked, SignIn};
use crate::ui::theme;
use crate::ui::view::View;

/// What the window knows of people.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Which of the workspaces that were open one after the other this is of.
    pub nth: u64,
    pub administration: Administration,
    /// What stands in place of the dashboards.
    pub place: Option<Place>,
    /// Whether the administration has a window of its own.
    pub apart: bool,
    /// Workspaces for which making the first administrator was put off: it is not offered again of itself.
    put_off: BTreeSet<PathBuf>,
    sign_in: SignIn,
    /// How many requests are being carried out.
    busy: usize,
    /// Who was signed in when the window was locked.
    locked: Option<PersonId>,
    /// The password of the mail server's account.
    mail_password: Option<String>,
    /// When somebody last did something.
    active: Option<Instant>,
}

/// What stands in place of the dashboards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Administration,
    /// Choosing a password of one's own.
    Password,
    /// Making the first administrator.
    Begin,
}

impl Desk {
    /// That of the next workspace: what is still asked of this one's office is not taken for an answer of that one's.
    pub fn next(&self) -> Self {
        Self { nth: self.nth + 1, put_off: self.put_off.clone(), ..Self::default() }
    }

    /// Whether something stands in place of the dashboards.
    pub fn is_away(&self) -> bool {
        self.place.is_some_and(|place| !(place == Place::Administration && self.apart))
    }

    /// Goes back to the dashboards. The administration stays where it has a window of its own.
    pub fn leave(&mut self) {
        self.place = self.place.filter(|place| *place == Place::Administration && self.apart);
    }
}

impl Window {
    /// The people of the open workspace, where it has some.
    pub fn people(&self) -> Option<Arc<People>> {
        self.office().map(|office| office.people())
    }

    /// Who is signed in.
    pub fn person(&self) -> Option<PersonId> {
        self.open.as_ref().and_then(|open| open.session.person())
    }

    /// Whether somebody has to sign in before anything else is shown.
    pub(super) fn must_sign_in(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.session.who() == Who::Nobody)
    }

    /// Whether who is signed in must choose a password before anything else.
    pub(super) fn must_change(&self) -> bool {
        self.signed_in().is_some_and(|(office, person)| office.must_change(person))
    }

    /// Whether something stands in place of the dashboards.
    pub(super) fn is_away(&self) -> bool {
        self.must_sign_in() || self.must_change() || (self.open.is_some() && self.people.is_away())
    }

    /// Opens the administration in a window of its own, or takes it back into this one.
    pub(super) fn administer_apart(&mut self) {
        let was_apart = self.people.apart && self.people.place == Some(Place::Administration);
        self.administer();
        self.people.apart = !was_apart;
    }

    /// Opens the administration: with the first administrator where there is none yet.
    pub(super) fn administer(&mut self) {
        let has_people = self.office().is_some();
        self.people.place = Some(if has_people { Place::Administration } else { Place::Begin });
    }

    fn office(&self) -> Option<Arc<Office>> {
        self.open.as_ref().and_then(|open| open.session.office.clone())
    }

    /// Whether a first administrator was put off for the open workspace.
    pub(super) fn is_put_off(&self) -> bool {
        self.open.as_ref().is_some_and(|open| self.people.put_off.contains(&open.session.path))
    }

    /// How many notices who is signed in has not read.
    pub(super) fn unread(&self) -> usize {
        self.signed_in().map_or(0, |(office, person)| office.people().unread(person))
    }

    /// Begins with the people of a workspace that was just opened.
    pub(super) fn meet_people(&mut self, office: Option<&Arc<Office>>) {
        if let Some(office) = office {
            self.jobs.watch(self.people.nth, office);
        }
    }

    /// Lets somebody sit before the workspace, with the view that was kept of them.
    pub(super) fn admit(&mut self, who: Who, own: Option<Box<View>>) {
        // Who comes back to their locked window goes on; anybody else finds nothing of what was written or shown here.
        let is_same = who == Who::Nobody || self.people.locked.is_some_and(|person| who == Who::Person(person));
        if !is_same {
            self.people.administration = self.people.administration.anew();
            self.people.mail_password = None;
        }
        (self.palette, self.form, self.message, self.part) = (None, None, None, None);
        (self.findings, self.loaded, self.report) = (None, None, false);
        let Some(open) = &mut self.open else { return };
        open.admit(who, own, &self.folders, &self.saver);
        (self.people.sign_in, self.people.locked) = (SignIn::default(), None);
        self.people.active = Some(Instant::now());
        self.people.place = None;
        self.hovered = None;
        self.begin_view();
    }

    /// Signs out. Of a demonstration: back to seeing everything.
    pub(super) fn sign_out(&mut self) {
        let demo = self.office().is_some_and(|office| office.people().setup.demo);
        self.people.administration = self.people.administration.anew();
        self.admit(if demo { Who::Anyone } else { Who::Nobody }, None);
    }

    /// Takes what has become of something that was asked of the office.
    pub(super) fn take_office_news(&mut self, news: OfficeNews) {
        if !matches!(news, OfficeNews::Changed | OfficeNews::MailDue) {
            self.people.busy = self.people.busy.saturating_sub(1);
        }
        match news {
            OfficeNews::SignedIn(Ok((person, own))) => self.admit(Who::Person(person), own),
            OfficeNews::SignedIn(Err(why)) | OfficeNews::Begun(Err(why)) | OfficeNews::PasswordSet(Err(why)) => {
                self.people.sign_in.refuse(why);
            }
            OfficeNews::Begun(Ok(office)) => {
                let first = office.people().persons.keys().next().copied();
                if let Some(open) = &mut self.open {
                    self.jobs.watch(self.people.nth, &office);
                    open.session.take_office(office);
                }
                if let Some(first) = first {
                    self.admit(Who::Person(first), None);
                    self.people.place = Some(Place::Administration);
                }
            }
            OfficeNews::PasswordSet(Ok(own)) => {
                if let Some(person) = self.person() {
                    self.admit(Who::Person(person), own);
                }
                self.message = Some("Your password is set".to_owned());
            }
            OfficeNews::Settled(outcome) => {
                self.people.administration.settle(outcome);
                self.look_again();
            }
            OfficeNews::Audit(read) => self.people.administration.take_audit(read),
            OfficeNews::Read => {}
            OfficeNews::Said(words) if words.is_empty() => {}
            OfficeNews::MailDue => {
                if let Some((office, _)) = self.signed_in().filter(|(office, _)| !office.people().setup.demo) {
                    self.send_mail(office);
                }
            }
            OfficeNews::Said(words) => self.message = Some(words),
            OfficeNews::Changed => {
                self.people.administration.forget_audit();
                self.look_again();
            }
        }
    }

    /// Looks at the rights of who is signed in again: they may have changed.
    fn look_again(&mut self) {
        let must_change = self.must_change();
        let Some(open) = &mut self.open else { return };
        let who = match (open.session.who(), &open.session.office) {
            (Who::Person(person), Some(office)) => {
                let active = office.people().persons.get(&person).is_some_and(|person| person.active);
                if active { Who::Person(person) } else { Who::Nobody }
            }
            (who, _) => who,
        };
        if who == Who::Nobody && open.session.who() != Who::Nobody {
            self.admit(Who::Nobody, None);
        } else if let (Who::Person(person), false) = (who, open.is_somebodys() || must_change) {
            // Their password was set by another program: from now on they look, and at the view that was kept of them.
            let Some((office, own)) = self.office().zip(self.own_views()) else { return };
            self.at_office(office, move |office| OfficeNews::SignedIn(Ok((person, own(office, person)))));
        } else if open.session.has_other_rights(who) {
            open.look_again(who, &self.folders, &self.saver);
            self.palette = None;
            self.hovered = None;
        }
    }

    /// Draws what stands in place of the dashboards, if something does. Gives whether it does.
    pub(super) fn people_ui(&mut self, ui: &mut Ui) -> bool {
        if self.open.is_none() {
            return false;
        }
        if self.must_sign_in() {
            let Some(open) = &self.open else { return false };
            let name = open.session.path.file_stem().map(|name| name.to_string_lossy().into_owned());
            let locked = self.people.locked.zip(self.office());
            let locked = locked.map(|(person, office)| office.people().name(person).to_owned());
            let asked = self.people.sign_in.ui(ui, &name.unwrap_or_default(), locked.as_deref());
            self.take_asked(asked);
            return true;
        }
        if self.must_change() {
            let asked = self.people.sign_in.change(ui, true);
            self.take_asked(asked);
            return true;
        }
        match self.people.place {
            None => return self.no_group(ui),
            Some(Place::Administration) if self.people.apart => return self.no_group(ui),
            Some(Place::Administration) => self.administration_ui(ui),
            Some(Place::Password) => {
                let asked = self.people.sign_in.change(ui, false);
                self.take_asked(asked);
            }
            Some(Place::Begin) => {
                let Some(open) = &self.open else { return false };
                let asked = self.people.sign_in.begin(ui, &open.session.catalogue);
                self.take_asked(asked);
            }
        }
        true
    }

    fn signed_in(&self) -> Option<(Arc<Office>, PersonId)> {
        self.office().zip(self.person())
    }

    fn administration_ui(&mut self, ui: &mut Ui) {
        match self.signed_in() {
            Some((office, person)) => {
                let busy = self.people.busy > 0;
                let requests = self.people.administration.ui(ui, &office, person, busy);
                for request in requests {
                    self.carry_out_request(ui.ctx(), &office, person, request);
                }
            }
            None => self.choose_person(ui),
        }
    }

    /// The administration in a window of its own.
    pub(super) fn administration_apart(&mut self, ctx: &Context) {
        let is_open = self.people.apart && self.people.place == Some(Place::Administration);
        if !is_open || self.must_sign_in() || self.must_change() {
            return;
        }
        let builder =
            ViewportBuilder::default().with_title("Administration – Schoolbench").with_inner_size([1240.0, 800.0]);
        let id = ViewportId::from_hash_of("administration");
        let mut closed = false;
        ctx.clone().show_viewport_immediate(id, builder, |ui, _| {
            closed = ui.input(|input| input.viewport().close_requested());
            // Who works in this window is not away, though nothing happens in the other.
            if has_acted(ui.ctx()) {
                self.people.active = Some(Instant::now());
            }
            let frame = Frame::new().fill(*theme::of(ui).canvas).inner_margin(theme::space().one);
            egui::CentralPanel::default().frame(frame).show(ui, |ui| self.administration_ui(ui));
        });
        if closed {
            (self.people.apart, self.people.place) = (false, None);
        }
    }

    fn take_asked(&mut self, asked: Option<Asked>) {
        let Some(asked) = asked else { return };
        self.people.sign_in.wait(!matches!(asked, Asked::Leave));
        match asked {
            Asked::Leave if self.must_sign_in() => {
                if let Some(session) = self.take_session() {
                    self.jobs.close(session);
                }
            }
            Asked::Leave => {
                let begun = self.open.as_ref().filter(|_| self.people.place == Some(Place::Begin));
                self.people.put_off.extend(begun.map(|open| open.session.path.clone()));
                (self.people.place, self.people.sign_in) = (None, SignIn::default());
            }
            Asked::SignIn { email, password } => {
                let Some((office, own)) = self.office().zip(self.own_views()) else { return };
                self.at_office(office, move |office| {
                    let signed_in = office.sign_in(&email, &password, Timestamp::now());
                    let signed_in = signed_in.map(|person| (person, own(office, person)));
                    OfficeNews::SignedIn(signed_in.map_err(|error| error.to_string()))
                });
            }
            Asked::Change { old, new } => {
                let Some(((office, person), own)) = self.signed_in().zip(self.own_views()) else { return };
                self.at_office(office, move |office| {
                    let changed = passwords::change(office, person, &old, &new);
                    OfficeNews::PasswordSet(changed.map(|()| own(office, person)))
                });
            }
            Asked::Begin { command, password } => {
                let Some(open) = &self.open else { return };
                let (path, register) = (open.session.path.clone(), open.session.catalogue.register.clone());
                self.people.busy += 1;
                self.jobs.begin(self.people.nth, path, register, command, password);
            }
        }
    }

    /// What reads the view that was kept of a person, off the window's thread.
    fn own_views(&self) -> Option<impl FnOnce(&Office, PersonId) -> Option<Box<View>> + Send + use<>> {
        let (workspace, folders) = (self.open.as_ref()?.session.path.clone(), self.folders.clone());
        Some(move |office: &Office, person| last_view(&view_file_of(office, person, &workspace, &folders)))
    }

    /// Sends what is due, with the password of this session or of the environment.
    fn send_mail(&mut self, office: Arc<Office>) {
        let password = self.people.mail_password.clone().or_else(|| std::env::var(outbox::PASSWORD_VARIABLE).ok());
        self.at_office(office, move |office| {
            if office.people().setup.demo {
                return OfficeNews::Said("These people are made up: nothing is sent to them".to_owned());
            }
            let Some(server) = office.people().setup.mail.clone() else {
                return OfficeNews::Said("No mail server is set up; export the e-mails as files instead".to_owned());
            };
            let send = |message: &Message| mail::send(&server, password.as_deref(), message, PATIENCE);
            said(outbox::deliver(office, Timestamp::now(), &send).map(|report| report.to_string()))
        });
    }

    fn at_office(&mut self, office: Arc<Office>, work: impl FnOnce(&Office) -> OfficeNews + Send + 'static) {
        self.people.busy += 1;
        self.jobs.at_office(self.people.nth, office, work);
    }

    fn carry_out_request(&mut self, ctx: &Context, office: &Arc<Office>, who: PersonId, request: Request) {
        let office = Arc::clone(office);
        match request {
            Request::Do { ticket, command } => self.at_office(office, move |office| {
                let done = office.obey(Some(who), &command, Timestamp::now());
                let entry = done.as_ref().ok().map(|done| done.entry);
                let result = done.map(|done| told(done.told)).map_err(|error| error.to_string());
                OfficeNews::Settled(Outcome { ticket, result, entry })
            }),
            Request::ResetPassword { ticket, person } => self.at_office(office, move |office| {
                let result = passwords::reset(office, who, person).map_err(|error| error.to_string());
                OfficeNews::Settled(Outcome { ticket, result, entry: None })
            }),
            Request::MarkRead(notices) => {
                self.at_office(office, move |office| match office.read_notices(who, &notices) {
                    Ok(()) => OfficeNews::Read,
                    Err(error) => OfficeNews::Said(error.to_string()),
                });
            }
            Request::ReadAudit => {
                self.at_office(office, |office| OfficeNews::Audit(office.audit().map_err(|error| error.to_string())));
            }
            Request::Save { what, name, contents } => self.form = Some(Form::Save { what, path: name, contents }),
            Request::ViewAs(person) => self.admit(Who::Person(person), None),
            Request::SendMail => self.send_mail(office),
            Request::MailAgain(notices) => self.at_office(office, move |office| {
                said(outbox::again(office, &notices, Timestamp::now()).map(|()| String::new()))
            }),
            Request::ExportMail => {
                let Some(open) = &self.open else { return };
                let folder = open.session.path.with_extension("outbox");
                self.at_office(office, move |office| said(export_mail(office, &folder)));
            }
            Request::MailPassword(Secret(password)) => self.people.mail_password = Some(password),
            Request::Copy(text) => ctx.copy_text(text),
            Request::Go(page) => self.people.administration.go(page),
        }
    }

    /// Locks the window where nobody has done anything for as long as the set-up says.
    pub(super) fn lock_when_idle(&mut self, ctx: &Context) {
        let Some((office, person)) = self.signed_in() else { return };
        let setup = &office.people().setup;
        if setup.demo || setup.idle_minutes == 0 {
            return;
        }
        let acted = has_acted(ctx);
        let active = *self.people.active.get_or_insert_with(Instant::now);
        if acted {
            self.people.active = Some(Instant::now());
        }
        let longest = Duration::from_secs(60 * u64::from(setup.idle_minutes));
        let idle = if acted { Duration::ZERO } else { active.elapsed() };
        if idle >= longest {
            self.admit(Who::Nobody, None);
            self.people.locked = Some(person);
        } else {
            ctx.request_repaint_after(longest - idle);
        }
    }
}

/// What has become of something that was asked of the office.
#[derive(Debug)]
pub(in crate::ui) enum OfficeNews {
    /// Who it is, with the view that was kept of them.
    SignedIn(Result<(PersonId, Option<Box<View>>), String>),
    PasswordSet(Result<Option<Box<View>>, String>),
    Begun(Result<Arc<Office>, String>),
    Settled(Outcome),
    Audit(Result<Vec<crate::collab::audit::Row>, String>),
    /// Notices are marked as read.
    Read,
    Said(String),
    /// E-mails wait whose time has come.
    MailDue,
    /// Some program has changed the people's file.
    Changed,
}

/// How long a mail server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whether somebody does something in the window that is drawn.
fn has_acted(ctx: &Context) -> bool {
    ctx.input(|input| !input.events.is_empty() || input.pointer.is_moving())
}

fn said(done: Result<String, OfficeError>) -> OfficeNews {
    OfficeNews::Said(done.unwrap_or_else(|error| error.to_string()))
}

/// Writes what waits in the outbox as files into a folder.
fn export_mail(office: &Office, folder: &Path) -> Result<String, OfficeError> {
    let files = outbox::export(office, Timestamp::now())?;
    let written = files.iter().try_for_each(|file| write_whole(&folder.join(&file.name), &file.contents));
    if let Err(error) = written {
        return Ok(format!("the e-mails cannot be written ({error}): {}", folder.display()));
    }
    let notices: Vec<NoticeId> = files.iter().flat_map(|file| file.notices.iter().copied()).collect();
    outbox::exported(office, &notices, Timestamp::now())?;
    let words = crate::export::words::plural(i64::try_from(files.len()).unwrap_or(i64::MAX), "e-mail");
    Ok(format!("{words} written: {}", folder.display()))
}

/// "Done; 3 people are told".
fn told(n: usize) -> String {
    match n {
        0 => "Done".to_owned(),
        1 => "Done; 1 person is told".to_owned(),
        n => format!("Done; {n} people are told"),
    }
}
