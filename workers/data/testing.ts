/** Sample files for the tests of the data worker and of the page's ingest: small demo samples, as dropped files. */
import { demoSampleFile } from '../../core/cohort/demo-cohort.ts';
import type { DemoCohortSpec, IngestFile } from '../api/data.ts';

/** The smallest cohort the generator makes: quick to draw. */
export const SMALL_COHORT: DemoCohortSpec = { count: 80, seed: 3, size: { height: 128, width: 128 } };

/** The bytes of sample `index` of the small cohort, as a data worker makes them. */
export function smallSampleFile(index: number): Uint8Array<ArrayBuffer> {
  return demoSampleFile(SMALL_COHORT, index, 0);
}

/** Sample `index` of the small cohort as a dropped file. */
export function droppedSample(
  index: number,
  folder = 'cohort',
  lastModified = 1_700_000_000_000,
): IngestFile {
  return droppedFile(`${folder}/data_${index}.npz`, smallSampleFile(index), lastModified);
}

/** Any bytes as a dropped file. */
export function droppedFile(path: string, bytes: BlobPart, lastModified = 1_700_000_000_000): IngestFile {
  return { path, file: new File([bytes], path.slice(path.lastIndexOf('/') + 1), { lastModified }) };
}
