// sums [2, COUNT]: of each of COUNT planes the sum of dOut n, then the sum of dOut, with n = (x - mean) rstd. Follows
// norm-planes.wgsl.

override PLANES_PER_MEAN: u32;
override MEANS: u32;

@group(0) @binding(0) var<storage, read> d_out: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let own = group.x + group.y * groups.x;
  // Workgroups beyond the last plane make it again: all lanes must reach the barriers.
  let plane = min(own, COUNT - 1);
  let centre = mean[plane / PLANES_PER_MEAN % MEANS];
  let factor = rstd[plane / PLANES_PER_MEAN % MEANS];
  var total = 0.0;
  var product = 0.0;
  for (var at = plane * LENGTH + lane; at < (plane + 1) * LENGTH; at += 64) {
    total += d_out[at];
    product += d_out[at] * ((x[at] - centre) * factor);
  }
  let whole_product = sum_of_plane(product, lane);
  let whole_total = sum_of_plane(total, lane);
  if (lane == 0 && own < COUNT) {
    sums[plane] = whole_product;
    sums[COUNT + plane] = whole_total;
  }
}
