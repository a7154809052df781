// out[o,i,r] = d_out[o,i-START,r] where START <= i < START + SIZE, else 0, over COUNT elements of [outer,LENGTH,INNER].
// One element an invocation.

override COUNT: u32;
override LENGTH: u32;
override INNER: u32;
override START: u32;
override SIZE: u32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
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
  let row = index / INNER;
  let at = row % LENGTH;
  var value = 0.0;
  if (at >= START && at < START + SIZE) {
    value = d_out[(row / LENGTH * SIZE + at - START) * INNER + index % INNER];
  }
  out[index] = value;
}
