import { readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { listDescriptors, listPids, readControlGroups, readStatus } from './proc.ts';

// Node starts its inspector within the signal, in a thread and an event loop of its own. Where it gets no descriptor or no
// thread for them it aborts the whole process.

/** An inspector takes five to eight, each connection one more; the service opens some meanwhile, too. */
const DESCRIPTORS_NEEDED = 24;
/** One for the inspector, one for the CPU profiler; the service may start some meanwhile, too. */
const THREADS_NEEDED = 8;

interface Limited {
  readonly used: number;
  readonly limit: number;
}

interface ThreadLimit extends Limited {
  /** What limits them, as text. */
  readonly by: string;
}

/**
 * How many descriptors the process has open and may have, where too few are left; null if there is room, or if unknown.
 */
export function tooFewDescriptors(pid: number): Limited | null {
  const limit = readLimit(pid, 'Max open files');
  const open = listDescriptors(pid);
  if (limit === null || open === null) return null;
  // One above a limit that was lowered takes no place below it.
  const used = open.filter((fd) => fd < limit).length;
  return limit - used < DESCRIPTORS_NEEDED ? { used, limit } : null;
}

/** The limit of threads that leaves too few; null if there is room, or if unknown. */
export function tooFewThreads(pid: number): ThreadLimit | null {
  const limits = [...groupLimits(pid), ...userLimit(pid)];
  return limits.find(({ used, limit }) => limit - used < THREADS_NEEDED) ?? null;
}

/** The control group of the process and all above it, as far as they can be seen from here. */
function* groupLimits(pid: number): Generator<ThreadLimit> {
  const place = findPidsGroup(readControlGroups(pid) ?? '', readText('/proc/self/mountinfo') ?? '');
  if (place === null) return;
  for (let path = place.path; path.startsWith(place.mountPoint); path = dirname(path)) {
    const limit = readCount(join(path, 'pids.max'));
    const used = readCount(join(path, 'pids.current'));
    if (limit !== null && used !== null) yield { used, limit, by: `pids.max of its control group ${path}` };
    if (path === place.mountPoint) return;
  }
}

/** RLIMIT_NPROC counts the threads of the user in all his processes. The kernel does not hold root to it. */
function* userLimit(pid: number): Generator<ThreadLimit> {
  const limit = readLimit(pid, 'Max processes');
  const uid = readStatus(pid)?.uid ?? 0;
  if (limit === null || uid === 0) return;
  let used = 0;
  for (const other of listPids()) {
    const status = readStatus(other);
    if (status?.uid === uid) used += status.threads;
  }
  yield { used, limit, by: `the limit of processes of user ${uid} (ulimit -u)` };
}

/** Where the group counts its threads: by version 1 if that controller is mounted, else by version 2. */
function findPidsGroup(
  membership: string,
  mountinfo: string,
): { readonly path: string; readonly mountPoint: string } | null {
  const lines = membership.split('\n').map((line) => line.split(':'));
  const groups = {
    cgroup: lines.find(([, controllers]) => controllers?.split(',').includes('pids')),
    cgroup2: lines.find(([hierarchy, controllers]) => hierarchy === '0' && controllers === ''),
  };
  for (const [type, group] of Object.entries(groups)) {
    const mount = mountinfo
      .split('\n')
      .map((line) => line.split(' - '))
      .find(([, tail = '']) => {
        const [kind, , options = ''] = tail.split(' ');
        return kind === type && (type === 'cgroup2' || options.split(',').includes('pids'));
      });
    if (!group || !mount) continue;
    const [, , , root = '/', mountPoint = ''] = mount[0]?.split(' ') ?? [];
    // Inside a container the mount shows a part of the hierarchy only: the path counts from its root.
    const inside = posix.relative(root, group.slice(2).join(':'));
    return { mountPoint, path: inside.startsWith('..') ? mountPoint : join(mountPoint, inside) };
  }
  return null;
}

function readLimit(pid: number, name: string): number | null {
  const soft = new RegExp(`^${name} +(\\d+)`, 'm').exec(readText(`/proc/${pid}/limits`) ?? '')?.[1];
  return soft === undefined ? null : Number(soft);
}

/** `max` is no number. */
function readCount(path: string): number | null {
  const text = readText(path)?.trim();
  return text && /^\d+$/.test(text) ? Number(text) : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
