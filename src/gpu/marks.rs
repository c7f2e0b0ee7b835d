//! Many marks at once, on the way from where they were to where they are.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use eframe::egui::epaint::{CircleShape, PaintCallbackInfo, PathStroke};
use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, vec2};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use eframe::wgpu::util::{BufferInitDescriptor, DeviceExt as _};
use eframe::wgpu::{self, BindGroup, Buffer, BufferUsages};

use super::device::bind;
use super::{Device, Place, Span, bytes};

/// Bytes of a mark on the graphics card.
pub(super) const BYTES: u64 = 36;

/// The bit of a form that says that the mark is selected.
const SELECTED: u32 = 256;

/// Half the side of a square, and the radius of the circle inside a triangle, that have the area of a circle of radius 1.
const HALF_SIDE: f32 = 0.886_226_9;
const INSIDE: f32 = 0.777_629_2;

/// Most parts in which marks are drawn: more are one that is drawn as whatever is in it.
const MOST_PARTS: usize = 16;

/// The ring around a selected mark: how far from its farthest corner, and how wide, in points.
const RING: (f32, f32) = (2.5, 2.0);

/// What a mark looks like. All forms of one radius have the same area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    #[default]
    Circle,
    Square,
    /// A square on its corner.
    Diamond,
    /// Triangles, by where they point.
    Up,
    Down,
}

impl Form {
    /// Every form, in the order of the numbers in the shader.
    pub const ALL: [Self; 5] = [Self::Circle, Self::Square, Self::Diamond, Self::Up, Self::Down];

    /// How far from the middle the farthest corner is, in radii.
    fn corner(self) -> f32 {
        match self {
            Self::Circle => 1.0,
            Self::Square | Self::Diamond => std::f32::consts::SQRT_2 * HALF_SIDE,
            Self::Up | Self::Down => 2.0 * INSIDE,
        }
    }

    /// From the middle to the corners of a form of radius 1; none of a circle.
    fn corners(self) -> Vec<Vec2> {
        let side = HALF_SIDE;
        let corner = side * std::f32::consts::SQRT_2;
        let (high, across) = (2.0 * INSIDE, INSIDE * 3f32.sqrt());
        match self {
            Self::Circle => Vec::new(),
            Self::Square => vec![vec2(-side, -side), vec2(side, -side), vec2(side, side), vec2(-side, side)],
            Self::Diamond => vec![vec2(0.0, -corner), vec2(corner, 0.0), vec2(0.0, corner), vec2(-corner, 0.0)],
            Self::Up => vec![vec2(0.0, -high), vec2(across, INSIDE), vec2(-across, INSIDE)],
            Self::Down => vec![vec2(across, -INSIDE), vec2(0.0, high), vec2(-across, -INSIDE)],
        }
    }
}

/// A mark. Those later in the list lie on top of those before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Where it was and where it is, in the units of the axes.
    pub before: (f64, f64),
    pub at: (f64, f64),
    pub form: Form,
    /// In points.
    pub radius: f32,
    pub fill: Color32,
    /// Around the fill, not over it.
    pub outline: Stroke,
    /// By how much fill and outline are seen, from 0 to 1.
    pub alpha: f32,
    /// Whether it has a ring around it.
    pub selected: bool,
}

impl Mark {
    /// A circle without an outline, which does not move.
    pub fn circle(at: (f64, f64), radius: f32, fill: Color32) -> Self {
        let (form, outline) = (Form::Circle, Stroke::NONE);
        Self { before: at, at, form, radius, fill, outline, alpha: 1.0, selected: false }
    }

    fn fill(&self) -> Color32 {
        self.fill.gamma_multiply(self.alpha)
    }

    fn outline(&self) -> Stroke {
        Stroke::new(self.outline.width, self.outline.color.gamma_multiply(self.alpha))
    }

    /// Whether it is a circle without outline and ring, which is less work.
    fn is_bare(&self) -> bool {
        self.form == Form::Circle && self.outline.is_empty() && !self.selected
    }

    /// Where it is on its way.
    fn on_its_way(&self, progress: f32) -> (f64, f64) {
        let between = |from: f64, to: f64| from + (to - from) * f64::from(progress);
        if progress >= 1.0 {
            return self.at;
        }
        (between(self.before.0, self.at.0), between(self.before.1, self.at.1))
    }

    /// How far from the middle anything of it is painted, in points.
    fn reach(&self) -> f32 {
        let corner = self.radius * self.form.corner();
        // An outline goes farther at a corner, most at that of a triangle.
        let reach = corner + self.outline.width * if self.form == Form::Circle { 1.0 } else { 2.0 };
        if self.selected { reach.max(corner + RING.0 + RING.1) } else { reach }
    }
}

/// Marks, uploaded when they are first drawn by a graphics card. Cheap to clone; to change them, make new ones.
#[derive(Clone)]
pub struct Marks(Arc<Inner>);

struct Inner {
    marks: Vec<Mark>,
    /// Colour of the ring around selected marks.
    ring: Color32,
    span: Span,
    /// The marks in parts that are bare, or not, in their order.
    parts: Vec<(bool, Range<u32>)>,
    uploaded: OnceLock<Buffer>,
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uploaded = self.0.uploaded.get().is_some();
        f.debug_struct("Marks").field("marks", &self.0.marks.len()).field("uploaded", &uploaded).finish()
    }
}

impl Marks {
    /// Marks to be drawn, and the colour of the rings around those that are selected.
    pub fn new(marks: Vec<Mark>, ring: Color32) -> Self {
        let span = Span::of(marks.iter().flat_map(|mark| [mark.before, mark.at]));
        let parts = parts(&marks);
        Self(Arc::new(Inner { marks, ring, span, parts, uploaded: OnceLock::new() }))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.marks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.marks.is_empty()
    }

    /// The marks as the graphics card draws them into a part of the window. `progress` is from 0, where they were, to 1,
    /// where they are; `opacity` is by how much they are seen.
    pub fn shape(&self, device: &Device, rect: Rect, place: &Place, progress: f32, opacity: f32) -> Shape {
        if self.is_empty() {
            return Shape::Noop;
        }
        let (marks, device, place) = (self.clone(), device.clone(), *place);
        let painting = Painting { marks, device, rect, place, progress, opacity, bound: OnceLock::new() };
        Shape::Callback(Callback::new_paint_callback(rect, painting))
    }

    /// Paints the marks as shapes of egui.
    pub fn paint_plain(&self, painter: &Painter, place: &Place, progress: f32) {
        let clip = painter.clip_rect();
        let marks = self.0.marks.iter().map(|mark| (mark, place.point(mark.on_its_way(progress))));
        let seen = |(mark, at): &(&Mark, Pos2)| clip.expand(mark.reach()).contains(*at);
        let ring = Stroke::new(RING.1, self.0.ring);
        let shapes = marks.filter(seen).flat_map(|(mark, at)| {
            let (fill, stroke) = (mark.fill(), mark.outline());
            let shape = match mark.form {
                Form::Circle => Shape::Circle(CircleShape { center: at, radius: mark.radius, fill, stroke }),
                form => {
                    let corners = form.corners().into_iter().map(|corner| at + corner * mark.radius);
                    Shape::convex_polygon(corners.collect(), fill, PathStroke::from(stroke).outside())
                }
            };
            let ringed =
                mark.selected.then(|| Shape::circle_stroke(at, mark.radius * mark.form.corner() + RING.0, ring));
            std::iter::once(shape).chain(ringed)
        });
        painter.extend(shapes);
    }

    fn packed(&self) -> Vec<u8> {
        let Inner { marks, span, .. } = &*self.0;
        let mut bytes = Vec::with_capacity(marks.len() * BYTES as usize);
        for mark in marks {
            let [before, at] = [mark.before, mark.at].map(|at| span.share(at));
            let outline = mark.outline();
            for number in [before[0], before[1], at[0], at[1], mark.radius, outline.width] {
                bytes.extend(number.to_le_bytes());
            }
            let form = mark.form as u32 | if mark.selected { SELECTED } else { 0 };
            bytes.extend(form.to_le_bytes());
            bytes.extend(mark.fill().to_array());
            bytes.extend(outline.color.to_array());
        }
        bytes
    }
}

/// Marks in one frame.
struct Painting {
    marks: Marks,
    device: Device,
    rect: Rect,
    place: Place,
    progress: f32,
    opacity: f32,
    /// What is bound, and whether corners look up their marks themselves.
    bound: OnceLock<(BindGroup, bool)>,
}

impl CallbackTrait for Painting {
    fn prepare(
        &self,
        device: &wgpu::Device,
        _queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        _resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let inner = &*self.marks.0;
        let uploaded = inner.uploaded.get_or_init(|| {
            let contents = self.marks.packed();
            let can_pull = self.device.0.pulled_marks.is_some();
            let usage = BufferUsages::VERTEX | if can_pull { BufferUsages::STORAGE } else { BufferUsages::empty() };
            device.create_buffer_init(&BufferInitDescriptor { label: Some("marks"), contents: &contents, usage })
        });
        self.bound.get_or_init(|| {
            let info = info(self.rect, screen);
            let ring = inner.ring.to_normalized_gamma_f32();
            let numbers = inner.span.in_pixels(&self.place, &info).into_iter().flatten();
            let numbers = numbers.chain([info.pixels_per_point, self.progress]).chain(ring);
            let viewport = info.viewport_in_pixels();
            let contents = bytes(numbers.chain([self.opacity, 0.0, viewport.left_px as f32, viewport.top_px as f32]));
            let usage = BufferUsages::UNIFORM;
            let buffer = device.create_buffer_init(&BufferInitDescriptor { label: None, contents: &contents, usage });
            let (uniform, all) = (buffer.as_entire_binding(), uploaded.as_entire_binding());
            let of = &*self.device.0;
            let pulls = of.pulled_marks.is_some() && uploaded.size() <= device.limits().max_storage_buffer_binding_size;
            if pulls {
                (bind(device, &of.of_pulled_marks, &[uniform, all]), true)
            } else {
                (bind(device, &of.of_marks, &[uniform]), false)
            }
        });
        Vec::new()
    }

    fn paint(&self, _: PaintCallbackInfo, pass: &mut wgpu::RenderPass<'static>, _: &CallbackResources) {
        let (Some(buffer), Some((bound, pulls))) = (self.marks.0.uploaded.get(), self.bound.get()) else { return };
        pass.set_bind_group(0, bound, &[]);
        let pulled = self.device.0.pulled_marks.as_ref().filter(|_| *pulls);
        for (bare, part) in &self.marks.0.parts {
            if let Some(pipelines) = pulled {
                pass.set_pipeline(&pipelines[usize::from(*bare)]);
                pass.draw(3 * part.start..3 * part.end, 0..1);
            } else {
                pass.set_pipeline(&self.device.0.marks[usize::from(*bare)]);
                pass.set_vertex_buffer(0, buffer.slice(..));
                pass.draw(0..3, part.clone());
            }
        }
    }
}

/// Marks in parts that are bare, or not.
fn parts(marks: &[Mark]) -> Vec<(bool, Range<u32>)> {
    let mut parts: Vec<(bool, Range<u32>)> = Vec::new();
    for (nth, mark) in (0..u32::MAX).zip(marks) {
        match parts.last_mut() {
            Some((bare, part)) if *bare == mark.is_bare() => part.end = nth + 1,
            _ => parts.push((mark.is_bare(), nth..nth + 1)),
        }
    }
    match (parts.first(), parts.last()) {
        (Some((_, first)), Some((_, last))) if parts.len() > MOST_PARTS => vec![(false, first.start..last.end)],
        _ => parts,
    }
}

/// What egui will tell when it paints into a part of the window.
pub(super) fn info(rect: Rect, screen: &ScreenDescriptor) -> PaintCallbackInfo {
    let (pixels_per_point, screen_size_px) = (screen.pixels_per_point, screen.size_in_pixels);
    PaintCallbackInfo { viewport: rect, clip_rect: rect, pixels_per_point, screen_size_px }
}
