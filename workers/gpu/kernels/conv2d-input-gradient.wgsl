// dx[n,i,Y,X] = start(i) + sum over ky,kx and o of dOut[n,o,y,x] weight[o,i,ky,kx] where Y = y*STRIDE+ky-ROW_PADDING, X likewise: also
// a transposed convolution. The places of dx fall into STRIDE^2 phases by which taps reach them, ky = phase_y + STRIDE ty; each
// phase of an image, z = n STRIDE^2 + phase, is a product that multiplies no zero between strides: the weights [ROWS = I,
// CHANNELS = O] of each tap (ty,tx) by what the COLUMNS, places of dx, see of dOut at it. Column (j,i) of a phase is
// Y = (first + j) STRIDE + phase_y - ROW_PADDING, where the first is the least that is not above dx, and y = first + j - ty.
// A position outside a map wraps round to a number beyond its size.

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

fn phase_of(z: u32) -> vec2<u32> {
  return vec2(z / STRIDE % STRIDE, z % STRIDE);
}

fn first_of(phase: vec2<u32>) -> vec2<u32> {
  return (max(vec2(ROW_PADDING, COLUMN_PADDING), phase) - phase + STRIDE - 1) / STRIDE;
}

// A stride longer than the kernel leaves phases that nothing reaches.
fn taps_of(z: u32) -> vec2<u32> {
  let phase = phase_of(z);
  return (max(vec2(KERNEL_HEIGHT, KERNEL_WIDTH), phase) - phase + STRIDE - 1) / STRIDE;
}

fn kernel_tap_of(z: u32, tap: vec2<u32>) -> u32 {
  let place = phase_of(z) + STRIDE * tap;
  return place.x * KERNEL_WIDTH + place.y;
}

fn seen_at(z: u32, tap: vec2<u32>, places: vec4<u32>) -> Seen {
  let first = first_of(phase_of(z));
  let row = places / PHASE_WIDTH + (first.x - tap.x);
  let column = places % PHASE_WIDTH + (first.y - tap.y);
  return Seen(
    z / (STRIDE * STRIDE) * CHANNELS * PLANE + min(row, vec4(OUT_HEIGHT - 1)) * OUT_WIDTH + min(column, vec4(OUT_WIDTH - 1)),
    (row < vec4(OUT_HEIGHT)) & (column < vec4(OUT_WIDTH)),
  );
}

fn element_of(z: u32, row: u32, column: u32) -> u32 {
  let phase = phase_of(z);
  let first = first_of(phase);
  let y = (first.x + column / PHASE_WIDTH) * STRIDE + phase.x - ROW_PADDING;
  let x = (first.y + column % PHASE_WIDTH) * STRIDE + phase.y - COLUMN_PADDING;
  let at = ((z / (STRIDE * STRIDE) * ROWS + row) * HEIGHT + y) * WIDTH + x;
  return select(NOWHERE, at, y < HEIGHT && x < WIDTH);
}
