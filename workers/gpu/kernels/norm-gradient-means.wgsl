// means [2, MEANS]: what the gradient takes off, with e = dOut scale: of the planes that share a mean, the sum of e n, then of e,
// over the number of elements that the statistics are over. Mean m shares planes m FIRST + i STEP, i < PLANES. One mean an
// invocation. Follows a prelude of scale_of and one of is_included.

override MEANS: u32;
override FIRST: u32;
override PLANES: u32;
override STEP: u32;
override COUNT: u32;
override LENGTH: u32;
override PLANES_PER_IMAGE: u32;

const SCALE_BINDING = 2;
const WEIGHT_BINDING = 3;

@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> means: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * 64 + lane;
  if (index >= MEANS) {
    return;
  }
  var product = 0.0;
  var total = 0.0;
  var included = 0.0;
  for (var i = 0u; i < PLANES; i++) {
    let plane = index * FIRST + i * STEP;
    product += scale_of(plane) * sums[plane];
    total += scale_of(plane) * sums[COUNT + plane];
    included += select(0.0, 1.0, is_included(plane / PLANES_PER_IMAGE));
  }
  let count = max(included * f32(LENGTH), 1);
  means[index] = product / count;
  means[MEANS + index] = total / count;
}
