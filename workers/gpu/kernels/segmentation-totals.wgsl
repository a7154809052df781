// Adds the chunks of segmentation-sums.wgsl: sums [N,3,K], and cross_entropy [N] as a mean over the pixels. One of the four
// columns of one class an invocation; the first class of an image adds the others' cross-entropy.

override MAPS: u32;
override CLASSES: u32;
override PIXELS: u32;
override CHUNKS: u32;

@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> cross_entropy: array<f32>;

fn total(first_map: u32, maps: u32, which: u32) -> f32 {
  var sum = 0.0;
  for (var at = first_map * CHUNKS; at < (first_map + maps) * CHUNKS; at++) {
    sum += partial[at * 4 + which];
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let map = id.x / 4;
  let which = id.x % 4;
  if (map >= MAPS) {
    return;
  }
  let image = map / CLASSES;
  let k = map % CLASSES;
  if (which < 3) {
    sums[(image * 3 + which) * CLASSES + k] = total(map, 1, which);
  } else if (k == 0) {
    cross_entropy[image] = total(map, CLASSES, 3) / f32(PIXELS);
  }
}
