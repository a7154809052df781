// The scale of each channel of a map; a prelude of files that say at which binding.

override CHANNELS: u32;

@group(0) @binding(SCALE_BINDING) var<storage, read> scale: array<f32>;

fn scale_of(plane: u32) -> f32 {
  return scale[plane % CHANNELS];
}
