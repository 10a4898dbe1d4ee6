import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Bytes } from '../model/units.ts';

export interface OpenOptions {
  /** Refuse a symbolic link: for what lies in a folder that may come from elsewhere. */
  readonly noLinks?: boolean;
  /** Read at most so much; a longer file is refused. */
  readonly maxBytes?: Bytes;
}

export interface InputOptions extends OpenOptions {
  /** Take what a shell hands over as a pipe of this process: `/dev/stdin`, `<(command)`. */
  readonly pipes?: boolean;
}

/** A pipe that opens without a writer, and a terminal that this process would be bound to, are never waited for. */
const HARMLESS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const OWN_DESCRIPTOR = /^\/(?:dev\/stdin|dev\/fd\/\d+|proc\/self\/fd\/\d+)$/;
/** Of a pipe: it need not have an end. */
const MOST_PIPE_BYTES: Bytes = 256 * 1024 * 1024;
const PIPE_CHUNK_BYTES = 64 * 1024;

/** What a name in a folder stands for, as text; null for a regular file. */
export function irregularity(
  stats: Pick<
    Stats,
    'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'
  >,
): string | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a named pipe (FIFO)';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : 'of an unknown kind';
}

/**
 * Opens a file for reading, if it is one. Anything else (a FIFO, a device, a folder) throws a ProfilerError (exit 2) and is
 * neither waited for nor read; what the system refuses is thrown as it comes.
 */
export async function openRegularFile(path: string, options: OpenOptions = {}): Promise<FileHandle> {
  // Before it is opened: to open a device may do something.
  refuseIrregular(path, await (options.noLinks ? lstat(path) : stat(path)), options);
  const handle = await open(path, HARMLESS | (options.noLinks ? constants.O_NOFOLLOW : 0));
  try {
    refuseIrregular(path, await handle.stat(), options);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

/** As `openRegularFile`; the descriptor is to be closed. */
export function openRegularFileSync(path: string, options: OpenOptions = {}): number {
  refuseIrregular(path, options.noLinks ? lstatSync(path) : statSync(path), options);
  const descriptor = openSync(path, HARMLESS | (options.noLinks ? constants.O_NOFOLLOW : 0));
  try {
    refuseIrregular(path, fstatSync(descriptor), options);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return descriptor;
}

/** Null if it cannot be told. */
export function sizeOfFile(path: string): Bytes | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}

/** Reads a whole file, opened by `openRegularFile`. */
export async function readRegularFile(path: string, options: InputOptions = {}): Promise<Buffer> {
  if (options.pipes && isOwnPipe(path)) return readPipe(path);
  const handle = await openRegularFile(path, options);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

export function readRegularFileSync(path: string, options: InputOptions = {}): Buffer {
  if (options.pipes && isOwnPipe(path)) return readPipe(path);
  const descriptor = openRegularFileSync(path, options);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refuseIrregular(path: string, stats: Stats, { maxBytes = Number.POSITIVE_INFINITY }: OpenOptions): void {
  const kind = irregularity(stats);
  if (kind !== null) throw notRegular(path, kind);
  if (stats.size <= maxBytes) return;
  throw new ProfilerError(
    'file-too-large',
    EXIT.usage,
    `${path} has ${stats.size} bytes; at most ${maxBytes} are read.`,
  );
}

function notRegular(path: string, kind: string): ProfilerError {
  return new ProfilerError(
    'not-a-file',
    EXIT.usage,
    `${path} is ${kind}, not a regular file.`,
    'Only regular files are read and written. Give a regular file, or copy the content into one first.',
  );
}

function isOwnPipe(path: string): boolean {
  return OWN_DESCRIPTOR.test(path) && statSync(path).isFIFO();
}

/** Whoever started this process holds the other end: waiting for it is what was asked for. */
function readPipe(path: string): Buffer {
  const descriptor = openSync(path, 'r');
  const chunks: Buffer[] = [];
  let totalBytes = 0;
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(PIPE_CHUNK_BYTES);
      const bytesRead = readSync(descriptor, chunk);
      if (bytesRead === 0) return Buffer.concat(chunks);
      totalBytes += bytesRead;
      if (totalBytes > MOST_PIPE_BYTES)
        throw new ProfilerError('file-too-large', EXIT.usage, `${path} does not end within ${MOST_PIPE_BYTES} bytes.`);
      chunks.push(chunk.subarray(0, bytesRead));
    }
  } finally {
    closeSync(descriptor);
  }
}
