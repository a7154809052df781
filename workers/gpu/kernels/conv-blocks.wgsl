// The factors of a convolution as one matrix product over INNER = channels by taps, for workgroups that load tiles together.

// Elements of the weight between neighbouring rows and channels; taps are neighbours.
override ROW_STRIDE: u32;
override CHANNEL_STRIDE: u32;

@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

fn range_of(z: u32) -> vec2<u32> {
  let taps = taps_of(z);
  return vec2(0, CHANNELS * taps.x * taps.y);
}

fn channel_of(z: u32, inner: u32) -> u32 {
  let taps = taps_of(z);
  return inner / (taps.x * taps.y);
}

fn tap_of(z: u32, inner: u32) -> vec2<u32> {
  let taps = taps_of(z);
  return vec2(inner / taps.y % taps.x, inner % taps.y);
}

fn weights_at(z: u32, rows: vec4<u32>, inner: u32, end: u32) -> vec4<f32> {
  let place = min(inner, end - 1);
  let at = rows * ROW_STRIDE + (channel_of(z, place) * CHANNEL_STRIDE + kernel_tap_of(z, tap_of(z, place)));
  let values = vec4(weight[at.x], weight[at.y], weight[at.z], weight[at.w]);
  return select(vec4<f32>(), values, inner < end);
}

fn left_block(z: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  let rows = min(vec4(outer) + vec4(0, 1, 2, 3), vec4(ROWS - 1));
  return mat4x4<f32>(
    weights_at(z, rows, inner, end),
    weights_at(z, rows, inner + 1, end),
    weights_at(z, rows, inner + 2, end),
    weights_at(z, rows, inner + 3, end),
  );
}

fn neighbours_at(z: u32, columns: vec4<u32>, inner: u32, end: u32) -> vec4<f32> {
  let place = min(inner, end - 1);
  let seen = seen_at(z, tap_of(z, place), columns);
  return load_seen(seen.at + channel_of(z, place) * PLANE, seen.isInside & vec4(inner < end));
}

fn right_block(z: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  let columns = four_columns(outer);
  return mat4x4<f32>(
    neighbours_at(z, columns, inner, end),
    neighbours_at(z, columns, inner + 1, end),
    neighbours_at(z, columns, inner + 2, end),
    neighbours_at(z, columns, inner + 3, end),
  );
}

fn store(z: u32, row: u32, column: u32, value: f32) {
  let at = element_of(z, row, min(column, COLUMNS - 1));
  if (row < ROWS && column < COLUMNS && at != NOWHERE) { out[at] = value; }
}
