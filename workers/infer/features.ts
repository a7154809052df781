/** Feature vectors of many samples: what is cached is kept, the rest is pulled, computed and stored. */
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { Report } from '../../core/tasks.ts';
import type { FeatureReport, FeatureSpec } from '../api/compute.ts';
import type { SampleSource } from '../api/data.ts';
import { featureSetIdOf } from './feature-cache.ts';
import { openFeatureWriter } from './feature-writer.ts';
import type { LoadedModel } from './load.ts';
import { poolCells } from './model.ts';
import { pullBatches } from './pull-batches.ts';
import { runBatches } from './run-batch.ts';

/** Images a run, where the model takes any number: enough to keep the threads busy, little enough to cancel quickly. */
const BATCH_SIZE = 16;

const NOT_FINITE = serializeError(
  new WorkbenchError('runtime/run-failed', 'The model gave no finite feature vector for this image.'),
);

/**
 * Computes and stores the vectors of `spec.samples`.
 * Errors: the signal's reason; `gpu/device-lost`, `onnx/unsupported-interface`. A sample that fails is in the report.
 * What was computed before a cancel stays in the cache.
 */
export async function extractFeatures(
  model: LoadedModel,
  sources: ReadonlyMap<number, SampleSource>,
  spec: FeatureSpec,
  signal: AbortSignal,
  report: Report,
): Promise<FeatureReport> {
  const { preprocess } = spec;
  const featureCount = model.report.outputChannels;
  const featureSetId = featureSetIdOf(spec.modelId, preprocess);
  const writer = await openFeatureWriter(featureSetId);
  try {
    // A sample named twice is computed once.
    const samples = [...new Map(spec.samples.map((sample) => [sample.id, sample])).values()];
    const missing = samples.filter(({ id }) => !writer.ids.has(id));
    const fromCache = samples.length - missing.length;
    const failures: FeatureReport['failures'][number][] = [];
    let computed = 0;
    const progress = () =>
      report({
        phase: 'Computing features',
        done: fromCache + computed + failures.length,
        total: samples.length,
        unit: 'samples',
      });
    progress();
    const batchSize = model.network.input.batch ?? Math.min(BATCH_SIZE, model.promptBatch);
    const batches = pullBatches(sources, missing, preprocess, batchSize, signal);
    for await (const ran of runBatches(model, batches, preprocess.side)) {
      const { batch, output, failures: batchFailures } = ran;
      failures.push(...batchFailures);
      const vectors = output === undefined ? undefined : poolCells(output);
      for (const [row, id] of vectors === undefined ? [] : batch.ids.entries()) {
        const vector = vectors?.slice(row * featureCount, (row + 1) * featureCount);
        if (vector?.length === featureCount && vector.every(Number.isFinite)) {
          writer.append(id, vector);
          computed++;
        } else {
          failures.push({ id, error: NOT_FINITE });
        }
      }
      progress();
    }
    return { featureSetId, featureCount, computed, fromCache, failures };
  } finally {
    await writer.close();
  }
}
