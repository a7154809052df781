/** Feature vectors by sample, kept between visits: one set for each model and preprocessing. */
import type { SampleId } from '../../core/cohort/sample.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { ModelId } from '../api/compute.ts';
import type { FeaturePreprocess } from '../api/data.ts';
import { readPacks } from './pack-reader.ts';

export const FEATURE_FOLDER = 'features';

/** Where the vectors of a model under a preprocessing lie; equal for equal vectors, on every visit. */
export function featureSetIdOf(modelId: ModelId, preprocess: FeaturePreprocess): string {
  return `${modelId}-${preprocess.side}-${preprocess.preset}`;
}

export interface FeatureMatrix {
  /** [ids.length, featureCount] f32 row-major, in the order of the ids asked for. */
  readonly data: Float32Array<ArrayBuffer>;
  readonly featureCount: number;
}

/**
 * The feature vectors of samples, from any worker. With no ids the matrix is empty and `featureCount` 0.
 * Errors: `search/features-missing` when a sample has none, or they differ in length.
 */
export async function readFeatures(featureSetId: string, ids: readonly SampleId[]): Promise<FeatureMatrix> {
  const values = await readPacks([FEATURE_FOLDER, featureSetId], ids);
  const missingCount = ids.filter((id) => !values.has(id)).length;
  if (missingCount > 0) {
    throw new WorkbenchError(
      'search/features-missing',
      `${missingCount} of ${ids.length} samples have no features of this extractor yet.`,
      { hint: 'Compute the features again.', context: { featureSetId, missingCount } },
    );
  }
  const featureCount = values.values().next().value?.meta[0] ?? 0;
  const data = new Float32Array(ids.length * featureCount);
  for (const [row, id] of ids.entries()) {
    const payload = values.get(id)?.payload;
    if (payload?.byteLength !== 4 * featureCount) {
      throw new WorkbenchError(
        'search/features-missing',
        'The stored features differ in length: they are not of one extractor.',
        { hint: 'Delete the stored data on the privacy page and compute the features again.' },
      );
    }
    data.set(new Float32Array(payload.buffer, payload.byteOffset, featureCount), row * featureCount);
  }
  return { data, featureCount };
}
