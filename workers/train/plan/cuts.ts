/**
 * Checkpoints: places in the forward part where few bytes are still needed. Only those are kept; what lies between two cuts is
 * made again when the backward part comes to it. What follows the last cut is kept whole: it would be made again at once.
 * Source: Chen et al., "Training deep nets with sublinear memory cost", 2016.
 */
import type { Keeping } from './recomputation.ts';
import { resultNames, type StepNode } from './step-graph.ts';

/** The forward part as a line that can be cut behind each of its operations. */
interface Line {
  readonly length: number;
  /** Bytes made up to and with each operation that the backward part reads. */
  readonly savedBytes: readonly number[];
  /** Bytes that later operations read across a cut behind each operation. */
  readonly crossingBytes: readonly number[];
  /** The operation that makes each value, and the last of the forward part that reads it. */
  readonly spans: ReadonlyMap<string, { readonly made: number; readonly lastRead: number }>;
}

function readLine(
  forward: readonly StepNode[],
  backward: readonly StepNode[],
  sizeBytes: (name: string) => number,
): Line {
  const spans = new Map<string, { made: number; lastRead: number }>();
  const saved = new Set(backward.flatMap(({ inputs }) => inputs));
  const savedBytes: number[] = [];
  const change = Array.from({ length: forward.length + 1 }, () => 0);
  let total = 0;
  for (const [index, { node, inputs }] of forward.entries()) {
    for (const name of inputs) {
      const span = spans.get(name);
      if (span !== undefined) span.lastRead = index;
    }
    for (const name of resultNames(node)) {
      spans.set(name, { made: index, lastRead: index });
      if (saved.has(name)) total += sizeBytes(name);
    }
    savedBytes.push(total);
  }
  for (const [name, { made, lastRead }] of spans) {
    change[made] = (change[made] as number) + sizeBytes(name);
    change[lastRead] = (change[lastRead] as number) - sizeBytes(name);
  }
  let crossing = 0;
  const crossingBytes = forward.map((_, index) => (crossing += change[index] as number));
  return { length: forward.length, savedBytes, crossingBytes, spans };
}

/** Cuts where fewest bytes cross nearby, such that the parts save about `partBytes`. */
function cutEvery({ savedBytes, crossingBytes, length }: Line, partBytes: number): number[] {
  const crossing = (index: number) => crossingBytes[index] ?? Number.POSITIVE_INFINITY;
  const cuts: number[] = [];
  let start = 0;
  let furthest: number | undefined;
  for (let index = 0; index < length - 1; index++) {
    if (crossing(index) > crossing(index - 1) || crossing(index) > crossing(index + 1)) continue;
    const saved = savedBytes[index] as number;
    if (saved - start > partBytes && furthest !== undefined) {
      cuts.push(furthest);
      start = savedBytes[furthest] as number;
    }
    furthest = index;
  }
  return cuts;
}

/** Numbers of parts that are tried: more of them keep more at the cuts and less in between. */
const PART_COUNTS = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48];

/** Ways to keep only what crosses cuts, from few cuts to many; `sizeBytes` measures a value. */
export function keepCuts(
  forward: readonly StepNode[],
  backward: readonly StepNode[],
  sizeBytes: (name: string) => number,
): Keeping[] {
  const line = readLine(forward, backward, sizeBytes);
  const all = line.savedBytes.at(-1) ?? 0;
  const tried = new Map(
    PART_COUNTS.map((count) => {
      const cuts = cutEvery(line, all / count);
      return [cuts.join(), cuts] as const;
    }),
  );
  return [...tried.values()].map((cuts): Keeping => {
    const last = cuts.at(-1) ?? -1;
    return (name) => {
      const span = line.spans.get(name);
      if (span === undefined || span.made > last) return true;
      return cuts.some((cut) => span.made <= cut && cut < span.lastRead);
    };
  });
}
