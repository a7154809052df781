// The weights of a convolution as registers load them: out[tap,channel,row] of four ROW_QUADS rows, zero beyond the last one.
override ROWS: u32;
override ROW_QUADS: u32;
override CHANNELS: u32;
override ROW_STRIDE: u32;
override CHANNEL_STRIDE: u32;
override COUNT: u32;

@group(0) @binding(0) var<storage, read> weight: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = id.x + id.y * groups.x * 64;
  if (index >= COUNT) { return; }
  let place = index / ROW_QUADS;
  let rows = index % ROW_QUADS * 4 + vec4<u32>(0, 1, 2, 3);
  let at = min(rows, vec4(ROWS - 1)) * ROW_STRIDE + (place % CHANNELS * CHANNEL_STRIDE + place / CHANNELS);
  let values = vec4(weight[at.x], weight[at.y], weight[at.z], weight[at.w]);
  out[index] = select(vec4<f32>(), values, rows < vec4(ROWS));
}
