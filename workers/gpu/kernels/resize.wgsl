// Bilinear resize, one output an invocation. Follows resize-centres.wgsl.

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
  let row = row_source(out_row % OUT_HEIGHT);
  let column = column_source(index % OUT_WIDTH);
  let y = u32(row / ROW_UNIT);
  let left = u32(column / COLUMN_UNIT);
  let right = min(left + 1, WIDTH - 1);
  let down = f32(row % ROW_UNIT) / f32(ROW_UNIT);
  let across = f32(column % COLUMN_UNIT) / f32(COLUMN_UNIT);
  let plane = out_row / OUT_HEIGHT * HEIGHT;
  let top = (plane + y) * WIDTH;
  let bottom = (plane + min(y + 1, HEIGHT - 1)) * WIDTH;
  let upper = x[top + left] * (1 - across) + x[top + right] * across;
  let lower = x[bottom + left] * (1 - across) + x[bottom + right] * across;
  out[index] = upper * (1 - down) + lower * down;
}
