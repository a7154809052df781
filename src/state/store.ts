/**
 * The one store of the page: a key per slice. A new slice adds its key here and nowhere else. Components read it
 * with `useStore` and a selector that returns a primitive or an existing reference; services write with `update`.
 */
import { useStore as useZustand } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { type CohortState, initialCohort } from './cohort.ts';
import { type DeviceState, initialDevice } from './device.ts';
import { initialJobs, type JobsState } from './jobs.ts';
import { initialUi, type UiState } from './ui.ts';

export interface WorkbenchState {
  readonly ui: UiState;
  readonly cohort: CohortState;
  readonly jobs: JobsState;
  readonly device: DeviceState;
}

/** The state before anything happened; tests start from it. */
export const initialState: WorkbenchState = {
  ui: initialUi,
  cohort: initialCohort,
  jobs: initialJobs,
  device: initialDevice,
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
