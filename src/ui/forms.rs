//! Forms for files, with a field for the path beside the system's dialog: where no dialog service runs, one types.

use std::path::PathBuf;

use eframe::egui::{self, Id, Response, RichText, TextEdit, Ui};

use super::jobs::{Choice, Jobs};
use super::theme;
use super::widgets::dialog;

/// A form that is open.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    OpenWorkspace {
        path: String,
    },
    OpenView {
        path: String,
    },
    /// Saving something as a file.
    Save {
        what: &'static str,
        path: String,
        contents: Vec<u8>,
    },
    /// Loading files into a new workspace, or into the open one.
    Load {
        files: String,
        workspace: String,
        into_open: bool,
    },
}

/// What a form was filled with.
#[derive(Debug, Clone, PartialEq)]
pub enum Filled {
    OpenWorkspace(PathBuf),
    OpenView(PathBuf),
    Save(PathBuf, Vec<u8>),
    /// Files into a new workspace, or into the open one.
    Load(Vec<PathBuf>, Option<PathBuf>),
    Cancelled,
}

impl Form {
    /// Takes what was chosen in a dialog.
    pub fn choose(&mut self, choice: Choice, paths: &[PathBuf]) {
        let Some(first) = paths.first() else { return };
        let one = first.display().to_string();
        match (self, choice) {
            (Self::OpenWorkspace { path }, Choice::Workspace)
            | (Self::OpenView { path }, Choice::View)
            | (Self::Save { path, .. }, Choice::Save) => *path = one,
            (Self::Load { workspace, .. }, Choice::NewWorkspace) => *workspace = with_ending(first),
            (Self::Load { files, .. }, Choice::Files) => *files = lines(paths),
            _ => {}
        }
    }

    /// Draws the form. `Some` once it is filled or closed.
    pub fn ui(&mut self, ui: &Ui, jobs: &Jobs) -> Option<Filled> {
        let id = Id::unique("form");
        let opened = is_just_opened(ui, id);
        dialog(ui, id, 520.0, Filled::Cancelled, |ui| {
            let (first, filled) = match self {
                Self::OpenWorkspace { path } => {
                    heading(ui, "Open workspace");
                    let field = path_field(ui, "Workspace file", path, jobs, Choice::Workspace, "");
                    let done = || Filled::OpenWorkspace(PathBuf::from(path.trim()));
                    (field, buttons(ui, "Open", is_given(path), done))
                }
                Self::OpenView { path } => {
                    heading(ui, "Open view");
                    let field = path_field(ui, "Saved view (TOML)", path, jobs, Choice::View, "");
                    (field, buttons(ui, "Open", is_given(path), || Filled::OpenView(PathBuf::from(path.trim()))))
                }
                Self::Save { what, path, contents } => {
                    heading(ui, &format!("Save {what}"));
                    let field = path_field(ui, "File", path, jobs, Choice::Save, "");
                    let done = || Filled::Save(PathBuf::from(path.trim()), contents.clone());
                    (field, buttons(ui, "Save", is_given(path), done))
                }
                Self::Load { files, workspace, into_open } => load(ui, files, workspace, *into_open, jobs),
            };
            // One types at once, without a click into the field.
            if opened {
                first.request_focus();
            }
            filled
        })
    }
}

/// Whether a form was not there a moment ago.
fn is_just_opened(ui: &Ui, id: Id) -> bool {
    let pass = ui.ctx().cumulative_pass_nr();
    ui.data_mut(|data| {
        let before: Option<u64> = data.get_temp(id);
        data.insert_temp(id, pass);
        before.is_none_or(|before| before + 1 < pass)
    })
}

/// Gives the first field too.
fn load(
    ui: &mut Ui,
    files: &mut String,
    workspace: &mut String,
    into_open: bool,
    jobs: &Jobs,
) -> (Response, Option<Filled>) {
    heading(ui, if into_open { "Add files to this workspace" } else { "New workspace from files" });
    ui.label("Files or folders, one a line: published tables as downloaded, or result files of the data contract.");
    let hint = "Tables that are not known are read by a layout of your own: name its .toml file beside them.";
    ui.label(theme::muted(ui, hint));
    let row = ui.horizontal(|ui| {
        let field = ui.add(TextEdit::multiline(files).desired_rows(5).desired_width(410.0));
        field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, "Files or folders"));
        if ui.button("Browse…").clicked() {
            jobs.choose(Choice::Files, String::new());
        }
        field
    });
    if !into_open {
        let suggestion = "results.schoolbench";
        path_field(ui, "New workspace file", workspace, jobs, Choice::NewWorkspace, suggestion);
    }
    let named: Vec<PathBuf> = files.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from).collect();
    let ready = !named.is_empty() && (into_open || is_given(workspace));
    let target = (!into_open).then(|| PathBuf::from(with_ending(&PathBuf::from(workspace.trim()))));
    (row.inner, buttons(ui, "Load", ready, || Filled::Load(named, target)))
}

/// Paths, one a line.
pub fn lines(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n")
}

fn heading(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).font(theme::title()));
    ui.add_space(theme::space().one);
}

fn path_field(ui: &mut Ui, name: &str, path: &mut String, jobs: &Jobs, choice: Choice, suggestion: &str) -> Response {
    let label = ui.label(name);
    let row = ui.horizontal(|ui| {
        let field = ui.add(TextEdit::singleline(path).hint_text("path").desired_width(410.0)).labelled_by(label.id);
        if ui.button("Browse…").clicked() {
            jobs.choose(choice, suggestion.to_owned());
        }
        field
    });
    row.inner
}

fn buttons(ui: &mut Ui, words: &str, ready: bool, fill: impl FnOnce() -> Filled) -> Option<Filled> {
    ui.add_space(theme::space().two);
    let mut filled = None;
    ui.horizontal(|ui| {
        if ui.add_enabled(ready, egui::Button::new(words)).clicked() {
            filled = Some(fill());
        }
        if ui.button("Cancel").clicked() {
            filled = Some(Filled::Cancelled);
        }
    });
    filled
}

fn is_given(path: &str) -> bool {
    !path.trim().is_empty()
}

fn with_ending(path: &std::path::Path) -> String {
    let path = if path.extension().is_some() { path.to_owned() } else { path.with_extension("schoolbench") };
    path.display().to_string()
}
