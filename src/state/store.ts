/**
 * The one store of the page: a key per slice. A new slice adds its key here and nowhere else. Components read it
 * with `useStore` and a selector that returns a primitive or an existing reference; services write with `update`.
 */
import { useStore as useZustand } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { type CohortState, initialCohort } from './cohort.ts';
import { type DeviceState, initialDevice } from './device.ts';
import { type EvaluateState, initialEvaluate } from './evaluate.ts';
import { initialJobs, type JobsState } from './jobs.ts';
import { initialModels, type ModelsState } from './models.ts';
import { initialSearch, type SearchState } from './search.ts';
import { initialTrain, type TrainState } from './train.ts';
import { initialUi, type UiState } from './ui.ts';

export interface WorkbenchState {
  readonly ui: UiState;
  readonly cohort: CohortState;
  readonly jobs: JobsState;
  readonly device: DeviceState;
  readonly models: ModelsState;
  readonly search: SearchState;
  readonly train: TrainState;
  readonly evaluate: EvaluateState;
}

/** The state before anything happened; tests start from it. */
export const initialState: WorkbenchState = {
  ui: initialUi,
  cohort: initialCohort,
  jobs: initialJobs,
  device: initialDevice,
  models: initialModels,
  search: initialSearch,
  train: initialTrain,
  evaluate: initialEvaluate,
};

export const store = createStore<WorkbenchState>()(() => initialState);

/** The part of the state a component shows. */
export function useStore<Value>(selector: (state: WorkbenchState) => Value): Value {
  return useZustand(store, selector);
}

/** Replaces one slice by a pure function of it. */
export function update<Slice extends keyof WorkbenchState>(
  slice: Slice,
  change: (state: WorkbenchState[Slice]) => WorkbenchState[Slice],
): void {
  store.setState((state) => ({ [slice]: change(state[slice]) }));
}
