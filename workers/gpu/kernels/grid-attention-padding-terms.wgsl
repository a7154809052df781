// The positions of a query's window that lie beyond the grid. Each is a key whose score is the term of padding and those of
// its row and column; all share one v. relative [N,H,h,w,ROW_LENGTH] ends with the term of padding.
override HEADS: u32;
// Quads of a head.
override QUADS: u32;
override GRID_HEIGHT: u32;
override GRID_WIDTH: u32;
override WINDOW: u32;
override COUNT: u32;

override QUERIES: u32 = GRID_HEIGHT * GRID_WIDTH;
override ROW_LENGTH: u32 = 2 * WINDOW + 1;

// Rows and columns of the window of a token that lie within the grid.
fn inside(token: u32) -> vec2<u32> {
  let y = token / GRID_WIDTH;
  let x = token % GRID_WIDTH;
  return min(vec2<u32>(WINDOW), vec2<u32>(GRID_HEIGHT - (y - y % WINDOW), GRID_WIDTH - (x - x % WINDOW)));
}

// The first column of a row that lies beyond the grid.
fn first_beyond(row: u32, inside: vec2<u32>) -> u32 {
  return select(0u, inside.y, row < inside.x);
}

// Quad of a query's head in a tensor [N,h,w,C].
fn head_at(index: u32) -> u32 {
  let image = index / (QUERIES * HEADS);
  return ((image * QUERIES + index % QUERIES) * HEADS + index / QUERIES % HEADS) * QUADS;
}

// Quad of a query's head in the v of padding [3C].
fn padding_value_at(index: u32) -> u32 {
  return (2 * HEADS + index / QUERIES % HEADS) * QUADS;
}
