// sum += x, in place: a gradient of a micro-batch into its part of the packed gradients, which is what is bound. One element an
// invocation. The count is the bindings' own, so that the gradients of all parameters share a pipeline.

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> sum: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * 64 + lane;
  if (index < arrayLength(&sum)) {
    sum[index] += x[index];
  }
}
