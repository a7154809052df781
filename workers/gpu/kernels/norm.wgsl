// out = (x - mean) rstd, scaled, of COUNT elements in planes of LENGTH neighbours. One element an invocation. Follows
// norm-statistics.wgsl and norm-scaled.wgsl or norm-unscaled.wgsl.

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> mean: array<f32>;
@group(0) @binding(2) var<storage, read> rstd: array<f32>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * 64 + lane;
  if (index < COUNT) {
    let plane = index / LENGTH;
    let at = mean_of(plane);
    out[index] = scaled((x[index] - mean[at]) * rstd[at], plane);
  }
}
