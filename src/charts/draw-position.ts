/** Where a selection's distance lies among the distances of random draws of the same size. Pure. */

export interface DrawPosition {
  readonly drawCount: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1); null for fewer than two draws. */
  readonly sd: number | null;
  /** (selection - mean) / sd; null where sd is null or 0. Negative: closer to the target than a random draw. */
  readonly z: number | null;
  /** How many draws lie strictly below the selection, and how many equal it. */
  readonly belowCount: number;
  readonly equalCount: number;
  /** Mid-rank percentile as a fraction: (below + equal / 2) / draws. */
  readonly percentileFrac: number;
}

/** Position of a selection among draws; undefined when there is no finite draw or the selection is not finite. */
export function locateInDraws(selection: number, draws: readonly number[]): DrawPosition | undefined {
  const finite = draws.filter(Number.isFinite);
  if (finite.length === 0 || !Number.isFinite(selection)) return undefined;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = finite.length < 2 ? null : Math.sqrt(squares / (finite.length - 1));
  const belowCount = finite.filter((value) => value < selection).length;
  const equalCount = finite.filter((value) => value === selection).length;
  return {
    drawCount: finite.length,
    mean,
    sd,
    z: sd === null || sd === 0 ? null : (selection - mean) / sd,
    belowCount,
    equalCount,
    percentileFrac: (belowCount + equalCount / 2) / finite.length,
  };
}
