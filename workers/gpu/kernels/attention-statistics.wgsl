// For each query of each head what its gradient reads: (logSumExp, delta) with delta = sum over the head's channels of
// dOut out. dOut, out [N,T,C]; log_sum_exp [N,H,T]; statistics [N,H,T,2]. One invocation a query.
override HEADS: u32;
override QUADS: u32;
override QUERIES: u32;
override COUNT: u32;

@group(0) @binding(0) var<storage, read> d_out: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> out: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> log_sum_exp: array<f32>;
@group(0) @binding(3) var<storage, read_write> statistics: array<vec2<f32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (group.y * groups.x + group.x) * 64 + local;
  if (index >= COUNT) { return; }
  let token = index % QUERIES;
  let head = index / QUERIES % HEADS;
  let image = index / (QUERIES * HEADS);
  let at = ((image * QUERIES + token) * HEADS + head) * QUADS;
  var delta = 0.0;
  for (var quad = 0u; quad < QUADS; quad++) { delta += dot(d_out[at + quad], out[at + quad]); }
  statistics[index] = vec2<f32>(log_sum_exp[index], delta);
}
