/** CRC-32 as zip files use it (polynomial 0xEDB88320), sixteen bytes a step. */

// table[k * 256 + b] is the checksum of byte b followed by k zero bytes.
const TABLE = new Int32Array(16 * 256);
for (let b = 0; b < 256; b++) {
  let crc = b;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  TABLE[b] = crc;
}
for (let i = 256; i < TABLE.length; i++) {
  const before = TABLE[i - 256] as number;
  TABLE[i] = (before >>> 8) ^ (TABLE[before & 255] as number);
}

/**
 * The CRC-32 of `bytes`, as an unsigned 32-bit number; with `previous`, of the bytes that had that checksum and these.
 * Source: "slicing by eight", here by sixteen, Kounavis and Berry, Intel, 2005.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const table = TABLE;
  const wordEnd = bytes.length - (bytes.length % 16);
  let crc = ~previous;
  for (let i = 0; i < wordEnd; i += 16) {
    const a = view.getInt32(i, true) ^ crc;
    const b = view.getInt32(i + 4, true);
    const c = view.getInt32(i + 8, true);
    const d = view.getInt32(i + 12, true);
    crc =
      (table[0xf00 + (a & 255)] as number) ^
      (table[0xe00 + ((a >>> 8) & 255)] as number) ^
      (table[0xd00 + ((a >>> 16) & 255)] as number) ^
      (table[0xc00 + (a >>> 24)] as number) ^
      (table[0xb00 + (b & 255)] as number) ^
      (table[0xa00 + ((b >>> 8) & 255)] as number) ^
      (table[0x900 + ((b >>> 16) & 255)] as number) ^
      (table[0x800 + (b >>> 24)] as number) ^
      (table[0x700 + (c & 255)] as number) ^
      (table[0x600 + ((c >>> 8) & 255)] as number) ^
      (table[0x500 + ((c >>> 16) & 255)] as number) ^
      (table[0x400 + (c >>> 24)] as number) ^
      (table[0x300 + (d & 255)] as number) ^
      (table[0x200 + ((d >>> 8) & 255)] as number) ^
      (table[0x100 + ((d >>> 16) & 255)] as number) ^
      (table[d >>> 24] as number);
  }
  for (let i = wordEnd; i < bytes.length; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 255] as number);
  }
  return ~crc >>> 0;
}
