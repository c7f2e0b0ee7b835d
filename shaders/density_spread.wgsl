// The first step of a density: each point adds its weight to the four cells around it.

// How many cells the field has on each side.
override SIDE: f32 = 256.0;

struct Point {
    // From 0 to 1 over the field.
    @location(0) at: vec2<f32>,
    @location(1) weight: f32,
};

struct Corner {
    @builtin(position) position: vec4<f32>,
    // From the point, in cells.
    @location(0) from_point: vec2<f32>,
    @location(1) @interpolate(flat) weight: f32,
};

@vertex
fn corner(@builtin(vertex_index) nth: u32, point: Point) -> Corner {
    let side = vec2<f32>(f32(nth & 1u), f32(nth >> 1u)) * 2.0 - 1.0;
    var out: Corner;
    let at = point.at * 2.0 - 1.0 + side * 2.0 / SIDE;
    // Row 0 is the first row of the texture.
    out.position = vec4<f32>(at.x, -at.y, 0.0, 1.0);
    out.from_point = side;
    out.weight = point.weight;
    return out;
}

@fragment
fn spread(in: Corner) -> @location(0) vec4<f32> {
    let share = max(1.0 - abs(in.from_point), vec2<f32>(0.0));
    return vec4<f32>(in.weight * share.x * share.y, 0.0, 0.0, 1.0);
}
