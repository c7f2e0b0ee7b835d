//! Marks and densities: the graphics card and egui's own shapes draw the same picture, and the grid finds the nearest.
//! Pictures need a graphics driver, software is enough; without one this says so and passes.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use eframe::egui::mutex::RwLock;
use eframe::egui::{CentralPanel, Color32, Frame, Painter, Pos2, Rect, Stroke, Vec2, pos2, vec2};
use eframe::egui_wgpu::{RenderState, Renderer, RendererOptions, WgpuSetup};
use eframe::wgpu;
use egui_kittest::Harness;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use image::RgbaImage;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use schoolbench::gpu::{Density, Device, Form, Grid, Look, Mark, Marks, Place};

const SIZE: Vec2 = vec2(320.0, 200.0);

/// A pixel differs where a channel differs by more.
const SEEN: u8 = 24;

/// Most by which two pictures of the same may differ: on average, in steps of 255; and in how many pixels of a hundred.
struct Tolerance {
    mean: f64,
    pixels: f64,
}

/// A frame that is not at whole pixels, in values that are not pixels either.
fn place(to: Rect) -> Place {
    Place::new(to, (10.0, 90.0), (-2.0, 6.0))
}

fn frame() -> Rect {
    Rect::from_min_max(pos2(10.5, 8.25), pos2(SIZE.x - 10.0, SIZE.y - 12.5))
}

/// A graphics driver, if there is one.
pub fn state() -> Option<RenderState> {
    of_setup(default_wgpu_setup())
}

fn of_setup(setup: WgpuSetup) -> Option<RenderState> {
    let made = catch_unwind(AssertUnwindSafe(|| create_render_state(setup, RendererOptions::PREDICTABLE)));
    let required = std::env::var("SCHOOLBENCH_PICTURES").is_ok_and(|value| value == "required");
    assert!(made.is_ok() || !required, "SCHOOLBENCH_PICTURES=required, and there is no graphics driver");
    if made.is_err() {
        // Not by a macro whose words are kept back when a test passes.
        std::io::stderr().write_all(b"no graphics driver: what it draws is not compared\n").unwrap();
    }
    made.ok()
}

/// What is painted with the graphics card, and without.
fn pictures(scale: f32, paint: impl Fn(&Painter, Option<&Device>) + 'static) -> Option<[RgbaImage; 2]> {
    Some(pictures_of(state()?, scale, paint))
}

fn pictures_of(state: RenderState, scale: f32, paint: impl Fn(&Painter, Option<&Device>) + 'static) -> [RgbaImage; 2] {
    let device = Device::new(&state).expect("the driver does all that is needed");
    let builder = Harness::builder().with_size(SIZE).with_pixels_per_point(scale);
    let builder = builder.renderer(WgpuTestRenderer::from_render_state(state));
    let mut harness = builder.build_ui_state(
        move |ui, with: &mut bool| {
            CentralPanel::default().frame(Frame::new().fill(Color32::WHITE)).show(ui, |ui| {
                let painter = ui.painter().with_clip_rect(frame());
                paint(&painter, with.then_some(&device));
            });
        },
        true,
    );
    harness.run();
    let with = harness.render().unwrap();
    *harness.state_mut() = false;
    harness.run();
    [with, harness.render().unwrap()]
}

/// Compares, and looks whether anything was painted.
fn are_the_same(what: &str, [with, without]: &[RgbaImage; 2], most: &Tolerance) {
    assert_eq!(with.dimensions(), without.dimensions());
    let (mut sum, mut different, mut painted) = (0.0, 0, [0, 0]);
    for (a, b) in with.pixels().zip(without.pixels()) {
        let worst = (0..3).map(|channel| a.0[channel].abs_diff(b.0[channel])).max().unwrap();
        sum += (0..3).map(|channel| f64::from(a.0[channel].abs_diff(b.0[channel]))).sum::<f64>() / 3.0;
        different += u32::from(worst > SEEN);
        for (painted, pixel) in painted.iter_mut().zip([a, b]) {
            *painted += u32::from(pixel.0[..3].iter().any(|channel| *channel < 250));
        }
    }
    let all = f64::from(with.width() * with.height());
    let (mean, pixels) = (sum / all, 100.0 * f64::from(different) / all);
    let [of_with, of_without] = painted.map(|painted| 100.0 * f64::from(painted) / all);
    let told = format!("{what}: mean {mean:.3}, {pixels:.3} % differ; {of_with:.1} and {of_without:.1} % are painted");
    if std::env::var_os("SCHOOLBENCH_KEEP").is_some() {
        let folder = std::env::temp_dir();
        with.save(folder.join(format!("{what} with.png"))).unwrap();
        without.save(folder.join(format!("{what} without.png"))).unwrap();
        std::io::stderr().write_all(format!("{told}\n").as_bytes()).unwrap();
    }
    assert!(of_with > 1.0 && of_without > 1.0, "{told}");
    assert!(mean <= most.mean && pixels <= most.pixels, "{told}");
}

fn ink() -> [Color32; 3] {
    [Color32::DARK_BLUE, Color32::RED, Color32::WHITE]
}

/// Every form, large and small, with and without an outline, seen in whole and in part.
fn every_form() -> Vec<Mark> {
    let [blue, red, white] = ink();
    let mut marks = Vec::new();
    for (column, form) in Form::ALL.into_iter().enumerate() {
        for (row, radius) in [2.5, 4.0, 7.0, 12.0].into_iter().enumerate() {
            let at = (18.0 + 15.0 * column as f64, -1.0 + 1.9 * row as f64);
            let outline = [Stroke::NONE, Stroke::new(1.0, white), Stroke::new(2.5, red)][(row + column) % 3];
            let alpha = if row % 2 == 0 { 0.6 } else { 1.0 };
            marks.push(Mark { form, outline, alpha, ..Mark::circle(at, radius, blue) });
            marks.push(Mark { form, before: at, ..Mark::circle((at.0 + 6.0, at.1 + 0.5), radius, red) });
        }
    }
    // At the edges of the frame, and far outside.
    marks.extend([(10.0, -2.0), (90.0, 6.0), (50.0, 6.1), (1e6, 2.0)].map(|at| Mark::circle(at, 9.0, red)));
    marks
}

const OF_MARKS: Tolerance = Tolerance { mean: 0.5, pixels: 0.6 };
const OF_DENSITY: Tolerance = Tolerance { mean: 0.6, pixels: 0.3 };

/// Marks by the graphics card, or as shapes.
fn marks_of(marks: Marks, progress: f32) -> impl Fn(&Painter, Option<&Device>) {
    move |painter, device| match device {
        Some(device) => {
            painter.add(marks.shape(device, painter.clip_rect(), &place(frame()), progress, painter.opacity()));
        }
        None => marks.paint_plain(painter, &place(frame()), progress),
    }
}

/// A density by the graphics card, or as shapes.
fn density_of(density: Density, place: Place) -> impl Fn(&Painter, Option<&Device>) {
    move |painter, device| match device {
        Some(device) => {
            painter.add(density.shape(device, painter.clip_rect(), &place, painter.opacity()));
        }
        None => density.paint_plain(painter, &place),
    }
}

fn marks_are_the_same(what: &str, marks: &[Mark], progress: f32, most: &Tolerance) {
    for scale in [1.0, 1.5] {
        let pictures = pictures(scale, marks_of(Marks::new(marks.to_vec(), ink()[1]), progress));
        let Some(pictures) = pictures else { return };
        are_the_same(&format!("{what} at {scale}"), &pictures, most);
    }
}

#[test]
fn marks_of_every_form_look_the_same() {
    marks_are_the_same("forms", &every_form(), 1.0, &OF_MARKS);
}

#[test]
fn marks_half_way_look_the_same() {
    marks_are_the_same("half way", &every_form(), 0.5, &OF_MARKS);
    marks_are_the_same("before", &every_form(), 0.0, &OF_MARKS);
}

#[test]
fn selected_marks_look_the_same() {
    let selected = |(nth, mark)| Mark { selected: nth % 3 == 0, ..mark };
    let marks: Vec<Mark> = every_form().into_iter().enumerate().map(selected).collect();
    marks_are_the_same("selected", &marks, 1.0, &OF_MARKS);
}

/// A driver without storage buffers, as that of OpenGL may be.
fn without_storage() -> Option<RenderState> {
    let mut setup = default_wgpu_setup();
    if let WgpuSetup::CreateNew(setup) = &mut setup {
        let usual = Arc::clone(&setup.device_descriptor);
        setup.device_descriptor = Arc::new(move |adapter| {
            let mut asked = usual(adapter);
            asked.required_limits.max_storage_buffers_per_shader_stage = 0;
            asked
        });
    }
    of_setup(setup)
}

/// A driver whose pictures take linear colours.
fn linear() -> Option<RenderState> {
    let mut state = state()?;
    state.target_format = wgpu::TextureFormat::Rgba8UnormSrgb;
    let renderer = Renderer::new(&state.device, state.target_format, RendererOptions::PREDICTABLE);
    state.renderer = Arc::new(RwLock::new(renderer));
    Some(state)
}

#[test]
fn marks_look_the_same_where_each_is_an_instance() {
    let Some(state) = without_storage() else { return };
    assert_eq!(Device::new(&state).map(|device| device.pulls_marks()), Some(false));
    let marks = Marks::new(every_form(), ink()[1]);
    let pictures = pictures_of(state, 1.5, marks_of(marks, 0.5));
    are_the_same("instances", &pictures, &OF_MARKS);
}

#[test]
fn marks_and_densities_look_the_same_in_linear_colours() {
    let (Some(of_marks), Some(of_density)) = (linear(), linear()) else { return };
    let marks = Marks::new(every_form(), ink()[1]);
    are_the_same("linear marks", &pictures_of(of_marks, 1.5, marks_of(marks, 1.0)), &OF_MARKS);
    let points: Vec<_> = cloud(&mut ChaCha8Rng::seed_from_u64(9), 4_000).map(|at| (at, 1.0)).collect();
    let [blue, red, _] = ink();
    let colours = vec![Color32::TRANSPARENT, blue.gamma_multiply(0.3), blue];
    let look = Look { colours, line: Stroke::new(1.0, red), levels: vec![0.1, 0.5] };
    let density = Density::new(&points, None, &look).unwrap();
    let pictures = pictures_of(of_density, 1.0, density_of(density, place(frame())));
    are_the_same("linear density", &pictures, &OF_DENSITY);
}

#[test]
fn many_marks_look_the_same() {
    let mut dice = ChaCha8Rng::seed_from_u64(5);
    let [blue, ..] = ink();
    let mark = |at| Mark { alpha: 0.25, ..Mark::circle(at, 2.0, blue) };
    // egui enlarges pictures of small circles, which have softer edges; where many lie on each other, this adds up.
    let most = Tolerance { mean: 2.2, pixels: 1.0 };
    marks_are_the_same("many", &cloud(&mut dice, 3_000).map(mark).collect::<Vec<Mark>>(), 1.0, &most);
}

/// Points that lie densest in two places.
fn cloud(dice: &mut ChaCha8Rng, points: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
    let share = |dice: &mut ChaCha8Rng| f64::from(dice.next_u32()) / f64::from(u32::MAX);
    (0..points).map(move |nth| {
        let mut bell = || (0..6).map(|_| share(dice)).sum::<f64>() - 3.0;
        let (x, y) = (bell(), bell());
        if nth % 3 == 0 { (38.0 + 8.0 * x, 0.8 + y) } else { (62.0 + 12.0 * x + 4.0 * y, 2.6 + 1.2 * y) }
    })
}

#[test]
fn a_density_with_its_lines_looks_the_same() {
    let [blue, red, _] = ink();
    for (what, levels, zoom) in
        [("no lines", vec![], 1.0), ("lines", vec![0.1, 0.3, 0.5, 0.75], 1.0), ("near", vec![0.2, 0.6], 4.0)]
    {
        let points: Vec<_> = cloud(&mut ChaCha8Rng::seed_from_u64(9), 4_000).map(|at| (at, 1.0)).collect();
        let look = Look {
            colours: vec![Color32::TRANSPARENT, blue.gamma_multiply(0.3), blue],
            line: Stroke::new(1.0, red),
            levels,
        };
        let density = Density::new(&points, None, &look).unwrap();
        let place = place(Rect::from_center_size(frame().center(), frame().size() * zoom));
        let Some(pictures) = pictures(1.0, density_of(density, place)) else { return };
        are_the_same(&format!("density, {what}"), &pictures, &OF_DENSITY);
    }
}

#[test]
fn a_density_of_very_many_points_looks_the_same_whoever_adds_them_up() {
    let [blue, red, _] = ink();
    let points: Vec<_> = cloud(&mut ChaCha8Rng::seed_from_u64(3), 300_000).map(|at| (at, 1.0)).collect();
    let look = Look {
        colours: vec![Color32::TRANSPARENT, blue],
        line: Stroke::new(1.0, red),
        levels: vec![0.1, 0.3, 0.5, 0.75],
    };
    let mut asked = default_wgpu_setup();
    Device::ask(&mut asked);
    for (what, setup) in [("usual", default_wgpu_setup()), ("asked", asked)] {
        let Some(state) = of_setup(setup) else { return };
        let can = state.device.features().contains(wgpu::Features::FLOAT32_BLENDABLE);
        assert!(!can || what == "asked", "nobody asked for it");
        assert_eq!(Device::new(&state).map(|device| device.adds_up()), Some(can));
        let density = Density::new(&points, None, &look).unwrap();
        let pictures = pictures_of(state, 1.0, density_of(density, place(frame())));
        are_the_same(&format!("very many, {what}"), &pictures, &OF_DENSITY);
    }
}

#[test]
fn a_density_is_drawn_in_few_colours_too() {
    let points: Vec<_> = cloud(&mut ChaCha8Rng::seed_from_u64(9), 4_000).map(|at| (at, 1.0)).collect();
    let look = Look { colours: vec![Color32::TRANSPARENT, ink()[0]], line: Stroke::NONE, levels: Vec::new() };
    let density = Density::new(&points, None, &look).unwrap();
    let pictures = pictures(1.0, move |painter, device| match device {
        Some(_) => density.paint_drawn(painter, &place(frame())),
        None => density.paint_plain(painter, &place(frame())),
    });
    let Some(pictures) = pictures else { return };
    are_the_same("density, drawn", &pictures, &Tolerance { mean: 4.0, pixels: 2.0 });
}

#[test]
fn there_is_no_density_of_points_on_a_line() {
    let look = Look { colours: vec![Color32::WHITE], line: Stroke::NONE, levels: Vec::new() };
    assert!(Density::new(&[], None, &look).is_none());
    assert!(Density::new(&[((1.0, 2.0), 1.0)], None, &look).is_none());
    let line: Vec<_> = (0..50).map(|nth| ((f64::from(nth), 3.0), 1.0)).collect();
    assert!(Density::new(&line, None, &look).is_none());
    assert!(Density::new(&line, Some([1.0, 1.0]), &look).is_some());
    assert!(Density::new(&[((f64::NAN, 1.0), 1.0), ((1.0, 2.0), 0.0)], None, &look).is_none());
}

proptest! {
    #[test]
    fn the_grid_finds_what_looking_at_all_finds(
        places in prop::collection::vec((-50i32..50, -50i32..50), 0..400),
        (x, y) in (-20f32..340.0, -20f32..220.0),
        zoom in 0.05f32..30.0,
        radius in 1f32..60.0,
    ) {
        // Whole numbers, so that some are equally near.
        let places: Vec<(f64, f64)> = places.into_iter().map(|(x, y)| (f64::from(x), f64::from(y) / 10.0)).collect();
        let to = Rect::from_center_size(frame().center(), frame().size() * zoom);
        let place = Place::new(to, (-60.0, 55.0), (-5.5, 5.0));
        let at = Pos2::new(x, y);
        let distances = places.iter().map(|of| place.point(*of).distance_sq(at)).enumerate();
        let nearest = distances.min_by(|(_, a), (_, b)| a.total_cmp(b)).filter(|(_, far)| *far < radius * radius);
        prop_assert_eq!(Grid::new(places).nearest(at, radius, &place), nearest.map(|(nth, _)| nth));
    }
}

#[test]
fn the_grid_finds_nothing_that_is_nowhere() {
    let grid = Grid::new([(f64::NAN, 1.0), (5.0, 1.0), (f64::INFINITY, 0.0)]);
    let place = place(frame());
    let at = place.point((5.0, 1.0));
    assert_eq!(grid.nearest(at, 3.0, &place), Some(1));
    assert_eq!(grid.nearest(at + vec2(20.0, 0.0), 3.0, &place), None);
    assert_eq!(Grid::default().nearest(at, 3.0, &place), None);
}
