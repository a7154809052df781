/**
 * The text of the kernels of attention for adapters whose workgroup memory is memory like any other and whose barriers are dear:
 * an invocation has four tokens of a head for itself and walks over those they see, four at a time, with everything it sums in
 * named matrices, one a quad of channels. The layout of tokens, the scores and what is stored are the texts of the other variant.
 */

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const lines = (quads: number, text: (quad: number) => string) => upTo(quads).map(text).join('\n');

/** `name` of each quad, all zero. */
const sums = (name: string, quads: number) => lines(quads, (quad) => `  var ${name}${quad} = mat4x4<f32>();`);

/** The sum over four tokens of a quad, times the factors of each for the four that the invocation has. */
const added = (load: (token: number) => string, factors: string) =>
  [0, 1, 2, 3].map((token) => `outer(${load(token)}, ${factors}[${token}])`).join(' + ');

/** A workgroup has as many tokens as one of the other variant: `BLOCK`. */
const MAIN = `
@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let span = span_of(group);
  let first = group.x * BLOCK + 4 * lane;`;

const OWN_QUERIES = `${MAIN}
  if (first >= span.query_count) { return; }
  let queries = query_tokens(span, first);
  let isQuery = within(first, span.query_count);`;

const EACH_KEY = `
  for (var start = 0u; start < span.key_count; start += 4) {
    let keys = key_tokens(span, start);
    let isKey = within(start, span.key_count);`;

/** attention-forward.wgsl for heads of so many quads. */
export function forwardText(quads: number): string {
  return `${OWN_QUERIES}
  var largest = vec4<f32>(LOWEST);
  var sum = vec4<f32>();
${sums('out', quads)}
${EACH_KEY}
    let raw = transpose(scores(span, queries, keys, true));
    let s = mat4x4<f32>(
      select(vec4<f32>(LOWEST), raw[0], isKey.x),
      select(vec4<f32>(LOWEST), raw[1], isKey.y),
      select(vec4<f32>(LOWEST), raw[2], isKey.z),
      select(vec4<f32>(LOWEST), raw[3], isKey.w),
    );
    let next = max(largest, max(max(s[0], s[1]), max(s[2], s[3])));
    let shrink = exp(largest - next);
    largest = next;
    let p = mat4x4<f32>(exp(s[0] - next), exp(s[1] - next), exp(s[2] - next), exp(s[3] - next));
    sum = sum * shrink + ((p[0] + p[1]) + (p[2] + p[3]));
    let at = vec4<u32>(
      value_at(span, keys.x), value_at(span, keys.y), value_at(span, keys.z), value_at(span, keys.w));
${lines(quads, (quad) => `    out${quad} = scaled(out${quad}, shrink) + ${added((key) => `load_value(at[${key}] + ${quad})`, 'p')};`)}
  }
  let to = ((span.image * QUERIES + queries) * HEADS + span.head) * QUADS;
${lines(quads, (quad) => `  store(to, ${quad}, isQuery, scaled(out${quad}, 1 / sum));`)}
  store_log_sum_exp(span, queries, isQuery, largest + log(sum));
}
`;
}

/** attention-query-gradient.wgsl for heads of so many quads. */
export function queryGradientText(quads: number): string {
  const eachQuery = (text: (query: string, index: number) => string) =>
    ['x', 'y', 'z', 'w'].map((lane, index) => `if (isQuery.${lane}) { ${text(`queries.${lane}`, index)} }`);
  return `${OWN_QUERIES}
${sums('d_query', quads)}
  ${eachQuery((query) => `clear_own_relative(span, ${query});`).join('\n  ')}
${EACH_KEY}
    let tile = score_gradients(span, queries, keys, isQuery, isKey);
    ${eachQuery((query, index) => `add_own_relative(span, ${query}, keys, tile.d_scores[${index}]);`).join('\n    ')}
    let d = transpose(tile.d_scores);
    let at = vec4<u32>(key_at(span, keys.x), key_at(span, keys.y), key_at(span, keys.z), key_at(span, keys.w));
${lines(quads, (quad) => `    d_query${quad} += ${added((key) => `load_key(at[${key}] + ${quad})`, 'd')};`)}
  }
  let to = (span.image * QUERIES + queries) * GRADIENT_STRIDE + span.head * QUADS;
${lines(quads, (quad) => `  store(to, ${quad}, isQuery, d_query${quad});`)}
}
`;
}

/** attention-key-gradient.wgsl for heads of so many quads. */
export function keyGradientText(quads: number): string {
  return `${MAIN}
  if (first >= span.key_count) { return; }
  let keys = key_tokens(span, first);
  let isKey = within(first, span.key_count);
${sums('d_key', quads)}
${sums('d_value', quads)}
  for (var start = 0u; start < span.query_count; start += 4) {
    let queries = query_tokens(span, start);
    let isQuery = within(start, span.query_count);
    let tile = score_gradients(span, queries, keys, isQuery, isKey);
    let d = tile.d_scores;
    let p = tile.weights;
    let of_query = vec4<u32>(
      query_at(span, queries.x), query_at(span, queries.y), query_at(span, queries.z), query_at(span, queries.w));
    let of_out = vec4<u32>(
      out_at(span, queries.x), out_at(span, queries.y), out_at(span, queries.z), out_at(span, queries.w));
${lines(quads, (quad) => `    d_key${quad} += ${added((query) => `load_query(of_query[${query}] + ${quad})`, 'd')};`)}
${lines(quads, (quad) => `    d_value${quad} += ${added((query) => `d_out[of_out[${query}] + ${quad}]`, 'p')};`)}
  }
${lines(quads, (quad) => `  store(span, keys, ${quad}, isKey, d_key${quad}, d_value${quad});`)}
}
`;
}
