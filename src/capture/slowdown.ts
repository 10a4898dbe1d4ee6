import { availableParallelism, loadavg } from 'node:os';
import type { Milliseconds } from '../model/units.ts';
import { findCgroup, readCpuQuota } from './cgroup.ts';
import { readKernelFile } from './proc-files.ts';

/** Time of one thread since its start. */
export interface ThreadTime {
  readonly runMs: Milliseconds;
  /** Ready to run, and waiting for a core. */
  readonly waitMs: Milliseconds;
}

/** The main thread of a process; null if the kernel does not report it, and for a process elsewhere. */
export function readMainThread(pid: number | null): ThreadTime | null {
  if (pid === null) return null;
  const [run, wait] = (readKernelFile(`/proc/${pid}/task/${pid}/schedstat`) ?? '').split(' ').map(Number);
  return run && wait !== undefined ? { runMs: run / 1e6, waitMs: wait / 1e6 } : null;
}

/** Less than this says nothing about how long a thread waits for a core. */
const TELLING_RUN_MS = 20;

/**
 * How many times longer than its CPU time a thread takes that computes without a break: one more thread on the cores that
 * there are, as the load of the last minute has it, or between that and how a piece of computing of the target itself
 * went just now; and at least what the limit of its control group makes of it.
 */
export function readSlowdown(pid: number | null, burst: ThreadTime | null = null): number {
  if (pid === null) return 1;
  const [lastMinute = 0] = loadavg();
  const byLoad = (lastMinute + 1) / availableParallelism();
  const byBurst = burst !== null && burst.runMs >= TELLING_RUN_MS ? 1 + burst.waitMs / burst.runMs : byLoad;
  const { cpu } = findCgroup(pid);
  const quota = cpu && readCpuQuota(cpu);
  return Math.max(1, (byLoad + byBurst) / 2, quota ? 1 / quota : 1);
}

/** A thread that slept is let run at once, and for some milliseconds: what is over by then waits for nobody. */
const WAITS_FROM_MS = 40;

/**
 * The same for a single collection, which is over soon. Of 112 of them (5 to 12 ms of CPU, load 15 to 40 on two cores) nine
 * in ten took less than 0.34 of what the whole slowdown makes of them, and half of them less than 0.06.
 */
export function slowdownOfShort(cpuMs: Milliseconds, slowdown: number): number {
  return 1 + (slowdown - 1) * Math.min(1, cpuMs / WAITS_FROM_MS);
}

/** What passed between two readings. */
export function timeBetween(before: ThreadTime | null, after: ThreadTime | null): ThreadTime | null {
  return before && after ? { runMs: after.runMs - before.runMs, waitMs: after.waitMs - before.waitMs } : null;
}
