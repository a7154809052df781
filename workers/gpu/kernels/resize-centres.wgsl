// Source positions of a bilinear resize as whole numbers, which f32 would round: target t lies at (t STEP + START) / UNIT, clamped
// to the source; a prelude.

override COUNT: u32;
override HEIGHT: u32;
override WIDTH: u32;
override OUT_HEIGHT: u32;
override OUT_WIDTH: u32;
override ROW_STEP: i32;
override ROW_START: i32;
override ROW_UNIT: i32;
override COLUMN_STEP: i32;
override COLUMN_START: i32;
override COLUMN_UNIT: i32;

fn row_source(row: u32) -> i32 {
  return clamp(i32(row) * ROW_STEP + ROW_START, 0, (i32(HEIGHT) - 1) * ROW_UNIT);
}

fn column_source(column: u32) -> i32 {
  return clamp(i32(column) * COLUMN_STEP + COLUMN_START, 0, (i32(WIDTH) - 1) * COLUMN_UNIT);
}
