// out = f(x) for each of COUNT elements; FUNCTION: 0 relu, 1 gelu, 2 exp, 3 log, 4 sqrt. One element an invocation.
// Follows gelu.wgsl.

override COUNT: u32;
override FUNCTION: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * 64 + lane;
  if (index >= COUNT) {
    return;
  }
  let value = x[index];
  switch (FUNCTION) {
    // Not max(), which may drop NaN.
    case 0: { out[index] = select(value, 0, value < 0); }
    case 1: { out[index] = value * normal_cdf(value); }
    case 2: { out[index] = exp(value); }
    case 3: { out[index] = log(value); }
    default: { out[index] = sqrt(value); }
  }
}
