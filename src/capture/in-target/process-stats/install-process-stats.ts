import { guarded } from '../guarded.ts';
import { homeOfProbes } from '../home.ts';
import { monoMs } from '../mono-ms.ts';

/** In this order: time since 1970, lateness of the timer, CPU (1 is a core), five sizes of memory, handles, event-loop utilisation. */
export type StatRow = readonly [number, number, number, number, number, number, number, number, number, number];

export interface TargetProcessStats {
  take(): readonly StatRow[];
  remove(): void;
}

export interface ProcessStatsOptions {
  readonly intervalMs: number;
  /** No more rows are taken until they are fetched. */
  readonly mostRows: number;
}

/** As they were when the sampler was installed: the program may replace them later. */
const { now } = Date;

/**
 * Reads the process every few milliseconds, as `clinic doctor` does inside of a process that it has started. The timer
 * does not hold the process, and what a reading throws is not the program's.
 */
export function installProcessStats(require: NodeJS.Require, { intervalMs, mostRows }: ProcessStatsOptions): void {
  const home = homeOfProbes();
  // One that a killed tool left behind.
  home.processStats?.remove();
  const timers = require('node:timers') as typeof import('node:timers');
  const { performance } = require('node:perf_hooks') as typeof import('node:perf_hooks');
  const { setTimeout, clearTimeout } = timers;
  let rows: StatRow[] = [];
  let timer: NodeJS.Timeout | null = null;
  let lastMs = monoMs();
  let lastCpu = process.cpuUsage();
  let lastLoop = performance.eventLoopUtilization();

  const read = guarded(() => {
    const elapsedMs = monoMs() - lastMs;
    if (rows.length < mostRows && elapsedMs > 0) {
      const cpu = process.cpuUsage(lastCpu);
      const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
      const loop = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(loop, lastLoop);
      lastLoop = loop;
      rows[rows.length] = [
        now(),
        Math.max(0, elapsedMs - intervalMs),
        (cpu.user + cpu.system) / 1000 / elapsedMs,
        rss,
        heapTotal,
        heapUsed,
        external,
        arrayBuffers,
        countHandles(),
        utilization,
      ];
    }
    lastMs = monoMs();
    lastCpu = process.cpuUsage();
  });
  const plan = guarded(() => {
    timer = setTimeout(tick, intervalMs);
    timer.unref();
  });
  function tick(): void {
    read();
    plan();
  }
  const stats: TargetProcessStats = {
    take() {
      const taken = rows;
      rows = [];
      return taken;
    },
    remove() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      rows = [];
      if (home.processStats !== stats) return;
      home.cleanups.delete('process-stats');
      delete home.processStats;
    },
  };
  home.processStats = stats;
  home.cleanups.set('process-stats', stats.remove);
  plan();
}

/** What Clinic counts too. Node does not promise it for ever. */
function countHandles(): number {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles?: () => unknown[] };
  return handles === undefined ? process.getActiveResourcesInfo().length : handles.call(process).length;
}
