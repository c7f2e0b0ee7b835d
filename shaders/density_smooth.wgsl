// The second step of a density: a Gaussian along one axis, then along the other.

struct Locals {
    // One cell along the axis.
    step: vec2<i32>,
    // Standard deviation, in cells, and how far out it is taken.
    sigma: f32,
    reach: i32,
};

@group(0) @binding(0) var field: texture_2d<f32>;
@group(0) @binding(1) var<uniform> locals: Locals;

@vertex
fn corner(@builtin(vertex_index) nth: u32) -> @builtin(position) vec4<f32> {
    return vec4<f32>(f32(nth & 1u) * 4.0 - 1.0, f32(nth >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn smoothed(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let at = vec2<i32>(position.xy);
    let size = vec2<i32>(textureDimensions(field));
    var sum = 0.0;
    var whole = 0.0;
    for (var nth = -locals.reach; nth <= locals.reach; nth++) {
        let far = f32(nth) / locals.sigma;
        let share = exp(-0.5 * far * far);
        whole += share;
        let cell = at + nth * locals.step;
        if all(cell >= vec2<i32>(0)) && all(cell < size) {
            sum += share * textureLoad(field, cell, 0).r;
        }
    }
    return vec4<f32>(sum / whole, 0.0, 0.0, 1.0);
}
