// A scale and shift for each channel of a map; a prelude.

override CHANNELS: u32;

@group(0) @binding(4) var<storage, read> scale: array<f32>;
@group(0) @binding(5) var<storage, read> shift: array<f32>;

fn scaled(normal: f32, plane: u32) -> f32 {
  return normal * scale[plane % CHANNELS] + shift[plane % CHANNELS];
}
