// out = d_out * f'(x) for each of COUNT elements, from what the function saves: its input for gelu (1) and log (3), its result
// for relu (0), exp (2) and sqrt (4). One element an invocation. Follows gelu.wgsl.

override COUNT: u32;
override FUNCTION: u32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> saved: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

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
  let gradient = d_out[index];
  let value = saved[index];
  switch (FUNCTION) {
    case 0: { out[index] = gradient * select(0.0, 1.0, value > 0); }
    case 1: { out[index] = gradient * (normal_cdf(value) + value * normal_density(value)); }
    case 2: { out[index] = gradient * value; }
    case 3: { out[index] = gradient / value; }
    default: { out[index] = gradient / (2 * value); }
  }
}
