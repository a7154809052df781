/** One attribute's code from its array: a number, a numeric string, or unknown. */
import { WorkbenchError } from '../errors.ts';
import type { NpyArray } from '../formats/npy.ts';
import type { AttributeKey } from './sample.ts';
import { DAYS_PER_YEAR, KNOWN_CODES, MAX_AGE_YEARS } from './schema.ts';

export const UNKNOWN_CODE = -1;

function refuse(key: string, problem: string): WorkbenchError {
  return new WorkbenchError('sample/bad-attribute-value', `The attribute "${key}" ${problem}.`, {
    context: { key },
  });
}

/** The only value of an array with one element. Errors: `sample/bad-attribute-value`. */
function singleValue(key: string, array: NpyArray): string | number | bigint {
  const value = array.values[0];
  if (array.values.length !== 1 || value === undefined) {
    throw refuse(key, `should be one value but has the shape (${array.shape.join(', ')})`);
  }
  return value;
}

/**
 * The code as it stands in the file; NaN, an empty string and -1 all mean unknown and give -1.
 * Errors: `sample/bad-attribute-value` for text that is no number, several values, and codes outside the known set.
 */
export function readAttributeCode(attribute: AttributeKey, key: string, array: NpyArray): number {
  const value = singleValue(key, array);
  const text = typeof value === 'string' ? value.trim() : value;
  // Number('') is 0, which would be a code.
  const code = text === '' ? NaN : Number(text);
  if (Number.isNaN(code)) {
    if (typeof text === 'string' && text !== '' && text.toLowerCase() !== 'nan') {
      throw refuse(key, `is the text "${text}", which is no code`);
    }
    return UNKNOWN_CODE;
  }
  if (code === UNKNOWN_CODE) return code;
  if (attribute === 'age') {
    if (code >= 0 && code <= MAX_AGE_YEARS * DAYS_PER_YEAR) return code;
    throw refuse(key, `is ${code}, which is no age in years or days`);
  }
  if (KNOWN_CODES[attribute].includes(code)) return code;
  throw refuse(
    key,
    `has the code ${code}; known codes are ${KNOWN_CODES[attribute].join(', ')} and -1 for unknown`,
  );
}

/** The only value of an array as text or number. Integers beyond 2^53 become text, so that no digit is lost. */
export function plainValue({ values }: NpyArray): string | number {
  const value = values[0];
  if (value === undefined || typeof value === 'string') return value ?? '';
  const number = Number(value);
  return typeof value === 'bigint' && !Number.isSafeInteger(number) ? String(value) : number;
}
