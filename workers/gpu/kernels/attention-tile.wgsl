// What the kernels of attention share: tiles of 32 queries by 32 keys in a workgroup of 8 x 8 invocations, each with 4 x 4
// scores in registers. Matrices hold four quads of four tokens; none is indexed by a variable.
const BLOCK = 32u;

// Four tokens of a block from its element `index` on. Beyond the end the last one stands in.
fn query_tokens(span: Span, index: u32) -> vec4<u32> {
  let last = span.query_count - 1;
  return vec4<u32>(
    query_token(span, min(index, last)),
    query_token(span, min(index + 1, last)),
    query_token(span, min(index + 2, last)),
    query_token(span, min(index + 3, last)),
  );
}

fn key_tokens(span: Span, index: u32) -> vec4<u32> {
  let last = span.key_count - 1;
  return vec4<u32>(
    key_token(span, min(index, last)),
    key_token(span, min(index + 1, last)),
    key_token(span, min(index + 2, last)),
    key_token(span, min(index + 3, last)),
  );
}

// Whether each of four tokens from `index` on is one of `count`.
fn within(index: u32, count: u32) -> vec4<bool> {
  return vec4<u32>(index, index + 1, index + 2, index + 3) < vec4<u32>(count);
}

// Column i: the scores of query i with the four keys, or anything finite where `isUsed` is false: small windows leave most of a
// tile empty.
fn scores(span: Span, queries: vec4<u32>, keys: vec4<u32>, isUsed: bool) -> mat4x4<f32> {
  let q0 = query_at(span, queries.x);
  let q1 = query_at(span, queries.y);
  let q2 = query_at(span, queries.z);
  let q3 = query_at(span, queries.w);
  let k0 = key_at(span, keys.x);
  let k1 = key_at(span, keys.y);
  let k2 = key_at(span, keys.z);
  let k3 = key_at(span, keys.w);
  let end = select(0u, QUADS, isUsed);
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var quad = 0u; quad < end; quad++) {
    let key = mat4x4<f32>(
      load_key(k0 + quad), load_key(k1 + quad), load_key(k2 + quad), load_key(k3 + quad));
    s0 += load_query(q0 + quad) * key;
    s1 += load_query(q1 + quad) * key;
    s2 += load_query(q2 + quad) * key;
    s3 += load_query(q3 + quad) * key;
  }
  return mat4x4<f32>(
    s0 * SCALE + bias(span, queries.x, keys),
    s1 * SCALE + bias(span, queries.y, keys),
    s2 * SCALE + bias(span, queries.z, keys),
    s3 * SCALE + bias(span, queries.w, keys),
  );
}

// Column i: `quad` times the factor i.
fn outer(quad: vec4<f32>, factors: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(quad * factors.x, quad * factors.y, quad * factors.z, quad * factors.w);
}
