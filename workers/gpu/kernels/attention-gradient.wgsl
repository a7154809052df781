// What both gradients of attention share: the derivatives of a tile's scores. d_out [N,T,C]; statistics [N,H,T,2] holds
// logSumExp and delta of each query.
@group(0) @binding(3) var<storage, read> d_out: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> statistics: array<vec2<f32>>;

struct ScoreGradients {
  // Column i of each: query i with the four keys.
  weights: mat4x4<f32>,
  d_scores: mat4x4<f32>,
}

// Quad of dOut where a query's head begins.
fn out_at(span: Span, token: u32) -> u32 {
  return ((span.image * QUERIES + token) * HEADS + span.head) * QUADS;
}

fn statistics_of(span: Span, token: u32) -> vec2<f32> {
  return statistics[(span.image * HEADS + span.head) * QUERIES + token];
}

// P = exp(score - logSumExp) and dS = P (dOut . v - delta); both 0 beyond the last query or key.
fn score_gradients(
  span: Span,
  queries: vec4<u32>,
  keys: vec4<u32>,
  isQuery: vec4<bool>,
  isKey: vec4<bool>,
) -> ScoreGradients {
  let isUsed = isQuery.x && isKey.x;
  let s = scores(span, queries, keys, isUsed);
  let o0 = out_at(span, queries.x);
  let o1 = out_at(span, queries.y);
  let o2 = out_at(span, queries.z);
  let o3 = out_at(span, queries.w);
  let v0 = value_at(span, keys.x);
  let v1 = value_at(span, keys.y);
  let v2 = value_at(span, keys.z);
  let v3 = value_at(span, keys.w);
  let end = select(0u, QUADS, isUsed);
  var p0 = vec4<f32>();
  var p1 = vec4<f32>();
  var p2 = vec4<f32>();
  var p3 = vec4<f32>();
  for (var quad = 0u; quad < end; quad++) {
    let value = mat4x4<f32>(
      load_value(v0 + quad), load_value(v1 + quad), load_value(v2 + quad), load_value(v3 + quad));
    p0 += d_out[o0 + quad] * value;
    p1 += d_out[o1 + quad] * value;
    p2 += d_out[o2 + quad] * value;
    p3 += d_out[o3 + quad] * value;
  }
  let kept0 = statistics_of(span, queries.x);
  let kept1 = statistics_of(span, queries.y);
  let kept2 = statistics_of(span, queries.z);
  let kept3 = statistics_of(span, queries.w);
  let zero = vec4<f32>();
  let w0 = select(zero, exp(s[0] - kept0.x), isKey & vec4<bool>(isQuery.x));
  let w1 = select(zero, exp(s[1] - kept1.x), isKey & vec4<bool>(isQuery.y));
  let w2 = select(zero, exp(s[2] - kept2.x), isKey & vec4<bool>(isQuery.z));
  let w3 = select(zero, exp(s[3] - kept3.x), isKey & vec4<bool>(isQuery.w));
  return ScoreGradients(
    mat4x4<f32>(w0, w1, w2, w3),
    mat4x4<f32>(w0 * (p0 - kept0.y), w1 * (p1 - kept1.y), w2 * (p2 - kept2.y), w3 * (p3 - kept3.y)),
  );
}
