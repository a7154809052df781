// Gradient of a maximum: d_out at the first of the largest elements that an output is over, in row-major order; 0 elsewhere.
// Positions as in reduce.wgsl. A workgroup of 64 owns one of OUTPUTS, each lane every 64th of its LENGTH elements.
// Barriers: one before each level of the tree that finds the element, one after it.

override OUTPUTS: u32;
override LENGTH: u32;
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

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

var<workgroup> values: array<f32, 64>;
var<workgroup> places: array<u32, 64>;

fn kept_offset(index: u32) -> u32 {
  let row = index / KEPT_SIZE_2;
  return row / KEPT_SIZE_1 * KEPT_0 + row % KEPT_SIZE_1 * KEPT_1 + index % KEPT_SIZE_2 * KEPT_2;
}

fn reduced_offset(index: u32) -> u32 {
  let row = index / REDUCED_SIZE_2;
  return row / REDUCED_SIZE_1 * REDUCED_0 + row % REDUCED_SIZE_1 * REDUCED_1 + index % REDUCED_SIZE_2 * REDUCED_2;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let output = group.x + group.y * groups.x;
  let base = kept_offset(min(output, OUTPUTS - 1));
  var place = 0u;
  var best = x[base];
  for (var at = lane; at < LENGTH; at += 64) {
    let value = x[base + reduced_offset(at)];
    if (value > best) {
      best = value;
      place = at;
    }
  }
  values[lane] = best;
  places[lane] = place;
  for (var half = 32u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      let value = values[lane + half];
      let other = places[lane + half];
      if (value > values[lane] || (value == values[lane] && other < places[lane])) {
        values[lane] = value;
        places[lane] = other;
      }
    }
  }
  workgroupBarrier();
  if (output < OUTPUTS) {
    for (var at = lane; at < LENGTH; at += 64) {
      out[base + reduced_offset(at)] = select(0.0, d_out[output], at == places[0]);
    }
  }
}
