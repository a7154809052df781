// The derivatives of a query's relative terms: of each row of its window the sum of dS over the row's keys, of each column
// likewise. d_relative [N,H,h,w,ROW_LENGTH] as `relative`. The counterpart of grid-attention-relative-sums.wgsl where one invocation
// has all keys of a query.
@group(0) @binding(6) var<storage, read_write> d_relative: array<f32>;

fn clear_own_relative(span: Span, query: u32) {
  let at = relative_at(span, query);
  for (var position = 0u; position < ROW_LENGTH; position++) { d_relative[at + position] = 0; }
}

// What is 0 beyond the last key changes nothing.
fn add_own_relative(span: Span, query: u32, keys: vec4<u32>, d_scores: vec4<f32>) {
  let rows = relative_at(span, query) + keys / GRID_WIDTH % WINDOW_HEIGHT;
  let columns = relative_at(span, query) + WINDOW_HEIGHT + keys % GRID_WIDTH % WINDOW_WIDTH;
  d_relative[rows.x] += d_scores.x;
  d_relative[rows.y] += d_scores.y;
  d_relative[rows.z] += d_scores.z;
  d_relative[rows.w] += d_scores.w;
  d_relative[columns.x] += d_scores.x;
  d_relative[columns.y] += d_scores.y;
  d_relative[columns.z] += d_scores.z;
  d_relative[columns.w] += d_scores.w;
}
