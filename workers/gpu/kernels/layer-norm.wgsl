// out = (x - mean) rstd scale + shift along one axis of x [outer, CHANNELS, INNER]; mean and rstd [outer, INNER]. A row (one
// outer and inner position) is shared by LANES invocations, of neighbouring channels; a workgroup has 64 / LANES rows,
// which are neighbours in memory where INNER > 1. The mean first, then the variance of what is left: two passes, because
// sum(x^2) - sum(x)^2 cancels. Sums by a fixed tree.
override CHANNELS: u32;
override INNER: u32;
override COUNT: u32;
override EPSILON: f32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> scale: array<f32>;
@group(0) @binding(2) var<storage, read> shift: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<storage, read_write> mean: array<f32>;
@group(0) @binding(5) var<storage, read_write> rstd: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let lane = index % LANES;
  let own = (group.y * groups.x + group.x) * ROWS + index / LANES;
  // Rows beyond the last take part in the barriers as copies of it.
  let row = min(own, COUNT - 1);
  let at = row / INNER * CHANNELS * INNER + row % INNER;
  var total = 0.0;
  for (var c = lane; c < CHANNELS; c += LANES) { total += x[at + c * INNER]; }
  let centre = sum_of_row(total, index, lane) / f32(CHANNELS);
  var squares = 0.0;
  for (var c = lane; c < CHANNELS; c += LANES) {
    let rest = x[at + c * INNER] - centre;
    squares += rest * rest;
  }
  let factor = 1 / sqrt(sum_of_row(squares, index, lane) / f32(CHANNELS) + EPSILON);
  if (own >= COUNT) { return; }
  for (var c = lane; c < CHANNELS; c += LANES) {
    out[at + c * INNER] = (x[at + c * INNER] - centre) * factor * scale[c] + shift[c];
  }
  if (lane == 0) {
    mean[row] = centre;
    rstd[row] = factor;
  }
}
