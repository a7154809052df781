// out[n,o,y,x] = start(o) + sum over i,ky,kx of weight[o,i,ky,kx] x[n,i,y*STRIDE+ky-ROW_PADDING,x*STRIDE+kx-COLUMN_PADDING] as the
// matrix product of an image z: weights [ROWS = O, INNER = I kh kw] by gathered neighbourhoods [INNER, COLUMNS = pixels]. No
// neighbourhood is stored. A position outside the map wraps round to a number beyond its size.

override ROWS: u32;
override COLUMNS: u32;
override INNER: u32;
override KERNEL_HEIGHT: u32;
override KERNEL_WIDTH: u32;
override STRIDE: u32;
override ROW_PADDING: u32;
override COLUMN_PADDING: u32;
override HEIGHT: u32;
override WIDTH: u32;
override OUT_WIDTH: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

fn range_of(z: u32) -> vec2<u32> {
  return vec2(0, INNER);
}

fn weights_at(rows: vec4<u32>, inner: u32, end: u32) -> vec4<f32> {
  let at = rows + min(inner, end - 1);
  let values = vec4(weight[at.x], weight[at.y], weight[at.z], weight[at.w]);
  return select(vec4<f32>(), values, inner < end);
}

fn left_block(z: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  let rows = min(vec4(outer) + vec4(0, 1, 2, 3), vec4(ROWS - 1)) * INNER;
  return mat4x4<f32>(
    weights_at(rows, inner, end),
    weights_at(rows, inner + 1, end),
    weights_at(rows, inner + 2, end),
    weights_at(rows, inner + 3, end),
  );
}

fn neighbours_at(z: u32, pixels: vec4<u32>, inner: u32, end: u32) -> vec4<f32> {
  let place = min(inner, end - 1);
  let tap_row = place / KERNEL_WIDTH;
  let channel = tap_row / KERNEL_HEIGHT;
  let row = pixels / OUT_WIDTH * STRIDE + (tap_row % KERNEL_HEIGHT - ROW_PADDING);
  let column = pixels % OUT_WIDTH * STRIDE + (place % KERNEL_WIDTH - COLUMN_PADDING);
  let plane = (z * (INNER / (KERNEL_HEIGHT * KERNEL_WIDTH)) + channel) * HEIGHT * WIDTH;
  let at = plane + min(row, vec4(HEIGHT - 1)) * WIDTH + min(column, vec4(WIDTH - 1));
  let is_inside = (row < vec4(HEIGHT)) & (column < vec4(WIDTH)) & vec4(inner < end);
  return select(vec4<f32>(), vec4(x[at.x], x[at.y], x[at.z], x[at.w]), is_inside);
}

fn right_block(z: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  let pixels = min(vec4(outer) + vec4(0, 1, 2, 3), vec4(COLUMNS - 1));
  return mat4x4<f32>(
    neighbours_at(z, pixels, inner, end),
    neighbours_at(z, pixels, inner + 1, end),
    neighbours_at(z, pixels, inner + 2, end),
    neighbours_at(z, pixels, inner + 3, end),
  );
}

fn store(z: u32, row: u32, column: u32, value: f32) {
  if (row < ROWS && column < COLUMNS) { out[(z * ROWS + row) * COLUMNS + column] = value; }
}
