// Of sets of images, what the loss on a set is made of: terms[s] = [sum of weights a, cross-entropy, number of images, then
// for each class 2 I + smoothing and P + T + smoothing], where I, P, T are the sums of a u pt, a u^2 p^2, a t.
// IS_BY_GROUP: set s holds the images of group s, the set after the last group those of group -1; else one set holds all.
// Images of weight 0 belong nowhere. HAS_SCALES: u is scales[image], else 1. One set an invocation.

override IMAGES: u32;
override CLASSES: u32;
override SETS: u32;
override IS_BY_GROUP: u32;
override HAS_SCALES: u32;
override SMOOTHING: f32;

@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read> cross_entropy: array<f32>;
@group(0) @binding(2) var<storage, read> group_of: array<f32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> scales: array<f32>;
@group(0) @binding(5) var<storage, read_write> terms: array<f32>;

fn is_member(image: u32, member_set: u32) -> bool {
  let code = select(f32(member_set), -1, member_set == SETS - 1);
  return weights[image] != 0 && (IS_BY_GROUP == 0 || group_of[image] == code);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let member_set = id.x;
  if (member_set >= SETS) {
    return;
  }
  let first = member_set * (3 + 2 * CLASSES);
  var weight = 0.0;
  var entropy = 0.0;
  var count = 0.0;
  for (var image = 0u; image < IMAGES; image++) {
    if (is_member(image, member_set)) {
      weight += weights[image];
      entropy += weights[image] * cross_entropy[image];
      count += 1;
    }
  }
  terms[first] = weight;
  terms[first + 1] = select(0, entropy / weight, weight != 0);
  terms[first + 2] = count;
  for (var k = 0u; k < CLASSES; k++) {
    var numerator = SMOOTHING;
    var denominator = SMOOTHING;
    for (var image = 0u; image < IMAGES; image++) {
      if (is_member(image, member_set)) {
        let a = weights[image];
        let u = select(1, scales[image], HAS_SCALES == 1);
        let at = image * 3 * CLASSES + k;
        numerator += 2 * a * u * sums[at];
        denominator += a * (u * u * sums[at + CLASSES] + sums[at + 2 * CLASSES]);
      }
    }
    terms[first + 3 + 2 * k] = numerator;
    terms[first + 4 + 2 * k] = denominator;
  }
}
