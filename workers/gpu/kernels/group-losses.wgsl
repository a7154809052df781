// From the terms of every group (loss-terms.wgsl): the loss on each group and its number of images, both 0 where it is absent,
// and the factor u of each image's probabilities. METHOD: 0 none (u = 1); 1 FEBS, the minimum over the groups present; 2 FEBS
// as published, over all groups. Few numbers: one invocation.

override IMAGES: u32;
override CLASSES: u32;
override GROUPS: u32;
override METHOD: u32;
override GAMMA: f32;
override CROSS_ENTROPY_WEIGHT: f32;
override DICE_WEIGHT: f32;

@group(0) @binding(0) var<storage, read> terms: array<f32>;
@group(0) @binding(1) var<storage, read> group_of: array<f32>;
@group(0) @binding(2) var<storage, read_write> group_loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> group_size: array<f32>;
@group(0) @binding(4) var<storage, read_write> scales: array<f32>;

// tanh 1: the weight of the group whose loss is the least, and of an unknown one.
const LARGEST_WEIGHT = 0.76159415595576489;

fn size_of(own_set: u32) -> f32 {
  return terms[own_set * (3 + 2 * CLASSES) + 2];
}

// Sum of the classes' Dice losses.
fn dice_of(own_set: u32) -> f32 {
  let first = own_set * (3 + 2 * CLASSES) + 3;
  var sum = 0.0;
  for (var k = 0u; k < CLASSES; k++) {
    sum += 1 - terms[first + 2 * k] / terms[first + 2 * k + 1];
  }
  return sum;
}

// The loss that FEBS gives a group: of one that is absent 0, and as published the images of group -1 stand for the last.
fn febs_loss(group: u32) -> f32 {
  if (size_of(group) > 0) {
    return dice_of(group);
  }
  if (METHOD == 2 && group == GROUPS - 1 && size_of(GROUPS) > 0) {
    return dice_of(GROUPS);
  }
  return 0;
}

fn febs_weight(loss: f32, least: f32) -> f32 {
  if (GAMMA == 0 || (METHOD == 1 && loss == least)) {
    return LARGEST_WEIGHT;
  }
  let ratio = least / loss;
  return select(0, tanh(pow(ratio, GAMMA)), ratio > 0);
}

@compute @workgroup_size(1)
fn main() {
  var least = 0.0;
  var is_first = true;
  for (var group = 0u; group < GROUPS; group++) {
    let size = size_of(group);
    group_size[group] = size;
    let entropy = terms[group * (3 + 2 * CLASSES) + 1];
    let loss = CROSS_ENTROPY_WEIGHT * entropy + DICE_WEIGHT * dice_of(group) / f32(CLASSES);
    group_loss[group] = select(0, loss, size > 0);
    if (METHOD == 2 || size > 0) {
      let own = febs_loss(group);
      least = select(min(least, own), own, is_first);
      is_first = false;
    }
  }
  for (var image = 0u; image < IMAGES; image++) {
    var code = group_of[image];
    if (METHOD == 2 && code == -1) {
      code = f32(GROUPS) - 1;
    }
    var scale = select(LARGEST_WEIGHT, 1, METHOD == 0);
    for (var group = 0u; METHOD != 0 && group < GROUPS; group++) {
      if (code == f32(group) && (METHOD == 2 || size_of(group) > 0)) {
        scale = febs_weight(febs_loss(group), least);
      }
    }
    scales[image] = scale;
  }
}
