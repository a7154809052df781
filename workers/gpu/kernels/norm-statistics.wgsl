// Where the mean and rstd of a plane stand: of a group of neighbouring planes of an image or of a channel of all images; a prelude.

override COUNT: u32;
override LENGTH: u32;
override PLANES_PER_MEAN: u32;
override MEANS: u32;

fn mean_of(plane: u32) -> u32 {
  return plane / PLANES_PER_MEAN % MEANS;
}
