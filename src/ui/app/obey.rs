//! What the window does with commands, filled forms and dropped files.

use std::path::PathBuf;

use eframe::egui::{Context, Key, Popup, ViewportCommand};

use super::Window;
use crate::export;
use crate::ingest::Bundled;
use crate::model::{Filter, Scope};
use crate::ui::change::{Change, Taken};
use crate::ui::command::Command;
use crate::ui::forms::{self, Filled, Form};
use crate::ui::palette::Palette;
use crate::ui::picture::PartPicture;
use crate::ui::screens;
use crate::ui::settings::Look;

impl Window {
    /// Opens the form that saves the findings.
    pub(super) fn save_findings(&mut self) {
        let Some(findings) = &self.findings else { return };
        let mut contents = Vec::new();
        match export::findings::write(findings, &mut contents) {
            Ok(()) => {
                self.form = Some(Form::Save { what: "the findings", path: "findings.csv".to_owned(), contents });
            }
            Err(error) => self.message = Some(error.to_string()),
        }
    }

    /// Gives what was taken from a panel to the clipboard or to a form.
    pub(super) fn take_away(&mut self, ctx: &Context, taken: Taken) {
        match taken {
            Taken::File { what, name, contents } => self.form = Some(Form::Save { what, path: name, contents }),
            Taken::Picture { panel, form } => {
                self.part = Some(PartPicture::new(panel, form));
                ctx.request_repaint();
            }
        }
    }

    /// Does what a form was filled for.
    pub(super) fn carry_out(&mut self, filled: Filled) {
        match filled {
            Filled::Cancelled => {}
            Filled::OpenWorkspace(path) => self.open_workspace(path),
            Filled::OpenView(path) => self.jobs.read_view(path),
            Filled::Save(path, contents) => self.jobs.save(path, contents),
            Filled::Load(files, workspace) => {
                let opened = self.open.as_ref().map(|open| open.session.path.clone());
                let is_open = workspace.is_none() || workspace == opened;
                if let Some(into) = workspace.or(opened) {
                    let before = if is_open { self.take_session() } else { None };
                    self.findings = None;
                    self.load = Some(self.jobs.load(into, files, before));
                }
            }
        }
    }

    /// Commands from the keyboard; while somebody types, keys that a text field uses are its own.
    pub(super) fn pressed(&self, ctx: &Context) -> Vec<Command> {
        // Escape has taken the focus away by now, unless what has it uses the key itself.
        let used_by_focused = ctx.memory(|memory| memory.focused().is_some());
        let escape_is_taken =
            used_by_focused || Popup::is_any_open(ctx) || self.palette.is_some() || self.form.is_some();
        if escape_is_taken && ctx.input(|input| input.key_pressed(Key::Escape)) {
            return Vec::new();
        }
        if ctx.text_edit_focused() {
            return Vec::new();
        }
        Command::pressed(ctx)
    }

    /// Does what a command says, where it makes sense now.
    pub(super) fn obey(&mut self, ctx: &Context, command: Command) {
        let situation = self.situation();
        if !command.is_enabled(&situation) {
            return;
        }
        let change = |window: &mut Self, change| window.apply(change);
        match command {
            Command::OpenWorkspace => self.form = Some(Form::OpenWorkspace { path: String::new() }),
            Command::NewWorkspace => {
                self.form = Some(Form::Load { files: String::new(), workspace: String::new(), into_open: false });
            }
            Command::AddFiles => {
                self.form = Some(Form::Load { files: String::new(), workspace: String::new(), into_open: true });
            }
            Command::OpenDemo => {
                self.load = Some(self.jobs.bundled(Bundled::Demo));
            }
            Command::OpenPublic => {
                self.load = Some(self.jobs.bundled(Bundled::Public));
            }
            Command::CloseWorkspace => {
                if let Some(session) = self.take_session() {
                    self.jobs.close(session);
                }
            }
            Command::OpenView => self.form = Some(Form::OpenView { path: String::new() }),
            Command::SaveView => {
                if let Some(open) = &self.open {
                    let contents = open.view.to_toml().into_bytes();
                    self.form = Some(Form::Save { what: "the view", path: "view.toml".to_owned(), contents });
                }
            }
            Command::Go(place) => {
                self.people.leave();
                change(self, Change::Place(place));
            }
            Command::Administration => self.administer(),
            Command::AdministrationApart => self.administer_apart(),
            Command::BeginPeople => self.people.place = Some(super::people::Place::Begin),
            Command::ChangePassword => self.people.place = Some(super::people::Place::Password),
            Command::SignOut => self.sign_out(),
            Command::Back | Command::Forward => {
                if let Some(open) = &mut self.open {
                    let stop = if command == Command::Back { open.trail.back() } else { open.trail.forward() };
                    if let Some(stop) = stop {
                        stop.show(&mut open.view);
                        open.view.fit(&open.session.catalogue);
                    }
                }
            }
            Command::Undo | Command::Redo => {
                if let Some(open) = &mut self.open {
                    let view = if command == Command::Undo { open.history.undo() } else { open.history.redo() };
                    open.view = view.unwrap_or_else(|| open.view.clone());
                }
            }
            Command::ClearFilter => change(self, Change::Filter(Filter::everyone())),
            Command::ClearSelection => change(self, Change::Select(Default::default())),
            Command::SelectGroup => {
                let selected = self.view().map(|view| view.selected.clone()).unwrap_or_default();
                change(self, Change::Scope(Scope::Schools(selected)));
            }
            Command::ToggleLink => {
                let link = self.view().is_some_and(|view| view.link);
                change(self, Change::Link(!link));
            }
            Command::Add(kind) => change(self, Change::Add(kind.usual())),
            Command::ResetLayout => change(self, Change::ResetLayout),
            Command::ThemeLight => self.set_look(Look::Light),
            Command::ThemeDark => self.set_look(Look::Dark),
            Command::ThemeSystem => self.set_look(Look::System),
            Command::ZoomIn => self.settings.zoom = (self.settings.zoom + 0.1).min(3.0),
            Command::ZoomOut => self.settings.zoom = (self.settings.zoom - 0.1).max(0.5),
            Command::ZoomReset => self.settings.zoom = 1.0,
            Command::FullScreen => {
                let full = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(ViewportCommand::Fullscreen(!full));
            }
            Command::Diagnostics => self.diagnostics.toggle(),
            Command::Palette => {
                let open = self.open.as_ref().filter(|_| situation.open).map(|open| (&*open.session, &open.view));
                self.palette = Some(Palette::of(open, &situation));
            }
            Command::Cancel => self.cancel(),
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        }
        self.wear(ctx);
        ctx.request_repaint();
    }

    fn set_look(&mut self, look: Look) {
        self.look = None;
        self.settings.theme = look;
    }

    /// What Esc does: stops the load, else closes what stands over the panels, else clears the selection.
    fn cancel(&mut self) {
        if let Some(load) = &self.load {
            load.cancel.cancel();
        } else if self.findings.is_some() {
            self.findings = None;
        } else if self.report {
            self.report = false;
        } else if self.people.is_away() {
            self.people.leave();
        } else if self.diagnostics.is_open() {
            self.diagnostics.toggle();
        } else if self.message.is_some() {
            self.message = None;
        } else if self.view().is_some_and(|view| !view.selected.is_empty()) {
            self.apply(Change::Select(Default::default()));
        } else {
            self.apply(Change::Maximise(None));
        }
    }

    /// Takes files that were dropped on the window.
    pub(super) fn take_dropped(&mut self, ctx: &Context) {
        let dropped: Vec<PathBuf> =
            ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        if dropped.is_empty() || self.load.is_some() {
            return;
        }
        let (workspace, view, files) = screens::sorted(dropped);
        if let Some(path) = workspace {
            self.open_workspace(path);
        } else if let Some(path) = view {
            self.jobs.read_view(path);
        } else if files.is_empty() {
            self.message = Some(
                "Drop tables (CSV, XLSX, JSON, Parquet), a workspace (.schoolbench) or a saved view (.toml)".to_owned(),
            );
        } else {
            let into_open = self.open.is_some();
            self.form = Some(Form::Load { files: forms::lines(&files), workspace: String::new(), into_open });
        }
    }
}
