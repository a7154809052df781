// moments [2, COUNT]: the mean of each of COUNT planes and the sum of the squares of what is left without it, in two passes, because
// sum(x^2) - sum(x)^2 cancels. Follows norm-planes.wgsl.

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> moments: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let own = group.x + group.y * groups.x;
  // Workgroups beyond the last plane make it again: all lanes must reach the barriers.
  let plane = min(own, COUNT - 1);
  var total = 0.0;
  for (var at = lane; at < LENGTH; at += 64) { total += x[plane * LENGTH + at]; }
  let mean = sum_of_plane(total, lane) / f32(LENGTH);
  var squares = 0.0;
  for (var at = lane; at < LENGTH; at += 64) {
    let rest = x[plane * LENGTH + at] - mean;
    squares += rest * rest;
  }
  let rest = sum_of_plane(squares, lane);
  if (lane == 0 && own < COUNT) {
    moments[plane] = mean;
    moments[COUNT + plane] = rest;
  }
}
