/** Scores predictions made elsewhere against the true masks, at the size they were made for, and keeps them for the overlays. */
import { type PredictionMask, readPredictionMask } from '../../core/cohort/read-prediction.ts';
import type { Sample } from '../../core/cohort/read-sample.ts';
import type { SampleId } from '../../core/cohort/sample.ts';
import { serializeError, WorkbenchError } from '../../core/errors.ts';
import type { CropFrame } from '../../core/imaging/crop.ts';
import { prepareForSegmentation } from '../../core/imaging/preprocess.ts';
import { countOverlap } from '../../core/segmentation/overlap.ts';
import type { PredictedMask } from '../api/compute.ts';
import type { IngestFile, PredictionResult, SegmentationPreprocess } from '../api/data.ts';
import { readStored } from './read-stored.ts';
import { readOrigin } from './sample-origin.ts';
import type { SampleStore } from './sample-store.ts';

/** Where the masks of a run are kept, so that the page can show them. */
export interface KeptPredictions {
  append(id: SampleId, predicted: PredictedMask): void;
  close(): Promise<void>;
}

/** Opens a run for one writer; in the product `openPredictionWriter` of `workers/infer`. */
export type OpenPredictions = (runId: string, writer: string) => Promise<KeptPredictions>;

/** The true mask a prediction is compared with, and where both lie in the image. */
interface Truth {
  readonly mask: Uint8Array;
  readonly frame: CropFrame;
  readonly comparedAt: string;
}

/**
 * The truth at the prediction's own size: neither mask is ever resized to fit, which would change the score.
 * The image's size goes first; else the input size of the preprocessing, with its crop.
 * Errors: `evaluate/prediction-shape` for any other size.
 */
function truthFor(predicted: PredictionMask, sample: Sample, preprocess: SegmentationPreprocess): Truth {
  const { height, width } = sample;
  const { side } = preprocess;
  if (predicted.height === height && predicted.width === width) {
    return {
      mask: sample.mask,
      frame: { top: 0, left: 0, height, width },
      comparedAt: `${height}x${width}, the size of the image`,
    };
  }
  if (predicted.height === side && predicted.width === side) {
    const { mask, frame } = prepareForSegmentation(sample.image, sample.mask, height, width, preprocess);
    return { mask, frame, comparedAt: `${side}x${side}, the size of the network's input` };
  }
  throw new WorkbenchError(
    'evaluate/prediction-shape',
    `The prediction has ${predicted.height}x${predicted.width} pixels; it should have ${height}x${width} as its image, or ${side}x${side} as the network's input.`,
    {
      context: {
        prediction: [predicted.height, predicted.width],
        image: [height, width],
        input: [side, side],
      },
    },
  );
}

/**
 * One result for each file, in order; a prediction that cannot be scored is listed with its reason.
 * Errors of single files: those of `readPredictionMask` and of reading the sample, `evaluate/prediction-shape`.
 */
export async function scorePredictions(
  store: SampleStore,
  kept: KeptPredictions,
  files: readonly (IngestFile & { readonly id: SampleId })[],
  preprocess: SegmentationPreprocess,
): Promise<readonly PredictionResult[]> {
  const results: PredictionResult[] = [];
  for (const { id, path, file } of files) {
    try {
      const predicted = readPredictionMask(await readOrigin({ kind: 'file', file }), path);
      const truth = truthFor(predicted, await readStored(store, id), preprocess);
      const overlap = countOverlap(predicted.mask, truth.mask);
      const { height, width, mask, notes } = predicted;
      kept.append(id, { height, width, mask, frame: truth.frame });
      results.push({ status: 'scored', id, path, overlap, comparedAt: truth.comparedAt, notes });
    } catch (error) {
      results.push({ status: 'rejected', path, error: serializeError(error) });
    }
  }
  return results;
}
