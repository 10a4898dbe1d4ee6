import { randomUUID } from 'node:crypto';
import { closeSync, constants, createWriteStream, openSync, statSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';

/** yargs loses a lone `-`; no argument of a program can hold this. */
const KEPT = '\0-';

/**
 * `-` means stdin or stdout for the commands that read and write single files. After `--` come arguments of another program.
 */
export function withDashKept(words: readonly string[]): string[] {
  if (words[0] !== 'flame' && words[0] !== 'heap') return [...words];
  const end = words.indexOf('--');
  return words.map((word, at) => (word === '-' && (end === -1 || at < end) ? KEPT : word));
}

export function isDash(named: unknown): boolean {
  return named === KEPT;
}

/**
 * What was named, as a path that can be opened, and read more than once: what comes through a pipe is put into a file first
 * that has no name any more, so that nothing stays behind however this ends. `release` closes it.
 */
export async function openNamed(named: string): Promise<{ readonly path: string; readonly release: () => void }> {
  if (!isDash(named)) return { path: named, release: () => {} };
  if (statSync('/dev/stdin').isFile()) return { path: '/dev/stdin', release: () => {} };
  if (process.stdin.isTTY) {
    throw new ProfilerError(
      'usage',
      EXIT.usage,
      '- reads the file from stdin, and stdin is a terminal.',
      'Pipe the file into it, or name the file.',
    );
  }
  const file = join(tmpdir(), `soak-profiler-${randomUUID()}`);
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  unlinkSync(file);
  await pipeline(process.stdin, createWriteStream('', { fd: descriptor, autoClose: false }));
  return { path: `/proc/self/fd/${descriptor}`, release: () => closeSync(descriptor) };
}

/** Several, of which one at most may be stdin. */
export async function openAllNamed(
  named: readonly string[],
): Promise<{ readonly paths: readonly string[]; readonly release: () => void }> {
  if (named.filter(isDash).length > 1)
    throw new ProfilerError('usage', EXIT.usage, 'stdin can be only one of the files.', 'Name the others.');
  const opened: Awaited<ReturnType<typeof openNamed>>[] = [];
  for (const one of named) opened.push(await openNamed(one));
  const release = (): void => {
    for (const one of opened) one.release();
  };
  return { paths: opened.map(({ path }) => path), release };
}

export function noRoomOnStdout(): ProfilerError {
  return new ProfilerError(
    'usage',
    EXIT.usage,
    'Both the file (-) and --json would go to stdout.',
    'Name a file for the result, or omit --json.',
  );
}
