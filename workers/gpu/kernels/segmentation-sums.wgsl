// Over the pixels of one chunk of one class of one image: sum of p t, of p^2, of t and of -t log p; the class and the chunk
// are the workgroup's, out[((image K + k) CHUNKS + chunk) 4 + which]. `softmax` is that of segmentation-softmax.wgsl.
// 64 lanes, each every 64th pixel, then a tree of fixed order. Barriers: one before each level of it.

override MAPS: u32;
override CLASSES: u32;
override PIXELS: u32;
override CHUNK: u32;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> label: array<f32>;
@group(0) @binding(2) var<storage, read> softmax: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

var<workgroup> partial: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let map = group.x + group.y * groups.x;
  let image = min(map, MAPS - 1) / CLASSES;
  let k = f32(map % CLASSES);
  let end = min((group.z + 1) * CHUNK, PIXELS);
  var sums = vec4<f32>();
  for (var pixel = group.z * CHUNK + lane; pixel < end; pixel += 64) {
    let at = image * PIXELS + pixel;
    let log_p = (logits[min(map, MAPS - 1) * PIXELS + pixel] - softmax[2 * at]) - softmax[2 * at + 1];
    let p = exp(log_p);
    if (label[at] == k) {
      sums += vec4(p, p * p, 1, -log_p);
    } else {
      sums.y += p * p;
    }
  }
  partial[lane] = sums;
  for (var half = 32u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
  }
  if (lane == 0 && map < MAPS) {
    let at = (map * groups.z + group.z) * 4;
    out[at] = partial[0].x;
    out[at + 1] = partial[0].y;
    out[at + 2] = partial[0].z;
    out[at + 3] = partial[0].w;
  }
}
