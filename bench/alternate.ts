/** Times several ways of doing the same work in turn, so that whatever else the machine does disturbs all of them alike. */
import { median } from './median.ts';

export interface Alternation {
  /** Medians in milliseconds, in the order given. */
  readonly medianMs: readonly number[];
  /** Median over the rounds of the first one's time by each one's: above 1 is faster than the first. */
  readonly speed: readonly number[];
}

/** Runs every way once unmeasured, then `rounds` times in turn. */
export async function alternate(
  rounds: number,
  ways: readonly (() => Promise<unknown>)[],
): Promise<Alternation> {
  for (const way of ways) await way();
  const times = ways.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    // Every other round backwards: none always follows the same one.
    const order = [...ways.entries()];
    if (round % 2 === 1) order.reverse();
    for (const [index, way] of order) {
      const started = performance.now();
      await way();
      times[index]?.push(performance.now() - started);
    }
  }
  const first = times[0] ?? [];
  return {
    medianMs: times.map(median),
    speed: times.map((own) => median(own.map((ms, round) => (first[round] as number) / ms))),
  };
}
