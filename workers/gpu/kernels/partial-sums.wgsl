// result[START + i] = sum over parts of parts[part, i], in the order of the parts: the second half of sums that are split so
// that many invocations share the work. COUNT sums; with no parts they are 0.
override COUNT: u32;
override PARTS: u32;
override START: u32;

@group(0) @binding(0) var<storage, read> parts: array<f32>;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let index = (group.y * groups.x + group.x) * 64 + local;
  if (index >= COUNT) { return; }
  var sum = 0.0;
  for (var part = 0u; part < PARTS; part++) { sum += parts[part * COUNT + index]; }
  result[START + index] = sum;
}
