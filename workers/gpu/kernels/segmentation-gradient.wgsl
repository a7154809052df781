// d_logits of each pixel: with e[k] = d_sums[0,k] t[k] + 2 d_sums[1,k] p[k],
// p[k] (e[k] - sum over j of p[j] e[j]) + d_cross_entropy (p[k] - t[k]) / PIXELS. One of COUNT pixels an invocation.

override COUNT: u32;
override CLASSES: u32;
override PIXELS: u32;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> label: array<f32>;
@group(0) @binding(2) var<storage, read> d_sums: array<f32>;
@group(0) @binding(3) var<storage, read> d_cross_entropy: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_logits: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64 + lane;
  if (at >= COUNT) {
    return;
  }
  let image = at / PIXELS;
  let first = image * CLASSES * PIXELS + at % PIXELS;
  let first_sum = image * 2 * CLASSES;
  let target_class = label[at];
  var largest = logits[first];
  for (var k = 1u; k < CLASSES; k++) {
    largest = max(largest, logits[first + k * PIXELS]);
  }
  var sum = 0.0;
  // Sum of p e, not yet divided by the sum of the powers.
  var overlap = 0.0;
  var squares = 0.0;
  for (var k = 0u; k < CLASSES; k++) {
    let power = exp(logits[first + k * PIXELS] - largest);
    sum += power;
    overlap += select(0, d_sums[first_sum + k] * power, target_class == f32(k));
    squares += 2 * d_sums[first_sum + CLASSES + k] * power * power;
  }
  let mean = (overlap + squares / sum) / sum;
  let d_pixel = d_cross_entropy[image] / f32(PIXELS);
  for (var k = 0u; k < CLASSES; k++) {
    let p = exp(logits[first + k * PIXELS] - largest) / sum;
    let t = select(0.0, 1.0, target_class == f32(k));
    let e = d_sums[first_sum + k] * t + 2 * d_sums[first_sum + CLASSES + k] * p;
    d_logits[first + k * PIXELS] = p * (e - mean) + d_pixel * (p - t);
  }
}
