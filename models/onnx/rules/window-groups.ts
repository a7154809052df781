/** How a grid of tokens is cut into windows, so that nothing is computed for queries beyond its edge. */

/** Windows that hold equally many rows and columns of the grid: the whole ones, those cut at one edge, that in the corner. */
export interface WindowGroup {
  /** Rows and columns of queries in each. */
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  /** Tokens of the queries, window by window. */
  readonly queries: readonly number[];
  /** Tokens of the keys, window by window; h * w stands for padding. */
  readonly keys: readonly number[];
}

/** Where windows of one side start along an axis: the whole ones, and the one that is cut. */
function cutAxis(
  length: number,
  side: number,
): { readonly starts: readonly number[]; readonly size: number }[] {
  const whole = Math.floor(length / side);
  const cuts = [
    { starts: Array.from({ length: whole }, (_, index) => index * side), size: side },
    { starts: [whole * side], size: length - whole * side },
  ];
  return cuts.filter(({ starts, size }) => starts.length > 0 && size > 0);
}

/** The windows of sides s and t over a grid h by w, in groups of one shape. */
export function groupWindows(h: number, w: number, s: number, t: number): WindowGroup[] {
  return cutAxis(h, s).flatMap((down) =>
    cutAxis(w, t).map((across) => {
      const corners = down.starts.flatMap((top) => across.starts.map((left) => [top, left] as const));
      const tokensOf = (rows: number, columns: number) =>
        corners.flatMap(([top, left]) =>
          Array.from({ length: rows * columns }, (_, at) => {
            const [y, x] = [top + Math.floor(at / columns), left + (at % columns)];
            return y < h && x < w ? y * w + x : h * w;
          }),
        );
      return {
        rows: down.size,
        columns: across.size,
        count: corners.length,
        queries: tokensOf(down.size, across.size),
        keys: tokensOf(s, t),
      };
    }),
  );
}
