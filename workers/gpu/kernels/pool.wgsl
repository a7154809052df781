// Mean (IS_MAX 0) or maximum (1) over the elements of a SIZE x SIZE window that lie inside the map. One output an invocation.

override COUNT: u32;
override IS_MAX: u32;
override COUNT_PADDING: u32 = 0;
override SIZE: u32;
override STRIDE: u32;
override PADDING: u32;
override HEIGHT: u32;
override WIDTH: u32;
override OUT_HEIGHT: u32;
override OUT_WIDTH: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

fn is_nan(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffff) > 0x7f800000;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * 64 + lane;
  if (index >= COUNT) {
    return;
  }
  let out_row = index / OUT_WIDTH;
  let top = out_row % OUT_HEIGHT * STRIDE;
  let left = index % OUT_WIDTH * STRIDE;
  // Rows and columns of the padded map; the window's first element inside the map starts the maximum.
  let rows = vec2(max(top, PADDING), min(top + SIZE, HEIGHT + PADDING)) - PADDING;
  let columns = vec2(max(left, PADDING), min(left + SIZE, WIDTH + PADDING)) - PADDING;
  let plane = out_row / OUT_HEIGHT * HEIGHT * WIDTH;
  var sum = 0.0;
  var largest = x[plane + rows.x * WIDTH + columns.x];
  for (var row = rows.x; row < rows.y; row++) {
    for (var column = columns.x; column < columns.y; column++) {
      let value = x[plane + row * WIDTH + column];
      sum += value;
      // NaN must not get lost.
      largest = select(largest, value, value > largest || is_nan(value));
    }
  }
  let inside = (rows.y - rows.x) * (columns.y - columns.x);
  let mean = sum / f32(select(inside, SIZE * SIZE, COUNT_PADDING == 1));
  out[index] = select(mean, largest, IS_MAX == 1);
}
