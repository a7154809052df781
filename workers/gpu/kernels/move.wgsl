// out[OUT_START + sum of i OUT_i] = SCALE * x[IN_START + sum of i IN_i] over COUNT positions of up to six axes: transposes,
// slices, concatenation and repetition. One element an invocation. Follows axes.wgsl.

override COUNT: u32;
override SCALE: f32 = 1;
override IN_START: u32 = 0;
override IN_0: u32 = 0;
override IN_1: u32 = 0;
override IN_2: u32 = 0;
override IN_3: u32 = 0;
override IN_4: u32 = 0;
override IN_5: u32 = 0;
override OUT_START: u32 = 0;
override OUT_0: u32 = 0;
override OUT_1: u32 = 0;
override OUT_2: u32 = 0;
override OUT_3: u32 = 0;
override OUT_4: u32 = 0;
override OUT_5: u32 = 0;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

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
  let source = IN_START + offset_at(position, vec3(IN_0, IN_1, IN_2), vec3(IN_3, IN_4, IN_5));
  let target_at = OUT_START + offset_at(position, vec3(OUT_0, OUT_1, OUT_2), vec3(OUT_3, OUT_4, OUT_5));
  out[target_at] = SCALE * x[source];
}
