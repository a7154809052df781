// out = a f b for each of COUNT elements, with strides of 0 along the axes that a factor is repeated on.
// FUNCTION: 0 add, 1 subtract, 2 multiply, 3 divide. One element an invocation. Follows axes.wgsl.

override COUNT: u32;
override FUNCTION: u32;
override A_0: u32 = 0;
override A_1: u32 = 0;
override A_2: u32 = 0;
override A_3: u32 = 0;
override A_4: u32 = 0;
override A_5: u32 = 0;
override B_0: u32 = 0;
override B_1: u32 = 0;
override B_2: u32 = 0;
override B_3: u32 = 0;
override B_4: u32 = 0;
override B_5: u32 = 0;

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let index = (group.x + group.y * groups.x) * 64 + lane;
  if (index >= COUNT) {
    return;
  }
  let position = position_of(index);
  let left = a[offset_at(position, vec3(A_0, A_1, A_2), vec3(A_3, A_4, A_5))];
  let right = b[offset_at(position, vec3(B_0, B_1, B_2), vec3(B_3, B_4, B_5))];
  switch (FUNCTION) {
    case 0: { out[index] = left + right; }
    case 1: { out[index] = left - right; }
    case 2: { out[index] = left * right; }
    default: { out[index] = left / right; }
  }
}
