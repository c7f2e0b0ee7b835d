//! Pictures of the window in both themes. They need a graphics driver, software is enough; without one this says so and
//! passes, unless `SCHOOLBENCH_PICTURES=required`. `UPDATE_SNAPSHOTS=1` makes them anew.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use eframe::egui::{Rect, Theme};
use egui_kittest::wgpu::WgpuTestRenderer;
use egui_kittest::{SnapshotOptions, SnapshotResults};
use image::RgbaImage;
use schoolbench::ui::Change;

use super::harness::{Bench, Place, sized};
use crate::demo;

const VARIABLE: &str = "SCHOOLBENCH_PICTURES";

/// Something that draws, if there is a driver.
fn renderer() -> Option<WgpuTestRenderer> {
    let required = std::env::var(VARIABLE).is_ok_and(|value| value == "required");
    let renderer = catch_unwind(AssertUnwindSafe(WgpuTestRenderer::new)).ok();
    assert!(renderer.is_some() || !required, "{VARIABLE}=required, and there is no graphics driver");
    if renderer.is_none() {
        #[expect(clippy::print_stderr, reason = "whoever runs the tests must learn that these did not run")]
        {
            eprintln!("no graphics driver: the pictures of the window are not compared");
        }
    }
    renderer
}

/// A window on the demo that can be drawn.
fn bench(theme: Theme, (width, height): (f32, f32), scale: f32, renderer: WgpuTestRenderer) -> Bench {
    let builder = sized(width, height).with_theme(theme).with_pixels_per_point(scale).renderer(renderer);
    let mut bench = Bench::start(builder.with_render_cursor(false), &Place::new(), Some(demo::workspace().to_owned()));
    bench.answered();
    bench
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
        // Half the size: where things stand and their colours, not each letter.
        let mut bench = bench(theme, (1200.0, 760.0), 0.5, renderer);
        let image = picture(&mut bench, above_the_bar);
        compare(&mut results, &image, &format!("window_dashboard_{}", name(theme)));
    }
}

#[test]
fn each_panel_looks_as_it_did() {
    let mut results = SnapshotResults::new();
    for theme in [Theme::Light, Theme::Dark] {
        let Some(renderer) = renderer() else { return };
        let mut bench = bench(theme, (640.0, 480.0), 1.0, renderer);
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
