/** The models that Train offers, each with why it cannot be trained, if so; and what a trained model has seen. */
import { EMBEDDED_MODELS, OFFERED_MODELS } from '../../models/zoo/registry.ts';
import type { SampleId } from '../../core/cohort/sample.ts';
import type { MadeModel, ModelReport, ModelSource } from '../../workers/api/compute.ts';
import type { TrainRun } from '../../workers/api/train.ts';
import { memoizeLast } from './memoize.ts';
import type { WorkbenchState } from './store.ts';
import { TINY_KEY } from './train-choices.ts';
import type { TrainFamily } from './train-recipes.ts';

export interface TrainModelChoice {
  /** `embedded:` with a name or `made:` with an id. */
  readonly key: string;
  readonly source: ModelSource;
  readonly name: string;
  /** One sentence; undefined for a model that can be trained, and while it is not known. */
  readonly refusal: string | undefined;
}

const EMBEDDED_SEGMENTERS = OFFERED_MODELS.map((name) => EMBEDDED_MODELS[name]).filter(
  ({ role }) => role === 'segmenter',
);

const choicesOf = memoizeLast(
  (
    made: readonly MadeModel[],
    refusals: Readonly<Record<string, string | null>>,
  ): readonly TrainModelChoice[] => {
    const sources: readonly Omit<TrainModelChoice, 'refusal'>[] = [
      ...EMBEDDED_SEGMENTERS.map(({ name, title }) => ({
        key: `embedded:${name}`,
        source: { kind: 'embedded', name } as const,
        name: title,
      })),
      ...made
        // A segmenter that cannot be trained is listed with the reason.
        .filter(({ role, trainsAs }) => trainsAs !== null || role === 'segmenter')
        .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
        .map(({ id, name }) => ({ key: `made:${id}`, source: { kind: 'made', id } as const, name })),
    ];
    return sources.map((choice) => ({ ...choice, refusal: refusals[choice.key] ?? undefined }));
  },
);

/** In the order that they are listed in. */
export function selectTrainModels({ models, train }: WorkbenchState): readonly TrainModelChoice[] {
  return choicesOf(models.made, train.refusals);
}

function madeOf({ models }: WorkbenchState, key: string): MadeModel | undefined {
  return models.made.find(({ id }) => `made:${id}` === key);
}

/** Of a model by its key; what was trained from SAMed-Tiny in any number of runs is of its family. */
export function familyOf(state: WorkbenchState, key: string): TrainFamily {
  if (key === TINY_KEY) return 'samed-tiny';
  const made = madeOf(state, key);
  if (made?.trainsAs === 'transunet') return 'transunet';
  const model = state.train.runs.find(({ spec }) => spec.runId === made?.trainedIn?.runId)?.spec.model;
  if (model === undefined) return 'samed';
  return familyOf(state, model.kind === 'made' ? `made:${model.id}` : `embedded:${model.name}`);
}

/** The crop that a model was trained with here, null for none; undefined for a model that was not. */
export function trainedCropOf(state: WorkbenchState, key: string): number | null | undefined {
  return madeOf(state, key)?.trainedIn?.crop;
}

/** The images that a model, and those that it was trained from, were trained on or validated with, as far as their runs are kept. */
export function imagesSeenBy(
  { trainedIn }: Pick<ModelReport, 'trainedIn'>,
  runs: readonly TrainRun[],
): ReadonlySet<SampleId> {
  const seen = new Set<SampleId>();
  const remaining = new Set(runs);
  const take = (isIt: (run: TrainRun) => boolean): TrainRun | undefined => {
    const run = [...remaining].find(isIt);
    // A run that learnt nothing gives the model that it began with: it must not be found again as its own.
    if (run !== undefined) remaining.delete(run);
    return run;
  };
  let run = take(({ spec }) => spec.runId === trainedIn?.runId);
  while (run !== undefined) {
    const { model, training, validation } = run.spec;
    for (const { id } of [...training, ...validation]) seen.add(id);
    run = take(({ models }) => models.some(({ id }) => model.kind === 'made' && id === model.id));
  }
  return seen;
}
