// What the kernels of attention write: out = softmax over keys of the score, times v, [N,T,C] (or [N,h,w,C]), and the logarithm of
// the sum of exp(score), log_sum_exp [N,H,T]; four queries of a head at a time.
@group(0) @binding(3) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> log_sum_exp: array<f32>;

// Below every score, and finite so that no difference is NaN.
const LOWEST = -3.0e38;

fn scaled(a: mat4x4<f32>, factors: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(a[0] * factors.x, a[1] * factors.y, a[2] * factors.z, a[3] * factors.w);
}

fn store(at: vec4<u32>, quad: u32, isQuery: vec4<bool>, values: mat4x4<f32>) {
  if (quad >= QUADS) { return; }
  if (isQuery.x) { out[at.x + quad] = values[0]; }
  if (isQuery.y) { out[at.y + quad] = values[1]; }
  if (isQuery.z) { out[at.z + quad] = values[2]; }
  if (isQuery.w) { out[at.w + quad] = values[3]; }
}

// `queries` are tokens of an image.
fn store_log_sum_exp(span: Span, queries: vec4<u32>, isQuery: vec4<bool>, values: vec4<f32>) {
  let index = (span.image * HEADS + span.head) * QUERIES + queries;
  if (isQuery.x) { log_sum_exp[index.x] = values.x; }
  if (isQuery.y) { log_sum_exp[index.y] = values.y; }
  if (isQuery.z) { log_sum_exp[index.z] = values.z; }
  if (isQuery.w) { log_sum_exp[index.w] = values.w; }
}
