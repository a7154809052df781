/** The one JSON object a benchmark prints as its last line. Units stand in the names of the figures (`filesPerSecond`, `peakMiB`). */

export type Figures = Readonly<Record<string, number | null>>;

export interface BenchResult {
  readonly name: string;
  /** What the numbers were taken on: a WebGPU adapter's name, or "cpu". */
  readonly adapter: string;
  readonly figures: Figures;
  /** The same work by somebody else's code in the same run; null where there is none here. */
  readonly peer: { readonly name: string; readonly figures: Figures } | null;
  /** Ours over the peer's, above 1 is better; null without a peer. */
  readonly ratio: number | null;
}

/** Prints the result as the last line. */
export function printResult(result: BenchResult): void {
  console.log(JSON.stringify(result));
}

/** Reads a result back. Throws when the line is not one. */
export function parseResult(line: string): BenchResult {
  const result: unknown = JSON.parse(line);
  const keys = ['name', 'adapter', 'figures', 'peer', 'ratio'];
  if (typeof result !== 'object' || result === null || !keys.every((key) => key in result)) {
    throw new Error(`The last line of a benchmark must be one JSON object with ${keys.join(', ')}.`);
  }
  return result as BenchResult;
}
