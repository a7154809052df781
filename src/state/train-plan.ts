/** What the next run would train on and validate with: disjoint lists with groups, in an order that no reading order changes. Pure. */
import type { Coding } from '../../core/cohort/coding.ts';
import { type Grouping, groupIndices, groupLabels } from '../../core/cohort/groups.ts';
import type { SampleId, SampleRecord, Split } from '../../core/cohort/sample.ts';
import { createRandom, permutation } from '../../core/random.ts';
import type { TrainSample } from '../../workers/api/train.ts';
import type { KeptSearch } from './search.ts';
import { groupingOf, recordedTitle } from './search-plan.ts';
import { SEARCH_PREFIX, type TrainChoices } from './train-choices.ts';

export interface TrainPlan {
  readonly training: readonly TrainSample[];
  readonly validation: readonly TrainSample[];
  /** "selection Greedy, N = 100, seed 1", "train split". */
  readonly trainingLabel: string;
  readonly validationLabel: string;
  /** Attribute whose groups are reported, and their names. */
  readonly attribute: string;
  readonly groups: readonly string[];
  /** Images by group, those of unknown group last. */
  readonly trainingCounts: readonly number[];
  readonly validationCounts: readonly number[];
  /** Images of the test split that the training set would have held. */
  readonly testLeftOutCount: number;
  /** Images of the training set that are not in the cohort, or whose file has not been dropped again. */
  readonly missingCount: number;
  /** Why no run can start, what to do; undefined when one can. */
  readonly problem: string | undefined;
}

/** The part of the state that a plan is made of. */
export interface PlanInputs {
  readonly records: readonly SampleRecord[];
  readonly shards: readonly number[];
  readonly withoutFile: ReadonlySet<SampleId>;
  readonly passing: Uint32Array;
  readonly splits: readonly Split[];
  readonly coding: Coding;
  readonly groupings: readonly Grouping[];
  readonly searches: readonly KeptSearch[];
}

interface Sample extends TrainSample {
  readonly split: Split;
}

/** Ids in rising order: workers read files in any order, and the same seed must give the same lists. */
function byId(a: Sample, b: Sample): number {
  return a.id < b.id ? -1 : 1;
}

function samplesOf(inputs: PlanInputs, grouping: Grouping | undefined): ReadonlyMap<SampleId, Sample> {
  const { records, shards, withoutFile, splits, coding } = inputs;
  const groups = grouping === undefined ? undefined : groupIndices(records, grouping, coding);
  return new Map(
    records.flatMap(({ id }, i) =>
      withoutFile.has(id)
        ? []
        : [[id, { id, shard: shards[i] ?? 0, group: groups?.[i] ?? -1, split: splits[i] ?? 'unassigned' }]],
    ),
  );
}

interface Wanted {
  readonly ids: readonly SampleId[];
  readonly label: string;
  /** Images that a search chose with: neither trained on nor validated with. */
  readonly reserved: ReadonlySet<SampleId>;
  /** A selection's size is part of the experiment: validation takes nothing out of it. */
  readonly isFixed: boolean;
}

function wantedOf(inputs: PlanInputs, trainingSet: string): Wanted | undefined {
  const { records, splits, passing, searches } = inputs;
  const passingIds = (isWanted: (index: number) => boolean) =>
    Array.from(passing).flatMap((index) => (isWanted(index) ? [(records[index] as SampleRecord).id] : []));
  const none = new Set<SampleId>();
  if (trainingSet === 'filter') {
    return { ids: passingIds(() => true), label: "cohort's filter", reserved: none, isFixed: false };
  }
  if (trainingSet === 'train-split') {
    const ids = passingIds((index) => splits[index] === 'train');
    return { ids, label: 'train split', reserved: none, isFixed: false };
  }
  const kept = searches.find(({ id }) => `${SEARCH_PREFIX}${id}` === trainingSet);
  if (kept === undefined) return undefined;
  return {
    ids: kept.result.selected,
    label: `selection ${kept.name}`,
    reserved: new Set([...kept.target, ...kept.heldOut]),
    isFixed: true,
  };
}

function draw(candidates: readonly Sample[], count: number, seed: number): readonly Sample[] {
  const order = permutation(candidates.length, createRandom(seed, 'training-validation'));
  return Array.from(order.subarray(0, count), (i) => candidates[i] as Sample).toSorted(byId);
}

/** Those to validate with, and in words where they come from. Never of the test split. */
function validationOf(
  inputs: PlanInputs,
  samples: ReadonlyMap<SampleId, Sample>,
  wanted: Wanted,
  choices: TrainChoices,
): { readonly drawn: readonly Sample[]; readonly label: string } {
  const { validationSource, validationFrac, maxValidationCount, validationSeed } = choices;
  if (validationSource === 'none') return { drawn: [], label: 'none' };
  const split = validationSource === 'train-split' ? 'train' : 'validation';
  const passing = Array.from(inputs.passing, (index) =>
    samples.get((inputs.records[index] as SampleRecord).id),
  );
  const inSplit = passing
    .filter((sample) => sample !== undefined)
    .filter((sample) => sample.split === split && !wanted.reserved.has(sample.id))
    .toSorted(byId);
  const trained = new Set(wanted.ids);
  const rest = wanted.isFixed ? inSplit.filter(({ id }) => !trained.has(id)) : inSplit;
  const share =
    validationSource === 'train-split' ? Math.round(validationFrac * inSplit.length) : rest.length;
  const count = Math.min(share, maxValidationCount, rest.length);
  const words = wanted.isFixed && split === 'train' ? 'train split without the selection' : `${split} split`;
  return { drawn: draw(rest, count, validationSeed), label: `${words}, seed ${validationSeed}` };
}

function countGroups(samples: readonly TrainSample[], groupCount: number): readonly number[] {
  const counts = Array.from({ length: groupCount + 1 }, () => 0);
  for (const { group } of samples) {
    const place = group < 0 ? groupCount : group;
    counts[place] = (counts[place] as number) + 1;
  }
  return counts;
}

function bare({ id, shard, group }: Sample): TrainSample {
  return { id, shard, group };
}

function problemOf(
  recordCount: number,
  wanted: Wanted | undefined,
  trainingCount: number,
  withoutFile: ReadonlySet<SampleId>,
): string | undefined {
  if (recordCount === 0) return 'There is no cohort yet.';
  if (wanted === undefined) return 'The chosen selection was deleted. Choose another training set.';
  if (trainingCount > 0) return undefined;
  if (wanted.ids.some((id) => withoutFile.has(id)))
    return 'Its files are not open: open them again in Cohort.';
  return `No image can be trained on: the training set (${wanted.label}) is empty without the test split.`;
}

/** The plan for some choices. */
export function planTrainingData(inputs: PlanInputs, choices: TrainChoices): TrainPlan {
  const grouping = groupingOf(inputs.groupings, choices.groupingId);
  const groups = grouping === undefined ? [] : groupLabels(grouping);
  const samples = samplesOf(inputs, grouping);
  const wanted = wantedOf(inputs, choices.trainingSet);
  const present = (wanted?.ids ?? []).flatMap((id) => samples.get(id) ?? []);
  const allowed = present.filter(({ split }) => split !== 'test');
  const { drawn, label } =
    wanted === undefined ? { drawn: [], label: 'none' } : validationOf(inputs, samples, wanted, choices);
  const held = new Set(drawn.map(({ id }) => id));
  const keepsSplitOut = choices.validationSource === 'validation-split' && wanted?.isFixed === false;
  const training = allowed
    .filter(({ id, split }) => !held.has(id) && !(keepsSplitOut && split === 'validation'))
    .toSorted(byId)
    .map(bare);
  const validation = drawn.map(bare);
  return {
    training,
    validation,
    trainingLabel: wanted?.label ?? 'none',
    validationLabel: label,
    attribute: grouping === undefined ? '' : recordedTitle(grouping),
    groups,
    trainingCounts: countGroups(training, groups.length),
    validationCounts: countGroups(validation, groups.length),
    testLeftOutCount: present.length - allowed.length,
    missingCount: (wanted?.ids.length ?? 0) - present.length,
    problem: problemOf(inputs.records.length, wanted, training.length, inputs.withoutFile),
  };
}
