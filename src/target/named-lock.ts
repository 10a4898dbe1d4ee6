import { connect, createServer, type Server } from 'node:net';
import { basename } from 'node:path';
import { printable } from '../model/printable.ts';
import type { Milliseconds } from '../model/units.ts';
import { openDescriptors } from './open-descriptors.ts';
import { listPids, readArguments, readProcLink, readUnixTable } from './proc.ts';
import { redactCommandLine } from './redact-command-line.ts';

/** Who holds a lock, in its own words. */
export interface LockHolder {
  /** As it sees itself. */
  readonly pid: number;
  readonly pidNamespace: string;
  /** What was typed to start it, without secrets. */
  readonly command: string;
}

export interface NamedLock {
  release(): void;
}

const PREFIX = 'soak-profiler-';
/** As long as an address can be: a shorter one is filled up by Node 20 and not by Node 22, and they would not meet. */
const ADDRESS_LENGTH = 107;
/** Flags in /proc/net/unix. */
const LISTENING = '00010000';
/** A holder that streams a heap snapshot answers late; then the kernel is asked. */
const ANSWER_MS: Milliseconds = 250;
const LONGEST_COMMAND = 200;

/**
 * A lock is a socket in Linux's abstract name space: it has the reach of a port (one network namespace, all users) and
 * is gone the moment its holder is, however that ended, so there is nothing stale to clean up. It answers a caller with
 * its holder. Null when another holds it.
 */
export function tryLock(name: string): Promise<NamedLock | null> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer((caller) => {
      caller.on('error', () => {});
      caller.end(JSON.stringify(ourselves()));
    });
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(`\0${addressOf(name)}`, () => resolve({ release: () => void server.unref().close() }));
    server.unref();
  });
}

/** Null if the lock is free; `unknown` if its holder does not answer and cannot be looked up either. */
export async function askHolder(name: string): Promise<LockHolder | 'unknown' | null> {
  const answer = await connectTo(name);
  return answer === 'unknown' ? lookUpHolder(name) : answer;
}

function connectTo(name: string): Promise<LockHolder | 'unknown' | null> {
  return new Promise((resolve) => {
    let text = '';
    const caller = connect(`\0${addressOf(name)}`).setEncoding('utf8');
    caller.setTimeout(ANSWER_MS, () => caller.destroy());
    caller.on('data', (part: string) => {
      text += part;
    });
    caller.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED' ? null : 'unknown'));
    caller.once('close', () => resolve(readHolder(text)));
  });
}

export function isThisProcess({ pid, pidNamespace }: LockHolder): boolean {
  return pid === process.pid && pidNamespace === ownNamespace();
}

function addressOf(name: string): string {
  return `${PREFIX}${name}`.padEnd(ADDRESS_LENGTH, '-');
}

/** By the descriptors of all processes that may be seen from here. */
function lookUpHolder(name: string): LockHolder | 'unknown' | null {
  const rows = readUnixTable()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  // Connections that wait to be accepted have its name too.
  const row = rows.find(([, , , flags, , , , path]) => flags === LISTENING && path === `@${addressOf(name)}`);
  // Let go of while it was asked.
  if (row === undefined) return null;
  const inode = row[6] ?? '';
  const pid = listPids().find((one) => openDescriptors(one)?.sockets.has(inode));
  if (pid === undefined) return 'unknown';
  return { pid, pidNamespace: readProcLink(pid, 'ns/pid') ?? '', command: commandOf(readArguments(pid)) };
}

/** What another process says is not trusted to be short or fit to be printed. */
function readHolder(text: string): LockHolder | 'unknown' {
  try {
    const { pid, pidNamespace, command } = JSON.parse(text) as Record<string, unknown>;
    if (!Number.isInteger(pid)) return 'unknown';
    return { pid: Number(pid), pidNamespace: String(pidNamespace), command: cut(printable(String(command))) };
  } catch {
    return 'unknown';
  }
}

function ourselves(): LockHolder {
  return { pid: process.pid, pidNamespace: ownNamespace(), command: commandOf(process.argv) };
}

/** What was typed to start such a process, fit to be shown. */
export function commandOf(argv: readonly string[]): string {
  const [, script = '', ...words] = redactCommandLine(argv);
  const program = basename(script) === 'main.js' ? 'profiler' : basename(script);
  return cut(printable([program, ...words].join(' ')));
}

function ownNamespace(): string {
  return readProcLink('self', 'ns/pid') ?? '';
}

function cut(text: string): string {
  return text.length > LONGEST_COMMAND ? `${text.slice(0, LONGEST_COMMAND)}...` : text;
}
