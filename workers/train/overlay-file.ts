/** Validation overlays as bytes: a list in JSON, its length before it, and behind it the pixels of every overlay in its order. */
import type { ValidationOverlay } from '../api/train.ts';

const LENGTH_BYTES = 4;
const LAYERS = ['image', 'truth', 'prediction'] as const;

/** The bytes of overlays. */
export function encodeOverlays(overlays: readonly ValidationOverlay[]): Uint8Array<ArrayBuffer> {
  const list = new TextEncoder().encode(JSON.stringify(overlays.map(({ id, side }) => ({ id, side }))));
  const layers = overlays.flatMap((overlay) => LAYERS.map((layer) => overlay[layer]));
  const pixelBytes = layers.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(LENGTH_BYTES + list.length + pixelBytes);
  new DataView(bytes.buffer).setUint32(0, list.length, true);
  bytes.set(list, LENGTH_BYTES);
  let offset = LENGTH_BYTES + list.length;
  for (const layer of layers) {
    bytes.set(layer, offset);
    offset += layer.length;
  }
  return bytes;
}

/** The inverse of `encodeOverlays`. */
export async function decodeOverlays(file: Blob): Promise<readonly ValidationOverlay[]> {
  const buffer = await file.arrayBuffer();
  const listBytes = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, LENGTH_BYTES, listBytes));
  const list = JSON.parse(text) as readonly Pick<ValidationOverlay, 'id' | 'side'>[];
  let offset = LENGTH_BYTES + listBytes;
  return list.map(({ id, side }) => {
    const take = () => {
      const layer = new Uint8Array(buffer.slice(offset, offset + side * side));
      offset += side * side;
      return layer;
    };
    return { id, side, image: take(), truth: take(), prediction: take() };
  });
}
