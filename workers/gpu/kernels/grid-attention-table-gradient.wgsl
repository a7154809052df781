// sums[part, row, D] = FACTOR * sum of d_relative[query, START + term] x[query] over the terms that the table's row makes, for
// the queries part, part + PARTS, ... x has X_STRIDE quads a token: q, or dOut for the v of padding. One invocation a quad of
// a table's row and part.
override X_STRIDE: u32;
override PARTS: u32;
override TABLE_ROWS: u32;

@group(0) @binding(0) var<storage, read> d_relative: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let invocation = (group.y * groups.x + group.x) * 64 + local;
  if (invocation >= PARTS * TABLE_ROWS * QUADS) { return; }
  let quad = invocation % QUADS;
  let row = invocation / QUADS % TABLE_ROWS;
  var sum = vec4<f32>();
  for (var index = invocation / (QUADS * TABLE_ROWS); index < COUNT; index += PARTS) {
    let query = query_of(index);
    // Beyond LENGTH, also by wrapping below zero, the row makes no term of this query.
    let term = select(query.position + LENGTH - 1 - row, select(LENGTH, 0u, row == query.head), AXIS == 2);
    if (term < LENGTH) {
      let at = (query.image * QUERIES + query.token) * X_STRIDE + query.head * QUADS + quad;
      sum += d_relative[index * ROW_LENGTH + START + term] * x[at];
    }
  }
  sums[invocation] = sum * FACTOR;
}
