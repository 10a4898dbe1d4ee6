import { close, constants, fdatasync, openSync, renameSync, rmSync, writeFile } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isRefused, type RefusePath } from './known-folders.ts';
import { type FinishedPart, nameBeside, type WhenTaken } from './name-beside.ts';
import { removeOnEnd } from './remove-on-end.ts';
import { errnoOf, storageError } from './storage-error.ts';

/** Whole, or made while it is written: lines of text, or bytes. */
export type Content = string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<string>;

export interface FileToWrite {
  readonly path: string;
  readonly content: Content;
}

/** New, never what lies there already: neither a file of somebody else nor where a link leads. */
const NEW_FILE: number = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const MOST_PARTS = 100;
const BLOCK_CHARS = 64 * 1024;

/**
 * Names under which a file grows, readers ignore them. The usual one first: it may be taken by another writer, by what a killed
 * one left, or by a file of the user.
 */
function* partPaths(path: string): Generator<string> {
  yield `${path}.part`;
  for (let n = 2; n <= MOST_PARTS; n += 1) yield `${path}.${n}.part`;
}

/**
 * Writes a whole file (0600) so that under its own name there is always the old or the new one, never a half. Returns its
 * path: with `beside` it has another name where that one is taken by now.
 */
export async function writeAtomically(
  path: string,
  content: Content,
  whenTaken?: WhenTaken,
  refuse?: RefusePath,
): Promise<string> {
  const [written = path] = await writeAllAtomically([{ path, content }], whenTaken, refuse);
  return written;
}

/**
 * Writes files that belong together: none appears under its name before all are on the disk. A link at one of the names is
 * replaced itself, what it leads to is not touched; with `beside` nothing is replaced. `refuse` is asked before a file is made
 * and again before it gets its name. Returns the paths. Throws a ProfilerError (exit 6) that names the file and the errno.
 */
export async function writeAllAtomically(
  files: readonly FileToWrite[],
  whenTaken: WhenTaken = 'replace',
  refuse: RefusePath = () => {},
): Promise<string[]> {
  const parts: FinishedPart[] = [];
  const keep = removeOnEnd(() => removeParts(parts, refuse));
  let at = files[0]?.path ?? '';
  try {
    for (const { path, content } of files) {
      at = path;
      refuse(path);
      const { part, descriptor } = createPart(path);
      parts.push({ part, path });
      await fillPart(descriptor, content);
    }
    for (const { path } of parts) refuse(path);
    const written = whenTaken === 'beside' ? nameBeside(parts) : parts.map(({ path }) => path);
    for (const { part, path } of whenTaken === 'replace' ? parts : []) {
      at = path;
      renameSync(part, path);
    }
    // Their names are free: whatever has one from now on is of somebody else.
    parts.length = 0;
    for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
      at = folder;
      await syncFolder(folder);
    }
    return written;
  } catch (error) {
    removeParts(parts, refuse);
    throw storageError('cannot write', at, error);
  } finally {
    keep();
  }
}

function removeParts(parts: readonly FinishedPart[], refuse: RefusePath): void {
  for (const { part, path } of parts) {
    try {
      if (!isRefused(refuse, path)) rmSync(part, { force: true });
    } catch {
      // The others are removed still, and what ended the writing is told.
    }
  }
}

/** At once: no signal comes between the making of a file and the knowledge of its name. */
export function createPart(path: string): { readonly part: string; readonly descriptor: number } {
  let taken: unknown;
  for (const part of partPaths(path)) {
    try {
      return { part, descriptor: openSync(part, NEW_FILE, 0o600) };
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
      taken = error;
    }
  }
  throw taken;
}

async function fillPart(descriptor: number, content: Content): Promise<void> {
  // Of an open file: goes on where the last ended.
  const append = promisify(writeFile);
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) await append(descriptor, content);
    else for await (const block of blocksOf(content)) await append(descriptor, block);
    await promisify(fdatasync)(descriptor);
  } finally {
    await promisify(close)(descriptor);
  }
}

/** Lines come one by one: a call on the disk for each would take longer than to make them. */
async function* blocksOf(content: Exclude<Content, string | Uint8Array>): AsyncGenerator<string | Uint8Array> {
  let block = '';
  for await (const chunk of content) {
    if (typeof chunk === 'string') block += chunk;
    else yield chunk;
    if (block.length < BLOCK_CHARS) continue;
    yield block;
    block = '';
  }
  yield block;
}

/** A rename is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
