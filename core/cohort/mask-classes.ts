/** From any coding of a disc/cup mask to classes: 0 background, 1 rim, 2 cup. */
import { WorkbenchError } from '../errors.ts';
import type { NumericValues } from '../formats/npy.ts';
import { type Allocate, allocateFresh } from '../formats/scratch.ts';
import { wordsOf } from '../formats/words.ts';
import type { MaskCounts } from './sample.ts';

export interface MaskClasses {
  readonly mask: Uint8Array<ArrayBuffer>;
  readonly counts: MaskCounts;
  readonly notes: readonly string[];
}

/** Values that are no label, each with how many pixels hold it, most first and at most five. */
function describeOthers(values: NumericValues): string {
  const counts = new Map<number, number>();
  for (const value of values) {
    if (value !== 0 && Math.abs(value) !== 1 && Math.abs(value) !== 2)
      counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([value, count]) => `${value} (${count} pixels)`)
    .join(', ');
}

interface LabelCounts {
  rim: number;
  cup: number;
  negative: number;
}

/** Writes the classes of all labels into `mask`, which holds zeros. Apart from the notes, so that the loop is compiled once. */
function writeClasses(values: NumericValues, mask: Uint8Array): LabelCounts {
  const counts = { rim: 0, cup: 0, negative: 0 };
  const words = wordsOf(values);
  for (let i = 0; i < values.length;) {
    if ((i & 3) === 0) {
      // Most of a mask is background.
      let word = i >> 2;
      while (word < words.length && words[word] === 0) word++;
      if (word << 2 > i) {
        i = word << 2;
        continue;
      }
    }
    const value = values[i] as number;
    if (value === 1 || value === -1) counts.rim++;
    else if (value === 2 || value === -2) counts.cup++;
    else if (value !== 0) throw badLabels(values);
    if (value < 0) counts.negative++;
    mask[i] = value < 0 ? -value : value;
    i++;
  }
  return counts;
}

/**
 * Classes of a mask with labels 0, -1, -2 or 0, 1, 2: the sign does not matter, pixel by pixel as in the published code.
 * Errors: `sample/bad-label-value` with the values that are no label.
 * Cost: one pass, allocates the mask from `allocate`.
 */
export function readMaskClasses(values: NumericValues, allocate: Allocate = allocateFresh): MaskClasses {
  const mask = allocate(values.length).fill(0);
  const { rim, cup, negative } = writeClasses(values, mask);
  const notes: string[] = [];
  if (rim + cup === 0) notes.push('The mask is empty: it marks no rim and no cup.');
  if (negative > 0 && negative < rim + cup)
    notes.push('The mask mixes negative and positive labels; signs were ignored.');
  return { mask, counts: { background: values.length - rim - cup, rim, cup }, notes };
}

function badLabels(values: NumericValues): WorkbenchError {
  const wrapped = values instanceof Uint8Array && values.some((value) => value === 254 || value === 255);
  return new WorkbenchError(
    'sample/bad-label-value',
    `The mask holds values that are no label: ${describeOthers(values)}. Labels are 0, -1, -2 or 0, 1, 2.`,
    wrapped ? { hint: '255 and 254 are -1 and -2 written as unsigned bytes. Save the mask as int8.' } : {},
  );
}
