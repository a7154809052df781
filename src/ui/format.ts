/** How numbers are written, everywhere on the page. What is not a number is "not defined", never 0 and never blank. */

export const NOT_DEFINED = 'not defined';

const LOCALE = 'en-US';
const COUNT = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

function isDefined(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  // -0.04 to one digit is "-0.0", which reads as a sign that is not there.
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/** A fraction as percent with its sign, "83.4%". */
export function formatPercent(fraction: number | null | undefined, digits = 1): string {
  return isDefined(fraction) ? `${fixed(fraction * 100, digits)}%` : NOT_DEFINED;
}

/** A fraction as a bare percent number for columns headed by the unit, "83.4". */
export function formatPercentNumber(fraction: number | null | undefined, digits = 1): string {
  return isDefined(fraction) ? fixed(fraction * 100, digits) : NOT_DEFINED;
}

/** An interval of fractions in percent, "(81.2, 85.6)". */
export function formatPercentInterval(
  interval: { readonly lo: number; readonly hi: number } | null | undefined,
  digits = 1,
): string {
  if (!interval || !isDefined(interval.lo) || !isDefined(interval.hi)) return NOT_DEFINED;
  return `(${formatPercentNumber(interval.lo, digits)}, ${formatPercentNumber(interval.hi, digits)})`;
}

/** An interval of plain numbers, "(1.23, 4.56)". */
export function formatInterval(
  interval: { readonly lo: number; readonly hi: number } | null | undefined,
  significant = 3,
): string {
  if (!interval || !isDefined(interval.lo) || !isDefined(interval.hi)) return NOT_DEFINED;
  return `(${formatNumber(interval.lo, significant)}, ${formatNumber(interval.hi, significant)})`;
}

/** A count with thousands separated, "10,000". */
export function formatCount(count: number | null | undefined): string {
  return isDefined(count) ? COUNT.format(count) : NOT_DEFINED;
}

/** A count with its noun, "1 sample", "10,000 samples"; the plural is given where it is not just an "s". */
export function formatCounted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** A count and its share of a total, "120 (12.0%)". */
export function formatShare(count: number, total: number): string {
  return `${formatCount(count)} (${formatPercent(total === 0 ? Number.NaN : count / total)})`;
}

/** A plain number to some significant digits, thousands separated; very large and very small ones in powers of ten. */
export function formatNumber(value: number | null | undefined, significant = 4): string {
  if (!isDefined(value)) return NOT_DEFINED;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e7)) {
    return value.toExponential(significant - 1).replace('e+', 'e');
  }
  return significantFormat(Math.max(significant, integerDigits(magnitude))).format(value);
}

/** Making a formatter costs a hundred times what formatting does. */
const significantFormats = new Map<number, Intl.NumberFormat>();

function significantFormat(digits: number): Intl.NumberFormat {
  const format =
    significantFormats.get(digits) ?? new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: digits });
  significantFormats.set(digits, format);
  return format;
}

/** Whole numbers keep all their digits: 12,345 is never shown as 12,350. */
function integerDigits(magnitude: number): number {
  return magnitude < 1 ? 1 : Math.floor(Math.log10(magnitude)) + 1;
}

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units, "285 kB", "1.4 GB". */
export function formatBytes(sizeBytes: number | null | undefined): string {
  if (!isDefined(sizeBytes)) return NOT_DEFINED;
  let value = sizeBytes;
  let unit = 0;
  // 999.5 would round to "1000 kB".
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(unit > 0 && value < 9.95 ? 1 : 0)} ${BYTE_UNITS[unit] ?? ''}`;
}

/** A duration in its two largest units, "850 ms", "12.3 s", "3 min 20 s", "1 h 05 min". */
export function formatDuration(elapsedMs: number | null | undefined): string {
  if (!isDefined(elapsedMs) || !Number.isFinite(elapsedMs)) return NOT_DEFINED;
  if (elapsedMs < 999.5) return `${Math.round(elapsedMs)} ms`;
  if (elapsedMs < 59_950) return `${(elapsedMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(elapsedMs / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Time left, coarse because it is an estimate: "12 s", "4 min", "2 h 10 min". */
export function formatTimeLeft(remainingMs: number | null | undefined): string {
  if (!isDefined(remainingMs) || !Number.isFinite(remainingMs)) return NOT_DEFINED;
  const seconds = Math.max(1, Math.ceil(remainingMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A rate with its unit, "396 files/s"; below one a second per minute, "12 images/min". */
export function formatRate(rateHz: number | null | undefined, unit: string): string {
  if (!isDefined(rateHz)) return NOT_DEFINED;
  if (rateHz >= 1 || rateHz === 0) return `${formatNumber(Number(rateHz.toPrecision(3)), 3)} ${unit}/s`;
  return `${formatNumber(rateHz * 60, 2)} ${unit}/min`;
}
