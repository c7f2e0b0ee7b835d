// Marks: one triangle around each mark, its shape cut out by the distance to its edge. Distances are in pixels.

struct Locals {
    // Pixels of the viewport per unit of a position, and where position 0 is.
    scale: vec2<f32>,
    offset: vec2<f32>,
    viewport: vec2<f32>,
    pixels_per_point: f32,
    // How far marks are from where they were (0) to where they are (1).
    progress: f32,
    // Colours are as egui has them: gamma, multiplied by their alpha.
    ring: vec4<f32>,
    opacity: f32,
    // Where the viewport begins in the window, in pixels.
    origin: vec2<f32>,
};

@group(0) @binding(0) var<uniform> locals: Locals;

// All marks, in whole words: those of `Mark` one after another.
@group(0) @binding(1) var<storage, read> words: array<u32>;

const WORDS: u32 = 9u;

// Whether all marks are circles without outline and ring. Software drivers go through every branch of a shader.
override BARE: bool = false;

const CIRCLE: u32 = 0u;
const SQUARE: u32 = 1u;
const DIAMOND: u32 = 2u;
const UP: u32 = 3u;
const SELECTED: u32 = 256u;

// Half the side of a square, and the radius of the circle inside a triangle, that have the area of a circle of radius 1.
const HALF_SIDE: f32 = 0.886226925;
const INSIDE: f32 = 0.777629185;

// The ring around a selected mark: how far from its farthest corner, and how wide, in points.
const RING: vec2<f32> = vec2<f32>(2.5, 2.0);

struct Mark {
    @location(0) before: vec2<f32>,
    @location(1) at: vec2<f32>,
    @location(2) radius: f32,
    @location(3) width: f32,
    @location(4) form: u32,
    // Four bytes each.
    @location(5) fill: u32,
    @location(6) outline: u32,
};

// Software drivers take their time for each location, so few are used.
struct Corner {
    // In a pixel, where it is in the window.
    @builtin(position) position: vec4<f32>,
    // The middle of the mark in the window, two words; radius and width of the outline as half numbers; fill.
    @location(0) @interpolate(flat) mark: vec4<u32>,
    // Outline, form.
    @location(1) @interpolate(flat) around: vec2<u32>,
};

// How far from the middle the farthest corner is, in radii.
fn corner_of(form: u32) -> f32 {
    return select(select(2.0 * INSIDE, 1.41421356 * HALF_SIDE, form == SQUARE || form == DIAMOND), 1.0, form == CIRCLE);
}

// A mark per instance.
@vertex
fn corner(@builtin(vertex_index) nth: u32, mark: Mark) -> Corner {
    return corner_of_mark(nth, mark);
}

// Three corners per mark, one mark after another: less work than an instance for so few corners.
@vertex
fn pulled(@builtin(vertex_index) nth: u32) -> Corner {
    let first = nth / 3u * WORDS;
    let before = vec2<f32>(bitcast<f32>(words[first]), bitcast<f32>(words[first + 1u]));
    let at = vec2<f32>(bitcast<f32>(words[first + 2u]), bitcast<f32>(words[first + 3u]));
    let size = vec2<f32>(bitcast<f32>(words[first + 4u]), bitcast<f32>(words[first + 5u]));
    let mark = Mark(before, at, size.x, size.y, words[first + 6u], words[first + 7u], words[first + 8u]);
    return corner_of_mark(nth % 3u, mark);
}

fn corner_of_mark(nth: u32, mark: Mark) -> Corner {
    // Of a triangle around a circle of radius 1.
    let side = vec2<f32>(f32(nth) - 1.0, select(1.0, -2.0, nth == 1u)) * vec2<f32>(1.7320508, 1.0);
    let pixels = locals.pixels_per_point;
    let middle = mix(mark.before, mark.at, locals.progress) * locals.scale + locals.offset;
    let form = mark.form & 255u;
    // An outline goes farther at a corner, most at that of a triangle.
    var reach = mark.radius * corner_of(form) + mark.width * select(2.0, 1.0, form == CIRCLE);
    if (mark.form & SELECTED) != 0u {
        reach = max(reach, mark.radius * corner_of(form) + RING.x + RING.y);
    }
    var out: Corner;
    // A pixel is touched as far as half a pixel outside.
    let at = middle + side * (reach * pixels + 0.5);
    out.position = vec4<f32>(2.0 * at.x / locals.viewport.x - 1.0, 1.0 - 2.0 * at.y / locals.viewport.y, 0.0, 1.0);
    let size = vec2<f32>(mark.radius, mark.width) * pixels;
    out.mark = vec4<u32>(bitcast<vec2<u32>>(middle + locals.origin), pack2x16float(size), mark.fill);
    out.around = vec2<u32>(mark.outline, mark.form);
    return out;
}

// How far outside the edge a place is; less than nothing inside.
fn outside(form: u32, at: vec2<f32>, radius: f32) -> f32 {
    switch form {
        case CIRCLE: {
            return length(at) - radius;
        }
        case SQUARE: {
            return max(abs(at.x), abs(at.y)) - radius * HALF_SIDE;
        }
        case DIAMOND: {
            return (abs(at.x) + abs(at.y)) * 0.70710678 - radius * HALF_SIDE;
        }
        default: {
            let y = select(-at.y, at.y, form == UP);
            return max(y, abs(at.x) * 0.8660254 - y * 0.5) - radius * INSIDE;
        }
    }
}

// How much of a pixel is inside an edge that is so far away.
fn inside(away: f32) -> f32 {
    return clamp(0.5 - away, 0.0, 1.0);
}

fn colour(in: Corner) -> vec4<f32> {
    // y downwards.
    let from_middle = in.position.xy - bitcast<vec2<f32>>(in.mark.xy);
    let size = unpack2x16float(in.mark.z);
    let radius = size.x;
    let fill = unpack4x8unorm(in.mark.w);
    if BARE {
        return fill * (inside(length(from_middle) - radius) * locals.opacity);
    }
    let form = in.around.y & 255u;
    let edge = outside(form, from_middle, radius);
    // The outline is around the fill, as egui has it: neither shines through the other.
    let filled = inside(edge);
    var painted = fill * filled + unpack4x8unorm(in.around.x) * (inside(edge - size.y) - filled);
    if (in.around.y & SELECTED) != 0u {
        let pixels = locals.pixels_per_point;
        let from_ring = length(from_middle) - radius * corner_of(form) - RING.x * pixels;
        let ring = locals.ring * (inside(from_ring - RING.y * pixels) - inside(from_ring));
        painted = ring + painted * (1.0 - ring.a);
    }
    return painted * locals.opacity;
}
