// dx = rstd (e - mean of e - n * mean of e n) with n = (x - mean) rstd and e = dOut scale, along one axis of
// x [outer, CHANNELS, INNER]; mean and rstd [outer, INNER]. Rows and lanes as in layer-norm.wgsl.
override CHANNELS: u32;
override INNER: u32;
override COUNT: u32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> mean: array<f32>;
@group(0) @binding(4) var<storage, read> rstd: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_x: array<f32>;

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
  let centre = mean[row];
  let factor = rstd[row];
  var total = 0.0;
  var product = 0.0;
  for (var c = lane; c < CHANNELS; c += LANES) {
    let e = d_out[at + c * INNER] * scale[c];
    total += e;
    product += e * (x[at + c * INNER] - centre) * factor;
  }
  let mean_e = sum_of_row(total, index, lane) / f32(CHANNELS);
  let mean_en = sum_of_row(product, index, lane) / f32(CHANNELS);
  if (own >= COUNT) { return; }
  for (var c = lane; c < CHANNELS; c += LANES) {
    let n = (x[at + c * INNER] - centre) * factor;
    d_x[at + c * INNER] = factor * (d_out[at + c * INNER] * scale[c] - mean_e - n * mean_en);
  }
}
