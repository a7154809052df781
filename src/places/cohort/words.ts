/** Words of this place: ratios of equal length. */
import { NOT_DEFINED } from '../../ui/format.ts';

/** A cup-to-disc ratio to two digits, "0.30"; a mask without a disc has none. */
export function formatRatio(ratio: number | undefined): string {
  return ratio === undefined || Number.isNaN(ratio) ? NOT_DEFINED : ratio.toFixed(2);
}
