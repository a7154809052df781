// out[n,o,y,x] = start(o) + sum over ky,kx and i of weight[o,i,ky,kx] x[n,i,y*STRIDE+ky-ROW_PADDING,x*STRIDE+kx-COLUMN_PADDING] as a
// product of an image z: the weights [ROWS = O, CHANNELS = I] of each tap (ky,kx) by what the COLUMNS = pixels see at it. No
// neighbourhood is stored. A position outside the map wraps round to a number beyond its size.

override KERNEL_HEIGHT: u32;
override KERNEL_WIDTH: u32;
override STRIDE: u32;
override ROW_PADDING: u32;
override COLUMN_PADDING: u32;
override HEIGHT: u32;
override WIDTH: u32;
override OUT_WIDTH: u32;

fn taps_of(z: u32) -> vec2<u32> {
  return vec2(KERNEL_HEIGHT, KERNEL_WIDTH);
}

fn kernel_tap_of(z: u32, tap: vec2<u32>) -> u32 {
  return tap.x * KERNEL_WIDTH + tap.y;
}

fn seen_at(z: u32, tap: vec2<u32>, pixels: vec4<u32>) -> Seen {
  let row = pixels / OUT_WIDTH * STRIDE + (tap.x - ROW_PADDING);
  let column = pixels % OUT_WIDTH * STRIDE + (tap.y - COLUMN_PADDING);
  return Seen(
    z * CHANNELS * PLANE + min(row, vec4(HEIGHT - 1)) * WIDTH + min(column, vec4(WIDTH - 1)),
    (row < vec4(HEIGHT)) & (column < vec4(WIDTH)),
  );
}

fn element_of(z: u32, row: u32, column: u32) -> u32 {
  return (z * ROWS + row) * COLUMNS + column;
}
