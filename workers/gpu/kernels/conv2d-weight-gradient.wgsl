// dWeight[o,i,ky,kx] = sum over n,y,x of dOut[n,o,y,x] x[n,i,y*STRIDE+ky-ROW_PADDING,x*STRIDE+kx-COLUMN_PADDING] as a matrix product:
// dOut [ROWS = O, INNER = pixels of all images] by gathered neighbourhoods [INNER, COLUMNS = I kh kw]. Part z of PART pixels is
// written to out[z]. A position outside the map wraps round to a number beyond its size.

override ROWS: u32;
override COLUMNS: u32;
override INNER: u32;
override PART: u32;
override KERNEL_HEIGHT: u32;
override KERNEL_WIDTH: u32;
override STRIDE: u32;
override ROW_PADDING: u32;
override COLUMN_PADDING: u32;
override HEIGHT: u32;
override WIDTH: u32;
override OUT_HEIGHT: u32;
override OUT_WIDTH: u32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

fn range_of(z: u32) -> vec2<u32> {
  return vec2(z * PART, min((z + 1) * PART, INNER));
}

fn gradients_at(rows: vec4<u32>, inner: u32, end: u32) -> vec4<f32> {
  let place = min(inner, end - 1);
  let pixels = OUT_HEIGHT * OUT_WIDTH;
  let at = (place / pixels * ROWS + rows) * pixels + place % pixels;
  return select(vec4<f32>(), vec4(d_out[at.x], d_out[at.y], d_out[at.z], d_out[at.w]), inner < end);
}

fn left_block(z: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  let rows = min(vec4(outer) + vec4(0, 1, 2, 3), vec4(ROWS - 1));
  return mat4x4<f32>(
    gradients_at(rows, inner, end),
    gradients_at(rows, inner + 1, end),
    gradients_at(rows, inner + 2, end),
    gradients_at(rows, inner + 3, end),
  );
}

fn neighbours_at(taps: vec4<u32>, inner: u32, end: u32) -> vec4<f32> {
  let place = min(inner, end - 1);
  let out_row = place / OUT_WIDTH;
  let tap_rows = taps / KERNEL_WIDTH;
  let row = out_row % OUT_HEIGHT * STRIDE + tap_rows % KERNEL_HEIGHT - ROW_PADDING;
  let column = place % OUT_WIDTH * STRIDE + taps % KERNEL_WIDTH - COLUMN_PADDING;
  let channel = out_row / OUT_HEIGHT * (COLUMNS / (KERNEL_HEIGHT * KERNEL_WIDTH)) + tap_rows / KERNEL_HEIGHT;
  let at = (channel * HEIGHT + min(row, vec4(HEIGHT - 1))) * WIDTH + min(column, vec4(WIDTH - 1));
  let is_inside = (row < vec4(HEIGHT)) & (column < vec4(WIDTH)) & vec4(inner < end);
  return select(vec4<f32>(), vec4(x[at.x], x[at.y], x[at.z], x[at.w]), is_inside);
}

fn right_block(z: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  let taps = min(vec4(outer) + vec4(0, 1, 2, 3), vec4(COLUMNS - 1));
  return mat4x4<f32>(
    neighbours_at(taps, inner, end),
    neighbours_at(taps, inner + 1, end),
    neighbours_at(taps, inner + 2, end),
    neighbours_at(taps, inner + 3, end),
  );
}

fn store(z: u32, row: u32, column: u32, value: f32) {
  if (row < ROWS && column < COLUMNS) { out[(z * ROWS + row) * COLUMNS + column] = value; }
}
