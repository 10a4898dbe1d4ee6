import { readStat } from './proc.ts';

/** A process above another: its pid, and its start time, by which it is distinguished from a later one with that pid. */
export interface Ancestor {
  readonly pid: number;
  readonly startTicks: number;
  /** Name of its program, as in /proc/<pid>/stat. */
  readonly comm: string;
}

/** Where many services of one host begin: to have it above them says nothing about two processes. */
const INIT_PROGRAMS: ReadonlySet<string> = new Set(['systemd', 'init', 'launchd']);

/** The parent, its parent and so on, as far as they can be seen from here. */
export function readLineage(parentPid: number): Ancestor[] {
  const lineage: Ancestor[] = [];
  for (let pid = parentPid; pid > 0; ) {
    const stat = readStat(pid);
    if (!stat) break;
    lineage.push({ pid, startTicks: stat.startTicks, comm: stat.comm });
    pid = stat.parentPid;
  }
  return lineage;
}

export interface Supervision {
  /** Null if no ancestor of the lost process is left. */
  readonly supervisor: Ancestor | null;
  readonly isSame: boolean;
}

/**
 * Whether who started the lost process has started the other too: the nearest ancestor that lives still stands above
 * both, with the same programs between. The parent itself may have died with its child and come again with it: a shell,
 * `npm start`, the shim of a container.
 */
export function compareLineage(lost: readonly Ancestor[], other: readonly Ancestor[]): Supervision {
  const at = lost.findIndex(isAlive);
  const supervisor = lost[at] ?? null;
  const between = supervisor ? lost.slice(0, at) : lost;
  const there = supervisor ? other.findIndex((one) => isSame(one, supervisor)) : other.length;
  return { supervisor, isSame: there !== -1 && programsOf(between) === programsOf(other.slice(0, there)) };
}

/** True for the first process of a host or container, and for the one that replaces it in the session of a user. */
export function isInit(ancestor: Ancestor | null): boolean {
  return ancestor === null || ancestor.pid === 1 || INIT_PROGRAMS.has(ancestor.comm);
}

function isAlive(one: Ancestor): boolean {
  const stat = readStat(one.pid);
  return stat !== null && stat.startTicks === one.startTicks && stat.state !== 'Z';
}

function isSame(one: Ancestor, other: Ancestor): boolean {
  return one.pid === other.pid && one.startTicks === other.startTicks;
}

function programsOf(lineage: readonly Ancestor[]): string {
  return lineage.map(({ comm }) => comm).join('\0');
}
