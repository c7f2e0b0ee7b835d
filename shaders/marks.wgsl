// Marks: one rectangle per mark, its shape cut out by the distance to its edge. Distances are in pixels.

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
};

@group(0) @binding(0) var<uniform> locals: Locals;

const CIRCLE: u32 = 0u;
const SQUARE: u32 = 1u;
const DIAMOND: u32 = 2u;
const UP: u32 = 3u;
const SELECTED: u32 = 256u;

// Half the side of a square, and the radius of the circle inside a triangle, that have the area of a circle of radius 1.
const HALF_SIDE: f32 = 0.886226925;
const INSIDE: f32 = 0.777629185;

// The ring around a selected mark: how far from its edge, and how wide, in points.
const RING: vec2<f32> = vec2<f32>(2.5, 2.0);

struct Mark {
    @location(0) before: vec2<f32>,
    @location(1) at: vec2<f32>,
    @location(2) radius: f32,
    @location(3) width: f32,
    @location(4) form: u32,
    @location(5) fill: vec4<f32>,
    @location(6) outline: vec4<f32>,
};

struct Corner {
    @builtin(position) position: vec4<f32>,
    // From the middle of the mark, y downwards.
    @location(0) from_middle: vec2<f32>,
    @location(1) @interpolate(flat) fill: vec4<f32>,
    @location(2) @interpolate(flat) outline: vec4<f32>,
    @location(3) @interpolate(flat) radius: f32,
    @location(4) @interpolate(flat) width: f32,
    @location(5) @interpolate(flat) form: u32,
};

@vertex
fn corner(@builtin(vertex_index) nth: u32, mark: Mark) -> Corner {
    let side = vec2<f32>(f32(nth & 1u), f32(nth >> 1u)) * 2.0 - 1.0;
    let pixels = locals.pixels_per_point;
    let middle = mix(mark.before, mark.at, locals.progress) * locals.scale + locals.offset;
    let widest = select(1.0, 2.0 * INSIDE, (mark.form & 255u) != CIRCLE);
    var reach = mark.radius * widest + mark.width;
    if (mark.form & SELECTED) != 0u {
        reach = max(reach, mark.radius + RING.x + RING.y);
    }
    var out: Corner;
    out.from_middle = side * (reach * pixels + 1.0);
    let at = middle + out.from_middle;
    out.position = vec4<f32>(2.0 * at.x / locals.viewport.x - 1.0, 1.0 - 2.0 * at.y / locals.viewport.y, 0.0, 1.0);
    out.fill = mark.fill;
    out.outline = mark.outline;
    out.radius = mark.radius * pixels;
    out.width = mark.width * pixels;
    out.form = mark.form;
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

// How much of a pixel a line covers whose middle is so far away. A line thinner than a pixel is fainter.
fn line(away: f32, width: f32) -> f32 {
    return min(width, 1.0) * clamp(0.5 + max(width, 1.0) * 0.5 - abs(away), 0.0, 1.0);
}

fn over(top: vec4<f32>, below: vec4<f32>) -> vec4<f32> {
    return top + below * (1.0 - top.a);
}

fn colour(in: Corner) -> vec4<f32> {
    let edge = outside(in.form & 255u, in.from_middle, in.radius);
    var painted = in.fill * clamp(0.5 - edge, 0.0, 1.0);
    painted = over(in.outline * line(edge, in.width), painted);
    if (in.form & SELECTED) != 0u {
        let pixels = locals.pixels_per_point;
        let away = length(in.from_middle) - in.radius - RING.x * pixels;
        painted = over(locals.ring * line(away, RING.y * pixels), painted);
    }
    return painted * locals.opacity;
}

@fragment
fn gamma(in: Corner) -> @location(0) vec4<f32> {
    return colour(in);
}

// Where the target takes linear colours.
@fragment
fn linear(in: Corner) -> @location(0) vec4<f32> {
    let painted = colour(in);
    let low = painted.rgb / 12.92;
    let high = pow((painted.rgb + 0.055) / 1.055, vec3<f32>(2.4));
    return vec4<f32>(select(high, low, painted.rgb < vec3<f32>(0.04045)), painted.a);
}
