/** How the search reaches feature vectors: by the id of a feature set and the samples' ids, never by attribute. */
import type { SampleId } from '../../core/cohort/sample.ts';
import { WorkbenchError } from '../../core/errors.ts';
import type { Matrix } from '../../core/linalg/matrix.ts';

/** Reads stored vectors. `data` is [ids.length, featureCount] in the order of `ids`. */
export type ReadFeatures = (
  featureSetId: string,
  ids: readonly SampleId[],
) => Promise<{ readonly data: Float32Array; readonly featureCount: number }>;

/** Errors: `search/features-missing` when a vector is missing. */
export async function readFeatureMatrix(
  readFeatures: ReadFeatures,
  featureSetId: string,
  ids: readonly SampleId[],
): Promise<Matrix> {
  const { data, featureCount } = await readFeatures(featureSetId, ids);
  if (featureCount < 1 || data.length !== ids.length * featureCount) {
    throw new WorkbenchError(
      'search/features-missing',
      'Feature vectors of some samples are missing. Compute the features of pool and target again.',
      { context: { sampleCount: ids.length, featureCount, valueCount: data.length } },
    );
  }
  return { data, rows: ids.length, columns: featureCount };
}
