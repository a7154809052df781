// Of the positions beyond the grid: adds their dS to d_relative (their rows, their columns and the term of padding, which
// this kernel alone writes), and weights[query] = the sum of their P. statistics [N,H,h,w,2] holds logSumExp and delta. One
// invocation a query.
@group(0) @binding(0) var<storage, read> padding: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> d_out: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> statistics: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> relative: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_relative: array<f32>;
@group(0) @binding(5) var<storage, read_write> weights: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (group.y * groups.x + group.x) * 64 + local;
  if (index >= COUNT) { return; }
  let at = head_at(index);
  let value = padding_value_at(index);
  var d_weight = 0.0;
  for (var quad = 0u; quad < QUADS; quad++) { d_weight += dot(d_out[at + quad], padding[value + quad]); }
  let kept = statistics[index];
  let within = inside(index % QUERIES);
  let terms = index * ROW_LENGTH;
  var weight = 0.0;
  for (var row = 0u; row < WINDOW; row++) {
    for (var column = first_beyond(row, within); column < WINDOW; column++) {
      let score = relative[terms + 2 * WINDOW] + relative[terms + row] + relative[terms + WINDOW + column];
      let p = exp(score - kept.x);
      let d_score = p * (d_weight - kept.y);
      weight += p;
      d_relative[terms + row] += d_score;
      d_relative[terms + WINDOW + column] += d_score;
    }
  }
  d_relative[terms + 2 * WINDOW] = weight * (d_weight - kept.y);
  weights[index] = weight;
}
