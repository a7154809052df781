// dWeight[o,i,ky,kx] as in conv2d-weight-gradient.wgsl, in registers: product z of a part of the pixels and a tap is
// [ROWS = O, COLUMNS = I], four pixels of an image at a time, written to out[part,tap,o,i] of four COLUMN_QUADS columns.
override ROWS: u32;
override COLUMNS: u32;
override COLUMN_QUADS: u32;
// Fours of pixels: of an image, of a part, of all images.
override BLOCKS: u32;
override PART: u32;
override ALL_BLOCKS: u32;
override KERNEL_HEIGHT: u32;
override KERNEL_WIDTH: u32;
override STRIDE: u32;
override ROW_PADDING: u32;
override COLUMN_PADDING: u32;
override HEIGHT: u32;
override WIDTH: u32;
override OUT_HEIGHT: u32;
override OUT_WIDTH: u32;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f32>>;

fn load_seen(at: vec4<u32>, isInside: vec4<bool>) -> vec4<f32> {
  return select(vec4<f32>(), vec4(x[at.x], x[at.y], x[at.z], x[at.w]), isInside);
}
