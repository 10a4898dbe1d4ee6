import { Attempts } from '../attempts.ts';
import { homeOfProbes } from '../home.ts';
import { monoMs } from '../mono-ms.ts';
import { Collections } from './collections.ts';
import { HttpRequests } from './http-requests.ts';
import { KeptConnections } from './kept-connections.ts';
import { LoopDelay, LoopUtilization } from './loop-meters.ts';
import { StallWatches } from './stall-watches.ts';
import type { ProbeOptions, ProbeReading, TargetProbe } from './target-runtime-probe.ts';

/**
 * Puts the probe into the target. Memory is bounded: counters, one histogram, some points, and one entry per request in
 * progress. `require` is at hand now, not later.
 */
export function installProbe(require: NodeJS.Require, options: ProbeOptions): { unavailable: string[] } {
  const home = homeOfProbes();
  // One that a killed tool left behind.
  home.probe?.remove();

  const attempts = new Attempts();
  const v8 = attempts.run('v8', () => require('node:v8') as typeof import('node:v8'));
  const hooks = attempts.run('perf_hooks', () => require('node:perf_hooks') as typeof import('node:perf_hooks'));
  const timers = attempts.run('timers', () => require('node:timers') as typeof import('node:timers'));
  const delay = attempts.run('event-loop delay', () => new LoopDelay(hooks!));
  const utilization = attempts.run('event-loop utilisation', () => new LoopUtilization(hooks!));
  const collections = attempts.run('collections', () => new Collections(hooks!, v8));
  const requests = options.httpProbes
    ? attempts.run('requests', () => new HttpRequests(require('node:diagnostics_channel')))
    : null;
  const stalls = timers && new StallWatches(timers);
  // Where that fails nothing is missing of what is measured.
  const keeping = new Attempts();
  const kept = keeping.run(
    'install',
    () =>
      new KeptConnections({
        channels: require('node:diagnostics_channel'),
        findServers: httpServers,
        later: process.nextTick,
      }),
  );

  const probe: TargetProbe = {
    sample() {
      const collected = collections?.take();
      return {
        monoMs: monoMs(),
        memory: attempts.run('memory usage', readMemory),
        heap: attempts.run('heap statistics', () => readHeap(v8!)),
        spaces: attempts.run('heap spaces', () => readSpaces(v8!)),
        loop: attempts.run('event-loop delay', () => delay?.read() ?? null),
        utilization: attempts.run('event-loop utilisation', () => utilization?.read() ?? null),
        gc: collected?.gc ?? null,
        live: collected?.live ?? [],
        resources: attempts.run('active resources', readResources),
        requests: requests?.read(() => attempts.run('HTTP servers', countHttpServers)) ?? null,
        queries: attempts.run('queries', () => home.queries?.sample() ?? null),
      };
    },
    routes: () => requests?.readRoutes() ?? [],
    beginStallWatch(id) {
      keeping.run('begin', () => kept?.begin(id));
      stalls?.begin(id);
    },
    endStallWatch(id) {
      const stalledMs = stalls?.end(id) ?? null;
      keeping.run('end', () => kept?.end(id));
      return stalledMs;
    },
    remove() {
      for (const part of [stalls, kept, delay, collections, requests]) attempts.run('removal', () => part?.stop());
      if (home.probe !== probe) return;
      home.cleanups.delete('probe');
      delete home.probe;
    },
  };
  home.probe = probe;
  home.cleanups.set('probe', probe.remove);
  return { unavailable: attempts.unavailable };
}

function readMemory(): ProbeReading['memory'] {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { heapUsed, external, arrayBuffers };
}

function readHeap(v8: typeof import('node:v8')): ProbeReading['heap'] {
  const stat = v8.getHeapStatistics();
  return {
    total: stat.total_heap_size,
    limit: stat.heap_size_limit,
    malloced: stat.malloced_memory,
    contexts: stat.number_of_native_contexts,
  };
}

function readSpaces(v8: typeof import('node:v8')): Record<string, number> {
  return Object.fromEntries(v8.getHeapSpaceStatistics().map((space) => [space.space_name, space.space_used_size]));
}

function readResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

function countHttpServers(): number {
  return httpServers().length;
}

/** Not by their class: loading a module would change the program. Only HTTP servers have both of these times. */
function httpServers(): readonly object[] {
  const handles = (process as unknown as { _getActiveHandles(): object[] })._getActiveHandles();
  return handles.filter((handle) => {
    const { requestTimeout, headersTimeout } = handle as Record<string, unknown>;
    return typeof requestTimeout === 'number' && typeof headersTimeout === 'number';
  });
}
