/** Masks of classes 0 to 3 in two bits a pixel: four pixels a byte, the first in the lowest bits. */

/** Shapes: `mask [pixels]` u8, values 0 to 3; result [ceil(pixels / 4)] u8. */
export function packMask(mask: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(Math.ceil(mask.length / 4));
  for (let i = 0; i < mask.length; i++) {
    packed[i >> 2] = (packed[i >> 2] as number) | (((mask[i] as number) & 3) << ((i & 3) * 2));
  }
  return packed;
}

/** The inverse of `packMask`. */
export function unpackMask(packed: Uint8Array, pixelCount: number): Uint8Array<ArrayBuffer> {
  const mask = new Uint8Array(pixelCount);
  for (let i = 0; i < pixelCount; i++) {
    mask[i] = ((packed[i >> 2] as number) >> ((i & 3) * 2)) & 3;
  }
  return mask;
}
