import * as zlib from 'node:zlib';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Bytes } from '../model/units.ts';

/** What a file is packed with. */
export type Packing = 'gzip' | 'brotli' | 'zstd';

/** The longest text that V8 can hold. */
const MOST_BYTES: Bytes = 0x1fffffe8;
/** What is packed better than this was made to fill the memory; a profile of a small file may be. */
const MOST_TIMES = 200;
const HARMLESS_BYTES: Bytes = 64 * 1024 * 1024;

/** By its first bytes. Brotli has no mark of its own: null there too. */
export function packingOf(head: Uint8Array): Packing | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd ? 'zstd' : null;
}

/** Whether the first bytes of a file are brotli of a text that begins so. */
export function isBrotliOf(head: Uint8Array, beginning: RegExp): boolean {
  try {
    // Of a beginning there is no end: what came out until then is given back.
    const options = { finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH, maxOutputLength: HARMLESS_BYTES };
    return beginning.test(zlib.brotliDecompressSync(head, options).subarray(0, 4096).toString('utf8'));
  } catch {
    return false;
  }
}

/** Unpacks a whole file. Throws a ProfilerError (exit 2) where it is damaged, unpacks to too much, or this Node cannot. */
export function unpack(bytes: Uint8Array, packing: Packing, file: string): Uint8Array {
  const maxOutputLength = Math.min(MOST_BYTES, Math.max(HARMLESS_BYTES, bytes.length * MOST_TIMES));
  try {
    if (packing === 'gzip') return zlib.gunzipSync(bytes, { maxOutputLength });
    if (packing === 'brotli') return zlib.brotliDecompressSync(bytes, { maxOutputLength });
    return zstdOf(file).zstdDecompressSync(bytes, { maxOutputLength });
  } catch (cause) {
    if (cause instanceof ProfilerError) throw cause;
    const tooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const why = tooLarge ? `it unpacks to more than ${maxOutputLength} bytes` : (cause as Error).message;
    throw new ProfilerError(
      'not-unpacked',
      EXIT.usage,
      `cannot decompress ${file} (${packing}): ${why}`,
      'The file is damaged.',
      { cause },
    );
  }
}

/** What Node has of zstd since 22.15; its types are those of Node 20. */
export interface Zstd {
  zstdDecompressSync(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Uint8Array;
  createZstdDecompress(): NodeJS.ReadWriteStream & { destroy(error?: Error): void };
}

/** Throws a ProfilerError (exit 2) where this Node has no zstd. */
export function zstdOf(file: string): Zstd {
  const own = zlib as unknown as Partial<Zstd>;
  if (own.zstdDecompressSync && own.createZstdDecompress) return own as Zstd;
  throw new ProfilerError(
    'packing-unsupported',
    EXIT.usage,
    `${file} is packed with zstd, which Node ${process.versions.node} cannot unpack (22.15 and later can).`,
    `Unpack it first: zstd -d ${file}`,
  );
}
