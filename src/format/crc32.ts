/** The table of the reflected polynomial 0xEDB88320 (IEEE 802.3, as in gzip and zlib): one entry per byte value. */
const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

/** CRC-32 of `bytes[from, to)`, as zlib computes it. Finds every damage of up to 32 bits in a row, so every damaged byte. */
export function crc32(bytes: Uint8Array, from = 0, to: number = bytes.length): number {
  let crc = -1;
  for (let at = from; at < to; at += 1) crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

/** A checksum as it is written: eight digits. */
export function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

/** A checksum over many, taken in one after the other: it differs when one is missing, changed or elsewhere. */
export function chainChecksum(before: number, next: number): number {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, before);
  view.setUint32(4, next);
  return crc32(bytes);
}
