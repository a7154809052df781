// Of each of COUNT pixels of logits [N,K,PIXELS]: out[2 at] = the largest logit, out[2 at + 1] = log of the sum of
// exp(logit - largest), so that log p = (logit - largest) - logarithm keeps its digits. One pixel an invocation.

override COUNT: u32;
override CLASSES: u32;
override PIXELS: u32;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

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
  let first = at / PIXELS * CLASSES * PIXELS + at % PIXELS;
  var largest = logits[first];
  for (var k = 1u; k < CLASSES; k++) {
    largest = max(largest, logits[first + k * PIXELS]);
  }
  var sum = 0.0;
  for (var k = 0u; k < CLASSES; k++) {
    sum += exp(logits[first + k * PIXELS] - largest);
  }
  out[2 * at] = largest;
  out[2 * at + 1] = log(sum);
}
