// SGD with momentum on COUNT elements of one packed buffer of all trainables, in place: g = gradient_scale * gradient
// + decay weight; velocity = MOMENTUM velocity + g; weight -= rate velocity. settings = [rate, decay, gradient_scale]; the
// decay of an element is multiplied by its `decays`. One element an invocation.

override COUNT: u32;
override MOMENTUM: f32;

@group(0) @binding(0) var<storage, read> settings: array<f32>;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read> decays: array<f32>;
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> velocity: array<f32>;

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
  let g = settings[2] * gradient[index] + settings[1] * decays[index] * weight[index];
  let next = MOMENTUM * velocity[index] + g;
  velocity[index] = next;
  weight[index] -= settings[0] * next;
}
