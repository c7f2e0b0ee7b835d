//! The window: only draws and sends commands.
//!
//! **The thread of the window never touches the database, a file or a dialog. A panel draws from answers only, each under its own
//! question. What is shown is a pure function of the view, and one place changes it.**

pub mod admin;
mod app;
mod bars;
mod change;
mod command;
mod dashboard;
mod diagnostics;
mod forms;
mod history;
mod jobs;
mod layout;
mod palette;
mod panels;
mod picture;
mod questions;
mod screens;
mod session;
mod settings;
mod sheet;
mod sign_in;
pub mod svg;
pub mod theme;
mod view;
mod widgets;
mod words;

use std::path::PathBuf;

use eframe::egui::{ViewportBuilder, vec2};

pub use app::{Start, Window};
pub use change::{Change, Outbox, PictureForm, Sitter, Taken};
pub use command::{Command, Situation};
pub use history::{History, Stop, Trail};
pub use layout::{Layout, Part};
pub use panels::Scene;
pub use session::{Catalogue, Group, Session, Who};
pub use settings::{Folders, Look, Settings};
pub use view::{
    Axes, BadView, Board, Findings, Gaps, Intake, Kind, Panel, Place, Ranking, Scatter, ScatterForm, SchoolTable,
    SimilarTo, SubjectSchools, SubjectTable, Tiles, Trends, View,
};

/// How the window is opened.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The workspace to open; the last one, or the demo, where none is named.
    pub workspace: Option<PathBuf>,
    /// A saved view to show.
    pub view: Option<PathBuf>,
    /// The dashboard to show first.
    pub place: Option<Place>,
    /// Writes a picture of the window when every panel is answered, and ends.
    pub picture: Option<PathBuf>,
    /// Width and height in points.
    pub size: Option<(f32, f32)>,
    /// Light or dark, whatever the settings say.
    pub look: Option<Look>,
    /// MiB that DuckDB may take for the open workspace, whatever the settings say.
    pub memory_mib: Option<u32>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The user has no folders of their own.
    #[error("this user has no folder for settings; set HOME")]
    NoFolders,
    /// The system gives no window.
    #[error("no window can be opened ({0}); `schoolbench ask` answers without one")]
    NoWindow(#[from] eframe::Error),
    /// The picture was not made.
    #[error("the picture was not made: {0}")]
    NoPicture(String),
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// When the system gives no window, or a picture that was asked for cannot be made.
pub fn run(options: Options) -> Result<(), WindowError> {
    let folders = Folders::of_user().ok_or(WindowError::NoFolders)?;
    let (width, height) = options.size.unwrap_or((1280.0, 800.0));
    let viewport = ViewportBuilder::default()
        .with_title("Schoolbench")
        .with_app_id("schoolbench")
        .with_inner_size(vec2(width, height))
        .with_min_inner_size(vec2(640.0, 480.0))
        .with_drag_and_drop(true);
    let native = eframe::NativeOptions { viewport, ..Default::default() };
    let taken = picture::Outcome::default();
    let outcome = taken.clone();
    eframe::run_native(
        "Schoolbench",
        native,
        Box::new(move |creation| {
            let start = Start { folders, options, outcome, ..Start::default() };
            Ok(Box::new(Window::new(&creation.egui_ctx, start)))
        }),
    )?;
    taken.result().map_err(WindowError::NoPicture)
}
