// Adds the positions beyond the grid to attention that has seen the tokens only: with L the logarithm of the sum of
// exp(score) of all of them, out = (out exp(kept) + v exp(L)) / (exp(kept) + exp(L)). One invocation a query.
@group(0) @binding(0) var<storage, read> padding: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> relative: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> log_sum_exp: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (group.y * groups.x + group.x) * 64 + local;
  if (index >= COUNT) { return; }
  let within = inside(index % QUERIES);
  if (all(within == vec2<u32>(WINDOW))) { return; }
  let terms = index * ROW_LENGTH;
  let kept = log_sum_exp[index];
  var largest = kept;
  for (var row = 0u; row < WINDOW; row++) {
    for (var column = first_beyond(row, within); column < WINDOW; column++) {
      largest = max(largest, relative[terms + 2 * WINDOW] + relative[terms + row] + relative[terms + WINDOW + column]);
    }
  }
  var sum = 0.0;
  for (var row = 0u; row < WINDOW; row++) {
    for (var column = first_beyond(row, within); column < WINDOW; column++) {
      let score = relative[terms + 2 * WINDOW] + relative[terms + row] + relative[terms + WINDOW + column];
      sum += exp(score - largest);
    }
  }
  let total = exp(kept - largest) + sum;
  log_sum_exp[index] = largest + log(total);
  let at = head_at(index);
  let value = padding_value_at(index);
  for (var quad = 0u; quad < QUADS; quad++) {
    out[at + quad] = out[at + quad] * (exp(kept - largest) / total) + padding[value + quad] * (sum / total);
  }
}
