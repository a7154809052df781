// The statistics are over the images whose weight is not zero; a prelude in the place of norm-every-image.wgsl.

@group(0) @binding(WEIGHT_BINDING) var<storage, read> sample_weight: array<f32>;

fn is_included(image: u32) -> bool {
  return sample_weight[image] != 0;
}
