// Where the tokens of plain attention lie: q [N,T,C], k and v [N,S,C], read four channels (a quad) at a time. One of the two
// texts that tell the kernels of attention where tokens are and what is added to scores; the other is of grids.
override HEADS: u32;
// Quads of a head.
override QUADS: u32;
override QUERIES: u32;
override KEYS: u32;
// 1 / sqrt(head width).
override SCALE: f32;

@group(0) @binding(0) var<storage, read> q: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> k: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> v: array<vec4<f32>>;

// The queries and keys that see each other. Tokens are numbered within their image.
struct Span {
  image: u32,
  head: u32,
  query_count: u32,
  key_count: u32,
}

fn span_of(group: vec3<u32>) -> Span {
  return Span(group.z / HEADS, group.z % HEADS, QUERIES, KEYS);
}

fn query_token(span: Span, index: u32) -> u32 {
  return index;
}

fn key_token(span: Span, index: u32) -> u32 {
  return index;
}

fn query_at(span: Span, token: u32) -> u32 {
  return ((span.image * QUERIES + token) * HEADS + span.head) * QUADS;
}

fn key_at(span: Span, token: u32) -> u32 {
  return ((span.image * KEYS + token) * HEADS + span.head) * QUADS;
}

fn value_at(span: Span, token: u32) -> u32 {
  return key_at(span, token);
}

fn load_query(at: u32) -> vec4<f32> {
  return q[at];
}

fn load_key(at: u32) -> vec4<f32> {
  return k[at];
}

fn load_value(at: u32) -> vec4<f32> {
  return v[at];
}

fn bias(span: Span, query: u32, keys: vec4<u32>) -> vec4<f32> {
  return vec4<f32>();
}
