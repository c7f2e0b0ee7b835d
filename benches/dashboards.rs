//! How long is it from a click to the whole dashboard?
//!
//! `cargo bench --bench dashboards`; with `SCHOOLBENCH_NATIONAL=folder` on all of a made-up England too; words after `--` choose
//! rows that have them all ("national overview"). A window without a
//! screen is given one pupil filter after the other, each new to it; timed is from the change until every panel is drawn from its
//! new answers, frames included. A group is chosen first, in a column of its own; what is then read in the background is waited for. The first filter of a characteristic also finds out what must be withheld for others' sake, so
//! those stand in a column of their own.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

mod shared;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use eframe::App as _;
use eframe::egui::{Context, Pos2, RawInput, Rect, vec2};
use schoolbench::desk;
use schoolbench::model::{Characteristic, Filter, Scope, Urn};
use schoolbench::ui::{Change, Folders, Options, Place, Start, Window};
use shared::{DataSet, data_sets};

/// Size of the window, in points.
const SIZE: (f32, f32) = (1280.0, 800.0);

/// An answer that takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(120);

/// The characteristics that are filtered by; the rarer ones are in no cube.
const COMMON: [Characteristic; 6] = [
    Characteristic::Fsm6,
    Characteristic::Sex,
    Characteristic::Eal,
    Characteristic::Sen,
    Characteristic::Prior,
    Characteristic::Disadvantaged,
];

const PLACES: [Place; 5] = [Place::Overview, Place::Subjects, Place::Subject, Place::Schools, Place::Workbench];

/// A window without a screen.
struct Stage {
    ctx: Context,
    window: Window,
    frame: eframe::Frame,
    asked: Arc<AtomicUsize>,
    _folder: tempfile::TempDir,
}

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let mut out = std::io::stdout();
    let mut say = |line: String| writeln!(out, "{line}").expect("a place to print");
    let columns = "data | schools | dashboard | questions | group | first of a characteristic, median | slowest | others, p50 | p95";
    say(format!("| {columns} |"));
    say("|---|---|---|---|---|---|---|---|---|".to_owned());
    for set in data_sets() {
        for (name, scope) in scopes(set) {
            for place in PLACES {
                let row = format!("{set} {name} {}", place.word());
                if !words.iter().all(|word| row.contains(word.as_str())) {
                    continue;
                }
                // A window of its own, so that no shield is raised and nothing is kept.
                let mut stage = Stage::of(set);
                stage.change(Change::Place(place));
                let of_group = stage.change(Change::Scope(scope.clone()));
                stage.prepare();
                let (mut firsts, mut others) = (Vec::new(), Vec::new());
                let before = stage.asked.load(Ordering::Relaxed);
                for characteristic in COMMON {
                    let groups = characteristic.groups().filter(|group| !group.is_not_known());
                    for (nth, group) in groups.enumerate() {
                        let took = stage.change(Change::Filter(Filter::of(group)));
                        if nth == 0 { firsts.push(took) } else { others.push(took) }
                    }
                }
                let changes = firsts.len() + others.len();
                let questions = (stage.asked.load(Ordering::Relaxed) - before) as f64 / changes as f64;
                let ms = |of: Duration| format!("{:.1} ms", 1e3 * of.as_secs_f64());
                say(format!(
                    "| {set} | {name} | {} | {questions:.1} | {} | {} | {} | {} | {} |",
                    place.word(),
                    ms(of_group),
                    ms(quantile(&mut firsts, 0.5)),
                    ms(quantile(&mut firsts, 1.0)),
                    ms(quantile(&mut others, 0.5)),
                    ms(quantile(&mut others, 0.95)),
                ));
            }
        }
    }
}

/// An authority, twenty schools, 150 secondary schools, and all.
fn scopes(set: &DataSet) -> Vec<(&'static str, Scope)> {
    let desk = set.desk();
    let secondary = |most: usize| -> Scope {
        let schools = desk.register().schools().filter(|school| school.phase == "Secondary");
        Scope::Schools(schools.map(|school| school.urn).take(most).collect::<BTreeSet<Urn>>())
    };
    let mut scopes = vec![("an authority", Scope::La(set.la))];
    scopes.push(("20 schools", secondary(20)));
    if desk.register().schools().count() > 1000 {
        scopes.push(("150 schools", secondary(150)));
    }
    scopes.push(("all", Scope::All));
    scopes
}

/// The value below which this share of the values lies.
fn quantile(values: &mut [Duration], share: f64) -> Duration {
    values.sort_unstable();
    let place = (values.len() as f64 * share).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

impl Stage {
    fn of(set: &DataSet) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the settings");
        let ctx = Context::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let before: Arc<dyn Fn(&schoolbench::model::Question) + Send + Sync> = Arc::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let start = Start {
            folders: Folders { config: folder.path().join("config"), data: folder.path().join("data") },
            options: Options { workspace: Some(set.workspace.clone()), ..Options::default() },
            desk: desk::Options { before, prepares: true, ..desk::Options::default() },
            ..Start::default()
        };
        let window = Window::new(&ctx, start);
        let mut stage = Self { ctx, window, frame: eframe::Frame::_new_kittest(), asked, _folder: folder };
        let since = Instant::now();
        while stage.window.desk().is_none() {
            assert!(since.elapsed() < PATIENCE, "the workspace does not open");
            stage.pass();
        }
        stage.settle();
        stage
    }

    /// One frame, as the program draws it.
    fn pass(&mut self) {
        let (width, height) = SIZE;
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(width, height));
        let input = RawInput { screen_rect: Some(screen), ..RawInput::default() };
        let Self { ctx, window, frame, .. } = self;
        let output = ctx.run_ui(input, |ui| {
            window.logic(&ui.ctx().clone(), frame);
            window.ui(ui, frame);
        });
        output.drop_without_applying_deltas();
    }

    /// Draws until every panel has its answers and is drawn from them.
    fn settle(&mut self) {
        loop {
            self.pass();
            let desk = self.window.desk().expect("a workspace is open");
            if desk.wait_until_settled(Duration::ZERO) {
                self.pass();
                let desk = self.window.desk().expect("a workspace is open");
                if desk.wait_until_settled(Duration::ZERO) {
                    return;
                }
            }
            let desk = self.window.desk().expect("a workspace is open");
            assert!(desk.wait_until_settled(PATIENCE), "an answer does not come");
        }
    }

    /// Waits for what is read in the background.
    fn prepare(&self) {
        let desk = self.window.desk().expect("a workspace is open");
        assert!(desk.wait_until_prepared(PATIENCE), "what is read in the background does not come");
    }

    /// How long a change takes until it is drawn.
    fn change(&mut self, change: Change) -> Duration {
        let since = Instant::now();
        self.window.apply(change);
        self.settle();
        since.elapsed()
    }
}
