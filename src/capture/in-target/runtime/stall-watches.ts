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
  /**
   * As they were when the probe was installed: fake timers replace them in the module too, and cannot clear a timer of Node.
   */
  readonly #setInterval: Timers['setInterval'];
  readonly #clearInterval: Timers['clearInterval'];
  readonly #watches = new Map<number, Watch>();

  constructor({ setInterval, clearInterval }: Timers) {
    this.#setInterval = setInterval;
    this.#clearInterval = clearInterval;
  }

  /**
   * A caller that asks gives the id: it can be ended by it also where the answer to this came too late. Where there are too
   * many, nothing is measured.
   */
  begin(id: number): void {
    if (this.#watches.size >= MAX_WATCHES || this.#watches.has(id)) return;
    const turn = guarded(() => {
      const atMs = monoMs();
      watch.longestMs = Math.max(watch.longestMs, atMs - watch.lastMs);
      watch.lastMs = atMs;
    });
    const watch: Watch = { timer: this.#setInterval(turn, RESOLUTION_MS), lastMs: monoMs(), longestMs: 0 };
    watch.timer.unref();
    this.#watches.set(id, watch);
  }

  end(id: number): number | null {
    const watch = this.#watches.get(id);
    if (watch === undefined) return null;
    this.#clearInterval(watch.timer);
    this.#watches.delete(id);
    // A stall that has just ended has not let the timer fire yet.
    return Math.max(0, Math.max(watch.longestMs, monoMs() - watch.lastMs) - RESOLUTION_MS);
  }

  stop(): void {
    for (const id of [...this.#watches.keys()]) this.end(id);
  }
}
