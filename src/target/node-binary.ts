import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { readArguments, readProcLink, readStat, readStatus } from './proc.ts';

/** What Node says when its port is taken, since 18 at least: in stripped builds too, and in no other program. */
const MARK = Buffer.from('Starting inspector on %s:');
/** Each release knows where it can be had. Builds of distributions may not. */
const RELEASE = /nodejs\.org\/download\/release\/(v\d+\.\d+\.\d+)/;
const RELEASE_MARK = Buffer.from('nodejs.org/download/release/v');
const CHUNK_BYTES = 4 * 1024 * 1024;
const BEHIND_BYTES = 16;
/** No program that holds Node is smaller: others need not be read. */
const SMALLEST_NODE_BYTES = 20 * 1024 * 1024;

/**
 * True when the process is Node as far as its name says, or, under another name (a single executable application), as
 * far as its program says. Good for listing; not proof enough to send a signal. With `known`, each program is read once.
 */
export function looksLikeNode(pid: number, known: Map<string, boolean> = new Map()): boolean {
  const executable = readProcLink(pid, 'exe');
  if (executable === null) return isNamedNode(readArguments(pid)[0] ?? '') || isNamedNode(readStat(pid)?.comm ?? '');
  if (isNamedNode(executable)) return true;
  // Node under another name is only looked for where it would listen to SIGUSR1: reading programs takes time.
  if (readStatus(pid)?.sigusr1 !== 'caught') return false;
  const program = programIdentity(pid);
  const answer = known.get(program) ?? containsNode(pid);
  known.set(program, answer);
  return answer;
}

function isNamedNode(executable: string): boolean {
  return /^(node|nodejs)$/.test(basename(executable.replace(/ \(deleted\)$/, '')));
}

function programIdentity(pid: number): string {
  try {
    const { dev, ino } = statSync(`/proc/${pid}/exe`);
    return `${dev}:${ino}`;
  } catch {
    return `pid ${pid}`;
  }
}

/**
 * True when the program that runs is Node with its inspector: the executable itself (also under another name, as
 * single executable applications are), or one that loads libnode. Reads up to some 100 MB of a cached file.
 */
export function containsNode(pid: number): boolean {
  return fileContains(`/proc/${pid}/exe`, MARK) || loadsLibnode(pid);
}

function loadsLibnode(pid: number): boolean {
  try {
    return /\/libnode\.(so|dylib)/.test(readFileSync(`/proc/${pid}/maps`, 'utf8'));
  } catch {
    return false;
  }
}

/** The version of Node that a process runs, as its program says; null if it does not. */
export function nodeVersionOf(pid: number): string | null {
  const text = findInFile(`/proc/${pid}/exe`, RELEASE_MARK);
  return RELEASE.exec(text?.toString('latin1') ?? '')?.[1] ?? null;
}

function fileContains(path: string, mark: Buffer): boolean {
  return findInFile(path, mark) !== null;
}

/** The mark and a little behind it. Null if it does not occur, or the file is too small to be Node. */
function findInFile(path: string, mark: Buffer): Buffer | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    if (fstatSync(file).size < SMALLEST_NODE_BYTES) return null;
    const buffer = Buffer.alloc(CHUNK_BYTES);
    // Chunks overlap, so that neither a mark nor what follows it is cut in two.
    const overlap = mark.length + BEHIND_BYTES;
    for (let at = 0; ; at += CHUNK_BYTES - overlap) {
      const read = readSync(file, buffer, 0, CHUNK_BYTES, at);
      const found = buffer.subarray(0, read).indexOf(mark);
      if (found !== -1) return Buffer.from(buffer.subarray(found, Math.min(read, found + overlap)));
      if (read < CHUNK_BYTES) return null;
    }
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}
