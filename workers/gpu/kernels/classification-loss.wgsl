// loss = sum over images of a * -log softmax(logits)[label] / sum of a over the images whose label is a class, 0 without
// such images; d_logits = FACTOR a (p - t) / sum of a. One image after the other by one invocation: there are few.

override IMAGES: u32;
override CLASSES: u32;
override FACTOR: f32;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> label: array<f32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_logits: array<f32>;

fn is_known(image: u32) -> bool {
  return label[image] >= 0 && label[image] < f32(CLASSES);
}

@compute @workgroup_size(1)
fn main() {
  var weight = 0.0;
  for (var image = 0u; image < IMAGES; image++) {
    weight += select(0, weights[image], is_known(image));
  }
  var total = 0.0;
  for (var image = 0u; image < IMAGES; image++) {
    let share = select(0, weights[image] / weight, is_known(image) && weight > 0);
    let first = image * CLASSES;
    var largest = logits[first];
    for (var k = 1u; k < CLASSES; k++) {
      largest = max(largest, logits[first + k]);
    }
    var sum = 0.0;
    for (var k = 0u; k < CLASSES; k++) {
      sum += exp(logits[first + k] - largest);
    }
    for (var k = 0u; k < CLASSES; k++) {
      let t = select(0.0, 1.0, label[image] == f32(k));
      let p = exp(logits[first + k] - largest) / sum;
      total += t * share * (log(sum) - (logits[first + k] - largest));
      d_logits[first + k] = FACTOR * share * (p - t);
    }
  }
  loss[0] = total;
}
