//! How long does a frame of very many marks take, and how is the nearest found?
//!
//! `cargo bench --bench gpu`: marks in a picture of 1280 by 800 pixels that is not shown, by the graphics card, or by
//! egui's shapes for comparison; each frame moves the chart a little, and waits until it is drawn. First it prints on which
//! graphics card; a software driver is one too. `SCHOOLBENCH_SOFTWARE=1` takes that where there are both.

#![allow(clippy::expect_used, reason = "a bench that cannot go on has failed")]

use std::fmt;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use eframe::egui::{CentralPanel, Color32, Context, Frame, RawInput, Rect, Stroke, pos2, vec2};
use eframe::egui_wgpu::{RenderState, RendererOptions, ScreenDescriptor, WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu;
use egui_kittest::wgpu::{create_render_state, default_wgpu_setup};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use schoolbench::gpu::{Density, Device, Grid, Look, Mark, Marks, Place};

/// Size of the picture, in pixels.
const SIZE: [u32; 2] = [1280, 800];

#[derive(Debug, Clone, Copy)]
struct Case {
    marks: usize,
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Device,
    Shapes,
    /// By the graphics card, with their density behind them.
    WithDensity,
}

const CASES: [Case; 5] = [
    Case { marks: 0, by: By::Device },
    Case { marks: 25_000, by: By::Device },
    Case { marks: 25_000, by: By::WithDensity },
    Case { marks: 25_000, by: By::Shapes },
    Case { marks: 1_000_000, by: By::Device },
];

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.by {
            By::Device => "by the graphics card",
            By::Shapes => "by shapes",
            By::WithDensity => "with their density",
        };
        write!(f, "{} marks {by}", self.marks)
    }
}

fn main() {
    if !std::env::args().any(|argument| argument == "--list") {
        let told = match state() {
            Some(state) => format!("{:?}", state.adapter.get_info()),
            None => "no graphics driver: no frames are drawn".to_owned(),
        };
        writeln!(std::io::stdout(), "{told}").expect("a place to print");
    }
    divan::main();
}

fn state() -> Option<RenderState> {
    let software = std::env::var_os("SCHOOLBENCH_SOFTWARE").is_some();
    let any = || WgpuSetup::CreateNew(WgpuSetupCreateNew::without_display_handle());
    let setup = if software { default_wgpu_setup() } else { any() };
    catch_unwind(AssertUnwindSafe(|| create_render_state(setup, RendererOptions::default()))).ok()
}

/// Places that lie densest in the middle.
fn places(count: usize) -> Vec<(f64, f64)> {
    let mut dice = ChaCha8Rng::seed_from_u64(1);
    let mut share = || f64::from(dice.next_u32()) / f64::from(u32::MAX);
    (0..count).map(|_| ((share() + share() + share()) / 3.0, (share() + share()) / 2.0)).collect()
}

/// As many schools are drawn in the window.
fn marks(count: usize) -> Marks {
    let fill = Color32::DARK_BLUE.gamma_multiply(0.3);
    let radius = |nth: usize| 1.5 + (nth % 8) as f32 * 0.5;
    let mark =
        |(nth, at): (usize, (f64, f64))| Mark { before: (at.0 * 0.9, at.1), ..Mark::circle(at, radius(nth), fill) };
    Marks::new(places(count).into_iter().enumerate().map(mark).collect(), Color32::RED)
}

fn frame() -> Rect {
    Rect::from_min_max(pos2(40.0, 20.0), pos2(1240.0, 760.0))
}

fn place(nth: u32) -> Place {
    let by = 0.01 * f64::from(nth).sin();
    Place::new(frame(), (by, 1.0 + by), (0.0, 1.0))
}

#[divan::bench(args = CASES, sample_count = 20, sample_size = 1)]
fn frames(bencher: Bencher<'_, '_>, case: Case) {
    let Some(state) = state() else { return };
    let Some(device) = Device::new(&state) else { return };
    let (ctx, marks) = (Context::default(), marks(case.marks));
    let points: Vec<_> = places(case.marks).into_iter().map(|at| (at, 1.0)).collect();
    let look = Look {
        colours: vec![Color32::TRANSPARENT, Color32::DARK_BLUE],
        line: Stroke::new(1.0, Color32::DARK_BLUE),
        levels: vec![0.1, 0.3, 0.5, 0.75],
    };
    let density = Density::new(&points, None, &look).filter(|_| case.by == By::WithDensity);
    let target = target(&state);
    let mut nth = 0;
    bencher.counter(ItemsCount::new(case.marks)).bench_local(|| {
        nth += 1;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(SIZE[0] as f32, SIZE[1] as f32))),
            ..RawInput::default()
        };
        let output = ctx.run_ui(input, |ui| {
            CentralPanel::default().frame(Frame::new()).show(ui, |ui| {
                let painter = ui.painter().with_clip_rect(frame());
                if let Some(density) = &density {
                    painter.add(density.shape(&device, frame(), &place(nth), 1.0));
                }
                match case.by {
                    By::Shapes => marks.paint_plain(&painter, &place(nth), 0.5),
                    By::Device | By::WithDensity => {
                        painter.add(marks.shape(&device, frame(), &place(nth), 0.5, 1.0));
                    }
                }
            });
        });
        draw(&state, &ctx, &target, output);
    });
}

fn target(state: &RenderState) -> wgpu::TextureView {
    let texture = state.device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d { width: SIZE[0], height: SIZE[1], depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: state.target_format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    });
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

/// Draws a frame as the window does, and waits until it is drawn.
fn draw(state: &RenderState, ctx: &Context, target: &wgpu::TextureView, mut output: eframe::egui::FullOutput) {
    let (device, queue) = (&state.device, &state.queue);
    let mut renderer = state.renderer.write();
    for (id, images) in output.textures_delta.set.drain() {
        for image in images {
            renderer.update_texture(device, queue, id, &image);
        }
    }
    output.textures_delta.clear();
    let triangles = ctx.tessellate(output.shapes, output.pixels_per_point);
    let screen = ScreenDescriptor { size_in_pixels: SIZE, pixels_per_point: output.pixels_per_point };
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let before = renderer.update_buffers(device, queue, &mut encoder, &triangles, &screen);
    {
        let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: target,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::WHITE), store: wgpu::StoreOp::Store },
            })],
            ..wgpu::RenderPassDescriptor::default()
        });
        renderer.render(&mut pass.forget_lifetime(), &triangles, &screen);
    }
    queue.submit(before.into_iter().chain([encoder.finish()]));
    device.poll(wgpu::PollType::wait_indefinitely()).expect("the frame is drawn");
}

#[divan::bench(args = [25_000, 1_000_000])]
fn grid_build(bencher: Bencher<'_, '_>, count: usize) {
    bencher.with_inputs(|| places(count)).bench_local_values(Grid::new);
}

#[divan::bench(args = [25_000, 1_000_000])]
fn grid_pick(bencher: Bencher<'_, '_>, count: usize) {
    let grid = Grid::new(places(count));
    let mut nth = 0;
    bencher.bench_local(|| {
        nth += 1;
        let at = frame().center() + vec2((nth % 400) as f32, (nth % 170) as f32);
        grid.nearest(black_box(at), 14.0, &place(1))
    });
}
