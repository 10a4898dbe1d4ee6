import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCgroup } from '../../src/capture/cgroup.ts';

/** A control group with a limit of memory, for targets of a test. */
export interface MemoryGroup {
  /** What makes `spawnService` start the target inside of it. */
  readonly start: { readonly nodePath: string; readonly nodeArgs: readonly string[] };
  /** How many of its processes the kernel killed for lack of memory. */
  oomKills(): number;
}

/** Null where no group can be made: no right to, or no such hierarchy. `below`: a group in the midst that has the limit. */
export function makeMemoryGroup(
  t: Pick<TestContext, 'after'>,
  limitBytes: number,
  { nested = false }: { readonly nested?: boolean } = {},
): MemoryGroup | null {
  const parent = findCgroup(process.pid).memory;
  if (!parent) return null;
  const limited = join(parent.path, `soak-profiler-test-${process.pid}-${Math.round(process.uptime() * 1e6)}`);
  const path = nested ? join(limited, 'inner') : limited;
  const limitFile = join(limited, parent.version === 2 ? 'memory.max' : 'memory.limit_in_bytes');
  const remove = (): void => {
    for (const folder of new Set([path, limited])) {
      try {
        rmdirSync(folder);
      } catch {
        // Not made, or a process is just ending in it.
      }
    }
  };
  try {
    mkdirSync(limited);
    writeFileSync(limitFile, String(limitBytes));
    if (nested) mkdirSync(path);
  } catch {
    remove();
    return null;
  }
  t.after(async () => {
    await sleep(200);
    remove();
  });
  const events = join(path, parent.version === 2 ? 'memory.events' : 'memory.oom_control');
  return {
    start: {
      nodePath: '/bin/sh',
      nodeArgs: ['-c', 'echo $$ > "$0" && exec "$@"', join(path, 'cgroup.procs'), process.execPath],
    },
    oomKills: () => Number(/^oom_kill (\d+)$/m.exec(readFileSync(events, 'utf8'))?.[1] ?? 0),
  };
}
