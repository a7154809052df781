// The derivatives of a query's relative terms: of each row of its window the sum of dS over the row's keys, of each column
// likewise. d_relative [N,H,h,w,ROW_LENGTH] as `relative`. Half the workgroup's invocations sum rows of one of its 32
// queries each, the other half columns: no element has two writers.
@group(0) @binding(6) var<storage, read_write> d_relative: array<f32>;

fn clear_relative(span: Span, first: u32, lane: u32) {
  let index = first + lane % BLOCK;
  if (index >= span.query_count) { return; }
  let at = relative_at(span, query_token(span, index));
  let begin = select(0u, WINDOW_HEIGHT, lane >= BLOCK);
  let end = select(WINDOW_HEIGHT, ROW_LENGTH, lane >= BLOCK);
  for (var position = begin; position < end; position++) { d_relative[at + position] = 0; }
}

fn add_relative(span: Span, first: u32, count: u32, lane: u32) {
  let query = lane % BLOCK;
  if (first + query >= span.query_count) { return; }
  let at = relative_at(span, query_token(span, first + query));
  for (var key = 0u; key < count; key++) {
    let token = tile_keys[key / 4][key % 4];
    let row = token / GRID_WIDTH % WINDOW_HEIGHT;
    let column = WINDOW_HEIGHT + token % GRID_WIDTH % WINDOW_WIDTH;
    d_relative[at + select(row, column, lane >= BLOCK)] += d_scores[key * 8 + query / 4][query % 4];
  }
}
