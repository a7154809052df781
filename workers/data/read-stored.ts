/** Reads a kept sample's pixels again, from its file, and makes sure that they are still the same. */
import { readSample, type Sample } from '../../core/cohort/read-sample.ts';
import type { SampleId } from '../../core/cohort/sample.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { SamplePixels } from '../api/data.ts';
import { hashBytes, readOrigin } from './sample-origin.ts';
import { type SampleStore, unknownSample } from './sample-store.ts';

/**
 * The sample, read from its file. The content is hashed again: a number must never come from other pixels than those
 * that were counted when the file was dropped.
 * Errors: `sample/not-loaded` (unknown, or its file is not attached), `file/changed`, `file/unreadable`.
 */
export async function readStored(store: SampleStore, id: SampleId): Promise<Sample> {
  const record = store.record(id);
  if (record === undefined) throw unknownSample(id);
  const origin = store.origin(id);
  if (origin === undefined) {
    throw new WorkbenchError(
      'sample/not-loaded',
      `${record.name} is known from an earlier visit, but its file is not open.`,
      { hint: 'Open the folder again, or drop it once more.' },
    );
  }
  const bytes = await readOrigin(origin);
  if ((await hashBytes(bytes)) !== id) {
    throw new WorkbenchError(
      'file/changed',
      origin.kind === 'file'
        ? `${record.name} has changed since it was dropped.`
        : `The demo cohort's generator has changed since ${record.name} was made.`,
      { hint: 'Clear the cohort and load it again.' },
    );
  }
  return readSample(bytes);
}

/** A sample at full size for the inspector, clipped to 0..255 and rounded. Errors: as `readStored`. */
export async function readPixels(store: SampleStore, id: SampleId): Promise<SamplePixels> {
  const { height, width, image, mask, arrays } = await readStored(store, id);
  // Clamped arrays clip and round (halves to even) by themselves.
  const grey = new Uint8ClampedArray(image);
  return { id, height, width, image: new Uint8Array(grey.buffer), mask, arrays };
}
