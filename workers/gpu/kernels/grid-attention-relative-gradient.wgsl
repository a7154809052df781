// dq += FACTOR * sum over terms of d_relative[query, START + term] table[table_row(query, term)]. d_query has
// GRADIENT_STRIDE quads a token; a table's rows begin at quad TABLE_START. One invocation a quad.
override TABLE_START: u32;
override GRADIENT_STRIDE: u32;

@group(0) @binding(0) var<storage, read> d_relative: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> d_query: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let invocation = (group.y * groups.x + group.x) * 64 + local;
  let index = invocation / QUADS;
  if (index >= COUNT) { return; }
  let quad = invocation % QUADS;
  let query = query_of(index);
  let terms = index * ROW_LENGTH + START;
  var sum = vec4<f32>();
  for (var term = 0u; term < LENGTH; term++) {
    sum += d_relative[terms + term] * table[TABLE_START + table_row(query, term) * QUADS + quad];
  }
  d_query[(query.image * QUERIES + query.token) * GRADIENT_STRIDE + query.head * QUADS + quad] += sum * FACTOR;
}
