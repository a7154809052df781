// Zeros around a map. One output an invocation; a position outside the map wraps round to a number beyond its size.

override COUNT: u32;
override HEIGHT: u32;
override WIDTH: u32;
override OUT_HEIGHT: u32;
override OUT_WIDTH: u32;
override ROWS_BEFORE: u32;
override COLUMNS_BEFORE: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

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
  let row = out_row % OUT_HEIGHT - ROWS_BEFORE;
  let column = index % OUT_WIDTH - COLUMNS_BEFORE;
  let at = (out_row / OUT_HEIGHT * HEIGHT + min(row, HEIGHT - 1)) * WIDTH + min(column, WIDTH - 1);
  out[index] = select(0.0, x[at], row < HEIGHT && column < WIDTH);
}
