/**
 * Tables of the reflected polynomial 0xEDB88320 (IEEE 802.3, as in gzip and zlib). The first 256 entries are the remainder
 * of each byte value; entry `256 * n + byte` is that of the byte with n zero bytes behind it, so that eight bytes are taken
 * in one step ("slicing by 8", Kounavis and Berry 2008): five times as fast as one by one.
 */
const TABLES: Int32Array = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    tables[byte] = remainder;
  }
  for (let at = 256; at < tables.length; at += 1) {
    const before = tables[at - 256]!;
    tables[at] = tables[before & 0xff]! ^ (before >>> 8);
  }
  return tables;
}

/**
 * CRC-32 of `bytes[from, to)`, as zlib computes it. Finds every damage of up to 32 bits in a row, so every damaged byte.
 *
 * @param before of what comes before these bytes
 */
export function crc32(bytes: Uint8Array, from = 0, to: number = bytes.length, before = 0): number {
  let crc = ~before;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      TABLES[7 * 256 + (crc & 0xff)]! ^
      TABLES[6 * 256 + ((crc >>> 8) & 0xff)]! ^
      TABLES[5 * 256 + ((crc >>> 16) & 0xff)]! ^
      TABLES[4 * 256 + (crc >>> 24)]! ^
      TABLES[3 * 256 + bytes[at + 4]!]! ^
      TABLES[2 * 256 + bytes[at + 5]!]! ^
      TABLES[256 + bytes[at + 6]!]! ^
      TABLES[bytes[at + 7]!]!;
  }
  for (; at < to; at += 1) crc = TABLES[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** A checksum as it is written: eight digits. */
export function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

/** A checksum over many, taken in in order: it differs when one is missing, changed or elsewhere. */
export function chainChecksum(before: number, next: number): number {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, before);
  view.setUint32(4, next);
  return crc32(bytes);
}
