/** From low-resolution logits to a mask: the last step of every segmenter, run once per image. */
import { WorkbenchError } from '../errors.ts';

/**
 * Bilinear upsampling (half-pixel centres, edges clamped) of the logits to `side` x `side` and the arg-max over classes;
 * the lower class wins a tie.
 * Shapes: `logits [classCount, height, width]` row-major, borrowed; result [side, side] u8.
 * Errors: `runtime/run-failed` when a logit is not finite: a mask made from it would look like a result.
 * Cost: two rows of scratch; nothing of size side * side * classCount.
 * Source: spec page data.md, "Evaluation compares the arg-max".
 */
export function upsampleArgmax(
  logits: Float32Array,
  classCount: number,
  height: number,
  width: number,
  side: number,
): Uint8Array<ArrayBuffer> {
  for (let i = 0; i < logits.length; i++) {
    if (!Number.isFinite(logits[i])) {
      throw new WorkbenchError(
        'runtime/run-failed',
        `The model's output holds ${logits[i]} at element ${i}: no mask can be made from it.`,
      );
    }
  }
  const { low, high, fraction } = bilinearTable(width, side);
  const vertical = bilinearTable(height, side);
  const mask = new Uint8Array(side * side);
  const row = new Float64Array(width);
  const best = new Float64Array(side);
  for (let y = 0; y < side; y++) {
    const top = (vertical.low[y] as number) * width;
    const bottom = (vertical.high[y] as number) * width;
    const share = vertical.fraction[y] as number;
    const target = y * side;
    for (let c = 0; c < classCount; c++) {
      const plane = c * height * width;
      for (let x = 0; x < width; x++) {
        const a = logits[plane + top + x] as number;
        row[x] = a + ((logits[plane + bottom + x] as number) - a) * share;
      }
      for (let x = 0; x < side; x++) {
        const a = row[low[x] as number] as number;
        const value = a + ((row[high[x] as number] as number) - a) * (fraction[x] as number);
        if (c === 0) best[x] = value;
        else if (value > (best[x] as number)) {
          best[x] = value;
          mask[target + x] = c;
        }
      }
    }
  }
  return mask;
}

function bilinearTable(inputLength: number, outputLength: number) {
  const low = new Int32Array(outputLength);
  const high = new Int32Array(outputLength);
  const fraction = new Float64Array(outputLength);
  for (let i = 0; i < outputLength; i++) {
    const position = Math.max(0, ((i + 0.5) * inputLength) / outputLength - 0.5);
    const floor = Math.min(Math.floor(position), inputLength - 1);
    low[i] = floor;
    high[i] = Math.min(floor + 1, inputLength - 1);
    fraction[i] = position - floor;
  }
  return { low, high, fraction };
}
