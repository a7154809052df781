// The first element of x that is NaN or infinite, among the CHUNK elements of each workgroup: found[2 g] * 65536 + found[2 g + 1],
// both exact in f32 whatever the index; -1 and -1 where there is none. IS_LAST: x holds COUNT such pairs, of which the first
// that found something is given. Bits are looked at, for compilers may assume that no number is NaN.
// 64 lanes, each every 64th element, then a tree. Barriers: one before each level of it.

override COUNT: u32;
override CHUNK: u32;
override IS_LAST: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> found: array<f32>;

const NOWHERE = 0xffffffffu;

var<workgroup> places: array<u32, 64>;

fn is_found(index: u32) -> bool {
  if (IS_LAST == 1) {
    return x[2 * index] >= 0;
  }
  return (bitcast<u32>(x[index]) & 0x7f800000) == 0x7f800000;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let end = min((group.x + 1) * CHUNK, COUNT);
  var place = NOWHERE;
  for (var at = group.x * CHUNK + lane; at < end; at += 64) {
    if (is_found(at)) {
      place = min(place, at);
    }
  }
  places[lane] = place;
  for (var half = 32u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      places[lane] = min(places[lane], places[lane + half]);
    }
  }
  if (lane == 0) {
    let first = places[0];
    var pair = vec2<f32>(-1, -1);
    if (first != NOWHERE && IS_LAST == 1) {
      pair = vec2(x[2 * first], x[2 * first + 1]);
    } else if (first != NOWHERE) {
      pair = vec2(f32(first >> 16), f32(first & 0xffff));
    }
    found[2 * group.x] = pair.x;
    found[2 * group.x + 1] = pair.y;
  }
}
