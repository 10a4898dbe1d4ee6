import { lstatSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetFacts } from '../model/run-manifest.ts';
import { readProcLink } from './proc.ts';
import { isSameProcess } from './process-facts.ts';

type Identity = Pick<TargetFacts, 'pid' | 'startTicks'>;

const PREFIX = 'soak-profiler-opening-';

/**
 * For about 100 ms, from the signal until the watchdog stands, nothing in the target says who opened its inspector. A
 * file says it instead: should the tool be killed just then, the next instance knows what it has to close.
 */
export function markOpening(target: Identity): void {
  try {
    removeMarksOfTheDead();
    writeFileSync(markFile(target), String(process.pid), { flag: 'wx', mode: 0o600 });
  } catch {
    // There already, or nowhere to write: then it is as if there were no mark.
  }
}

/** True when an instance of this tool, run by the same user, began to open this inspector and did not get further. */
export function wasOpenedByUs(target: Identity): boolean {
  try {
    return lstatSync(markFile(target)).uid === process.geteuid?.();
  } catch {
    return false;
  }
}

export function removeMark(target: Identity): void {
  try {
    rmSync(markFile(target), { force: true });
  } catch {
    // Of another user.
  }
}

/** Those of another pid namespace that shares the directory cannot be told dead from here. */
function removeMarksOfTheDead(): void {
  const prefix = ownPrefix();
  for (const name of readdirSync(tmpdir())) {
    const [pid, startTicks] = name.startsWith(prefix) ? name.slice(prefix.length).split('-').map(Number) : [];
    if (pid && startTicks && !isSameProcess({ pid, startTicks })) removeMark({ pid, startTicks });
  }
}

function markFile({ pid, startTicks }: Identity): string {
  return join(tmpdir(), `${ownPrefix()}${pid}-${startTicks}`);
}

/** Pids count within one pid namespace only. */
function ownPrefix(): string {
  const namespace = /\d+/.exec(readProcLink('self', 'ns/pid') ?? '')?.[0] ?? '0';
  return `${PREFIX}${namespace}-`;
}
