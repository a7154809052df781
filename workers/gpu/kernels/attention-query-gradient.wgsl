// dq, tile by tile as in attention-forward.wgsl: a workgroup owns 32 queries of one head. Two barriers a tile: the tile before is
// used up, the derivatives of scores are there.

// [32 keys, 8 times 4 queries]
var<workgroup> d_scores: array<vec4<f32>, 256>;
var<workgroup> tile_keys: array<vec4<u32>, 8>;

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let span = span_of(group);
  let first = group.x * BLOCK;
  if (first >= span.query_count) { return; }
  let queries = query_tokens(span, first + 4 * local.y);
  let isQuery = within(first + 4 * local.y, span.query_count);
  let quad0 = min(local.x, QUADS - 1);
  let quad1 = min(local.x + 8, QUADS - 1);
  let quad2 = min(local.x + 16, QUADS - 1);
  var d_query0 = mat4x4<f32>();
  var d_query1 = mat4x4<f32>();
  var d_query2 = mat4x4<f32>();
  clear_relative(span, first, lane);
  for (var start = 0u; start < span.key_count; start += BLOCK) {
    let keys = key_tokens(span, start + 4 * local.x);
    let isKey = within(start + 4 * local.x, span.key_count);
    let d = transpose(score_gradients(span, queries, keys, isQuery, isKey).d_scores);
    workgroupBarrier();
    let row = local.x * 32 + local.y;
    d_scores[row] = d[0];
    d_scores[row + 8] = d[1];
    d_scores[row + 16] = d[2];
    d_scores[row + 24] = d[3];
    if (local.y == 0) { tile_keys[local.x] = keys; }
    workgroupBarrier();
    let count = min(BLOCK, span.key_count - start);
    for (var key = 0u; key < count && isQuery.x; key++) {
      let factors = d_scores[key * 8 + local.y];
      let at = key_at(span, tile_keys[key / 4][key % 4]);
      d_query0 += outer(load_key(at + quad0), factors);
      if (QUADS > 8) { d_query1 += outer(load_key(at + quad1), factors); }
      if (QUADS > 16) { d_query2 += outer(load_key(at + quad2), factors); }
    }
    add_relative(span, first, count, lane);
  }
  let at = (span.image * QUERIES + queries) * GRADIENT_STRIDE + span.head * QUADS;
  store(at, local.x, isQuery, d_query0);
  if (QUADS > 8) { store(at, local.x + 8, isQuery, d_query1); }
  if (QUADS > 16) { store(at, local.x + 16, isQuery, d_query2); }
}
