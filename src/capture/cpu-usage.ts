import pidusage from 'pidusage';
import type { Clock } from '../model/clock.ts';
import type { Bytes, CpuPercent, Milliseconds, MonoMs, WallMs } from '../model/units.ts';

type CpuUsageReading =
  | { readonly state: 'ok'; readonly cpuPercent: CpuPercent | null; readonly rssBytes: Bytes }
  /** pidusage finds no such process: it is gone, or the library still holds the one before under this number. */
  | { readonly state: 'not-found' }
  /** Nothing was asked, so that the library forgets what it knows of this number. */
  | { readonly state: 'resting' };

const SHORT_AGE_MS: Milliseconds = 10_000;

/**
 * The one caller of pidusage for one pid. The library keeps a history per pid in the whole process, hence its traps:
 * two callers spoil each other's figures; the first reading has no history and says 0; a history older than `maxage`
 * is dropped and the next reading says 0 again; a number that was taken over by a new process answers ESRCH for as
 * long as it is asked; `pidusage.clear()` leaks descriptors and is never called.
 */
export class CpuUsage {
  readonly #pid: number;
  readonly #clock: Clock;
  readonly #maxAgeMs: Milliseconds;
  #last: { readonly monoMs: MonoMs; readonly wallMs: WallMs } | null = null;
  #restUntilMonoMs: MonoMs = Number.NEGATIVE_INFINITY;

  constructor(pid: number, intervalMs: Milliseconds, clock: Clock) {
    this.#pid = pid;
    this.#clock = clock;
    this.#maxAgeMs = Math.max(10_000, 3 * intervalMs);
  }

  async read(): Promise<CpuUsageReading> {
    const before = { monoMs: this.#clock.monoMs(), wallMs: this.#clock.wallMs() };
    if (before.monoMs < this.#restUntilMonoMs) return { state: 'resting' };
    const status = await ask(this.#pid, this.#maxAgeMs);
    if (!status) {
      this.#last = null;
      return { state: 'not-found' };
    }
    const hasHistory = this.#last !== null && this.#isFresh(this.#last, before);
    this.#last = before;
    return { state: 'ok', cpuPercent: hasHistory ? status.cpu : null, rssBytes: status.memory };
  }

  /** To be called when `not-found` is wrong: the process is there, so the library looks at a dead descriptor. */
  rest(): void {
    // Its broom passes every half `maxage` of whoever asked first; two and a half times that is after the next one.
    this.#restUntilMonoMs = this.#clock.monoMs() + 2.5 * this.#maxAgeMs;
  }

  /** The library drops histories by the wall clock; intervals under 10 ms are below its resolution. */
  #isFresh(last: { monoMs: MonoMs; wallMs: WallMs }, now: { monoMs: MonoMs; wallMs: WallMs }): boolean {
    const elapsedMs = now.monoMs - last.monoMs;
    return elapsedMs >= 20 && elapsedMs < this.#maxAgeMs && Math.abs(now.wallMs - last.wallMs) < this.#maxAgeMs;
  }
}

/**
 * How long a process of this host has been running, by the system; null if there is none. To be asked before it is sampled.
 */
export async function readElapsed(pid: number): Promise<Milliseconds | null> {
  return (await ask(pid, SHORT_AGE_MS))?.elapsed ?? null;
}

interface Usage {
  readonly cpu: number;
  readonly memory: number;
  readonly elapsed: Milliseconds;
}

async function ask(pid: number, maxage: Milliseconds): Promise<Usage | null> {
  try {
    // Typed as a status, but null for a process that it has seen and that is gone.
    return (await pidusage(pid, { maxage })) ?? null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const message = error instanceof Error ? error.message : '';
    if (['ENOENT', 'ESRCH'].includes(code) || message === 'No matching pid found') return null;
    throw error;
  }
}
