//! How densely points lie, as calm colours with lines of equal density.

use std::fmt;
use std::sync::{Arc, OnceLock};

use eframe::egui::epaint::{PaintCallbackInfo, PathShape, Vertex, WHITE_UV};
use eframe::egui::{
    Color32, ColorImage, Mesh, Painter, Pos2, Rect, Shape, Stroke, TextureHandle, TextureOptions, pos2,
};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use eframe::wgpu::util::{BufferInitDescriptor, DeviceExt as _, TextureDataOrder};
use eframe::wgpu::{self, BindGroup, BindingResource, BufferUsages, TextureFormat, TextureUsages, TextureView};

use super::contours;
use super::device::{FIELD, Pipelines, bind};
use super::field::{self, Field, SIDE};
use super::{Device, Place, Span, bytes, marks};

/// Bytes of a point on the graphics card.
pub(super) const BYTES: u64 = 12;

/// Most lines of equal density.
pub const MOST_LEVELS: usize = 8;

/// Colours between nothing and the densest place.
const COLOURS: usize = 256;

/// Air around the points, in standard deviations of what they are spread by: there the density comes to nothing.
const AIR: f64 = 3.0;

/// In a drawing the colours are as many steps, and cells are put together by this many on a side.
const STEPS: f32 = 24.0;
const TOGETHER: usize = 2;

/// What a density looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Colours from nothing to the densest place, in even steps of the square root of the density. They are mixed so that
    /// equal steps are seen as equal.
    pub colours: Vec<Color32>,
    /// The lines of equal density.
    pub line: Stroke,
    /// Where they are, as shares of the highest density; at most [`MOST_LEVELS`].
    pub levels: Vec<f32>,
}

/// A density of points, worked out when it is first drawn. Cheap to clone; to change it, make a new one.
#[derive(Clone)]
pub struct Density(Arc<Inner>);

struct Inner {
    /// As shares of the field, with their weights.
    points: Vec<([f32; 2], f32)>,
    span: Span,
    /// By how much each point is spread, in cells.
    sigma: [f32; 2],
    line: Stroke,
    levels: Vec<f32>,
    colours: Vec<Color32>,
    /// On the graphics card: the field, its peaks and the colours.
    made: OnceLock<[TextureView; 3]>,
    /// Without it: the field, its lines and the picture of it.
    field: OnceLock<Field>,
    lines: OnceLock<Vec<Vec<[f32; 2]>>>,
    picture: OnceLock<TextureHandle>,
}

impl fmt::Debug for Density {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Density").field("points", &self.0.points.len()).field("sigma", &self.0.sigma).finish()
    }
}

impl Density {
    /// The density of points with weights, in the units of the axes. `bandwidth` is the standard deviation by which each is
    /// spread, along each axis; where none is given, Scott's rule: that of the points, less the more there are.
    ///
    /// None where the points do not differ along both axes.
    pub fn new(points: &[((f64, f64), f32)], bandwidth: Option<[f64; 2]>, look: &Look) -> Option<Self> {
        let known: Vec<((f64, f64), f32)> = points
            .iter()
            .copied()
            .filter(|((x, y), weight)| x.is_finite() && y.is_finite() && weight.is_finite() && *weight > 0.0)
            .collect();
        let spread = bandwidth.unwrap_or_else(|| scott(&known));
        if !spread.iter().all(|sigma| sigma.is_finite() && *sigma > 0.0) || look.colours.is_empty() {
            return None;
        }
        let bare = Span::of(known.iter().map(|(at, _)| *at));
        let span = Span {
            low: [0, 1].map(|axis| bare.low[axis] - AIR * spread[axis]),
            width: [0, 1].map(|axis| bare.width[axis] + 2.0 * AIR * spread[axis]),
        };
        let sigma = [0, 1].map(|axis| (spread[axis] / span.width[axis]) as f32 * SIDE as f32);
        let mean = known.iter().map(|(_, weight)| f64::from(*weight)).sum::<f64>() / known.len() as f64;
        let points = known.iter().map(|(at, weight)| (span.share(*at), weight / mean as f32)).collect();
        let last = (COLOURS - 1) as f32;
        let colours = (0..COLOURS).map(|nth| mixed(&look.colours, nth as f32 / last)).collect();
        let levels = look.levels.iter().copied().filter(|level| *level > 0.0 && *level < 1.0);
        Some(Self(Arc::new(Inner {
            points,
            span,
            sigma,
            line: look.line,
            levels: levels.take(MOST_LEVELS).collect(),
            colours,
            made: OnceLock::new(),
            field: OnceLock::new(),
            lines: OnceLock::new(),
            picture: OnceLock::new(),
        })))
    }

    /// How dense it is at a place, as a share of the densest.
    pub fn share(&self, at: (f64, f64)) -> f32 {
        let inner = &*self.0;
        let field = inner.field();
        let cell = inner.span.share(at).map(|share| (share * SIDE as f32).clamp(0.0, (SIDE - 1) as f32) as usize);
        field.cells.get(cell[1] * SIDE + cell[0]).map_or(0.0, |value| value / field.peak.max(1e-6))
    }

    /// The density as the graphics card draws it into a part of the window; `opacity` is by how much it is seen.
    pub fn shape(&self, device: &Device, rect: Rect, place: &Place, opacity: f32) -> Shape {
        let (density, device, place) = (self.clone(), device.clone(), *place);
        let painting = Painting { density, device, rect, place, opacity, bound: OnceLock::new() };
        Shape::Callback(Callback::new_paint_callback(rect, painting))
    }

    /// Paints the density as a picture with lines over it.
    pub fn paint_plain(&self, painter: &Painter, place: &Place) {
        let inner = &*self.0;
        let picture = inner.picture.get_or_init(|| {
            let field = inner.field();
            let peak = field.peak.max(1e-6);
            let pixels = field.cells.iter().map(|value| inner.colour(value / peak)).collect();
            let image = ColorImage::new([SIDE, SIDE], pixels);
            painter.ctx().load_texture("density", image, TextureOptions::LINEAR)
        });
        let corner = |x: f32, y: f32| Vertex {
            pos: place.point(inner.span.value([x, y])),
            uv: pos2(x, y),
            color: Color32::WHITE,
        };
        let mut mesh = Mesh::with_texture(picture.id());
        mesh.vertices = vec![corner(0.0, 0.0), corner(1.0, 0.0), corner(0.0, 1.0), corner(1.0, 1.0)];
        mesh.indices = vec![0, 1, 2, 2, 1, 3];
        painter.add(Shape::mesh(mesh));
        self.paint_lines(painter, place);
    }

    /// Paints the density without a picture: as surfaces of few colours. This is more work, and what a drawing needs.
    pub fn paint_drawn(&self, painter: &Painter, place: &Place) {
        let inner = &*self.0;
        let field = inner.field();
        let steps = SIDE / TOGETHER;
        let step = |column: usize, row: usize| {
            let parts = (0..TOGETHER * TOGETHER).map(|nth| (nth % TOGETHER, nth / TOGETHER));
            let of = |(x, y)| field.cells[(row * TOGETHER + y) * SIDE + column * TOGETHER + x];
            let mean = parts.map(of).sum::<f32>() / (TOGETHER * TOGETHER) as f32;
            ((mean / field.peak).max(0.0).sqrt() * STEPS).round() as u32
        };
        let share = |cell: usize| cell as f32 / steps as f32;
        // Surfaces of one colour after each other, so that a drawing can make one of them.
        let mut surfaces: Vec<Mesh> = vec![Mesh::default(); STEPS as usize + 1];
        for row in 0..steps {
            let mut begin = 0;
            for column in 1..=steps {
                let of = step(begin, row);
                if column < steps && step(column, row) == of {
                    continue;
                }
                let t = of as f32 / STEPS;
                let colour = inner.colour(t * t);
                let corner = |x: usize, y: usize| Vertex {
                    pos: place.point(inner.span.value([share(x), share(y)])),
                    uv: WHITE_UV,
                    color: colour,
                };
                if let Some(mesh) = surfaces.get_mut(of as usize).filter(|_| colour != Color32::TRANSPARENT) {
                    let first = mesh.vertices.len() as u32;
                    mesh.vertices.extend([
                        corner(begin, row),
                        corner(column, row),
                        corner(begin, row + 1),
                        corner(column, row + 1),
                    ]);
                    mesh.indices.extend([0, 1, 2, 2, 1, 3].map(|nth: u32| first + nth));
                }
                begin = column;
            }
        }
        painter.extend(surfaces.into_iter().filter(|mesh| !mesh.is_empty()).map(Shape::mesh));
        self.paint_lines(painter, place);
    }

    fn paint_lines(&self, painter: &Painter, place: &Place) {
        let (inner, clip) = (&*self.0, painter.clip_rect());
        for line in inner.lines() {
            let points: Vec<Pos2> = line.iter().map(|share| place.point(inner.span.value(*share))).collect();
            if Rect::from_points(&points).intersects(clip) {
                painter.add(PathShape::line(points, inner.line));
            }
        }
    }
}

impl Inner {
    fn field(&self) -> &Field {
        self.field.get_or_init(|| Field::of(&self.points, self.sigma))
    }

    fn lines(&self) -> &[Vec<[f32; 2]>] {
        self.lines.get_or_init(|| {
            let field = self.field();
            self.levels.iter().flat_map(|level| contours::lines(field, level * field.peak)).collect()
        })
    }

    /// The colour of a density, as a share of the highest.
    fn colour(&self, share: f32) -> Color32 {
        // Cut off, since rounding is a call for each of many.
        let nth = (share.clamp(0.0, 1.0).sqrt() * (COLOURS - 1) as f32 + 0.5) as usize;
        self.colours.get(nth).copied().unwrap_or_default()
    }

    /// Has the graphics card work out the field, then its peaks.
    fn make(&self, device: &wgpu::Device, queue: &wgpu::Queue, encoder: &mut wgpu::CommandEncoder, of: &Pipelines) {
        self.made.get_or_init(|| {
            let side = SIDE as u32;
            let (half, peaks) = (texture(device, side), texture(device, 16));
            let field = if let Some(spread) = &of.spread {
                let field = texture(device, side);
                let contents = bytes(self.points.iter().flat_map(|([x, y], weight)| [*x, *y, *weight]));
                let usage = BufferUsages::VERTEX;
                let points =
                    device.create_buffer_init(&BufferInitDescriptor { label: None, contents: &contents, usage });
                let mut pass = pass(encoder, &field);
                pass.set_pipeline(spread);
                pass.set_vertex_buffer(0, points.slice(..));
                pass.draw(0..4, 0..u32::try_from(self.points.len()).unwrap_or(u32::MAX));
                field
            } else {
                let contents = bytes(field::spread(&self.points));
                let (of, order) = (square(side), TextureDataOrder::LayerMajor);
                let texture = device.create_texture_with_data(queue, &of, order, &contents);
                texture.create_view(&wgpu::TextureViewDescriptor::default())
            };
            for (from, to, step, sigma) in
                [(&field, &half, [1i32, 0], self.sigma[0]), (&half, &field, [0, 1], self.sigma[1])]
            {
                let mut contents: Vec<u8> = step.into_iter().flat_map(i32::to_le_bytes).collect();
                contents.extend(sigma.to_le_bytes());
                contents.extend(field::reach(sigma).to_le_bytes());
                let usage = BufferUsages::UNIFORM;
                let locals =
                    device.create_buffer_init(&BufferInitDescriptor { label: None, contents: &contents, usage });
                let bound =
                    bind(device, &of.of_smooth, &[BindingResource::TextureView(from), locals.as_entire_binding()]);
                let mut pass = pass(encoder, to);
                pass.set_pipeline(&of.smooth);
                pass.set_bind_group(0, &bound, &[]);
                pass.draw(0..3, 0..1);
            }
            {
                let bound = bind(device, &of.of_peak, &[BindingResource::TextureView(&field)]);
                let mut pass = pass(encoder, &peaks);
                pass.set_pipeline(&of.peak);
                pass.set_bind_group(0, &bound, &[]);
                pass.draw(0..3, 0..1);
            }
            let pixels: Vec<u8> = self.colours.iter().flat_map(Color32::to_array).collect();
            let descriptor = wgpu::TextureDescriptor {
                label: Some("colours"),
                size: wgpu::Extent3d { width: COLOURS as u32, height: 1, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: TextureFormat::Rgba8Unorm,
                usage: TextureUsages::TEXTURE_BINDING,
                view_formats: &[],
            };
            let colours = device.create_texture_with_data(queue, &descriptor, TextureDataOrder::LayerMajor, &pixels);
            [field, peaks, colours.create_view(&wgpu::TextureViewDescriptor::default())]
        });
    }
}

/// A density in one frame.
struct Painting {
    density: Density,
    device: Device,
    rect: Rect,
    place: Place,
    opacity: f32,
    bound: OnceLock<BindGroup>,
}

impl CallbackTrait for Painting {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        _resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let inner = &*self.density.0;
        inner.make(device, queue, encoder, &self.device.0);
        let Some([field, peaks, colours]) = inner.made.get() else { return Vec::new() };
        self.bound.get_or_init(|| {
            let info = marks::info(self.rect, screen);
            let mut levels = [0.0; MOST_LEVELS];
            levels.iter_mut().zip(&inner.levels).for_each(|(place, level)| *place = *level);
            let numbers = inner.span.in_pixels(&self.place, &info).into_iter().flatten();
            let numbers = numbers.chain([inner.line.width * info.pixels_per_point, self.opacity]);
            let contents = bytes(numbers.chain(inner.line.color.to_normalized_gamma_f32()).chain(levels));
            let usage = BufferUsages::UNIFORM;
            let locals = device.create_buffer_init(&BufferInitDescriptor { label: None, contents: &contents, usage });
            let views = [field, peaks, colours].map(BindingResource::TextureView);
            let all: Vec<BindingResource<'_>> = std::iter::once(locals.as_entire_binding()).chain(views).collect();
            bind(device, &self.device.0.of_density, &all)
        });
        Vec::new()
    }

    fn paint(&self, _: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, _: &CallbackResources) {
        let Some(bound) = self.bound.get() else { return };
        pass.set_pipeline(&self.device.0.density);
        pass.set_bind_group(0, bound, &[]);
        pass.draw(0..4, 0..1);
    }
}

/// A square of numbers.
fn square(side: u32) -> wgpu::TextureDescriptor<'static> {
    wgpu::TextureDescriptor {
        label: Some("density"),
        size: wgpu::Extent3d { width: side, height: side, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: FIELD,
        usage: TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    }
}

fn texture(device: &wgpu::Device, side: u32) -> TextureView {
    let texture = device.create_texture(&square(side));
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

/// Begins to draw into a square of numbers that are all 0.
fn pass<'a>(encoder: &'a mut wgpu::CommandEncoder, view: &TextureView) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("density"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: wgpu::StoreOp::Store },
        })],
        ..wgpu::RenderPassDescriptor::default()
    })
}

/// Standard deviation of the points along each axis, times their number to the power of −1/6.
fn scott(points: &[((f64, f64), f32)]) -> [f64; 2] {
    let n = points.len() as f64;
    [|(x, _): (f64, f64)| x, |(_, y): (f64, f64)| y].map(|of| {
        let mean = points.iter().map(|(at, _)| of(*at)).sum::<f64>() / n;
        let variance = points.iter().map(|(at, _)| (of(*at) - mean).powi(2)).sum::<f64>() / n;
        variance.sqrt() * n.powf(-1.0 / 6.0)
    })
}

/// A colour between several, mixed in Oklab, in which equal distances are seen as equal.
#[expect(clippy::disallowed_methods, reason = "it lies between colours of the theme, which are given")]
fn mixed(colours: &[Color32], share: f32) -> Color32 {
    let last = colours.len().saturating_sub(1);
    let place = share.clamp(0.0, 1.0) * last as f32;
    let (nth, part) = (place.floor() as usize, place.fract());
    let Some(below) = colours.get(nth) else { return Color32::TRANSPARENT };
    let above = colours.get(nth + 1).unwrap_or(below);
    // A colour that is not seen has the hue of its neighbour.
    let [low, high] = [(below, above), (above, below)].map(|(of, beside)| {
        let [red, green, blue, _] = if of.a() == 0 { beside } else { of }.to_srgba_unmultiplied();
        oklab([red, green, blue])
    });
    let between = |from: f32, to: f32| from + (to - from) * part;
    let alpha = between(f32::from(below.a()), f32::from(above.a()));
    let [red, green, blue] = srgb([0, 1, 2].map(|axis| between(low[axis], high[axis])));
    Color32::from_rgba_unmultiplied(red, green, blue, alpha.round() as u8)
}

/// Oklab of an sRGB colour (Björn Ottosson, 2020).
fn oklab(rgb: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(|of| {
        let share = f32::from(of) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    let l = (0.412_221_47 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

/// The sRGB colour of Oklab.
fn srgb([light, a, b]: [f32; 3]) -> [u8; 3] {
    let l = (light + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (light - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (light - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let linear = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
        -0.004_196_086 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    linear.map(|of| {
        let share = if of <= 0.003_130_8 { 12.92 * of } else { 1.055 * of.powf(1.0 / 2.4) - 0.055 };
        (share.clamp(0.0, 1.0) * 255.0).round() as u8
    })
}
