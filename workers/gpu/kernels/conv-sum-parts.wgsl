// dWeight[o,i,tap] = sum over parts, in their order, of from[part,tap,o,i] of four COLUMN_QUADS columns i.
override ROWS: u32;
override COLUMNS: u32;
override COLUMN_QUADS: u32;
override TAPS: u32;
override PARTS: u32;
override COUNT: u32;

@group(0) @binding(0) var<storage, read> parts: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let index = id.x + id.y * groups.x * 64;
  if (index >= COUNT) { return; }
  let tap = index % TAPS;
  let column = index / TAPS % COLUMNS;
  let row = index / TAPS / COLUMNS;
  var sum = 0.0;
  for (var part = 0u; part < PARTS; part++) {
    sum += parts[((part * TAPS + tap) * ROWS + row) * COLUMN_QUADS * 4 + column];
  }
  out[index] = sum;
}
