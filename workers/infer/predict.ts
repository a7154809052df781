/** Predicted masks of many samples: pulled, run, upsampled, compared with the true masks, and kept by run. */
import { invariant, serializeError } from '../../core/errors.ts';
import { upsampleArgmax } from '../../core/imaging/upsample-argmax.ts';
import { countOverlap } from '../../core/segmentation/overlap.ts';
import { createYielder, type Report } from '../../core/tasks.ts';
import type { ImageOverlap, PredictReport, PredictSpec } from '../api/compute.ts';
import type { SampleSource } from '../api/data.ts';
import type { LoadedModel } from './load.ts';
import { openPredictionWriter } from './prediction-store.ts';
import { pullBatches } from './pull-batches.ts';
import { runBatches } from './run-batch.ts';

/** Images a run, where the model takes any number: at side 512 and three channels a batch is 12 MiB. */
const BATCH_SIZE = 4;

/**
 * Predicts and scores `spec.samples` at the side of the network's input.
 * Errors: the signal's reason; `gpu/device-lost`, `onnx/unsupported-interface`. A sample that fails is in the report.
 */
export async function predict(
  model: LoadedModel,
  sources: ReadonlyMap<number, SampleSource>,
  spec: PredictSpec,
  signal: AbortSignal,
  report: Report,
): Promise<PredictReport> {
  const startMs = performance.now();
  const { side } = spec.preprocess;
  const pixelCount = side * side;
  const images: ImageOverlap[] = [];
  const failures: PredictReport['failures'][number][] = [];
  const progress = () =>
    report({
      phase: 'Predicting masks',
      done: images.length + failures.length,
      total: spec.samples.length,
      unit: 'images',
    });
  const yieldNow = createYielder(signal);
  const writer = await openPredictionWriter(spec.runId, 'compute');
  try {
    progress();
    const batchSize = model.network.input.batch ?? Math.min(BATCH_SIZE, model.promptBatch);
    const batches = pullBatches(sources, spec.samples, spec.preprocess, batchSize, signal);
    for await (const { batch, output, failures: batchFailures } of runBatches(model, batches, side)) {
      failures.push(...batchFailures);
      if (output !== undefined) {
        const { data, channels, height, width } = output;
        const logitCount = channels * height * width;
        for (const [i, id] of batch.ids.entries()) {
          try {
            const logits = data.subarray(i * logitCount, (i + 1) * logitCount);
            const mask = upsampleArgmax(logits, channels, height, width, side);
            const truth = batch.masks.subarray(i * pixelCount, (i + 1) * pixelCount);
            const overlap = countOverlap(mask, truth);
            const frame = batch.frames[i];
            invariant(frame !== undefined, 'a prepared batch has a frame for every image');
            writer.append(id, { height: side, width: side, mask, frame });
            images.push({ id, overlap });
          } catch (error) {
            failures.push({ id, error: serializeError(error) });
          }
          await yieldNow();
        }
      }
      progress();
    }
  } finally {
    await writer.close();
  }
  return { images, failures, elapsedMs: performance.now() - startMs };
}
