/** Which cell of a grid a key leads to. Pure. */

/** The cell after a key press, or undefined for a key that does not move. */
export function stepCell(
  key: string,
  current: number,
  count: number,
  columnCount: number,
  pageRows: number,
): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columnCount,
    ArrowDown: columnCount,
    PageUp: -columnCount * pageRows,
    PageDown: columnCount * pageRows,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  if (step === undefined || count === 0) return undefined;
  return Math.min(count - 1, Math.max(0, current + step));
}
