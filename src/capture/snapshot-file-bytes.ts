import type { Bytes } from '../model/units.ts';

/** Of an earlier snapshot of the same process. */
export interface SnapshotFileSize {
  readonly bytes: Bytes;
  readonly heapUsedBytes: Bytes;
}

/** Measured over ten shapes of heap on Node 20 to 26: 0.8 to 2.15 bytes of file for each of heap, 3.5 with numbers. */
const SHARE_OF_HEAP = 2.3;
const SHARE_WITH_NUMBERS = 3.8;
const NUMBERS_FACTOR = SHARE_WITH_NUMBERS / SHARE_OF_HEAP;
/** Of Node's own heap, where the service has hardly any. */
const LEAST_BYTES = 2 * 1024 * 1024;
/** What came since may be of another kind. */
const ROOM_FOR_CHANGE = 1.25;

/** How large the file of a heap snapshot may become: upper side, by what earlier ones of this process had. */
export function snapshotFileBytes(
  heapUsedBytes: Bytes,
  earlier: SnapshotFileSize | null,
  { numbers = false }: { readonly numbers?: boolean } = {},
): Bytes {
  const share =
    earlier && earlier.heapUsedBytes > 0 ? (ROOM_FOR_CHANGE * earlier.bytes) / earlier.heapUsedBytes : SHARE_OF_HEAP;
  return LEAST_BYTES + (numbers ? NUMBERS_FACTOR : 1) * share * heapUsedBytes;
}
