//! An office of made-up people over the demo's schools, and the administration's pages without a window.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use egui_kittest::Harness;
use jiff::Timestamp;
use schoolbench::collab::{Command, Done, Office, OfficeError, OrganisationId, OrganisationKind, PersonId, Role};
use schoolbench::ui::admin::{Administration, Outcome, Page, Request};
use schoolbench::workspace::{Access, Register, Workspace};
use tempfile::TempDir;

use crate::demo;

/// The schools of the demo.
pub fn register() -> Register {
    Workspace::open(demo::workspace(), Access::Read).unwrap().register().unwrap()
}

/// The local authority of the demo: code and name.
pub fn authority() -> (i32, String) {
    let register = register();
    let school = register.schools().next().unwrap();
    (school.la_code, school.la_name.clone())
}

/// An office in a folder of its own.
pub struct Bureau {
    pub office: Office,
    /// Where the workspace would be.
    pub path: PathBuf,
    _folder: TempDir,
}

/// Who begins: the administrator of the demo's authority, a global user.
pub const FIRST: PersonId = PersonId(1);
/// The authority.
pub const AUTHORITY: OrganisationId = OrganisationId(1);

impl Bureau {
    /// An office with the authority and its administrator, Ada Adminson.
    pub fn new() -> Self {
        let (code, name) = authority();
        Self::of(OrganisationKind::La(code), name)
    }

    /// An office with an organisation and its administrator, Ada Adminson.
    pub fn of(kind: OrganisationKind, organisation: String) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("some.schoolbench");
        let begin =
            Command::Begin { kind, organisation, name: "Ada Adminson".to_owned(), email: "ada@la.example".to_owned() };
        let office = Office::begin(&path, register(), &begin, None, Timestamp::now()).unwrap();
        Self { office, path, _folder: folder }
    }

    /// Carries out a command.
    pub fn obey(&self, who: PersonId, command: &Command) -> Result<Done, OfficeError> {
        self.office.obey(Some(who), command, Timestamp::now())
    }

    /// Carries out a command that is allowed.
    pub fn must(&self, who: PersonId, command: &Command) -> Done {
        self.obey(who, command).unwrap()
    }

    /// Adds a person; gives their number.
    pub fn person(
        &self,
        who: PersonId,
        email: &str,
        organisation: OrganisationId,
        role: Role,
        global: bool,
    ) -> PersonId {
        let name = email.split('@').next().unwrap().to_owned();
        self.must(who, &Command::AddPerson { email: email.to_owned(), name, organisation, role, global });
        self.office.people().by_email(email).unwrap().0
    }

    /// Adds a school's organisation and its administrator; gives both.
    pub fn school(&self, who: PersonId, urn: schoolbench::model::Urn) -> (OrganisationId, PersonId) {
        let kind = OrganisationKind::School(urn);
        let name = register().school(urn).unwrap().name.clone();
        self.must(who, &Command::AddOrganisation { kind, name });
        let organisation = self.office.people().organisation_of(kind).unwrap();
        (organisation, self.person(who, &format!("head@{urn}.example"), organisation, Role::Administrator, false))
    }

    /// A second office over the same file, as another program has it.
    pub fn other(&self) -> Office {
        Office::open(&self.path, register()).unwrap().unwrap()
    }
}

/// The administration's pages as somebody sees them; requests are carried out as the window does.
pub struct Pages {
    pub harness: Harness<'static, Administration>,
    /// Requests that are the window's business: files to save, mail to send, text to copy ...
    pub asked: Rc<RefCell<Vec<Request>>>,
}

impl Pages {
    /// The pages over an office, begun at one.
    pub fn of(bureau: &Bureau, who: PersonId, page: Page) -> Self {
        let office = bureau.other();
        let asked = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&asked);
        let mut administration = Administration::default();
        administration.go(page);
        let mut dressed = false;
        let draw = move |ui: &mut eframe::egui::Ui, administration: &mut Administration| {
            office.refresh().unwrap();
            for request in administration.ui(ui, &office, who, false) {
                match request {
                    Request::Do { ticket, command } => {
                        let done = office.obey(Some(who), &command, Timestamp::now());
                        let entry = done.as_ref().ok().map(|done| done.entry);
                        let result = done.map(|_| "Done".to_owned()).map_err(|error| error.to_string());
                        administration.settle(Outcome { ticket, result, entry });
                    }
                    Request::ReadAudit => administration.take_audit(office.audit().map_err(|error| error.to_string())),
                    Request::MarkRead(notices) => office.read_notices(who, &notices).unwrap(),
                    other => kept.borrow_mut().push(other),
                }
                ui.ctx().request_repaint();
            }
        };
        let builder = Harness::builder().with_size([1000.0, 760.0]).with_max_steps(30);
        let harness = builder.build_ui_state(
            move |ui, administration| {
                if !std::mem::replace(&mut dressed, true) {
                    schoolbench::ui::theme::install(ui.ctx());
                }
                draw(ui, administration);
            },
            administration,
        );
        Self { harness, asked }
    }
}

/// A path beside another.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
