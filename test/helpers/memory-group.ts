import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCgroup } from '../../src/capture/cgroup.ts';

/** A control group with a limit of memory, for targets of a test. */
export interface MemoryGroup {
  /** What makes `spawnService` start the target inside of it. */
  readonly start: { readonly nodePath: string; readonly nodeArgs: readonly string[] };
  /** How many of its processes the kernel killed for lack of memory. */
  oomKills(): number;
  /** When its processes have ended. */
  remove(): Promise<void>;
}

/** Null where no group can be made: no right to, or no such hierarchy. `nested`: the group above has the limit. */
export function makeMemoryGroup(
  limitBytes: number,
  { nested = false }: { readonly nested?: boolean } = {},
): MemoryGroup | null {
  const parent = findCgroup(process.pid).memory;
  if (!parent) return null;
  const limited = join(parent.path, `soak-profiler-test-${process.pid}-${Math.round(process.uptime() * 1e6)}`);
  const path = nested ? join(limited, 'inner') : limited;
  const limitFile = join(limited, parent.version === 2 ? 'memory.max' : 'memory.limit_in_bytes');
  const folders = [...new Set([path, limited])];
  try {
    mkdirSync(limited);
    writeFileSync(limitFile, String(limitBytes));
    if (nested) mkdirSync(path);
  } catch {
    for (const folder of folders) tryToRemove(folder);
    return null;
  }
  const events = join(path, parent.version === 2 ? 'memory.events' : 'memory.oom_control');
  return {
    start: {
      nodePath: '/bin/sh',
      nodeArgs: ['-c', 'echo $$ > "$0" && exec "$@"', join(path, 'cgroup.procs'), process.execPath],
    },
    oomKills: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(events, 'utf8'))?.[1] ?? 0),
    remove: async () => {
      // A process that was just waited for may be in it for a moment still.
      for (const folder of folders) {
        for (let attempt = 0; attempt < 50 && !tryToRemove(folder); attempt += 1) await sleep(100);
      }
    },
  };
}

function tryToRemove(folder: string): boolean {
  try {
    if (existsSync(folder)) rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
