import type { QueryReading, TargetQueryProbe } from './install-query-probe.ts';

/**
 * What runs inside the target. `installProbe` is sent as text (`Function.prototype.toString`), so it uses nothing from
 * outside of itself, and nothing newer than Node 18. Everything is in try: what this Node lacks, or the program has
 * patched away, is reported in `unavailable` and read as null. Memory is bounded: counters, one histogram, at most
 * `MAX_LIVE` points, and one entry per request in progress that is dropped when the request ends or dies.
 */

/** One reading, as JSON over the inspector. Times in milliseconds, sizes in bytes; null where it is unavailable. */
export interface ProbeReading {
  readonly monoMs: number;
  readonly memory: { readonly heapUsed: number; readonly external: number; readonly arrayBuffers: number } | null;
  readonly heap: {
    readonly total: number;
    readonly limit: number;
    readonly malloced: number;
    readonly contexts: number;
  } | null;
  /** Used bytes by name of the space. */
  readonly spaces: Readonly<Record<string, number>> | null;
  /** Delay of the event loop since the last reading; the percentiles are null when no turn ended since. */
  readonly loop: { readonly p50: number | null; readonly p99: number | null; readonly max: number } | null;
  readonly utilization: number | null;
  /** Counts and times since the installation, the longest pause since the last reading. */
  readonly gc: {
    readonly major: number;
    readonly majorMs: number;
    readonly minor: number;
    readonly minorMs: number;
    readonly otherMs: number;
    readonly maxPauseMs: number;
  } | null;
  /** Heap in use right after each major collection since the last reading. */
  readonly live: readonly { readonly monoMs: number; readonly bytes: number }[];
  /** Active resources by type. */
  readonly resources: Readonly<Record<string, number>> | null;
  /** Since the installation: answered, died unanswered; in progress now; milliseconds from arrival to answer, summed. */
  readonly requests: {
    readonly served: number;
    readonly aborted: number;
    readonly active: number;
    readonly latencySumMs: number;
    /** Listening HTTP servers: null once a request was seen. */
    readonly servers: number | null;
  } | null;
  /** Of the query probe, where that is installed too. */
  readonly queries: QueryReading | null;
}

/** What the probe needs of the registry that attaching left in the target (`target/target-registry.ts`). */
interface ProbeHome {
  readonly cleanups: Map<string, () => void>;
  probe?: TargetProbe;
  readonly queries?: TargetQueryProbe;
}

interface TargetProbe {
  sample(): ProbeReading;
  beginStallWatch(): number;
  endStallWatch(id: number): number | null;
  remove(): void;
}

export interface ProbeOptions {
  readonly httpProbes: boolean;
}

export function installProbe(require: NodeJS.Require, options: ProbeOptions): { unavailable: string[] } {
  const LOOP_RESOLUTION_MS = 20;
  const STALL_RESOLUTION_MS = 5;
  const MAX_LIVE = 100;
  const MAX_STALL_WATCHES = 8;
  const world = globalThis as unknown as Record<symbol, ProbeHome | undefined>;
  const home = world[Symbol.for('soak-profiler')];
  if (home === undefined) throw new Error('no tool is attached to this process');
  // One that a killed tool left behind.
  home.probe?.remove();

  const unavailable: string[] = [];
  const undo: (() => void)[] = [];
  const attempt = <T>(what: string, action: () => T): T | null => {
    try {
      return action();
    } catch {
      if (!unavailable.includes(what)) unavailable.push(what);
      return null;
    }
  };
  const now = (): number => {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  };
  const v8 = attempt('v8', () => require('node:v8') as typeof import('node:v8'));
  const hooks = attempt('perf_hooks', () => require('node:perf_hooks') as typeof import('node:perf_hooks'));
  const timers = attempt('timers', () => require('node:timers') as typeof import('node:timers'));

  const delay = attempt('event-loop delay', () => {
    const histogram = hooks!.monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
    histogram.enable();
    undo.push(() => histogram.disable());
    return histogram;
  });
  let lastUtilization = attempt('event-loop utilisation', () => hooks!.performance.eventLoopUtilization());

  const gc = { major: 0, majorMs: 0, minor: 0, minorMs: 0, otherMs: 0, maxPauseMs: 0 };
  let live: { monoMs: number; bytes: number }[] = [];
  const watchesGc = attempt('collections', () => {
    // Kinds of V8: 1 scavenge, 2 minor mark-sweep, 4 mark-compact, others incremental marking and weak callbacks.
    const observer = new hooks!.PerformanceObserver((list) => {
      let major = false;
      for (const entry of list.getEntries()) {
        const kind = (entry as { detail?: { kind?: number } }).detail?.kind;
        gc.maxPauseMs = Math.max(gc.maxPauseMs, entry.duration);
        if (kind === 4) {
          gc.major += 1;
          gc.majorMs += entry.duration;
          major = true;
        } else if (kind === 1 || kind === 2) {
          gc.minor += 1;
          gc.minorMs += entry.duration;
        } else gc.otherMs += entry.duration;
      }
      if (!major || !v8) return;
      // The observer is called at the end of the turn: what was allocated in between is counted as live.
      live.push({ monoMs: now(), bytes: v8.getHeapStatistics().used_heap_size });
      if (live.length > MAX_LIVE) live.shift();
    });
    observer.observe({ entryTypes: ['gc'] });
    undo.push(() => observer.disconnect());
    return true;
  });

  const requests = { served: 0, aborted: 0, latencySumMs: 0 };
  type Response = object & { readonly destroyed?: boolean; readonly closed?: boolean };
  // Weak on both sides: a request that the program leaks must not look held by us.
  const inProgress = new Set<{ readonly response: WeakRef<Response>; readonly startMs: number }>();
  const dropDead = (): void => {
    for (const entry of inProgress) {
      const response = entry.response.deref();
      if (response !== undefined && !response.destroyed && !response.closed) continue;
      inProgress.delete(entry);
      requests.aborted += 1;
    }
  };
  const countsRequests =
    options.httpProbes &&
    attempt('requests', () => {
      const channels = require('node:diagnostics_channel') as typeof import('node:diagnostics_channel');
      const entries = new WeakMap<Response, { readonly response: WeakRef<Response>; readonly startMs: number }>();
      let sweepAt = 1000;
      const onStart = (message: unknown): void => {
        const { response } = message as { response: Response };
        const entry = { response: new WeakRef(response), startMs: now() };
        entries.set(response, entry);
        inProgress.add(entry);
        if (inProgress.size < sweepAt) return;
        // Nobody takes readings (the tool is gone or busy): drop the dead ones ourselves.
        dropDead();
        sweepAt = Math.max(1000, 2 * inProgress.size);
      };
      const onFinish = (message: unknown): void => {
        const { response } = message as { response: Response };
        const entry = entries.get(response);
        if (entry === undefined || !inProgress.delete(entry)) return;
        entries.delete(response);
        requests.served += 1;
        requests.latencySumMs += now() - entry.startMs;
      };
      const start = channels.channel('http.server.request.start');
      const finish = channels.channel('http.server.response.finish');
      start.subscribe(onStart);
      finish.subscribe(onFinish);
      undo.push(() => {
        start.unsubscribe(onStart);
        finish.unsubscribe(onFinish);
        inProgress.clear();
      });
      return true;
    });

  const watches = new Map<number, { timer: NodeJS.Timeout; last: number; max: number }>();
  let watchCount = 0;

  let loopSince = now();
  const readLoop = (): ProbeReading['loop'] => {
    if (delay === null) return null;
    const at = now();
    const elapsed = at - loopSince;
    loopSince = at;
    // The histogram holds the times between two turns of a 20 ms timer: the delay is what is above that.
    const ms = (ns: number): number => Math.max(0, ns / 1e6 - LOOP_RESOLUTION_MS);
    const isEmpty = delay.count === 0;
    const covered = isEmpty ? 0 : (delay.mean * delay.count) / 1e6;
    // It does not see a stall that begins before its first turn after a reset, nor one that has not ended yet. Both
    // are time that the turns do not add up to; a turn at either end is missing without any stall.
    const unseen = Math.max(0, elapsed - covered - 2 * LOOP_RESOLUTION_MS);
    const reading = {
      p50: isEmpty ? null : ms(delay.percentile(50)),
      p99: isEmpty ? null : ms(delay.percentile(99)),
      max: Math.max(isEmpty ? 0 : ms(delay.max), unseen),
    };
    delay.reset();
    return reading;
  };
  const readUtilization = (): number | null => {
    if (lastUtilization === null || hooks === null) return null;
    const current = hooks.performance.eventLoopUtilization();
    const { utilization } = hooks.performance.eventLoopUtilization(current, lastUtilization);
    lastUtilization = current;
    return utilization;
  };
  const readHeap = (): ProbeReading['heap'] => {
    const stat = v8!.getHeapStatistics();
    return {
      total: stat.total_heap_size,
      limit: stat.heap_size_limit,
      malloced: stat.malloced_memory,
      contexts: stat.number_of_native_contexts,
    };
  };
  const readSpaces = (): Record<string, number> =>
    Object.fromEntries(v8!.getHeapSpaceStatistics().map((space) => [space.space_name, space.space_used_size]));
  const readMemory = (): ProbeReading['memory'] => {
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return { heapUsed, external, arrayBuffers };
  };
  const readResources = (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const type of process.getActiveResourcesInfo()) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  };

  // Not by their class: loading a module would change the program. Only HTTP servers have both of these times.
  const readHttpServers = (): number | null => {
    if (requests.served > 0 || inProgress.size > 0) return null;
    const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
    return handles.filter((handle) => {
      const { requestTimeout, headersTimeout } = handle as Record<string, unknown>;
      return typeof requestTimeout === 'number' && typeof headersTimeout === 'number';
    }).length;
  };

  const probe: TargetProbe = {
    sample() {
      dropDead();
      const reading: ProbeReading = {
        monoMs: now(),
        memory: attempt('memory usage', readMemory),
        heap: attempt('heap statistics', readHeap),
        spaces: attempt('heap spaces', readSpaces),
        loop: attempt('event-loop delay', readLoop),
        utilization: attempt('event-loop utilisation', readUtilization),
        gc: watchesGc ? { ...gc } : null,
        live,
        resources: attempt('active resources', readResources),
        requests: countsRequests
          ? { ...requests, active: inProgress.size, servers: attempt('HTTP servers', readHttpServers) }
          : null,
        queries: attempt('queries', () => home.queries?.sample() ?? null),
      };
      live = [];
      gc.maxPauseMs = 0;
      return reading;
    },
    beginStallWatch() {
      watchCount += 1;
      const id = watchCount;
      if (timers === null || watches.size >= MAX_STALL_WATCHES) return id;
      const turn = (): void => {
        const at = now();
        watch.max = Math.max(watch.max, at - watch.last);
        watch.last = at;
      };
      const watch = { timer: timers.setInterval(turn, STALL_RESOLUTION_MS), last: now(), max: 0 };
      watch.timer.unref();
      watches.set(id, watch);
      return id;
    },
    endStallWatch(id) {
      const watch = watches.get(id);
      if (watch === undefined || timers === null) return null;
      timers.clearInterval(watch.timer);
      watches.delete(id);
      // A stall that has just ended has not let the timer fire yet.
      return Math.max(0, Math.max(watch.max, now() - watch.last) - STALL_RESOLUTION_MS);
    },
    remove() {
      for (const id of [...watches.keys()]) probe.endStallWatch(id);
      for (const action of undo.splice(0)) attempt('removal', action);
      if (home.probe !== probe) return;
      home.cleanups.delete('probe');
      delete home.probe;
    },
  };
  home.probe = probe;
  home.cleanups.set('probe', probe.remove);
  return { unavailable };
}
