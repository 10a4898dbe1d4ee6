import { guarded } from '../guarded.ts';
import { monoMs } from '../mono-ms.ts';

type Timers = typeof import('node:timers');

const RESOLUTION_MS = 5;
const MAX_WATCHES = 8;

interface Watch {
  readonly timer: NodeJS.Timeout;
  lastMs: number;
  longestMs: number;
}

/** Measures the longest stall of the event loop while a capture of ours runs. */
export class StallWatches {
  readonly #timers: Timers;
  readonly #watches = new Map<number, Watch>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whoever asks gives the id: it can be ended by it also where the answer to this came too late. Where there are too many, nothing is measured. */
  begin(id: number): void {
    if (this.#watches.size >= MAX_WATCHES || this.#watches.has(id)) return;
    const turn = guarded(() => {
      const atMs = monoMs();
      watch.longestMs = Math.max(watch.longestMs, atMs - watch.lastMs);
      watch.lastMs = atMs;
    });
    const watch: Watch = { timer: this.#timers.setInterval(turn, RESOLUTION_MS), lastMs: monoMs(), longestMs: 0 };
    watch.timer.unref();
    this.#watches.set(id, watch);
  }

  end(id: number): number | null {
    const watch = this.#watches.get(id);
    if (watch === undefined) return null;
    this.#timers.clearInterval(watch.timer);
    this.#watches.delete(id);
    // A stall that has just ended has not let the timer fire yet.
    return Math.max(0, Math.max(watch.longestMs, monoMs() - watch.lastMs) - RESOLUTION_MS);
  }

  stop(): void {
    for (const id of [...this.#watches.keys()]) this.end(id);
  }
}
