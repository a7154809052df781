/** The error function in float64, which JavaScript lacks. */

/** Where the series has grown long and the continued fraction is short. */
const SERIES_END = 3;
/** Terms of the continued fraction: at 3 and above they leave an error below the last digit. */
const FRACTION_DEPTH = 60;

/**
 * erf(x) to about 1e-15.
 * Source: Abramowitz and Stegun, 7.1.6 (a series of positive terms) and 7.1.14 (a continued fraction of 1 - erf).
 */
export function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size < SERIES_END) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > Math.abs(sum) * Number.EPSILON; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = size;
  for (let n = FRACTION_DEPTH; n > 0; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI)));
}
