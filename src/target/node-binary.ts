import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { readArguments, readProcLink, readStat, readStatus } from './proc.ts';

/** What Node says when its port is taken, since 18 at least: in stripped builds too, and in no other program. */
const MARK = Buffer.from('Starting inspector on %s:');
const CHUNK_BYTES = 4 * 1024 * 1024;
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

function fileContains(path: string, mark: Buffer): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    if (fstatSync(file).size < SMALLEST_NODE_BYTES) return false;
    const buffer = Buffer.alloc(CHUNK_BYTES);
    // Chunks overlap by the length of the mark, so that none is cut in two.
    const stepBytes = CHUNK_BYTES - mark.length;
    for (let at = 0; ; at += stepBytes) {
      const read = readSync(file, buffer, 0, CHUNK_BYTES, at);
      if (buffer.subarray(0, read).includes(mark)) return true;
      if (read < CHUNK_BYTES) return false;
    }
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}
