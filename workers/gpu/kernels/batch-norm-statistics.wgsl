// mean, rstd and the running statistics of each of CHANNELS from the moments of its planes in IMAGES images, of which those whose
// weight is zero are left out, as in group-norm-statistics.wgsl. One channel an invocation.

override CHANNELS: u32;
override IMAGES: u32;
override LENGTH: u32;
override EPSILON: f32;
override MOMENTUM: f32;

@group(0) @binding(0) var<storage, read> moments: array<f32>;
@group(0) @binding(1) var<storage, read> running_mean: array<f32>;
@group(0) @binding(2) var<storage, read> running_variance: array<f32>;
@group(0) @binding(3) var<storage, read> sample_weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> mean: array<f32>;
@group(0) @binding(5) var<storage, read_write> rstd: array<f32>;
@group(0) @binding(6) var<storage, read_write> next_mean: array<f32>;
@group(0) @binding(7) var<storage, read_write> next_variance: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let channel = (group.x + group.y * groups.x) * 64 + lane;
  if (channel >= CHANNELS) {
    return;
  }
  var images = 0.0;
  var total = 0.0;
  for (var image = 0u; image < IMAGES; image++) {
    if (sample_weight[image] != 0) {
      images += 1;
      total += moments[image * CHANNELS + channel];
    }
  }
  let centre = total / max(images, 1);
  var squares = 0.0;
  for (var image = 0u; image < IMAGES; image++) {
    if (sample_weight[image] != 0) {
      let rest = moments[image * CHANNELS + channel] - centre;
      squares += moments[(IMAGES + image) * CHANNELS + channel] + f32(LENGTH) * rest * rest;
    }
  }
  let count = images * f32(LENGTH);
  mean[channel] = centre;
  rstd[channel] = 1 / sqrt(squares / max(count, 1) + EPSILON);
  let share = select(0, MOMENTUM, images > 0);
  next_mean[channel] = (1 - share) * running_mean[channel] + share * centre;
  // The variance of a single element is 0, biased or not.
  next_variance[channel] = (1 - share) * running_variance[channel] + share * squares / max(count - 1, 1);
}
