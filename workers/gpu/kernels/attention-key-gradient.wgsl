// dk and dv. A workgroup owns 32 keys of one head and walks over the queries in tiles of 32; an invocation has 4 keys and 4
// queries of a tile's scores, then adds up to 3 quads of channels of the same 4 keys over all queries of the tile. Two barriers a
// tile, as in attention-query-gradient.wgsl.

// [32 queries, 8 times 4 keys]
var<workgroup> weights: array<vec4<f32>, 256>;
var<workgroup> d_scores: array<vec4<f32>, 256>;
var<workgroup> tile_queries: array<vec4<u32>, 8>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let span = span_of(group);
  let first = group.x * BLOCK;
  if (first >= span.key_count) { return; }
  let keys = key_tokens(span, first + 4 * local.y);
  let isKey = within(first + 4 * local.y, span.key_count);
  let quad0 = min(local.x, QUADS - 1);
  let quad1 = min(local.x + 8, QUADS - 1);
  let quad2 = min(local.x + 16, QUADS - 1);
  var d_key0 = mat4x4<f32>();
  var d_key1 = mat4x4<f32>();
  var d_key2 = mat4x4<f32>();
  var d_value0 = mat4x4<f32>();
  var d_value1 = mat4x4<f32>();
  var d_value2 = mat4x4<f32>();
  for (var start = 0u; start < span.query_count; start += BLOCK) {
    let queries = query_tokens(span, start + 4 * local.x);
    let isQuery = within(start + 4 * local.x, span.query_count);
    let tile = score_gradients(span, queries, keys, isQuery, isKey);
    workgroupBarrier();
    let row = local.x * 32 + local.y;
    weights[row] = tile.weights[0];
    weights[row + 8] = tile.weights[1];
    weights[row + 16] = tile.weights[2];
    weights[row + 24] = tile.weights[3];
    d_scores[row] = tile.d_scores[0];
    d_scores[row + 8] = tile.d_scores[1];
    d_scores[row + 16] = tile.d_scores[2];
    d_scores[row + 24] = tile.d_scores[3];
    if (local.y == 0) { tile_queries[local.x] = queries; }
    workgroupBarrier();
    let count = select(0u, min(BLOCK, span.query_count - start), isKey.x);
    for (var query = 0u; query < count; query++) {
      let token = tile_queries[query / 4][query % 4];
      let of_query = query_at(span, token);
      let of_out = out_at(span, token);
      let weight = weights[query * 8 + local.y];
      let d_score = d_scores[query * 8 + local.y];
      d_key0 += outer(load_query(of_query + quad0), d_score);
      d_value0 += outer(d_out[of_out + quad0], weight);
      if (QUADS > 8) {
        d_key1 += outer(load_query(of_query + quad1), d_score);
        d_value1 += outer(d_out[of_out + quad1], weight);
      }
      if (QUADS > 16) {
        d_key2 += outer(load_query(of_query + quad2), d_score);
        d_value2 += outer(d_out[of_out + quad2], weight);
      }
    }
  }
  store(span, keys, local.x, isKey, d_key0, d_value0);
  if (QUADS > 8) { store(span, keys, local.x + 8, isKey, d_key1, d_value1); }
  if (QUADS > 16) { store(span, keys, local.x + 16, isKey, d_key2, d_value2); }
}
