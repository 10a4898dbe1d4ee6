import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { isBrotliOf, type Packing, packingOf, zstdOf } from '../files/unpack.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Bytes } from '../model/units.ts';

const CHUNK_BYTES = 4 << 20;

export interface ChunkSource {
  /** Of the file as it stands on disk, for progress. */
  readonly fileBytes: Bytes;
  /** Of the snapshot; null for a compressed file, whose size shows at its end only. */
  readonly sizeBytes: Bytes | null;
  /**
   * Chunks are valid until the next is asked for; `readBytes` of the file have been read by then.
   *
   * @param room where to put them where that can be chosen, as it can be for a plain file
   */
  chunks(room?: Uint8Array): AsyncGenerator<{ readonly chunk: Uint8Array; readonly readBytes: Bytes }>;
}

/**
 * A snapshot file as chunks: plain, or packed by gzip, brotli or zstd, which is told by its content. Throws a ProfilerError for
 * a file that cannot be read.
 */
export function openChunks(file: string): ChunkSource {
  const facts = orUnreadable(file, () => statSync(file));
  if (!facts.isFile()) throw unreadable(file, new Error('it is not a regular file'));
  const fileBytes = facts.size;
  const packing = packingOfFile(file);
  if (packing === null) {
    return { fileBytes, sizeBytes: fileBytes, chunks: (room) => readPlain(file, room) };
  }
  const unpack = unpackerOf(packing, file);
  return { fileBytes, sizeBytes: null, chunks: () => readCompressed(file, unpack()) };
}

const BEGINNING = /^\s*\{/;

/** By its first bytes. What has no mark is plain where it begins as a snapshot does, else brotli where it unpacks to one; else its name decides. */
function packingOfFile(file: string): Packing | null {
  const head = firstBytes(file);
  const marked = packingOf(head);
  if (marked !== null || BEGINNING.test(new TextDecoder().decode(head))) return marked;
  if (file.endsWith('.br') || isBrotliOf(head, BEGINNING)) return 'brotli';
  return file.endsWith('.gz') ? 'gzip' : file.endsWith('.zst') ? 'zstd' : null;
}

const PROBED_BYTES = 4096;

function firstBytes(file: string): Uint8Array {
  const bytes = new Uint8Array(PROBED_BYTES);
  const descriptor = orUnreadable(file, () => openSync(file, 'r'));
  try {
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

type Unpacker = NodeJS.ReadWriteStream & { destroy(error?: Error): void };

function unpackerOf(packing: Packing, file: string): () => Unpacker {
  if (packing === 'zstd') {
    const zstd = zstdOf(file);
    return () => zstd.createZstdDecompress();
  }
  return () => (packing === 'brotli' ? createBrotliDecompress() : createGunzip({ chunkSize: 1 << 20 }));
}

/** One buffer, filled again and again: a stream would allocate the whole file in pieces. */
async function* readPlain(
  file: string,
  buffer: Uint8Array = new Uint8Array(CHUNK_BYTES),
): ReturnType<ChunkSource['chunks']> {
  const descriptor = orUnreadable(file, () => openSync(file, 'r'));
  try {
    let readBytes = 0;
    for (;;) {
      // To wait for each of a thousand small pieces would take longer than to read them.
      const length = readSync(descriptor, buffer, 0, buffer.length, readBytes);
      if (length === 0) return;
      readBytes += length;
      yield { chunk: buffer.subarray(0, length), readBytes };
    }
  } finally {
    closeSync(descriptor);
  }
}

/** What it returns; what it throws is told as a file that cannot be read. */
export function orUnreadable<Result>(file: string, call: () => Result): Result {
  try {
    return call();
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function* readCompressed(file: string, unpack: Unpacker): ReturnType<ChunkSource['chunks']> {
  const packed = createReadStream(file, { highWaterMark: 1 << 20 });
  packed.on('error', (cause) => unpack.destroy(unreadable(file, cause)));
  packed.pipe(unpack);
  try {
    for await (const chunk of unpack) yield { chunk: chunk as unknown as Uint8Array, readBytes: packed.bytesRead };
  } catch (cause) {
    if (!isZlibError(cause)) throw cause;
    throw new ProfilerError(
      'snapshot-not-unpacked',
      EXIT.usage,
      `cannot decompress ${file}: ${(cause as Error).message}`,
      'The file is damaged, or is not of the type that its name says. Read the intact part with --salvage.',
      { cause },
    );
  } finally {
    packed.destroy();
    unpack.destroy();
  }
}

function isZlibError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && /^(Z_|ERR_|BROTLI|ZSTD)/.test(String(cause.code));
}

function unreadable(file: string, cause: unknown): ProfilerError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ProfilerError('snapshot-unreadable', EXIT.usage, `cannot read ${file}: ${why}`, 'Check the path.', {
    cause,
  });
}
