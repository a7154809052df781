// No scale; a prelude in the place of norm-scaled.wgsl.

fn scaled(normal: f32, plane: u32) -> f32 {
  return normal;
}
