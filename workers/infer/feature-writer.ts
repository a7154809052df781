/** Adds vectors to the feature cache; the compute worker alone does. */
import type { SampleId } from '../../core/cohort/sample.ts';
import { FEATURE_FOLDER } from './feature-cache.ts';
import { openPackWriter } from './pack-writer.ts';

export interface FeatureWriter {
  /** Samples whose vector is stored already. */
  readonly ids: ReadonlySet<SampleId>;
  append(id: SampleId, vector: Float32Array): void;
  close(): Promise<void>;
}

/** Opens a feature set for appending; one writer at a time. */
export async function openFeatureWriter(featureSetId: string): Promise<FeatureWriter> {
  const writer = await openPackWriter([FEATURE_FOLDER, featureSetId], 'vectors');
  return {
    ids: writer.ids,
    append(id, vector) {
      const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
      writer.append(id, bytes, [vector.length]);
    },
    close: () => writer.close(),
  };
}
