/** What follows from the training slice and the rest of the state. Every selector returns a primitive or a stable reference. */
import type { ModelSource } from '../../workers/api/compute.ts';
import type { TrainSpec } from '../../workers/api/train.ts';
import { selectCoding, selectPassing, selectSplitAssignment, selectSplitCounts } from './cohort-selectors.ts';
import { memoizeLast } from './memoize.ts';
import type { WorkbenchState } from './store.ts';
import {
  defaultChoices,
  keysOutOfLimits,
  SAMED_KEYS,
  SEARCH_PREFIX,
  settingsOf,
  TINY_KEY,
  type TrainChoices,
} from './train-choices.ts';
import { familyOf, selectTrainModels, trainedCropOf, type TrainModelChoice } from './train-models.ts';
import { type PlanInputs, planTrainingData, type TrainPlan } from './train-plan.ts';

/** Images of a training set, before the test split and the validation set are taken out of it. */
function imageCountOf(state: WorkbenchState, trainingSet: string): number {
  const kept = state.search.kept.find(({ id }) => `${SEARCH_PREFIX}${id}` === trainingSet);
  if (kept !== undefined) return kept.result.selected.length;
  return trainingSet === 'filter' ? selectPassing(state).length : selectSplitCounts(state).train;
}

/** The defaults with some changes: those of the latest selection, else the train split, and of the model and the method. */
export function trainDefaultsOf(state: WorkbenchState, changes: Partial<TrainChoices>): TrainChoices {
  const [latest] = state.search.kept;
  const trainingSet = latest === undefined ? 'train-split' : `${SEARCH_PREFIX}${latest.id}`;
  const modelKey = changes.modelKey ?? TINY_KEY;
  return defaultChoices(changes.method ?? 'plain', {
    trainingSet,
    imageCount: imageCountOf(state, changes.trainingSet ?? trainingSet),
    family: familyOf(state, modelKey),
    crop: trainedCropOf(state, modelKey),
  });
}

/** The same reference for the same defaults: what reads them draws again for nothing else. */
let lastDefaults: TrainChoices | undefined;

/** What stands where nothing was changed. */
export function selectTrainDefaults(state: WorkbenchState): TrainChoices {
  const defaults = trainDefaultsOf(state, state.train.changes);
  const last = lastDefaults;
  const isSame =
    last !== undefined &&
    (Object.keys(defaults) as (keyof TrainChoices)[]).every((key) => defaults[key] === last[key]);
  if (last !== undefined && isSame) return last;
  lastDefaults = defaults;
  return defaults;
}

const merged = memoizeLast(
  (standing: TrainChoices, changes: Partial<TrainChoices>, isSamed: boolean): TrainChoices => {
    const applied = Object.entries(changes).filter(
      ([key]) => isSamed || !(SAMED_KEYS as readonly string[]).includes(key),
    );
    return { ...standing, ...Object.fromEntries(applied) };
  },
);

/** Whether the chosen model is a SAM or SAMed, and not a TransUNet. */
export function selectIsSamed(state: WorkbenchState): boolean {
  return familyOf(state, state.train.changes.modelKey ?? TINY_KEY) !== 'transunet';
}

/** The settings of the next run. */
export function selectTrainChoices(state: WorkbenchState): TrainChoices {
  return merged(selectTrainDefaults(state), state.train.changes, selectIsSamed(state));
}

const inputsOf = memoizeLast(
  (
    records: PlanInputs['records'],
    shards: PlanInputs['shards'],
    withoutFile: PlanInputs['withoutFile'],
    passing: PlanInputs['passing'],
    splits: PlanInputs['splits'],
    coding: PlanInputs['coding'],
    groupings: PlanInputs['groupings'],
    searches: PlanInputs['searches'],
  ): PlanInputs => ({ records, shards, withoutFile, passing, splits, coding, groupings, searches }),
);
const planned = memoizeLast(planTrainingData);

/** What the next run would train on and validate with. */
export function selectTrainPlan(state: WorkbenchState): TrainPlan {
  const { records, shards, withoutFile, groupings } = state.cohort;
  const inputs = inputsOf(
    records,
    shards,
    withoutFile,
    selectPassing(state),
    selectSplitAssignment(state).splits,
    selectCoding(state),
    groupings,
    state.search.kept,
  );
  return planned(inputs, selectTrainChoices(state));
}

/** The chosen model; undefined where it is gone. */
export function selectTrainModel(state: WorkbenchState): TrainModelChoice | undefined {
  const { modelKey } = selectTrainChoices(state);
  return selectTrainModels(state).find(({ key }) => key === modelKey);
}

/** A run without its identity. */
export type TrainDraft = Omit<TrainSpec, 'runId' | 'name' | 'origin'>;

const drafted = memoizeLast(
  (plan: TrainPlan, choices: TrainChoices, model: ModelSource | undefined): TrainDraft | undefined => {
    if (plan.problem !== undefined || model === undefined || keysOutOfLimits(choices).length > 0) {
      return undefined;
    }
    const { attribute, groups, training, validation } = plan;
    return { model, settings: settingsOf(choices), attribute, groups, training, validation };
  },
);

/** What would be trained now; undefined while the settings do not allow a run. */
export function selectTrainDraft(state: WorkbenchState): TrainDraft | undefined {
  return drafted(selectTrainPlan(state), selectTrainChoices(state), selectTrainModel(state)?.source);
}

/** Why no run can start now; undefined when one can. */
export function selectTrainProblem(state: WorkbenchState): string | undefined {
  const { problem } = selectTrainPlan(state);
  if (problem !== undefined) return problem;
  if (state.device.status === 'ready' && state.device.report.provider === 'wasm') {
    return 'Training needs WebGPU, which this browser does not offer here.';
  }
  const model = selectTrainModel(state);
  if (model === undefined) return 'The chosen model is not there. Choose another one.';
  if (model.refusal !== undefined) return model.refusal;
  const choices = selectTrainChoices(state);
  if (choices.crossEntropyWeight === 0 && choices.diceWeight === 0) {
    return 'Both weights of the loss are 0, so that nothing would be learnt.';
  }
  if (keysOutOfLimits(choices).length > 0) {
    return 'A setting lies outside its limits; it is marked at the left.';
  }
  const { error, isUpdating } = state.train.estimate;
  return error === undefined || isUpdating ? undefined : 'It cannot be planned; the reason stands below.';
}
