// No scale; a prelude in the place of norm-gradient-scaled.wgsl.

fn scale_of(plane: u32) -> f32 {
  return 1;
}
