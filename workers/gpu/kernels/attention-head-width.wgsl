// Copies rows of FROM_WIDTH elements into rows of TO_WIDTH: what is beyond the source's width becomes 0, what is beyond the
// target's is left out. Kernels of attention read quads, so that heads of another width than a multiple of 4 need it.
override FROM_WIDTH: u32;
override TO_WIDTH: u32;
override COUNT: u32;

@group(0) @binding(0) var<storage, read> from_rows: array<f32>;
@group(0) @binding(1) var<storage, read_write> to_rows: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (group.y * groups.x + group.x) * 64 + local;
  if (index >= COUNT) { return; }
  let column = index % TO_WIDTH;
  var value = 0.0;
  if (column < FROM_WIDTH) { value = from_rows[index / TO_WIDTH * FROM_WIDTH + column]; }
  to_rows[index] = value;
}
