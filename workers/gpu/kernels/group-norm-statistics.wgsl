// mean and rstd of each of GROUPS groups of PLANES neighbouring planes from the planes' moments: of planes of one size, the group's
// squares are the planes' own and those of their means. One group an invocation.

override GROUPS: u32;
override PLANES: u32;
override LENGTH: u32;
override EPSILON: f32;

@group(0) @binding(0) var<storage, read> moments: array<f32>;
@group(0) @binding(1) var<storage, read_write> mean: array<f32>;
@group(0) @binding(2) var<storage, read_write> rstd: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * 64 + lane;
  if (index >= GROUPS) {
    return;
  }
  let first = index * PLANES;
  var total = 0.0;
  for (var plane = first; plane < first + PLANES; plane++) { total += moments[plane]; }
  let centre = total / f32(PLANES);
  var squares = 0.0;
  for (var plane = first; plane < first + PLANES; plane++) {
    let rest = moments[plane] - centre;
    squares += moments[GROUPS * PLANES + plane] + f32(LENGTH) * rest * rest;
  }
  mean[index] = centre;
  rstd[index] = 1 / sqrt(squares / (f32(PLANES) * f32(LENGTH)) + EPSILON);
}
