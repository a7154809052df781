// dq = dS k / sqrt(D), four queries of a head at a time. d_query has GRADIENT_STRIDE quads a token.
override GRADIENT_STRIDE: u32;

@group(0) @binding(5) var<storage, read_write> d_query: array<vec4<f32>>;

fn store(at: vec4<u32>, quad: u32, isQuery: vec4<bool>, values: mat4x4<f32>) {
  if (quad >= QUADS) { return; }
  if (isQuery.x) { d_query[at.x + quad] = values[0] * SCALE; }
  if (isQuery.y) { d_query[at.y + quad] = values[1] * SCALE; }
  if (isQuery.z) { d_query[at.z + quad] = values[2] * SCALE; }
  if (isQuery.w) { d_query[at.w + quad] = values[3] * SCALE; }
}
