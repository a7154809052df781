/** What the place shows of a run: its images in the present cohort, and their summary from the analysis worker. */
import { useEffect, useMemo, useState } from 'react';
import { isAbortError, type SerializedError, serializeError } from '../../../core/errors.ts';
import type { EvaluationGrouping, EvaluationSummary, SummarySpec } from '../../../workers/api/analysis.ts';
import { analysisWorker } from '../../services/workers.ts';
import { selectCoding, selectIndexById, selectPassing } from '../../state/cohort-selectors.ts';
import type { EvaluationRun } from '../../state/evaluate.ts';
import { type EvaluatedImages, evaluatedImages, evaluationGroupings } from '../../state/evaluate-scores.ts';
import { useStore } from '../../state/store.ts';

export type SummaryView =
  | { readonly status: 'loading' }
  | { readonly status: 'empty' }
  | { readonly status: 'failed'; readonly error: SerializedError }
  | { readonly status: 'done'; readonly summary: EvaluationSummary };

export interface Evaluation extends EvaluatedImages {
  readonly run: EvaluationRun;
  readonly groupings: readonly EvaluationGrouping[];
  readonly view: SummaryView;
}

const LOADING: SummaryView = { status: 'loading' };
const EMPTY: SummaryView = { status: 'empty' };

/** The summary of a specification; `loading` from the moment the specification changes. */
function useSummary(spec: SummarySpec): SummaryView {
  const [done, setDone] = useState<{ readonly spec: SummarySpec; readonly view: SummaryView }>();
  useEffect(() => {
    if (spec.overlaps.length === 0) return undefined;
    const abort = new AbortController();
    const finish = (view: SummaryView) => {
      if (!abort.signal.aborted) setDone({ spec, view });
    };
    analysisWorker()
      .summarize(spec, abort.signal, () => undefined)
      .then(
        (summary) => finish({ status: 'done', summary }),
        (error: unknown) => {
          if (!isAbortError(error)) finish({ status: 'failed', error: serializeError(error) });
        },
      );
    return () => abort.abort();
  }, [spec]);
  if (spec.overlaps.length === 0) return EMPTY;
  return done?.spec === spec ? done.view : LOADING;
}

/** The images of a run with their scores, those that the settings show. */
export function useEvaluatedImages(run: EvaluationRun): EvaluatedImages {
  const records = useStore((state) => state.cohort.records);
  const indexById = useStore(selectIndexById);
  const passing = useStore(selectPassing);
  const { obeyFilter, convention } = useStore((state) => state.evaluate.settings);
  const shown = obeyFilter ? passing : null;
  return useMemo(
    () => evaluatedImages(run, records, indexById, shown, convention),
    [run, records, indexById, shown, convention],
  );
}

/** Everything that the results of a run are drawn from. */
export function useEvaluation(run: EvaluationRun, given: EvaluatedImages): Evaluation {
  const { images } = given;
  const chosen = useStore((state) => state.cohort.groupings);
  const coding = useStore(selectCoding);
  const { convention, definition, minGroupSize, resampleCount, seed } = useStore(
    (state) => state.evaluate.settings,
  );
  const groupings = useMemo(() => evaluationGroupings(images, chosen, coding), [images, chosen, coding]);
  const spec = useMemo(
    (): SummarySpec => ({
      overlaps: images.map(({ image }) => image.overlap),
      groupings,
      convention,
      equityDefinition: definition,
      minGroupSize,
      resampleCount,
      seed,
    }),
    [images, groupings, convention, definition, minGroupSize, resampleCount, seed],
  );
  const view = useSummary(spec);
  return useMemo(() => ({ ...given, run, groupings, view }), [given, run, groupings, view]);
}
