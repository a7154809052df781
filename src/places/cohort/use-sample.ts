/** A sample's pixels for the inspector; an answer that comes after the next sample was asked for is dropped. */
import { useEffect, useState } from 'react';
import type { SampleId } from '../../../core/cohort/sample.ts';
import { type SerializedError, serializeError } from '../../../core/errors.ts';
import type { PredictedMask } from '../../../workers/api/compute.ts';
import type { SamplePixels } from '../../../workers/api/data.ts';
import { sampleAccess, startCompute } from '../../services/workers.ts';

export interface SampleReading {
  /** Undefined while they are read. */
  readonly pixels: SamplePixels | undefined;
  readonly error: SerializedError | undefined;
}

/** Reads the sample whenever the id changes. */
export function useSample(id: SampleId): SampleReading {
  const [reading, setReading] = useState<SampleReading & { readonly id: SampleId }>();
  useEffect(() => {
    let isWanted = true;
    sampleAccess.readSample(id).then(
      (pixels) => isWanted && setReading({ id, pixels, error: undefined }),
      (error: unknown) => isWanted && setReading({ id, pixels: undefined, error: serializeError(error) }),
    );
    return () => {
      isWanted = false;
    };
  }, [id]);
  return reading?.id === id ? reading : { pixels: undefined, error: undefined };
}

export interface PredictionReading {
  readonly prediction: PredictedMask | undefined;
  readonly error: SerializedError | undefined;
}

const NO_PREDICTION: PredictionReading = { prediction: undefined, error: undefined };

/** The predicted mask of a run; nothing is started without one. */
export function usePrediction(runId: string | undefined, id: SampleId): PredictionReading {
  const [reading, setReading] = useState<PredictionReading & { readonly key: string }>();
  const key = `${runId} ${id}`;
  useEffect(() => {
    if (runId === undefined) return undefined;
    let isWanted = true;
    startCompute()
      .then(({ worker }) => worker.readPrediction(runId, id))
      .then(
        (prediction) => isWanted && setReading({ key: `${runId} ${id}`, prediction, error: undefined }),
        (error: unknown) =>
          isWanted &&
          setReading({ key: `${runId} ${id}`, prediction: undefined, error: serializeError(error) }),
      );
    return () => {
      isWanted = false;
    };
  }, [runId, id]);
  return reading?.key === key ? reading : NO_PREDICTION;
}
