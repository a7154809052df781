// As many bytes as an adapter can move: a copy, four elements an invocation at a time, `turns` times.
@group(0) @binding(0) var<storage, read> original: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> turns: u32;
@group(0) @binding(2) var<storage, read_write> copy: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = arrayLength(&copy);
  for (var turn = 0u; turn < turns; turn++) {
    for (var at = id.x; at < count; at += groups.x * 64) { copy[at] = original[at]; }
  }
}
