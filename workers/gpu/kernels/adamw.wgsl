// AdamW on COUNT elements of one packed buffer of all trainables, in place: weight *= 1 - rate decay; mean and square move
// towards g and g^2 by 1 - BETA; weight -= step mean / (sqrt(square) root + EPSILON), with g = gradient_scale * gradient.
// settings = [rate, decay, step = rate / (1 - BETA_1^t), root = 1 / sqrt(1 - BETA_2^t), gradient_scale]; the decay of an
// element is multiplied by its `decays`. One element an invocation.

override COUNT: u32;
override BETA_1: f32;
override BETA_2: f32;
override EPSILON: f32;

@group(0) @binding(0) var<storage, read> settings: array<f32>;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read> decays: array<f32>;
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> mean: array<f32>;
@group(0) @binding(5) var<storage, read_write> square: array<f32>;

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
  let g = settings[4] * gradient[index];
  let next_mean = mean[index] + (1 - BETA_1) * (g - mean[index]);
  let next_square = BETA_2 * square[index] + (1 - BETA_2) * g * g;
  mean[index] = next_mean;
  square[index] = next_square;
  let decayed = weight[index] * (1 - settings[0] * settings[1] * decays[index]);
  weight[index] = decayed - settings[2] * next_mean / (sqrt(next_square) * settings[3] + EPSILON);
}
