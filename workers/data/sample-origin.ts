/** Where a sample's bytes come from: a file the person dropped, or the generator of the demo cohort. */
import { demoSampleFile } from '../../core/cohort/demo-cohort.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { DemoCohortSpec } from '../api/data.ts';

/** A sample of the demo cohort: its bytes are made again whenever they are asked for. */
export interface DemoOrigin {
  readonly cohort: DemoCohortSpec;
  readonly index: number;
}

export type SampleOrigin =
  { readonly kind: 'file'; readonly file: File } | ({ readonly kind: 'demo' } & DemoOrigin);

/** A FairSeg sample takes about 0.7 MB unpacked; anything near this is not a sample, and would fill the memory of the page. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

function readError(file: File, cause: unknown): WorkbenchError {
  // Chromium's answer when size or time differ from those at the drop; it does not say more.
  if (cause instanceof DOMException && cause.name === 'NotReadableError') {
    return new WorkbenchError(
      'file/changed',
      `${file.name} has changed since it was dropped, or may not be read any more.`,
      { hint: 'Drop its folder again.', cause },
    );
  }
  return new WorkbenchError('file/unreadable', `${file.name} cannot be read: it was moved or deleted.`, {
    hint: 'Drop its folder again.',
    cause,
  });
}

/** All bytes of a sample's file. Errors: `file/too-large` (before anything is read), `file/changed`, `file/unreadable`. */
export async function readOrigin(origin: SampleOrigin): Promise<Uint8Array<ArrayBuffer>> {
  // Stored, not compressed: the bytes are unpacked in the next moment.
  if (origin.kind === 'demo') return demoSampleFile(origin.cohort, origin.index, 0);
  const { file } = origin;
  if (file.size > MAX_FILE_BYTES) {
    throw new WorkbenchError(
      'file/too-large',
      `${file.name} has ${Math.round(file.size / 1024 / 1024)} MB; sample files of up to ${MAX_FILE_BYTES / 1024 / 1024} MB are read.`,
      { context: { sizeBytes: file.size, limitBytes: MAX_FILE_BYTES } },
    );
  }
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw readError(file, error);
  }
}

/** SHA-256 of bytes as lower-case hex: the id of a sample. */
export async function hashBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
