import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename } from 'node:path';

/** Part of a symbol that every Node since 18 exports, and nothing else: the class node::inspector::Agent. */
const MARK = Buffer.from('4node9inspector5Agent');
const CHUNK_BYTES = 4 * 1024 * 1024;

/** True when the name of the executable says Node: quick, for listing. Not proof enough to send a signal. */
export function isNamedNode(executable: string): boolean {
  return /^(node|nodejs)$/.test(basename(executable.replace(/ \(deleted\)$/, '')));
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
