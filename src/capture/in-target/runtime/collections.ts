import { guarded } from '../guarded.ts';
import { monoMs } from '../mono-ms.ts';
import type { ProbeReading } from './target-runtime-probe.ts';

type V8 = typeof import('node:v8');
type PerfHooks = typeof import('node:perf_hooks');

/** Points that were not read yet; the oldest are dropped. */
const MAX_LIVE = 100;
/** Kinds of V8: others are incremental marking and weak callbacks. */
const SCAVENGE = 1;
const MINOR_MARK_SWEEP = 2;
const MARK_COMPACT = 4;

/** Counts and times of garbage collections, and the heap in use right after each major one. */
export class Collections {
  readonly #observer: InstanceType<PerfHooks['PerformanceObserver']>;
  readonly #v8: V8 | null;
  readonly #totals = { major: 0, majorMs: 0, minor: 0, minorMs: 0, otherMs: 0, maxPauseMs: 0 };
  #live: { monoMs: number; bytes: number }[] = [];

  constructor(hooks: PerfHooks, v8: V8 | null) {
    this.#v8 = v8;
    this.#observer = new hooks.PerformanceObserver(guarded((list) => this.#note(list.getEntries())));
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  stop(): void {
    this.#observer.disconnect();
  }

  /** What was counted until now; the longest pause and the points since the last call. */
  take(): { readonly gc: NonNullable<ProbeReading['gc']>; readonly live: ProbeReading['live'] } {
    const taken = { gc: { ...this.#totals }, live: this.#live };
    this.#totals.maxPauseMs = 0;
    this.#live = [];
    return taken;
  }

  #note(entries: readonly { readonly duration: number; readonly detail?: unknown }[]): void {
    const totals = this.#totals;
    let major = false;
    for (const { duration, detail } of entries) {
      const { kind } = (detail ?? {}) as { kind?: number };
      totals.maxPauseMs = Math.max(totals.maxPauseMs, duration);
      if (kind === MARK_COMPACT) {
        totals.major += 1;
        totals.majorMs += duration;
        major = true;
      } else if (kind === SCAVENGE || kind === MINOR_MARK_SWEEP) {
        totals.minor += 1;
        totals.minorMs += duration;
      } else totals.otherMs += duration;
    }
    if (!major || !this.#v8) return;
    // The observer is called at the end of the turn: what was allocated in between is counted as live.
    this.#live.push({ monoMs: monoMs(), bytes: this.#v8.getHeapStatistics().used_heap_size });
    if (this.#live.length > MAX_LIVE) this.#live.shift();
  }
}
