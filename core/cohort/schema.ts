/** Which array of a sample file means what: every spelling of the dataset card, its newer version and the published code. */
import { ATTRIBUTE_KEYS, type AttributeKey, type FieldName } from './sample.ts';

/** Spellings of each field; where a file has several, the first one counts. */
export const FIELD_KEYS: Readonly<Record<FieldName, readonly string[]>> = {
  image: ['slo_fundus', 'fundus_slo'],
  mask: ['disc_cup_mask', 'disc_cup_borders', 'disc_cup'],
  race: ['race'],
  gender: ['gender'],
  ethnicity: ['ethnicity', 'hispanic'],
  language: ['language'],
  maritalStatus: ['maritalstatus', 'marriagestatus'],
  age: ['age'],
};

export const FIELDS: readonly FieldName[] = ['image', 'mask', ...ATTRIBUTE_KEYS];

/** Keys that only the published code's files have; they tell the coding where the codes themselves cannot. */
export const PUBLISHED_CODE_KEYS: readonly string[] = ['disc_cup', 'hispanic'];

/** Codes a file may hold besides -1 for unknown. Race: 0, 1, 2 of the card and 2, 3, 7 of the code. */
export const KNOWN_CODES: Readonly<Record<Exclude<AttributeKey, 'age'>, readonly number[]>> = {
  race: [0, 1, 2, 3, 7],
  gender: [0, 1],
  ethnicity: [0, 1],
  language: [0, 1, 2],
  maritalStatus: [0, 1, 2, 3, 4],
};

/** A person's age is at most this, which tells years from days: no age in years is above, and nobody here is 150 days old. */
export const MAX_AGE_YEARS = 150;
export const DAYS_PER_YEAR = 365;

/** The keys a file uses for each field, with the fields it spells in several ways. */
export function matchKeys(available: readonly string[]): {
  readonly keys: Partial<Record<FieldName, string>>;
  readonly repeated: readonly {
    readonly field: FieldName;
    readonly used: string;
    readonly ignored: readonly string[];
  }[];
} {
  const keys: Partial<Record<FieldName, string>> = {};
  const repeated: { field: FieldName; used: string; ignored: readonly string[] }[] = [];
  for (const field of FIELDS) {
    const [used, ...ignored] = FIELD_KEYS[field].filter((key) => available.includes(key));
    if (used === undefined) continue;
    keys[field] = used;
    if (ignored.length > 0) repeated.push({ field, used, ignored });
  }
  return { keys, repeated };
}
