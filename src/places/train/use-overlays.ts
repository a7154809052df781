/** The overlays of the last validation, fetched anew after each. Pixels stay out of the store. */
import { useEffect, useState } from 'react';
import type { ValidationOverlay } from '../../../workers/api/train.ts';
import { fetchOverlays } from '../../services/train-runs.ts';

interface Fetched {
  readonly runId: string;
  readonly step: number;
  readonly overlays: readonly ValidationOverlay[];
}

/** Those of the run, of the validation at `step` or an earlier one while that is being fetched; undefined before the first. */
export function useOverlays(runId: string, step: number | undefined): Fetched | undefined {
  const [fetched, setFetched] = useState<Fetched>();
  useEffect(() => {
    if (step === undefined) return undefined;
    let isCurrent = true;
    fetchOverlays(runId).then(
      (overlays) => {
        if (isCurrent) setFetched({ runId, step, overlays });
      },
      // The worker is being replaced; the next validation fetches again.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [runId, step]);
  return fetched?.runId === runId ? fetched : undefined;
}
