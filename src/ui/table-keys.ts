/** Which row a key leads to; shared by everything that is walked through row by row. */

/** The row after a key press, or undefined for a key that does not move. `current` is -1 while no row is chosen. */
export function stepRow(key: string, current: number, count: number, pageRows: number): number | undefined {
  if (count === 0) return undefined;
  const clamp = (index: number) => Math.min(Math.max(index, 0), count - 1);
  switch (key) {
    case 'ArrowDown':
      return clamp(current + 1);
    case 'ArrowUp':
      return clamp(current - 1);
    case 'PageDown':
      return clamp(current + pageRows);
    case 'PageUp':
      return clamp(current - pageRows);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
