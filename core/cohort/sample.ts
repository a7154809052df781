/** What the workbench keeps of one file: names, codes, facts and counts. Pixels stay in the file. */

/** SHA-256 of the file's bytes, lower-case hex: the same on every machine and after every reload. */
export type SampleId = string;

export const ATTRIBUTE_KEYS = ['race', 'gender', 'ethnicity', 'language', 'maritalStatus', 'age'] as const;
export type AttributeKey = (typeof ATTRIBUTE_KEYS)[number];

/** The fields a sample file can hold; `image` and `mask` are required. */
export type FieldName = 'image' | 'mask' | AttributeKey;

export const SPLITS = ['train', 'validation', 'test', 'unassigned'] as const;
export type Split = (typeof SPLITS)[number];

/** Pixels per class of a mask: 0 background, 1 rim, 2 cup. */
export interface MaskCounts {
  readonly background: number;
  readonly rim: number;
  readonly cup: number;
}

export interface SampleRecord {
  readonly id: SampleId;
  /** File name without folders, as split lists and predictions refer to it. */
  readonly name: string;
  /** Path inside what was dropped, `/`-separated. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  readonly height: number;
  readonly width: number;
  readonly imageDtype: string;
  readonly maskDtype: string;
  readonly imageMin: number;
  readonly imageMax: number;
  readonly imageMean: number;
  readonly maskCounts: MaskCounts;
  /** Which array of the file was read for what. */
  readonly keys: Readonly<Partial<Record<FieldName, string>>>;
  /** Codes as they stand in the file; -1 is unknown, an absent key is absent here too. Meaning: `cohort/coding.ts`. */
  readonly codes: Readonly<Partial<Record<AttributeKey, number>>>;
  /** Other small values of the file (`pid`, `md`, ...), kept as extra columns. */
  readonly extras: Readonly<Record<string, string | number>>;
  /** Sentences about what was tolerated, such as an ignored pickled array. */
  readonly notes: readonly string[];
}
