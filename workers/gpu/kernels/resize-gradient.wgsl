// dx = sum of dOut over the targets that were blended from an element, with its weight in each: 1 - |source - element|. A gather,
// one element of the source an invocation. Follows resize-centres.wgsl.

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read_write> d_x: array<f32>;

// First target whose source lies beyond at - 1, and the one behind the last whose source lies before at + 1. Targets before
// the first and behind the last source are clamped to them.
fn targets_of(at: i32, length: i32, targets: i32, step: i32, start: i32, unit: i32) -> vec2<i32> {
  let first = max((at - 1) * unit - start + step, 0) / step;
  let end = max((at + 1) * unit - start + step - 1, 0) / step;
  return vec2(select(first, 0, at == 0), select(min(end, targets), targets, at == length - 1));
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
  let in_row = index / WIDTH;
  let y = i32(in_row % HEIGHT);
  let x = i32(index % WIDTH);
  let rows = targets_of(y, i32(HEIGHT), i32(OUT_HEIGHT), ROW_STEP, ROW_START, ROW_UNIT);
  let columns = targets_of(x, i32(WIDTH), i32(OUT_WIDTH), COLUMN_STEP, COLUMN_START, COLUMN_UNIT);
  let plane = in_row / HEIGHT * OUT_HEIGHT;
  var sum = 0.0;
  for (var row = rows.x; row < rows.y; row++) {
    let at = (plane + u32(row)) * OUT_WIDTH;
    var of_row = 0.0;
    for (var column = columns.x; column < columns.y; column++) {
      let away = abs(column_source(u32(column)) - x * COLUMN_UNIT);
      of_row += d_out[at + u32(column)] * (f32(max(COLUMN_UNIT - away, 0)) / f32(COLUMN_UNIT));
    }
    sum += of_row * (f32(max(ROW_UNIT - abs(row_source(u32(row)) - y * ROW_UNIT), 0)) / f32(ROW_UNIT));
  }
  d_x[index] = sum;
}
