// Sums over a plane, the LENGTH neighbours that a workgroup of 64 owns, each lane every 64th and then a tree of fixed order. What the
// first pass of the norms of maps and of its gradient share.

override COUNT: u32;
override LENGTH: u32;

var<workgroup> partial: array<f32, 64>;

// The same in every lane; all lanes must call it.
fn sum_of_plane(value: f32, lane: u32) -> f32 {
  partial[lane] = value;
  for (var half = 32u; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  workgroupBarrier();
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}
