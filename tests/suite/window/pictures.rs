//! Pictures of the window in both themes. They need a graphics driver, software is enough; without one this says so and
//! passes, unless `SCHOOLBENCH_PICTURES=required`. `UPDATE_SNAPSHOTS=1` makes them anew.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use eframe::egui::{Rect, Theme, ViewportCommand, ViewportId};
use egui_kittest::wgpu::WgpuTestRenderer;
use egui_kittest::{SnapshotOptions, SnapshotResults};
use image::RgbaImage;
use schoolbench::ui::{Change, Options, Start};

use super::harness::{Bench, Place, sized};
use crate::demo;

const VARIABLE: &str = "SCHOOLBENCH_PICTURES";

/// Something that draws, if there is a driver.
pub(super) fn renderer() -> Option<WgpuTestRenderer> {
    let required = std::env::var(VARIABLE).is_ok_and(|value| value == "required");
    let renderer = catch_unwind(AssertUnwindSafe(WgpuTestRenderer::new)).ok();
    assert!(renderer.is_some() || !required, "{VARIABLE}=required, and there is no graphics driver");
    if renderer.is_none() {
        // Not by a macro whose words are kept back when a test passes: whoever runs the tests must learn of it.
        let words = b"no graphics driver: the pictures of the window are not compared\n";
        std::io::stderr().write_all(words).unwrap();
    }
    renderer
}

/// A window on the demo that can be drawn.
fn bench(theme: Theme, (width, height): (f32, f32), scale: f32, renderer: WgpuTestRenderer) -> Bench {
    let builder = sized(width, height).with_theme(theme).with_pixels_per_point(scale).renderer(renderer);
    Bench::over(builder.with_render_cursor(false), demo::workspace())
}

/// The part of the window inside a frame, without the bar that tells how long answers took.
fn picture(bench: &mut Bench, part: impl Fn(&Bench) -> Rect) -> RgbaImage {
    let scale = bench.harness.ctx.pixels_per_point();
    let part = part(bench);
    let image = bench.harness.render().unwrap();
    let pixels = |points: f32| (points * scale).round() as u32;
    let (left, top) = (pixels(part.left()), pixels(part.top()));
    image::imageops::crop_imm(&image, left, top, pixels(part.right()) - left, pixels(part.bottom()) - top).to_image()
}

/// Everything above the bar at the bottom.
fn above_the_bar(bench: &Bench) -> Rect {
    let whole = bench.harness.ctx.content_rect();
    whole.with_max_y(bench.place_of("Nobody is signed in").top().floor() - 6.0)
}

fn compare(results: &mut SnapshotResults, image: &RgbaImage, name: &str) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "suite", "snapshots"].iter().collect();
    // A few pixels at the edges of letters may differ between drivers.
    let options = SnapshotOptions::new().output_path(folder).max_failed_pixels(20);
    results.add(egui_kittest::try_image_snapshot_options(image, name, &options));
}

fn name(theme: Theme) -> &'static str {
    if theme == Theme::Dark { "dark" } else { "light" }
}

#[test]
fn the_dashboard_looks_as_it_did() {
    let mut results = SnapshotResults::new();
    for theme in [Theme::Light, Theme::Dark] {
        let Some(renderer) = renderer() else { return };
        // Small: where things stand and their colours, not each letter.
        let mut bench = bench(theme, (1200.0, 760.0), 0.4, renderer);
        let image = picture(&mut bench, above_the_bar);
        compare(&mut results, &image, &format!("window_dashboard_{}", name(theme)));
    }
}

#[test]
fn each_panel_looks_as_it_did() {
    let mut results = SnapshotResults::new();
    for theme in [Theme::Light, Theme::Dark] {
        let Some(renderer) = renderer() else { return };
        let mut bench = bench(theme, (800.0, 620.0), 0.6, renderer);
        let register = bench.window().desk().unwrap().register();
        let school = register.schools_of(&bench.view().scope).next().unwrap().urn;
        bench.change(Change::Select([school].into()));
        for (id, panel) in [(1, "headlines"), (2, "trends"), (3, "schools")] {
            bench.change(Change::Maximise(Some(id)));
            let title = bench.view().panels[&id].title();
            let from_head = |bench: &Bench| {
                let head = bench.place_of(&format!("More: {title}")).top() - 8.0;
                above_the_bar(bench).with_min_y(head.floor())
            };
            let image = picture(&mut bench, from_head);
            compare(&mut results, &image, &format!("window_{panel}_{}", name(theme)));
        }
    }
}

#[test]
fn a_picture_that_was_asked_for_is_written_when_every_panel_is_answered() {
    let Some(renderer) = renderer() else { return };
    let place = Place::new();
    let path = place.folder.path().join("window.png");
    let options =
        Options { workspace: Some(demo::workspace().to_owned()), picture: Some(path.clone()), ..Options::default() };
    let start = Start { folders: place.folders(), options, ..Start::default() };
    let outcome = start.outcome.clone();
    let mut bench = Bench::start_as(sized(640.0, 480.0).with_theme(Theme::Light).renderer(renderer), start);
    bench.until("the end of the window", |bench| {
        bench.harness.output().viewport_output[&ViewportId::ROOT].commands.contains(&ViewportCommand::Close)
    });
    outcome.result().unwrap();
    let image = image::open(&path).unwrap().to_rgba8();
    assert_eq!(image.dimensions(), (640, 480));
    let colours: BTreeSet<[u8; 4]> = image.pixels().map(|pixel| pixel.0).collect();
    assert!(colours.len() > 50, "the picture has only {} colours", colours.len());
}

#[test]
fn a_picture_of_what_cannot_be_opened_fails_in_words() {
    let place = Place::new();
    let path = place.folder.path().join("window.png");
    let options = Options {
        workspace: Some(place.folder.path().join("nothing.schoolbench")),
        picture: Some(path.clone()),
        ..Options::default()
    };
    let start = Start { folders: place.folders(), options, ..Start::default() };
    let outcome = start.outcome.clone();
    let mut bench = Bench::start_as(sized(640.0, 480.0), start);
    bench.until("the message", |bench| bench.window().message().is_some());
    assert!(outcome.result().unwrap_err().contains("nothing.schoolbench"));
    assert!(!path.exists());
}
