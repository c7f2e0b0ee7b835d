// How a colour gets on screen. Stands behind a shader that has a `Corner` and its `colour`.

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
