/** Samples' records for tests that are about something else than pixels. */
import type { SampleRecord } from './sample.ts';

/** The record of one pixel of background, with what the test is about. */
export function recordOf(given: Pick<SampleRecord, 'id' | 'path'> & Partial<SampleRecord>): SampleRecord {
  return {
    name: given.path.slice(given.path.lastIndexOf('/') + 1),
    sizeBytes: 1,
    lastModifiedMs: 0,
    height: 1,
    width: 1,
    imageDtype: '|u1',
    maskDtype: '|i1',
    imageMin: 0,
    imageMax: 0,
    imageMean: 0,
    maskCounts: { background: 1, rim: 0, cup: 0 },
    keys: {},
    codes: {},
    extras: {},
    notes: [],
    ...given,
  };
}
