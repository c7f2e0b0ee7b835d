// The third step of a density: the highest value of each of 16 by 16 parts of the field.

@group(0) @binding(0) var field: texture_2d<f32>;

const PARTS: i32 = 16;

@vertex
fn corner(@builtin(vertex_index) nth: u32) -> @builtin(position) vec4<f32> {
    return vec4<f32>(f32(nth & 1u) * 4.0 - 1.0, f32(nth >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn peak(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let size = vec2<i32>(textureDimensions(field)) / PARTS;
    let first = vec2<i32>(position.xy) * size;
    var most = 0.0;
    for (var y = 0; y < size.y; y++) {
        for (var x = 0; x < size.x; x++) {
            most = max(most, textureLoad(field, first + vec2<i32>(x, y), 0).r);
        }
    }
    return vec4<f32>(most, 0.0, 0.0, 1.0);
}
