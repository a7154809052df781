// dx = sum over the windows that an element lies in of dOut, divided as the mean was. A gather, so that nothing is added to twice
// at once: one element of the map an invocation. Follows pool-windows.wgsl.

override COUNT_PADDING: u32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> d_x: array<f32>;

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
  let plane = row / HEIGHT * OUT_HEIGHT * OUT_WIDTH;
  var sum = 0.0;
  for (var y = down.x; y < down.y; y++) {
    let rows = window_of(y, HEIGHT);
    for (var x = across.x; x < across.y; x++) {
      let columns = window_of(x, WIDTH);
      let inside = (rows.y - rows.x) * (columns.y - columns.x);
      sum += d_out[plane + y * OUT_WIDTH + x] / f32(select(inside, SIZE * SIZE, COUNT_PADDING == 1));
    }
  }
  d_x[index] = sum;
}
