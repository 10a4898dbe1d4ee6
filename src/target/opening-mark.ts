import { lstatSync, readdirSync, readFileSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TargetFacts } from '../model/run-manifest.ts';
import type { Milliseconds } from '../model/units.ts';
import { listPids, readProcLink, readStat, readStatus } from './proc.ts';
import { isSameProcess } from './process-facts.ts';

type Identity = Pick<TargetFacts, 'pid' | 'startTicks'>;

const PREFIX = 'soak-profiler-opening-';
/** The process of a mark that cannot be looked up from here: after this time no opening is in progress. */
const FOREIGN_LIFE_MS: Milliseconds = 24 * 3600_000;

/** `soak-profiler-opening-<pid namespace>-<pid>-<start>`: pids count within one pid namespace only, and are used again. */
interface Mark extends Identity {
  readonly namespace: string;
  readonly file: string;
}

/**
 * For about 100 ms, from the signal until the watchdog stands, nothing in the target says who opened its inspector. A
 * file says it instead, from before the signal: should the tool be killed just then, the next instance knows what it has to
 * close.
 */
export function markOpening(target: Identity): void {
  try {
    removeMarksOfTheDead();
    const opener = { pid: process.pid, startTicks: readStat('self')?.startTicks ?? 0 };
    writeFileSync(markFile(target), `${opener.pid} ${opener.startTicks}`, { flag: 'wx', mode: 0o600 });
  } catch {
    // There already, or nowhere to write: then it is as if there were no mark.
  }
}

/** True when an instance of this tool, run by the same user, began to open this inspector and did not get further. */
export function wasOpenedByUs(target: Identity): boolean {
  return ownStat(markFile(target)) !== null;
}

export function removeMark(target: Identity): void {
  remove(markFile(target));
}

/** Processes of which an instance of this tool that has ended meanwhile began to open the inspector. */
export function openedByTheDead(): Identity[] {
  return readMarks()
    .filter((mark) => mark.namespace === ownNamespace() && isSameProcess(mark) && !isSameProcess(openerOf(mark)))
    .map(({ pid, startTicks }) => ({ pid, startTicks }));
}

/**
 * Marks of processes that have ended. What another pid namespace holds is looked up if it is visible, else its age decides.
 */
function removeMarksOfTheDead(): void {
  const marks = readMarks();
  for (const mark of marks) if (mark.namespace === ownNamespace() && !isSameProcess(mark)) remove(mark.file);
  const foreign = marks.filter(({ namespace }) => namespace !== ownNamespace());
  if (foreign.length === 0) return;
  const seen = listPids().flatMap((pid) => {
    const namespace = namespaceOf(pid);
    return namespace === null || namespace === ownNamespace() ? [] : [{ pid, namespace }];
  });
  for (const mark of foreign) {
    const theirs = seen.filter(({ namespace }) => namespace === mark.namespace);
    const isDead = theirs.length > 0 ? !theirs.some(({ pid }) => isProcessOf(mark, pid)) : isOld(mark.file);
    if (isDead) remove(mark.file);
  }
}

/** `pid` as it is seen from here. */
function isProcessOf(mark: Mark, pid: number): boolean {
  return readStatus(pid)?.namespacePids.at(-1) === mark.pid && readStat(pid)?.startTicks === mark.startTicks;
}

function isOld(file: string): boolean {
  return Date.now() - (ownStat(file)?.mtimeMs ?? Date.now()) > FOREIGN_LIFE_MS;
}

/** Those of this user. */
function readMarks(): Mark[] {
  return readdirSync(tmpdir()).flatMap((name): Mark[] => {
    const [namespace, pid, startTicks] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-') : [];
    const file = join(tmpdir(), name);
    if (!namespace || !Number(pid) || !Number(startTicks) || ownStat(file) === null) return [];
    return [{ namespace, pid: Number(pid), startTicks: Number(startTicks), file }];
  });
}

/** Of a regular file of this user only. */
function ownStat(file: string): Stats | null {
  try {
    const stat = lstatSync(file);
    return stat.isFile() && stat.uid === process.geteuid?.() ? stat : null;
  } catch {
    return null;
  }
}

/** The process that made the mark; none if the mark does not say. */
function openerOf({ file }: Mark): Identity {
  const [pid = 0, startTicks = 0] = readFileSync(file, 'utf8').split(' ').map(Number);
  return { pid, startTicks };
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Of another user.
  }
}

function markFile({ pid, startTicks }: Identity): string {
  return join(tmpdir(), `${PREFIX}${ownNamespace()}-${pid}-${startTicks}`);
}

function ownNamespace(): string {
  return namespaceOf('self') ?? '0';
}

function namespaceOf(pid: number | 'self'): string | null {
  return /\d+/.exec(readProcLink(pid, 'ns/pid') ?? '')?.[0] ?? null;
}
