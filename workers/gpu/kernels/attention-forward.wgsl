// Attention without storing scores, on adapters with memory for a workgroup: a workgroup owns 32 queries of one head and walks
// over their keys in tiles of 32; an invocation scores 4 queries with 4 keys, then adds up to 3 quads of channels of the same 4
// queries over all keys of the tile. Two barriers a tile: the largest scores are there, the weights are there.

// [8 invocations along keys, 8 times 4 queries]
var<workgroup> partial: array<vec4<f32>, 64>;
// [32 keys, 8 times 4 queries]
var<workgroup> weights: array<vec4<f32>, 256>;
var<workgroup> tile_keys: array<vec4<u32>, 8>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let span = span_of(group);
  let first = group.x * BLOCK;
  if (first >= span.query_count) { return; }
  let queries = query_tokens(span, first + 4 * local.y);
  let isQuery = within(first + 4 * local.y, span.query_count);
  // Quads of this invocation, read within the head even where there are fewer.
  let quad0 = min(local.x, QUADS - 1);
  let quad1 = min(local.x + 8, QUADS - 1);
  let quad2 = min(local.x + 16, QUADS - 1);
  var largest = vec4<f32>(LOWEST);
  var sum = vec4<f32>();
  var out0 = mat4x4<f32>();
  var out1 = mat4x4<f32>();
  var out2 = mat4x4<f32>();
  for (var start = 0u; start < span.key_count; start += BLOCK) {
    let keys = key_tokens(span, start + 4 * local.x);
    let isKey = within(start + 4 * local.x, span.key_count);
    let raw = transpose(scores(span, queries, keys, isQuery.x && isKey.x));
    let s0 = select(vec4<f32>(LOWEST), raw[0], isKey.x);
    let s1 = select(vec4<f32>(LOWEST), raw[1], isKey.y);
    let s2 = select(vec4<f32>(LOWEST), raw[2], isKey.z);
    let s3 = select(vec4<f32>(LOWEST), raw[3], isKey.w);
    partial[local.x * 8 + local.y] = max(max(s0, s1), max(s2, s3));
    workgroupBarrier();
    var next = largest;
    for (var x = 0u; x < 8; x++) { next = max(next, partial[x * 8 + local.y]); }
    let shrink = exp(largest - next);
    largest = next;
    let p0 = exp(s0 - next);
    let p1 = exp(s1 - next);
    let p2 = exp(s2 - next);
    let p3 = exp(s3 - next);
    sum = sum * shrink + ((p0 + p1) + (p2 + p3));
    let row = local.x * 32 + local.y;
    weights[row] = p0;
    weights[row + 8] = p1;
    weights[row + 16] = p2;
    weights[row + 24] = p3;
    if (local.y == 0) { tile_keys[local.x] = keys; }
    out0 = scaled(out0, shrink);
    if (QUADS > 8) { out1 = scaled(out1, shrink); }
    if (QUADS > 16) { out2 = scaled(out2, shrink); }
    workgroupBarrier();
    let count = select(0u, min(BLOCK, span.key_count - start), isQuery.x);
    for (var key = 0u; key < count; key++) {
      let p = weights[key * 8 + local.y];
      let at = value_at(span, tile_keys[key / 4][key % 4]);
      out0 += outer(load_value(at + quad0), p);
      if (QUADS > 8) { out1 += outer(load_value(at + quad1), p); }
      if (QUADS > 16) { out2 += outer(load_value(at + quad2), p); }
    }
  }
  partial[local.x * 8 + local.y] = sum;
  workgroupBarrier();
  var total = vec4<f32>();
  for (var x = 0u; x < 8; x++) { total += partial[x * 8 + local.y]; }
  let at = ((span.image * QUERIES + queries) * HEADS + span.head) * QUADS;
  store(at, local.x, isQuery, scaled(out0, 1 / total));
  if (QUADS > 8) { store(at, local.x + 8, isQuery, scaled(out1, 1 / total)); }
  if (QUADS > 16) { store(at, local.x + 16, isQuery, scaled(out2, 1 / total)); }
  if (local.x == 0) { store_log_sum_exp(span, queries, isQuery, largest + log(total)); }
}
