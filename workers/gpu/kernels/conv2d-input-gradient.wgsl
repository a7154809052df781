// dx[n,i,Y,X] = start(i) + sum over o,ky,kx of dOut[n,o,y,x] weight[o,i,ky,kx] where Y = y*STRIDE+ky-ROW_PADDING, X likewise: also a
// transposed convolution. The places of dx fall into STRIDE^2 phases by which taps reach them, ky = phase_y + STRIDE ty; each
// phase of an image, z = n STRIDE^2 + phase, is a matrix product that multiplies no zero between strides: weights [ROWS = I,
// INNER = O TAP_ROWS TAP_COLUMNS] by gathered dOut [INNER, COLUMNS = PHASE_HEIGHT PHASE_WIDTH], column (u,v) being
// Y = u STRIDE + phase_y - ROW_PADDING, and y = u - ty. A position outside a map wraps round to a number beyond its size.

override ROWS: u32;
override COLUMNS: u32;
override INNER: u32;
override TAP_ROWS: u32;
override TAP_COLUMNS: u32;
override PHASE_WIDTH: u32;
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
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> d_x: array<f32>;

fn phase_of(z: u32) -> vec2<u32> {
  return vec2(z / STRIDE % STRIDE, z % STRIDE);
}

// A stride longer than the kernel leaves phases that nothing reaches.
fn range_of(z: u32) -> vec2<u32> {
  let phase = phase_of(z);
  return vec2(0, select(0, INNER, phase.x < KERNEL_HEIGHT && phase.y < KERNEL_WIDTH));
}

fn weights_at(z: u32, rows: vec4<u32>, inner: u32, end: u32) -> vec4<f32> {
  let place = min(inner, end - 1);
  let tap_row = place / TAP_COLUMNS;
  let tap = phase_of(z) + STRIDE * vec2(tap_row % TAP_ROWS, place % TAP_COLUMNS);
  let is_inside = inner < end && tap.x < KERNEL_HEIGHT && tap.y < KERNEL_WIDTH;
  let offset = min(tap.x, KERNEL_HEIGHT - 1) * KERNEL_WIDTH + min(tap.y, KERNEL_WIDTH - 1);
  let at = (tap_row / TAP_ROWS * ROWS + rows) * (KERNEL_HEIGHT * KERNEL_WIDTH) + offset;
  let values = vec4(weight[at.x], weight[at.y], weight[at.z], weight[at.w]);
  return select(vec4<f32>(), values, is_inside);
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

fn neighbours_at(z: u32, places: vec4<u32>, inner: u32, end: u32) -> vec4<f32> {
  let place = min(inner, end - 1);
  let tap_row = place / TAP_COLUMNS;
  let row = places / PHASE_WIDTH - tap_row % TAP_ROWS;
  let column = places % PHASE_WIDTH - place % TAP_COLUMNS;
  let image = z / (STRIDE * STRIDE);
  let plane = (image * (INNER / (TAP_ROWS * TAP_COLUMNS)) + tap_row / TAP_ROWS) * OUT_HEIGHT * OUT_WIDTH;
  let at = plane + min(row, vec4(OUT_HEIGHT - 1)) * OUT_WIDTH + min(column, vec4(OUT_WIDTH - 1));
  let is_inside = (row < vec4(OUT_HEIGHT)) & (column < vec4(OUT_WIDTH)) & vec4(inner < end);
  return select(vec4<f32>(), vec4(d_out[at.x], d_out[at.y], d_out[at.z], d_out[at.w]), is_inside);
}

fn right_block(z: u32, outer: u32, inner: u32, end: u32) -> mat4x4<f32> {
  let places = min(vec4(outer) + vec4(0, 1, 2, 3), vec4(COLUMNS - 1));
  return mat4x4<f32>(
    neighbours_at(z, places, inner, end),
    neighbours_at(z, places, inner + 1, end),
    neighbours_at(z, places, inner + 2, end),
    neighbours_at(z, places, inner + 3, end),
  );
}

fn store(z: u32, row: u32, column: u32, value: f32) {
  let phase = phase_of(z);
  let y = column / PHASE_WIDTH * STRIDE + phase.x - ROW_PADDING;
  let x = column % PHASE_WIDTH * STRIDE + phase.y - COLUMN_PADDING;
  if (row < ROWS && column < COLUMNS && y < HEIGHT && x < WIDTH) {
    d_x[((z / (STRIDE * STRIDE) * ROWS + row) * HEIGHT + y) * WIDTH + x] = value;
  }
}
