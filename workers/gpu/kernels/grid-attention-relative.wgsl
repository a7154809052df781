// relative[query, START + term] = FACTOR q . table[table_row(query, term)]: q as it is, not divided by sqrt(D). q is the first
// third of qkv [N,h,w,3C]; a table's rows begin at quad TABLE_START. One invocation makes four terms of a query, so that q is
// read once for them.
override TABLE_START: u32;

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> relative: array<f32>;

fn row_at(query: Query, term: u32) -> u32 {
  return TABLE_START + table_row(query, min(term, LENGTH - 1)) * QUADS;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let invocation = (group.y * groups.x + group.x) * 64 + local;
  let steps = (LENGTH + 3) / 4;
  let index = invocation / steps;
  if (index >= COUNT) { return; }
  let term = invocation % steps * 4;
  let query = query_of(index);
  let at = ((query.image * QUERIES + query.token) * 3 * HEADS + query.head) * QUADS;
  let row0 = row_at(query, term);
  let row1 = row_at(query, term + 1);
  let row2 = row_at(query, term + 2);
  let row3 = row_at(query, term + 3);
  var terms = vec4<f32>();
  for (var quad = 0u; quad < QUADS; quad++) {
    terms += qkv[at + quad] *
      mat4x4<f32>(table[row0 + quad], table[row1 + quad], table[row2 + quad], table[row3 + quad]);
  }
  terms *= FACTOR;
  let to = index * ROW_LENGTH + START + term;
  relative[to] = terms.x;
  if (term + 1 < LENGTH) { relative[to + 1] = terms.y; }
  if (term + 2 < LENGTH) { relative[to + 2] = terms.z; }
  if (term + 3 < LENGTH) { relative[to + 3] = terms.w; }
}
