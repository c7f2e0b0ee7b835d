// A density on screen: colours by the share of the peak, and lines where it is at some shares.

struct Locals {
    // Pixels of the viewport from the field's lower left corner to its upper right one, and where the former is.
    scale: vec2<f32>,
    offset: vec2<f32>,
    viewport: vec2<f32>,
    // Width of the lines, in pixels.
    width: f32,
    opacity: f32,
    // As egui has it: gamma, multiplied by its alpha.
    line: vec4<f32>,
    // Shares of the peak, then 0 where there are no more.
    levels: array<vec4<f32>, 2>,
};

@group(0) @binding(0) var<uniform> locals: Locals;
@group(0) @binding(1) var field: texture_2d<f32>;
@group(0) @binding(2) var peaks: texture_2d<f32>;
@group(0) @binding(3) var colours: texture_2d<f32>;

struct Corner {
    @builtin(position) position: vec4<f32>,
    // From 0 to 1 over the field.
    @location(0) at: vec2<f32>,
    @location(1) @interpolate(flat) peak: f32,
};

@vertex
fn corner(@builtin(vertex_index) nth: u32) -> Corner {
    var most = 0.0;
    for (var y = 0; y < 16; y++) {
        for (var x = 0; x < 16; x++) {
            most = max(most, textureLoad(peaks, vec2<i32>(x, y), 0).r);
        }
    }
    var out: Corner;
    out.at = vec2<f32>(f32(nth & 1u), f32(nth >> 1u));
    let at = out.at * locals.scale + locals.offset;
    out.position = vec4<f32>(2.0 * at.x / locals.viewport.x - 1.0, 1.0 - 2.0 * at.y / locals.viewport.y, 0.0, 1.0);
    out.peak = most;
    return out;
}

fn value(cell: vec2<i32>) -> f32 {
    let last = vec2<i32>(textureDimensions(field)) - 1;
    return textureLoad(field, clamp(cell, vec2<i32>(0), last), 0).r;
}

fn colour(in: Corner) -> vec4<f32> {
    let size = vec2<f32>(textureDimensions(field));
    let place = in.at * size - 0.5;
    let cell = vec2<i32>(floor(place));
    let part = place - floor(place);
    let low = vec2<f32>(value(cell), value(cell + vec2<i32>(1, 0)));
    let high = vec2<f32>(value(cell + vec2<i32>(0, 1)), value(cell + vec2<i32>(1, 1)));
    let between = mix(low, high, part.y);
    let share = mix(between.x, between.y, part.x) / max(in.peak, 1e-6);
    // By how much it grows from a pixel to the next.
    let grows = vec2<f32>(between.y - between.x, mix(high.x, high.y, part.x) - mix(low.x, low.y, part.x));
    let slope = length(grows * size / locals.scale) / max(in.peak, 1e-6);
    // Steps are seen alike where the density is low and where it is high: the square root.
    let last = f32(textureDimensions(colours).x - 1u);
    let nth = i32(round(sqrt(clamp(share, 0.0, 1.0)) * last));
    var painted = textureLoad(colours, vec2<i32>(nth, 0), 0);
    for (var each = 0; each < 8; each++) {
        let level = locals.levels[each / 4][each % 4];
        if level <= 0.0 {
            break;
        }
        let away = abs(share - level) / max(slope, 1e-7);
        let covered = min(locals.width, 1.0) * clamp(0.5 + max(locals.width, 1.0) * 0.5 - away, 0.0, 1.0);
        let line = locals.line * covered;
        painted = line + painted * (1.0 - line.a);
    }
    return painted * locals.opacity;
}
