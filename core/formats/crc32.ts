/** CRC-32 as zip files use it (polynomial 0xEDB88320), eight bytes a step. */

// table[k * 256 + b] is the checksum of byte b followed by k zero bytes.
const TABLE = new Int32Array(8 * 256);
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
 * The CRC-32 of `bytes`, as an unsigned 32-bit number.
 * Source: "slicing by eight", Kounavis and Berry, Intel, 2005.
 */
export function crc32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const table = TABLE;
  const wordEnd = bytes.length - (bytes.length % 8);
  let crc = -1;
  for (let i = 0; i < wordEnd; i += 8) {
    const low = view.getInt32(i, true) ^ crc;
    const high = view.getInt32(i + 4, true);
    crc =
      (table[0x700 + (low & 255)] as number) ^
      (table[0x600 + ((low >>> 8) & 255)] as number) ^
      (table[0x500 + ((low >>> 16) & 255)] as number) ^
      (table[0x400 + (low >>> 24)] as number) ^
      (table[0x300 + (high & 255)] as number) ^
      (table[0x200 + ((high >>> 8) & 255)] as number) ^
      (table[0x100 + ((high >>> 16) & 255)] as number) ^
      (table[high >>> 24] as number);
  }
  for (let i = wordEnd; i < bytes.length; i++) {
    crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 255] as number);
  }
  return ~crc >>> 0;
}
