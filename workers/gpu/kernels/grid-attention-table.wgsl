// Which row of a table makes which relative term of a query. The tables are rows [2h-1,D] and columns [2w-1,D] of relative
// positions, and the k of padding [H,D], which makes one more term of every query: its score with a position beyond the grid
// before the relative positions. relative [N,H,h,w,ROW_LENGTH] holds LENGTH terms of a table from START on.
override HEADS: u32;
// Quads of a head.
override QUADS: u32;
override GRID_HEIGHT: u32;
override GRID_WIDTH: u32;
override WINDOW_HEIGHT: u32;
override WINDOW_WIDTH: u32;
override ROW_LENGTH: u32;
override START: u32;
override LENGTH: u32;
// The table: 0 for rows, 1 for columns, 2 for padding.
override AXIS: u32;
// What a product is multiplied by: 1, or 1 / sqrt(head width) for padding.
override FACTOR: f32;
override COUNT: u32;

override QUERIES: u32 = GRID_HEIGHT * GRID_WIDTH;

// A query by its index in [N,H,h,w].
struct Query {
  image: u32,
  head: u32,
  token: u32,
  // Row or column within its window.
  position: u32,
}

fn query_of(index: u32) -> Query {
  let token = index % QUERIES;
  let position = select(token % GRID_WIDTH % WINDOW_WIDTH, token / GRID_WIDTH % WINDOW_HEIGHT, AXIS == 0);
  return Query(index / (QUERIES * HEADS), index / QUERIES % HEADS, token, position);
}

// The table's row that makes a query's term `term`.
fn table_row(query: Query, term: u32) -> u32 {
  return select(query.position + LENGTH - 1 - term, query.head, AXIS == 2);
}
