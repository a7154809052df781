// dx = rstd (e - mean of e - n mean of e n) with e = dOut scale and n = (x - mean) rstd; rstd e in images that the statistics are not
// over. One element an invocation. Follows norm-statistics.wgsl, a prelude of scale_of and one of is_included.

override PLANES_PER_IMAGE: u32;

const SCALE_BINDING = 6;
const WEIGHT_BINDING = 7;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read> means: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_x: array<f32>;

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
  let plane = index / LENGTH;
  let at = mean_of(plane);
  let e = d_out[index] * scale_of(plane);
  let n = (x[index] - mean[at]) * rstd[at];
  let centred = e - means[MEANS + at] - n * means[at];
  d_x[index] = rstd[at] * select(e, centred, is_included(plane / PLANES_PER_IMAGE));
}
