// Derivatives of the loss with respect to each image's sums of p t and p^2, d_sums [N,2,K], and its cross-entropy, from the
// terms (loss-terms.wgsl) of the set that the image is in: the batch, or with IS_DRO its group, times group_weight.
// One image an invocation.

override IMAGES: u32;
override CLASSES: u32;
override GROUPS: u32;
override IS_DRO: u32;
override CROSS_ENTROPY_WEIGHT: f32;
override DICE_WEIGHT: f32;

@group(0) @binding(0) var<storage, read> terms: array<f32>;
@group(0) @binding(1) var<storage, read> group_of: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> scales: array<f32>;
@group(0) @binding(4) var<storage, read> group_weight: array<f32>;
@group(0) @binding(5) var<storage, read_write> d_sums: array<f32>;
@group(0) @binding(6) var<storage, read_write> d_cross_entropy: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let image = id.x;
  if (image >= IMAGES) {
    return;
  }
  var own_set = 0u;
  // An image of weight 0 or, with GroupDRO, of an unknown group does not train.
  var factor = weights[image];
  if (IS_DRO == 1) {
    factor = 0;
    for (var group = 0u; group < GROUPS; group++) {
      if (group_of[image] == f32(group)) {
        own_set = group;
        factor = weights[image] * group_weight[group];
      }
    }
  }
  let first = own_set * (3 + 2 * CLASSES);
  let weight = terms[first];
  let is_training = factor != 0 && weight > 0;
  d_cross_entropy[image] = select(0, CROSS_ENTROPY_WEIGHT * factor / weight, is_training);
  let scale = scales[image];
  let share = DICE_WEIGHT * factor * scale / f32(CLASSES);
  for (var k = 0u; k < CLASSES; k++) {
    let numerator = terms[first + 3 + 2 * k];
    let denominator = terms[first + 4 + 2 * k];
    let at = image * 2 * CLASSES + k;
    d_sums[at] = -2 * share / denominator;
    d_sums[at + CLASSES] = share * scale * (numerator / denominator) / denominator;
  }
}
