// Sums along rows that LANES invocations of a workgroup share, by a fixed tree. What the kernels of layer norm share.
override LANES: u32;
override ROWS: u32 = 64 / LANES;

// [row of the workgroup, lane]
var<workgroup> sums: array<f32, 64>;

// The sum over the lanes of a row.
fn sum_of_row(value: f32, index: u32, lane: u32) -> f32 {
  if (LANES == 1) { return value; }
  sums[index] = value;
  for (var reach = LANES / 2; reach > 0; reach /= 2) {
    workgroupBarrier();
    if (lane < reach) { sums[index] += sums[index + reach]; }
  }
  workgroupBarrier();
  let sum = sums[index - lane];
  workgroupBarrier();
  return sum;
}
