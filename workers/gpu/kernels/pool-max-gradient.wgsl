// dx = sum of dOut over the windows of which an element is the first largest, in row-major order. A gather that finds the largest
// of each window again: one element of the map an invocation. Follows pool-windows.wgsl.

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> d_x: array<f32>;

// Index of the first largest element of a window.
fn largest_of(plane: u32, rows: vec2<u32>, columns: vec2<u32>) -> u32 {
  var best = plane + rows.x * WIDTH + columns.x;
  var value = x[best];
  for (var row = rows.x; row < rows.y; row++) {
    for (var column = columns.x; column < columns.y; column++) {
      let at = plane + row * WIDTH + column;
      if (x[at] > value) {
        best = at;
        value = x[at];
      }
    }
  }
  return best;
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
  let row = index / WIDTH;
  let down = windows_over(row % HEIGHT, OUT_HEIGHT);
  let across = windows_over(index % WIDTH, OUT_WIDTH);
  let plane = row / HEIGHT;
  var sum = 0.0;
  for (var v = down.x; v < down.y; v++) {
    let rows = window_of(v, HEIGHT);
    for (var u = across.x; u < across.y; u++) {
      if (largest_of(plane * HEIGHT * WIDTH, rows, window_of(u, WIDTH)) == index) {
        sum += d_out[(plane * OUT_HEIGHT + v) * OUT_WIDTH + u];
      }
    }
  }
  d_x[index] = sum;
}
