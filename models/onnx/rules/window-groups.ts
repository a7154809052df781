/** How a grid of tokens is cut into windows, so that nothing is computed for queries beyond its edge. */

/** An axis of the queries of a window: some of its rows, or columns. */
export interface QueryRange {
  /** The first, counted from where the window starts. */
  readonly start: number;
  readonly count: number;
}

/**
 * Windows that hold equally many rows and columns of the grid: the whole ones, those cut at one edge, that in the corner;
 * or, of large windows, some of their rows of queries.
 */
export interface WindowGroup {
  readonly rows: QueryRange;
  readonly columns: QueryRange;
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

/** Cuts `count` rows into runs of at most `longest`. */
function cutRows(count: number, longest: number): QueryRange[] {
  return Array.from({ length: Math.ceil(count / longest) }, (_, index) => ({
    start: index * longest,
    count: Math.min(longest, count - index * longest),
  }));
}

/**
 * The windows of sides s and t over a grid h by w, in groups of one shape. A group has at most `longest` pairs of a query
 * and a key, or one row of queries.
 */
export function groupWindows(h: number, w: number, s: number, t: number, longest: number): WindowGroup[] {
  return cutAxis(h, s).flatMap((down) =>
    cutAxis(w, t).flatMap((across) => {
      const corners = down.starts.flatMap((top) => across.starts.map((left) => [top, left] as const));
      const tokensOf = (firstRow: number, rows: number, columns: number) =>
        corners.flatMap(([top, left]) =>
          Array.from({ length: rows * columns }, (_, at) => {
            const [y, x] = [top + firstRow + Math.floor(at / columns), left + (at % columns)];
            return y < h && x < w ? y * w + x : h * w;
          }),
        );
      const pairsOfRow = corners.length * across.size * s * t;
      return cutRows(down.size, Math.max(1, Math.floor(longest / pairsOfRow))).map((rows) => ({
        rows,
        columns: { start: 0, count: across.size },
        count: corners.length,
        queries: tokensOf(rows.start, rows.count, across.size),
        keys: tokensOf(0, s, t),
      }));
    }),
  );
}
