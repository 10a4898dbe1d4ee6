import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';

// The kernel says that SIGUSR1 is caught, not by whom: Node catches it from its start, and `process.on('SIGUSR1')` takes
// its place. libuv keeps the listeners of a program in a tree, whose root is a variable of the executable. Its layout is
// that of the public `uv_signal_t`, the same in all of libuv 1 on machines of 64 bits.

const SIGUSR1 = 10;
const ROOT_NAME = '\0uv__signal_tree';
/** Of `uv_signal_t`: the offsets of its fields, and the kind that all handles of signals have. */
const HANDLE = { type: 16, signal: 104, left: 112, right: 120, bytes: 152, kindOfSignals: 16 } as const;
/** More listeners than any program has: the tree may change while it is read. */
const MOST_LISTENERS = 1_000;
const SYMBOL_BYTES = 24;
const SECTION_BYTES = 64;
const SYMBOL_TABLE = 2;
const LOADED_SEGMENT = 1;
const SHARED_OBJECT = 3;
/** Twice that of the largest Node. */
const MOST_NAME_BYTES = 64 * 1024 * 1024;

/**
 * Whether the program itself listens to SIGUSR1, so that the signal would run its code in place of Node's. Reads the memory
 * of the process, and changes nothing. Null if it cannot be told: that memory may not be read (another user, or Yama without
 * root), or the executable has no symbols (a stripped build, a libuv of its own).
 */
export function listensToSigusr1(pid: number): boolean | null {
  let memory: number | null = null;
  try {
    const root = addressOfRoot(pid);
    if (root === null) return null;
    memory = openSync(`/proc/${pid}/mem`, 'r');
    return hasListener(memory, root);
  } catch {
    return null;
  } finally {
    if (memory !== null) closeSync(memory);
  }
}

function hasListener(memory: number, root: number): boolean | null {
  const todo = [pointerAt(readAt(memory, root, 8), 0)];
  for (let seen = 0; seen < MOST_LISTENERS; ) {
    const address = todo.pop();
    if (address === undefined) return false;
    if (address === 0) continue;
    seen += 1;
    const handle = readAt(memory, address, HANDLE.bytes);
    // Something else: another libuv, or a tree that was just being changed.
    if (handle.readInt32LE(HANDLE.type) !== HANDLE.kindOfSignals) return null;
    if (handle.readInt32LE(HANDLE.signal) === SIGUSR1) return true;
    todo.push(pointerAt(handle, HANDLE.left), pointerAt(handle, HANDLE.right));
  }
  return null;
}

function addressOfRoot(pid: number): number | null {
  const program = openSync(`/proc/${pid}/exe`, 'r');
  try {
    const header = readAt(program, 0, 64);
    const is64BitLittleEndian = header.readUInt32BE(0) === 0x7f454c46 && header[4] === 2 && header[5] === 1;
    const address = is64BitLittleEndian ? findSymbol(program, header) : null;
    if (address === null) return null;
    return header.readUInt16LE(16) === SHARED_OBJECT ? address + loadedBy(pid, program, header) : address;
  } finally {
    closeSync(program);
  }
}

/** Only among local symbols, which come first. A compiler may add a number to the name. */
function findSymbol(program: number, header: Buffer): number | null {
  const sections = readAt(program, pointerAt(header, 0x28), header.readUInt16LE(0x3c) * SECTION_BYTES);
  const starts = Array.from({ length: sections.length / SECTION_BYTES }, (_, at) => at * SECTION_BYTES);
  const table = starts.find((at) => sections.readUInt32LE(at + 4) === SYMBOL_TABLE);
  const names = table === undefined ? undefined : starts[sections.readUInt32LE(table + 40)];
  if (table === undefined || names === undefined) return null;
  const nameBytes = pointerAt(sections, names + 32);
  if (nameBytes > MOST_NAME_BYTES) return null;
  const wanted = namesOfRoot(readAt(program, pointerAt(sections, names + 24), nameBytes));
  const symbols = readAt(program, pointerAt(sections, table + 24), sections.readUInt32LE(table + 44) * SYMBOL_BYTES);
  const found: number[] = [];
  for (let at = 0; at < symbols.length; at += SYMBOL_BYTES) {
    if (wanted.has(symbols.readUInt32LE(at))) found.push(pointerAt(symbols, at + 8));
  }
  return found.length === 1 ? (found[0] ?? null) : null;
}

function namesOfRoot(names: Buffer): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = names.indexOf(ROOT_NAME); at !== -1; at = names.indexOf(ROOT_NAME, at + 1)) {
    const next = names[at + ROOT_NAME.length];
    if (next === 0 || next === 0x2e) found.add(at + 1);
  }
  return found;
}

/** By how much the addresses of a position-independent executable were moved when it was loaded. */
function loadedBy(pid: number, program: number, header: Buffer): number {
  const executable = readlinkSync(`/proc/${pid}/exe`);
  const first = readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .find((line) => line.endsWith(` ${executable}`) && / 0+ /.test(line.slice(line.indexOf(' ') + 1)));
  const segmentBytes = header.readUInt16LE(0x36);
  const segments = readAt(program, pointerAt(header, 0x20), header.readUInt16LE(0x38) * segmentBytes);
  for (let at = 0; at < segments.length && first; at += segmentBytes) {
    if (segments.readUInt32LE(at) === LOADED_SEGMENT && pointerAt(segments, at + 8) === 0)
      return Number.parseInt(first, 16) - pointerAt(segments, at + 16);
  }
  throw new Error('not loaded from its first byte on');
}

/** User space ends far below 2^53. */
function pointerAt(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at));
}

function readAt(file: number, at: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (readSync(file, buffer, 0, bytes, at) !== bytes) throw new Error('shorter than it says');
  return buffer;
}
