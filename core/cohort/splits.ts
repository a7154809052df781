/** Which split every sample belongs to: from split lists, from folder names, or drawn at random when asked for. */
import { createRandom, permutation } from '../random.ts';
import type { SampleRecord, Split } from './sample.ts';

export type NamedSplit = Exclude<Split, 'unassigned'>;
const NAMED_SPLITS: readonly NamedSplit[] = ['train', 'validation', 'test'];

/** File names of each list, as `readSplitList` gives them. */
export type SplitLists = Readonly<Partial<Record<NamedSplit, readonly string[]>>>;

export interface SplitAssignment {
  /** One for every record. */
  readonly splits: readonly Split[];
  readonly source: 'lists' | 'folders' | 'none';
  /** Names in a list that no record has. */
  readonly notFound: readonly { readonly split: NamedSplit; readonly names: readonly string[] }[];
  /** Names left unassigned because two lists hold them. */
  readonly inSeveralLists: readonly string[];
  /** Listed names left unassigned because several files have them. */
  readonly sharedNames: readonly string[];
}

const SPLIT_WORDS: ReadonlyMap<string, NamedSplit> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** The split a list's file name stands for (`train.txt`, `val.txt`, `test_list.txt`), undefined when it names none or two. */
export function splitOfListName(fileName: string): NamedSplit | undefined {
  const words = fileName
    .toLowerCase()
    .replace(/\.[^.]*$/, '')
    .split(/[^a-z]+/);
  const found = new Set(words.flatMap((word) => SPLIT_WORDS.get(word) ?? []));
  return found.size === 1 ? [...found][0] : undefined;
}

/** The split of the innermost folder that names one. */
function splitOfPath(path: string): Split {
  const folders = path.toLowerCase().split('/').slice(0, -1);
  const folder = folders.findLast((name) => SPLIT_WORDS.has(name));
  return SPLIT_WORDS.get(folder ?? '') ?? 'unassigned';
}

function assignByLists(records: readonly SampleRecord[], lists: SplitLists): SplitAssignment {
  const fileCounts = new Map<string, number>();
  for (const { name } of records) fileCounts.set(name, (fileCounts.get(name) ?? 0) + 1);

  const splitOfName = new Map<string, NamedSplit>();
  const inSeveralLists = new Set<string>();
  const notFound: { split: NamedSplit; names: string[] }[] = [];
  for (const split of NAMED_SPLITS) {
    const missing: string[] = [];
    for (const name of new Set(lists[split])) {
      if (splitOfName.has(name)) inSeveralLists.add(name);
      splitOfName.set(name, split);
      if (!fileCounts.has(name)) missing.push(name);
    }
    if (missing.length > 0) notFound.push({ split, names: missing });
  }
  const sharedNames = [...splitOfName.keys()].filter((name) => (fileCounts.get(name) ?? 0) > 1);
  const ambiguous = new Set([...inSeveralLists, ...sharedNames]);
  return {
    splits: records.map(({ name }) =>
      ambiguous.has(name) ? 'unassigned' : (splitOfName.get(name) ?? 'unassigned'),
    ),
    source: 'lists',
    notFound,
    inSeveralLists: [...inSeveralLists],
    sharedNames,
  };
}

/**
 * The split of every record. Lists decide alone where there are any, so that a file no list names is unassigned;
 * else the folders `train`, `validation` (or `val`) and `test` in the path.
 */
export function assignSplits(records: readonly SampleRecord[], lists: SplitLists = {}): SplitAssignment {
  if (NAMED_SPLITS.some((split) => lists[split] !== undefined)) return assignByLists(records, lists);
  const splits = records.map(({ path }) => splitOfPath(path));
  const isNamed = splits.some((split) => split !== 'unassigned');
  return { splits, source: isNamed ? 'folders' : 'none', notFound: [], inSeveralLists: [], sharedNames: [] };
}

/** Shares of a random split, 0 to 1; what is left is for training. */
export interface SplitShares {
  readonly validationFrac: number;
  readonly testFrac: number;
}

/**
 * A random split: the same for the same samples, shares and seed, in whatever order the samples were dropped.
 * Counts are rounded to the nearest whole sample, the test split first.
 */
export function drawRandomSplit(
  records: readonly Pick<SampleRecord, 'id'>[],
  { validationFrac, testFrac }: SplitShares,
  seed: number,
): readonly Split[] {
  const byId = records
    .map((_, i) => i)
    .toSorted((a, b) => ((records[a]?.id ?? '') < (records[b]?.id ?? '') ? -1 : 1));
  const order = permutation(records.length, createRandom(seed, 'split'));
  const testCount = Math.round(records.length * testFrac);
  const validationCount = Math.min(Math.round(records.length * validationFrac), records.length - testCount);
  const splits: Split[] = records.map(() => 'train');
  order.forEach((place, rank) => {
    const index = byId[place] as number;
    if (rank < testCount) splits[index] = 'test';
    else if (rank < testCount + validationCount) splits[index] = 'validation';
  });
  return splits;
}
