//! A window without a screen, and the hand that uses it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use eframe::App as _;
use eframe::egui::{Context, Pos2, RawInput, Rect, vec2};
use schoolbench::desk::{self, Desk};
use schoolbench::model::Question;
use schoolbench::ui::{Change, Folders, Options, Start, Window};

use crate::shared::DataSet;

/// Size of the window, in points.
const SIZE: (f32, f32) = (1280.0, 800.0);

/// An answer that takes longer never comes.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A window without a screen.
pub struct Stage {
    ctx: Context,
    pub window: Window,
    frame: eframe::Frame,
    /// The questions that a worker has begun to work on.
    pub begun: Arc<Mutex<Vec<Question>>>,
    /// How long it took from the start to the first dashboard.
    pub start: Duration,
    /// The longest frame of the last change.
    pub longest: Duration,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// The program, started anew over a data set; DuckDB may take so many MiB of memory.
    pub fn of(set: &DataSet, memory_mib: Option<u32>) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the settings");
        let ctx = Context::default();
        let begun: Arc<Mutex<Vec<Question>>> = Arc::default();
        let note = Arc::clone(&begun);
        let before = Arc::new(move |question: &Question| note.lock().expect("no panic").push(question.clone()));
        let start = Start {
            folders: Folders { config: folder.path().join("config"), data: folder.path().join("data") },
            options: Options { workspace: Some(set.workspace.clone()), memory_mib, ..Options::default() },
            desk: desk::Options { before, prepares: true, ..desk::Options::default() },
            ..Start::default()
        };
        let since = Instant::now();
        let window = Window::new(&ctx, start);
        let frame = eframe::Frame::_new_kittest();
        let mut stage =
            Self { ctx, window, frame, begun, start: Duration::ZERO, longest: Duration::ZERO, _folder: folder };
        while stage.window.desk().is_none() {
            assert!(since.elapsed() < PATIENCE, "the workspace does not open");
            stage.pass();
        }
        stage.settle();
        stage.start = since.elapsed();
        stage
    }

    /// The window's desk.
    pub fn desk(&self) -> &Desk {
        self.window.desk().expect("a workspace is open")
    }

    /// One frame, as the program draws it.
    pub fn pass(&mut self) {
        let (width, height) = SIZE;
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(width, height));
        let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
        let since = Instant::now();
        let Self { ctx, window, frame, .. } = self;
        let output = ctx.run_ui(input, |ui| {
            window.logic(&ui.ctx().clone(), frame);
            window.ui(ui, frame);
        });
        output.drop_without_applying_deltas();
        self.longest = self.longest.max(since.elapsed());
    }

    /// Draws until every panel has its answers and is drawn from them.
    pub fn settle(&mut self) {
        self.pass();
        loop {
            assert!(self.desk().wait_until_settled(PATIENCE), "an answer does not come");
            let begun = self.begun();
            self.pass();
            // Unless this frame asked something new, it is drawn from all answers.
            if self.desk().wait_until_settled(Duration::ZERO) && self.begun() == begun {
                return;
            }
        }
    }

    /// How many questions workers have begun to work on.
    fn begun(&self) -> usize {
        self.begun.lock().expect("no panic").len()
    }

    /// How long a change takes until it is drawn.
    pub fn change(&mut self, change: Change) -> Duration {
        self.longest = Duration::ZERO;
        let since = Instant::now();
        self.window.apply(change);
        self.settle();
        since.elapsed()
    }
}

/// The value below which this share of the values lies.
pub fn quantile(values: &mut [Duration], share: f64) -> Duration {
    values.sort_unstable();
    let place = (values.len() as f64 * share).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// In milliseconds.
pub fn ms(of: Duration) -> String {
    format!("{:.1} ms", 1e3 * of.as_secs_f64())
}
