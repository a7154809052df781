// sums[part, c] = sum of dOut (x - mean) rstd over the rows part, part + PARTS, ... of x [outer, CHANNELS, INNER]. Neighbouring
// invocations have neighbouring channels where INNER = 1, else neighbouring parts: either way they read neighbours in memory.
override CHANNELS: u32;
override INNER: u32;
override COUNT: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let invocation = (group.y * groups.x + group.x) * 64 + local;
  if (invocation >= PARTS * CHANNELS) { return; }
  let channel = select(invocation / PARTS, invocation % CHANNELS, INNER == 1);
  let part = select(invocation % PARTS, invocation / CHANNELS, INNER == 1);
  var sum = 0.0;
  for (var row = part; row < COUNT; row += PARTS) {
    let at = (row / INNER * CHANNELS + channel) * INNER + row % INNER;
    sum += d_out[at] * ((x[at] - mean[row]) * rstd[row]);
  }
  sums[part * CHANNELS + channel] = sum;
}
