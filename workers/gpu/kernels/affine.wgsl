// out = SCALE x + SHIFT for each of COUNT elements. One element an invocation.

override COUNT: u32;
override SCALE: f32;
override SHIFT: f32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * 64 + lane;
  if (index < COUNT) {
    out[index] = SCALE * x[index] + SHIFT;
  }
}
