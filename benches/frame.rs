//! How much work is a frame of the window?
//!
//! `cargo bench --bench frame`: the workbench over 200 and over 25,000 made-up schools, drawn without a screen. `build` is
//! one pass over the whole window, `tessellate` makes triangles of its shapes, and `both` is what the processor does for a
//! frame; allocations are counted. First it prints what a frame is made of, and how many are drawn while nobody does
//! anything.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use divan::{AllocProfiler, Bencher};
use eframe::App as _;
use eframe::egui::epaint::{ClippedShape, Primitive};
use eframe::egui::{Context, Event, FullOutput, Pos2, RawInput, Rect, Shape, ViewportId, pos2, vec2};
use schoolbench::desk;
use schoolbench::ingest::synth::{Plan, write};
use schoolbench::ingest::{Cancel, import};
use schoolbench::model::{Indicator, Scope, Year};
use schoolbench::ui::{Change, Folders, Options, Panel, Place, Scatter, Start, Window};
use tempfile::TempDir;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// Size of the window, in points.
const SIZE: (f32, f32) = (1280.0, 800.0);

/// Time between frames while the pointer moves, in seconds.
const FRAME: f64 = 1.0 / 60.0;

/// How long nobody does anything, to see that nothing is drawn.
const IDLE: Duration = Duration::from_secs(1);

/// An answer that takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many schools, and what the pointer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Case {
    schools: u32,
    pointer: Pointer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pointer {
    /// It is outside the window.
    Away,
    /// It moves over the chart of schools.
    OverChart,
    /// It moves down over the rows of a table, and from its bottom to its top.
    OverRows,
}

const CASES: [Case; 4] = [
    Case { schools: 200, pointer: Pointer::Away },
    Case { schools: 200, pointer: Pointer::OverChart },
    Case { schools: 25_000, pointer: Pointer::Away },
    Case { schools: 25_000, pointer: Pointer::OverChart },
];

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = match self.pointer {
            Pointer::Away => "pointer away",
            Pointer::OverChart => "over the chart",
            Pointer::OverRows => "over the rows",
        };
        write!(f, "{} schools, {pointer}", self.schools)
    }
}

/// A window without a screen.
struct Stage {
    ctx: Context,
    window: Window,
    frame: eframe::Frame,
    /// Told whenever somebody wants a frame.
    wanted: Receiver<()>,
    time: f64,
    frames: u32,
    chart: Rect,
    _folder: TempDir,
}

thread_local! {
    static STAGES: RefCell<BTreeMap<u32, Stage>> = const { RefCell::new(BTreeMap::new()) };
}

fn main() {
    // Who only asks which benches there are does not wait for schools.
    if !std::env::args().any(|argument| argument == "--list") {
        let mut out = std::io::stdout();
        for case in CASES {
            on_stage(case, |stage| {
                let idle = stage.frames_while_idle();
                let counts = stage.counts();
                writeln!(out, "{case}: {counts}; {idle} frames drawn in {IDLE:?} of nothing")
                    .expect("a place to print");
            });
        }
    }
    divan::main();
    // The workspaces go before the thread does.
    STAGES.take();
}

/// Does something with the window of a case, which stands still and has every answer.
fn on_stage<T>(case: Case, act: impl FnOnce(&mut Stage) -> T) -> T {
    STAGES.with_borrow_mut(|stages| {
        let stage = stages.entry(case.schools).or_insert_with(|| Stage::of(case.schools));
        let pointer = match case.pointer {
            Pointer::Away => Event::PointerGone,
            Pointer::OverChart => Event::PointerMoved(stage.chart.center()),
            Pointer::OverRows => Event::PointerMoved(stage.row()),
        };
        stage.pass(vec![pointer]).drop_without_applying_deltas();
        stage.settle();
        act(stage)
    })
}

impl Stage {
    /// The dashboard over so many made-up schools, all of which are drawn as points.
    fn of(schools: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the schools");
        let workspace = folder.path().join("schools.schoolbench");
        let files = folder.path().join("files");
        write(&plan(schools), &files, &mut |_, _| ControlFlow::Continue(())).expect("the schools are made up");
        import(&workspace, std::slice::from_ref(&files), &Cancel::default(), &mut |_| {}).expect("the files load");

        let ctx = Context::default();
        let (sender, wanted) = sync_channel(1);
        // One word that a frame is wanted is enough until it is drawn.
        ctx.set_request_repaint_callback(move |_| {
            let _ = sender.try_send(());
        });
        let start = Start {
            folders: Folders { config: folder.path().join("config"), data: folder.path().join("data") },
            options: Options { workspace: Some(workspace), place: Some(Place::Workbench), ..Options::default() },
            desk: desk::Options::default(),
            ..Start::default()
        };
        let window = Window::new(&ctx, start);
        let mut stage = Self {
            ctx,
            window,
            frame: eframe::Frame::_new_kittest(),
            wanted,
            time: 0.0,
            frames: 0,
            chart: Rect::NOTHING,
            _folder: folder,
        };
        stage.settle();
        if schools > 1000 {
            // Every school is of the group, which is the most that is drawn of one; and no figure is withheld.
            stage.window.apply(Change::Scope(Scope::All));
            let scatter = stage.window.view().and_then(|view| {
                view.panels.iter().find(|(_, panel)| matches!(panel, Panel::Scatter(_))).map(|(id, _)| *id)
            });
            let axes =
                Scatter { x: Some(Indicator::ReadingScore), y: Some(Indicator::MathsScore), ..Scatter::default() };
            let scatter = scatter.expect("the dashboard has a chart of schools");
            stage.window.apply(Change::Panel(scatter, Panel::Scatter(axes)));
            stage.settle();
        }
        let output = stage.pass(Vec::new());
        stage.chart = output.shapes.iter().filter_map(of_school).fold(Rect::NOTHING, Rect::union);
        output.drop_without_applying_deltas();
        stage
    }

    /// One frame, as the program draws it.
    fn pass(&mut self, events: Vec<Event>) -> FullOutput {
        let (width, height) = SIZE;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(width, height))),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        self.time += FRAME;
        self.frames += 1;
        let Self { ctx, window, frame, .. } = self;
        ctx.run_ui(input, |ui| {
            window.logic(&ui.ctx().clone(), frame);
            window.ui(ui, frame);
        })
    }

    /// Draws until every panel is answered and nobody wants a frame.
    fn settle(&mut self) {
        loop {
            while self.wanted.try_recv().is_ok() {}
            let output = self.pass(Vec::new());
            let delay = output.viewport_output.get(&ViewportId::ROOT).map(|viewport| viewport.repaint_delay);
            output.drop_without_applying_deltas();
            match delay {
                Some(delay) if delay == Duration::MAX => {
                    if self.window.desk().is_some() {
                        return;
                    }
                    self.wanted.recv_timeout(PATIENCE).expect("the workspace opens");
                }
                Some(delay) if !delay.is_zero() => {
                    // Asked again after a while, or when an answer comes before that.
                    let _ = self.wanted.recv_timeout(delay);
                    self.time += delay.as_secs_f64();
                }
                _ => {}
            }
        }
    }

    /// How many frames are drawn while nobody does anything.
    fn frames_while_idle(&mut self) -> u32 {
        while self.wanted.try_recv().is_ok() {}
        let before = self.frames;
        if self.ctx.has_requested_repaint() || self.wanted.recv_timeout(IDLE).is_ok() {
            self.settle();
        }
        self.frames - before
    }

    fn counts(&mut self) -> String {
        let output = self.pass(Vec::new());
        let points = output.shapes.iter().filter(|shape| of_school(shape).is_some()).count();
        let shapes = output.shapes.len();
        let triangles = self.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let vertices: usize = triangles
            .iter()
            .map(|clipped| match &clipped.primitive {
                Primitive::Mesh(mesh) => mesh.vertices.len(),
                Primitive::Callback(_) => 0,
            })
            .sum();
        output.drop_without_applying_deltas();
        format!("{shapes} shapes, {points} of them schools, {vertices} vertices")
    }

    /// Where the pointer is in this frame as it moves over the rows of a table that fills the window: a third of a row
    /// further than in the frame before.
    fn row(&self) -> Pos2 {
        let (top, bottom) = (0.35 * SIZE.1, 0.9 * SIZE.1);
        pos2(0.3 * SIZE.0, top + (8.0 * self.frames as f32) % (bottom - top))
    }

    /// A frame in which the pointer does what it does in a case.
    fn build(&mut self, case: Case) -> (Vec<ClippedShape>, f32) {
        let events = match case.pointer {
            Pointer::Away => Vec::new(),
            Pointer::OverChart => {
                let angle = 0.1 * f64::from(self.frames);
                let around = vec2(angle.cos() as f32, angle.sin() as f32) * (0.3 * self.chart.height());
                vec![Event::PointerMoved(self.chart.center() + around)]
            }
            Pointer::OverRows => vec![Event::PointerMoved(self.row())],
        };
        let mut output = self.pass(events);
        output.textures_delta.clear();
        (output.shapes, output.pixels_per_point)
    }
}

/// Where a shape stands that can only be a school: a disc in the right part of the window.
fn of_school(clipped: &ClippedShape) -> Option<Rect> {
    match &clipped.shape {
        Shape::Circle(circle) if circle.center.x > 0.55 * SIZE.0 && circle.center.y > 0.2 * SIZE.1 => {
            Some(Rect::from_center_size(pos2(circle.center.x, circle.center.y), vec2(1.0, 1.0)))
        }
        _ => None,
    }
}

/// A few large schools by several years, or very many small ones by one.
fn plan(schools: u32) -> Plan {
    let years = |endings: &[i32]| endings.iter().copied().filter_map(Year::new).collect();
    if schools <= 1000 {
        let trusts = schools / 20;
        Plan { secondaries: schools, primaries: 0, trusts, authorities: 2, years: years(&[2022, 2023, 2024]), seed: 1 }
    } else {
        // A few have no figure: too few pupils.
        let primaries = schools + schools / 50;
        let trusts = schools / 50;
        Plan { secondaries: 0, primaries, trusts, authorities: 150, years: years(&[2024]), seed: 1 }
    }
}

#[divan::bench(args = CASES, sample_count = 100, sample_size = 1)]
fn build(bencher: Bencher<'_, '_>, case: Case) {
    on_stage(case, |stage| bencher.bench_local(|| stage.build(case)));
}

/// A dashboard of all schools.
#[derive(Debug, Clone, Copy)]
struct Shown {
    schools: u32,
    place: Place,
}

const SHOWN: [Shown; 8] = [
    Shown { schools: 200, place: Place::Overview },
    Shown { schools: 200, place: Place::Subjects },
    Shown { schools: 200, place: Place::Subject },
    Shown { schools: 200, place: Place::Schools },
    Shown { schools: 25_000, place: Place::Overview },
    Shown { schools: 25_000, place: Place::Subjects },
    Shown { schools: 25_000, place: Place::Subject },
    Shown { schools: 25_000, place: Place::Schools },
];

#[divan::bench(args = SHOWN, sample_count = 100, sample_size = 1)]
fn dashboard(bencher: Bencher<'_, '_>, shown: Shown) {
    let case = Case { schools: shown.schools, pointer: Pointer::Away };
    on_stage(case, |stage| {
        let before = stage.window.view().map(|view| view.scope.clone()).expect("a workspace is open");
        stage.window.apply(Change::Scope(Scope::All));
        stage.window.apply(Change::Place(shown.place));
        stage.settle();
        bencher.bench_local(|| stage.build(case));
        stage.window.apply(Change::Place(Place::Workbench));
        stage.window.apply(Change::Scope(before));
        stage.settle();
    });
}

/// Tables that fill the window, of all schools, while the pointer moves over their rows.
const TABLES: [Shown; 4] = [
    Shown { schools: 200, place: Place::Subjects },
    Shown { schools: 200, place: Place::Schools },
    Shown { schools: 25_000, place: Place::Subjects },
    Shown { schools: 25_000, place: Place::Schools },
];

#[divan::bench(args = TABLES, sample_count = 100, sample_size = 1)]
fn table(bencher: Bencher<'_, '_>, shown: Shown) {
    let case = Case { schools: shown.schools, pointer: Pointer::OverRows };
    on_stage(Case { pointer: Pointer::Away, ..case }, |stage| {
        let before = stage.window.view().map(|view| view.scope.clone()).expect("a workspace is open");
        stage.window.apply(Change::Scope(Scope::All));
        stage.window.apply(Change::Place(shown.place));
        let is_table = |panel: &Panel| matches!(panel, Panel::SubjectTable(_) | Panel::SchoolTable(_));
        let panels = stage.window.view().map(|view| &view.panels).expect("a workspace is open");
        let table = panels.iter().find(|(_, panel)| is_table(panel)).map(|(id, _)| *id);
        stage.window.apply(Change::Maximise(Some(table.expect("the dashboard has a table"))));
        stage.settle();
        bencher.bench_local(|| stage.build(case));
        stage.window.apply(Change::Maximise(None));
        stage.window.apply(Change::Place(Place::Workbench));
        stage.window.apply(Change::Scope(before));
        stage.pass(vec![Event::PointerGone]).drop_without_applying_deltas();
        stage.settle();
    });
}

#[divan::bench(args = CASES, sample_count = 100, sample_size = 1)]
fn tessellate(bencher: Bencher<'_, '_>, case: Case) {
    on_stage(case, |stage| {
        let ctx = stage.ctx.clone();
        bencher
            .with_inputs(|| stage.build(case))
            .bench_local_values(|(shapes, pixels_per_point)| ctx.tessellate(shapes, pixels_per_point));
    });
}

#[divan::bench(args = CASES, sample_count = 100, sample_size = 1)]
fn both(bencher: Bencher<'_, '_>, case: Case) {
    on_stage(case, |stage| {
        let ctx = stage.ctx.clone();
        bencher.bench_local(|| {
            let (shapes, pixels_per_point) = stage.build(case);
            ctx.tessellate(shapes, pixels_per_point)
        });
    });
}
