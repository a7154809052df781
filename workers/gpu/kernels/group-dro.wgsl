// next[g] = weight[g] exp(RATE loss[g]) over the sum of that over the groups. Few numbers: one invocation.

override GROUPS: u32;
override RATE: f32;

@group(0) @binding(0) var<storage, read> weight: array<f32>;
@group(0) @binding(1) var<storage, read> group_loss: array<f32>;
@group(0) @binding(2) var<storage, read_write> next: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var group = 0u; group < GROUPS; group++) {
    let grown = weight[group] * exp(RATE * group_loss[group]);
    next[group] = grown;
    sum += grown;
  }
  for (var group = 0u; group < GROUPS; group++) {
    next[group] = next[group] / sum;
  }
}
