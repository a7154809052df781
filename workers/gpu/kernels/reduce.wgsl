// Sums (FUNCTION 0), maxima (1) or sums of squares (2) over some axes of x, times SCALE. An output o of OUTPUTS begins at the offset that its position
// along at most three kept axes has, and has LENGTH elements at the positions along at most three reduced ones.
// Result z of the chunk z of CHUNK elements: out[z OUTPUTS + o], so that long sums are made by many workgroups and summed again.
// A workgroup of X by Y invocations owns X neighbouring outputs; Y invocations share one, each every Y-th element; then a tree
// of fixed order. Barriers: one before each level of the tree, none where an output has an invocation for itself.

override X: u32;
override Y: u32;
override OUTPUTS: u32;
override LENGTH: u32;
override CHUNK: u32;
override FUNCTION: u32;
override SCALE: f32 = 1;
override KEPT_SIZE_1: u32 = 1;
override KEPT_SIZE_2: u32 = 1;
override KEPT_0: u32 = 0;
override KEPT_1: u32 = 0;
override KEPT_2: u32 = 0;
override REDUCED_SIZE_1: u32 = 1;
override REDUCED_SIZE_2: u32 = 1;
override REDUCED_0: u32 = 0;
override REDUCED_1: u32 = 0;
override REDUCED_2: u32 = 0;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

var<workgroup> partial: array<f32, 256>;

fn kept_offset(index: u32) -> u32 {
  let row = index / KEPT_SIZE_2;
  return row / KEPT_SIZE_1 * KEPT_0 + row % KEPT_SIZE_1 * KEPT_1 + index % KEPT_SIZE_2 * KEPT_2;
}

fn reduced_offset(index: u32) -> u32 {
  let row = index / REDUCED_SIZE_2;
  return row / REDUCED_SIZE_1 * REDUCED_0 + row % REDUCED_SIZE_1 * REDUCED_1 + index % REDUCED_SIZE_2 * REDUCED_2;
}

fn is_nan(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffff) > 0x7f800000;
}

fn combine(a: f32, b: f32) -> f32 {
  if (FUNCTION != 1) {
    return a + b;
  }
  // NaN must not get lost.
  return select(b, a, a > b || is_nan(a));
}

@compute @workgroup_size(X, Y)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_id) lane: vec3<u32>,
) {
  let output = (group.x + group.y * groups.x) * X + lane.x;
  // Beyond the last output the last one is made again and not written: all lanes must reach the barriers.
  let base = kept_offset(min(output, OUTPUTS - 1));
  let first = group.z * CHUNK;
  let end = min(first + CHUNK, LENGTH);
  // The maximum of no element: any element of the chunk.
  var total = select(0.0, x[base + reduced_offset(first)], FUNCTION == 1);
  for (var at = first + lane.y; at < end; at += Y) {
    let value = x[base + reduced_offset(at)];
    total = combine(total, select(value, value * value, FUNCTION == 2));
  }
  if (Y > 1) {
    let slot = lane.y * X + lane.x;
    partial[slot] = total;
    for (var half = Y / 2; half > 0; half /= 2) {
      workgroupBarrier();
      if (lane.y < half) {
        partial[slot] = combine(partial[slot], partial[slot + half * X]);
      }
    }
    total = partial[slot];
  }
  if (lane.y == 0 && output < OUTPUTS) {
    out[group.z * OUTPUTS + output] = SCALE * total;
  }
}
