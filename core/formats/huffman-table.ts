/**
 * The Huffman codes of deflate as lookup tables: what an entry holds, and how a table is built from code lengths.
 * Source: RFC 1951, section 3.2; the layout of the tables follows libdeflate's decompressor.
 */
import { WorkbenchError } from '../errors.ts';

// A table entry, as one int32. Its low five bits are the bits to drop, which is all that JavaScript's shifts look at.
//   literal:    0 | value << 8 | bits
//   other:      sign bit | value << 12 | kind << 9 | extra bits << 5 | bits
const NOT_LITERAL = -0x80000000;
export const KIND_BASE = 0;
export const KIND_END = 1;
export const KIND_SUBTABLE = 2;
const KIND_INVALID = 3;

// Two lookups must fit into the 24 bits that one refill guarantees. Measured on noisy 8-bit images: 10 to 12 are
// alike, 13 is a quarter slower because the table is built anew for every block; two literals an entry gain nothing.
export const LITERAL_BITS = 11;
export const DISTANCE_BITS = 9;
export const LENGTH_CODE_BITS = 7;
// Every subtable holds at least two codes, so at most 143 of 2^(15 - 11) entries or 15 of 2^(15 - 9): 2,288 at most.
export const SUBTABLE_ROOM = 2304;

const INVALID = NOT_LITERAL | (KIND_INVALID << 9) | 1;

/** Entry of every literal or length symbol, before its bit count is added. */
export const LITERAL_SYMBOLS = new Int32Array(288).fill(INVALID & ~31);
/** Entry of every distance symbol, likewise. */
export const DISTANCE_SYMBOLS = new Int32Array(32).fill(INVALID & ~31);
/** Entry of every symbol of the code that codes the code lengths, likewise. */
export const LENGTH_CODE_SYMBOLS = Int32Array.from(
  { length: 19 },
  (_, symbol) => NOT_LITERAL | (symbol << 12),
);

for (let symbol = 0; symbol < 256; symbol++) LITERAL_SYMBOLS[symbol] = symbol << 8;
LITERAL_SYMBOLS[256] = NOT_LITERAL | (KIND_END << 9);
for (let symbol = 257, base = 3; symbol < 285; symbol++) {
  const extra = symbol < 265 ? 0 : (symbol - 261) >> 2;
  LITERAL_SYMBOLS[symbol] = NOT_LITERAL | (base << 12) | (extra << 5);
  base += 1 << extra;
}
LITERAL_SYMBOLS[285] = NOT_LITERAL | (258 << 12);
for (let symbol = 0, base = 1; symbol < 30; symbol++) {
  const extra = symbol < 4 ? 0 : (symbol - 2) >> 1;
  DISTANCE_SYMBOLS[symbol] = NOT_LITERAL | (base << 12) | (extra << 5);
  base += 1 << extra;
}

const sortedSymbols = new Uint16Array(320);
const countOfLength = new Uint16Array(16);
const firstOfLength = new Uint16Array(17);

/** The error of a broken stream. */
export function damaged(problem: string): WorkbenchError {
  return new WorkbenchError('zip/damaged', `The compressed data is damaged: ${problem}.`);
}

/**
 * Fills `table` for the canonical Huffman code given by `lengths`. Longer codes than `primaryBits` go through subtables
 * behind the primary table. Refuses what zlib refuses: too many codes, and too few except for a single one-bit code.
 */
export function buildTable(
  table: Int32Array,
  primaryBits: number,
  lengths: Uint8Array,
  symbols: Int32Array,
  isIncompleteAllowed: boolean,
): void {
  countOfLength.fill(0);
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] as number;
    countOfLength[length] = (countOfLength[length] as number) + 1;
  }
  countOfLength[0] = 0;
  firstOfLength[1] = 0;
  let longest = 0;
  let room = 1;
  for (let length = 1; length <= 15; length++) {
    const count = countOfLength[length] as number;
    firstOfLength[length + 1] = (firstOfLength[length] as number) + count;
    room = room * 2 - count;
    if (room < 0) throw damaged('a Huffman code has too many entries');
    if (count > 0) longest = length;
  }
  if (room > 0) {
    if (!isIncompleteAllowed || longest > 1) throw damaged('a Huffman code is incomplete');
    table.fill(INVALID, 0, 1 << primaryBits);
  }

  const primarySize = 1 << primaryBits;
  const subtableBits = longest - primaryBits;
  let subtableEnd = primarySize;
  let subtablePrefix = -1;
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number;
    if (length === 0) continue;
    const place = firstOfLength[length] as number;
    sortedSymbols[place] = symbol;
    firstOfLength[length] = place + 1;
  }

  // In canonical order the codes that share a subtable are neighbours. `code` is kept with its bits reversed, the way
  // they arrive.
  let code = 0;
  for (let length = 1, place = 0; length <= longest; length++) {
    for (let count = countOfLength[length] as number; count > 0; count--) {
      const symbol = symbols[sortedSymbols[place++] as number] as number;
      if (length <= primaryBits) {
        for (let i = code; i < primarySize; i += 1 << length) table[i] = symbol | length;
      } else {
        const prefix = code & (primarySize - 1);
        if (prefix !== subtablePrefix) {
          subtablePrefix = prefix;
          table[prefix] =
            NOT_LITERAL | (subtableEnd << 12) | (KIND_SUBTABLE << 9) | (subtableBits << 5) | primaryBits;
          subtableEnd += 1 << subtableBits;
        }
        const start = subtableEnd - (1 << subtableBits);
        for (let i = code >>> primaryBits; i < 1 << subtableBits; i += 1 << (length - primaryBits)) {
          table[start + i] = symbol | (length - primaryBits);
        }
      }
      // Adds 1 to the reversed code: clears the run of ones at the top and sets the bit below it.
      let bit = 1 << (length - 1);
      while ((code & bit) !== 0) bit >>= 1;
      code = bit === 0 ? 0 : (code & (bit - 1)) | bit;
    }
  }
}
