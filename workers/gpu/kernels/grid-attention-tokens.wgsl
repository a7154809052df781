// Where the tokens of attention in a grid lie, and the relative terms of scores: the counterpart of attention-tokens.wgsl.
// qkv [N,h,w,3C] is bound twice, as q and as k and v. A span is one window cut off at the grid's end: padding is no token.
// relative [N,H,h,w,ROW_LENGTH]: for each query the terms of each row of its window, then of each column.
override HEADS: u32;
// Quads of a head.
override QUADS: u32;
override GRID_HEIGHT: u32;
override GRID_WIDTH: u32;
override WINDOW_HEIGHT: u32;
override WINDOW_WIDTH: u32;
override ROW_LENGTH: u32;
// 1 / sqrt(head width).
override SCALE: f32;

@group(0) @binding(0) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> kv: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> relative: array<f32>;

override QUERIES: u32 = GRID_HEIGHT * GRID_WIDTH;

// The queries and keys that see each other. Tokens are numbered within their image.
struct Span {
  image: u32,
  head: u32,
  query_count: u32,
  key_count: u32,
  top: u32,
  left: u32,
  width: u32,
}

fn span_of(group: vec3<u32>) -> Span {
  let across = (GRID_WIDTH + WINDOW_WIDTH - 1) / WINDOW_WIDTH;
  let top = group.y / across * WINDOW_HEIGHT;
  let left = group.y % across * WINDOW_WIDTH;
  let height = min(WINDOW_HEIGHT, GRID_HEIGHT - top);
  let width = min(WINDOW_WIDTH, GRID_WIDTH - left);
  return Span(group.z / HEADS, group.z % HEADS, height * width, height * width, top, left, width);
}

fn query_token(span: Span, index: u32) -> u32 {
  return (span.top + index / span.width) * GRID_WIDTH + span.left + index % span.width;
}

fn key_token(span: Span, index: u32) -> u32 {
  return query_token(span, index);
}

fn query_at(span: Span, token: u32) -> u32 {
  return ((span.image * QUERIES + token) * 3 * HEADS + span.head) * QUADS;
}

fn key_at(span: Span, token: u32) -> u32 {
  return query_at(span, token) + HEADS * QUADS;
}

fn value_at(span: Span, token: u32) -> u32 {
  return query_at(span, token) + 2 * HEADS * QUADS;
}

fn load_query(at: u32) -> vec4<f32> {
  return q[at];
}

fn load_key(at: u32) -> vec4<f32> {
  return kv[at];
}

fn load_value(at: u32) -> vec4<f32> {
  return kv[at];
}

// Where the relative terms of a query begin.
fn relative_at(span: Span, query: u32) -> u32 {
  return ((span.image * HEADS + span.head) * QUERIES + query) * ROW_LENGTH;
}

fn bias(span: Span, query: u32, keys: vec4<u32>) -> vec4<f32> {
  let rows = relative_at(span, query) + keys / GRID_WIDTH % WINDOW_HEIGHT;
  let columns = relative_at(span, query) + WINDOW_HEIGHT + keys % GRID_WIDTH % WINDOW_WIDTH;
  return vec4<f32>(
    relative[rows.x] + relative[columns.x],
    relative[rows.y] + relative[columns.y],
    relative[rows.z] + relative[columns.z],
    relative[rows.w] + relative[columns.w],
  );
}
