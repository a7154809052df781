/** Which runs and selections contain a sample: the places that have some say so here, and the inspector lists them. */
import type { SampleId } from '../../core/cohort/sample.ts';
import type { WorkbenchState } from '../state/store.ts';

export interface SampleMembership {
  readonly kind: 'run' | 'selection';
  readonly id: string;
  readonly label: string;
  /** Where the run or the selection is shown, a hash address. */
  readonly href: string;
  /** The run under which the compute worker keeps this sample's predicted mask; absent where there is none. */
  readonly predictionRunId?: string;
  /** Facts of this sample in the run, such as its Dice of the cup, for the inspector's list. */
  readonly metrics?: readonly { readonly label: string; readonly text: string }[];
}

/** Pure and quick: it is asked at every change of the store while the inspector is open. */
export type MembershipSource = (state: WorkbenchState, id: SampleId) => readonly SampleMembership[];

const sources = new Set<MembershipSource>();

/** Registers a place's answer. Returns the function that takes it back. */
export function registerMemberships(source: MembershipSource): () => void {
  sources.add(source);
  return () => sources.delete(source);
}

/** Everything that contains a sample, the latest registered place last. */
export function membershipsOf(state: WorkbenchState, id: SampleId): readonly SampleMembership[] {
  return [...sources].flatMap((source) => source(state, id));
}
