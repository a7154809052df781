// The batch's cross_entropy and dice from its terms (loss-terms.wgsl), and the loss: their weighted sum, or with IS_DRO the sum
// of group_weight group_loss. Few numbers: one invocation.

override CLASSES: u32;
override GROUPS: u32;
override IS_DRO: u32;
override CROSS_ENTROPY_WEIGHT: f32;
override DICE_WEIGHT: f32;

@group(0) @binding(0) var<storage, read> terms: array<f32>;
@group(0) @binding(1) var<storage, read> group_loss: array<f32>;
@group(0) @binding(2) var<storage, read> group_weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> cross_entropy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dice: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var k = 0u; k < CLASSES; k++) {
    sum += 1 - terms[3 + 2 * k] / terms[4 + 2 * k];
  }
  let mean = sum / f32(CLASSES);
  cross_entropy[0] = terms[1];
  dice[0] = mean;
  var total = CROSS_ENTROPY_WEIGHT * terms[1] + DICE_WEIGHT * mean;
  if (IS_DRO == 1) {
    total = 0;
    for (var group = 0u; group < GROUPS; group++) {
      total += group_weight[group] * group_loss[group];
    }
  }
  loss[0] = total;
}
