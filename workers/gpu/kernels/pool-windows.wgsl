// The windows of a pool that an element of the map lies in, and the part of a window inside the map; a prelude.

override COUNT: u32;
override SIZE: u32;
override STRIDE: u32;
override PADDING: u32;
override HEIGHT: u32;
override WIDTH: u32;
override OUT_HEIGHT: u32;
override OUT_WIDTH: u32;

// First window and the one behind the last that hold position `at` of an axis that has `windows`.
fn windows_over(at: u32, windows: u32) -> vec2<u32> {
  let padded = at + PADDING;
  let first = select(0, (padded - SIZE) / STRIDE + 1, padded >= SIZE);
  return vec2(first, min(padded / STRIDE + 1, windows));
}

// First position of a window inside an axis of `length`, and the one behind its last.
fn window_of(window: u32, length: u32) -> vec2<u32> {
  let start = window * STRIDE;
  return vec2(max(start, PADDING), min(start + SIZE, length + PADDING)) - PADDING;
}
