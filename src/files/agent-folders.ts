import { existsSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AGENT_FOLDER } from '../model/agent-protocol.ts';

/** What the kernel takes as an address, and the most that stands behind the base: the folder of a user and names in it. */
const LONGEST_ADDRESS = 107;
const LONGEST_REST = 67;
/** Between the birth of a socket and the moment when it is listened on nobody answers there either. */
const YOUNG_MS = 10_000;

/** Where agents of this user may have their sockets, in the order of preference. The folders need not be there. */
export function agentFolders(): string[] {
  const { XDG_RUNTIME_DIR } = process.env;
  const bases = [...(XDG_RUNTIME_DIR ? [XDG_RUNTIME_DIR] : []), tmpdir(), '/tmp'];
  return bases
    .filter((base) => base.length + LONGEST_REST <= LONGEST_ADDRESS && existsSync(base))
    .map((base) => join(base, `${AGENT_FOLDER}${process.getuid?.() ?? 0}`));
}

/** Removes what agents left behind that were killed: sockets where nobody answers. Resolves when all have been tried. */
export async function removeStaleSockets(folder: string): Promise<void> {
  const names = namesIn(folder);
  await Promise.all(names.map((name) => removeIfStale(join(folder, name))));
  if (names.length > 0) removeIfEmpty(folder);
}

/** The folder goes with the last agent in it. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Others are in it, or it is gone.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeIfStale(path: string): Promise<void> {
  return new Promise((resolve) => {
    if (!isOldSocket(path)) {
      resolve();
      return;
    }
    const caller = connect(path);
    caller.on('connect', () => caller.destroy());
    caller.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') remove(path);
    });
    caller.on('close', () => resolve());
  });
}

function isOldSocket(path: string): boolean {
  try {
    const stat = lstatSync(path);
    // Node's own way through symbolic links looks at what was asked last, whoever asked: after a socket it stops half way,
    // and a program does not find its packages.
    lstatSync(dirname(path));
    return stat.isSocket() && Date.now() - stat.mtimeMs > YOUNG_MS;
  } catch {
    return false;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else was quicker.
  }
}
