/**
 * Times several ways of doing the same work in turn. The fastest run of each counts: the one that whatever else the machine
 * does disturbed least.
 */

/**
 * Milliseconds of the fastest run of each way: each once unmeasured, then `rounds` times in turn. `clock` says the
 * milliseconds so far, of the time of day or of a processor.
 */
export async function alternate(
  rounds: number,
  ways: readonly (() => Promise<unknown>)[],
  clock: () => number | Promise<number> = () => performance.now(),
): Promise<number[]> {
  for (const way of ways) await way();
  const fastest = ways.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    // Every other round backwards: none always follows the same one.
    const order = [...ways.entries()];
    if (round % 2 === 1) order.reverse();
    for (const [index, way] of order) {
      const started = await clock();
      await way();
      fastest[index] = Math.min(fastest[index] as number, (await clock()) - started);
    }
  }
  return fastest;
}
