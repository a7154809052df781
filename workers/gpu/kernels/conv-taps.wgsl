// What convolutions and the gradients of their inputs share: a product [ROWS,COLUMNS] is the sum over taps and channels of a weight
// times what a column sees at the tap.

override ROWS: u32;
override COLUMNS: u32;
override CHANNELS: u32;
// Elements of a channel of the map that columns see.
override PLANE: u32;

@group(0) @binding(0) var<storage, read> map: array<f32>;

// Where four columns lie in the first channel at a tap, and which of them lie inside the map.
struct Seen {
  at: vec4<u32>,
  isInside: vec4<bool>,
}

// The element of a column that is no place of the result.
const NOWHERE = 0xffffffffu;

fn four_columns(first: u32) -> vec4<u32> {
  return min(vec4(first) + vec4(0, 1, 2, 3), vec4(COLUMNS - 1));
}

fn load_seen(at: vec4<u32>, isInside: vec4<bool>) -> vec4<f32> {
  return select(vec4<f32>(), vec4(map[at.x], map[at.y], map[at.z], map[at.w]), isInside);
}
