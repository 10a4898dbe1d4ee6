import { readCpuProfile } from '../format/cpu-profile.ts';
import type { Clock } from '../model/clock.ts';
import type { CpuProfile } from '../model/profiles.ts';
import type { CaptureCost } from '../model/run-event.ts';
import type { Microseconds, Milliseconds, MonoMs } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import type { MeasureCost } from './measure-cost.ts';

export interface CpuWindow {
  readonly profile: CpuProfile;
  /** From V8's own stamps: the same monotonic clock as ours on one host. Windows overlap a little. */
  readonly startMonoMs: MonoMs;
  readonly endMonoMs: MonoMs;
  /** What ending this window (and starting the next) cost the target. */
  readonly cost: CaptureCost;
}

/** Records the CPU in windows that overlap. */
export interface CpuWindowRecorder {
  readonly isRunning: boolean;
  /** The only costly moment of a recording. The interval holds until `stop`: V8 takes no other while a window runs. */
  start(options: { readonly intervalUs: Microseconds }): Promise<CaptureCost>;
  /** Opens the next window, then ends and returns the current one. */
  rotate(): Promise<CpuWindow>;
  /** Ends and returns the last window. */
  stop(): Promise<CpuWindow>;
}

interface ProfileFinished {
  readonly title?: string;
  readonly profile: CpuProfile;
}

interface RunningWindow {
  readonly title: string;
  readonly openedMonoMs: MonoMs;
  readonly finished: Promise<CpuProfile>;
  readonly giveUp: (reason: Error) => void;
}

/** Serialising a window takes milliseconds; a blocked loop does it when it is free again. */
const DEADLINE_MS = 60_000;
/** V8 stamps a window inside of the call that opens or ends it; more than this apart is another clock. */
const SAME_CLOCK_MS = DEADLINE_MS;

/**
 * CPU profiling without a gap. `Profiler.start` pauses the main thread for 70 to 270 ms, each time; but
 * while one profile runs, a further one starts in a few milliseconds. So windows overlap: `console.profile` opens the
 * next before `console.profileEnd` ends the current one, both by evaluate, and V8 hands the result over as an event.
 *
 *     window 1 |-----------------|
 *     window 2                 |-----------------|
 *     window 3                                 |------ …
 *
 * V8 keeps every sample in the target until its window ends: `rotate` regularly.
 */
export class CpuRecorder implements CpuWindowRecorder {
  readonly #session: InspectorSession;
  readonly #clock: Clock;
  readonly #measure: MeasureCost;
  /** Titles are unique over recorders and runs, so that another `console.profile` is not mistaken for ours. */
  readonly #prefix: string;
  /** How each window that V8 still owes us is given up. */
  readonly #giveUps = new Set<RunningWindow['giveUp']>();
  #count = 0;
  #current: RunningWindow | null = null;

  constructor(options: {
    readonly session: InspectorSession;
    readonly clock: Clock;
    readonly measure: MeasureCost;
    /** Unique text of this recording, for example the run id. */
    readonly name: string;
  }) {
    this.#session = options.session;
    this.#clock = options.clock;
    this.#measure = options.measure;
    this.#prefix = `soak-profiler ${options.name} `;
    // Once, not by each window: `closed` lives as long as the connection and would keep every profile of a night alive.
    void options.session.closed.then(({ detail }) => {
      for (const giveUp of this.#giveUps) giveUp(new Error(`the inspector connection closed: ${detail}`));
    });
  }

  get isRunning(): boolean {
    return this.#current !== null;
  }

  async start({ intervalUs }: { readonly intervalUs: Microseconds }): Promise<CaptureCost> {
    if (this.#current) throw new Error('a CPU recording is running already');
    const { value, cost } = await this.#measure(async () => {
      await this.#call('Profiler.enable');
      await this.#call('Profiler.setSamplingInterval', { interval: intervalUs });
      return await this.#open();
    });
    this.#current = value;
    return cost;
  }

  async rotate(): Promise<CpuWindow> {
    const current = this.#running();
    const { value, cost } = await this.#measure(async () => {
      this.#current = await this.#open();
      return await this.#end(current);
    });
    return { ...value, cost };
  }

  async stop(): Promise<CpuWindow> {
    const current = this.#running();
    this.#current = null;
    const { value, cost } = await this.#measure(() => this.#end(current));
    await this.#call('Profiler.disable');
    return { ...value, cost };
  }

  #running(): RunningWindow {
    if (!this.#current) throw new Error('no CPU recording is running');
    return this.#current;
  }

  async #open(): Promise<RunningWindow> {
    this.#count += 1;
    const title = `${this.#prefix}${this.#count}`;
    const openedMonoMs = this.#clock.monoMs();
    // Listened to from the start: a `console.profileEnd()` of the program, without a title, ends the newest window.
    const { promise, resolve, reject } = deferred<CpuProfile>();
    const off = this.#session.on<ProfileFinished>('Profiler.consoleProfileFinished', (event) => {
      if (event.title === title) resolve(event.profile);
    });
    this.#giveUps.add(reject);
    const finished = promise.finally(() => {
      off();
      this.#giveUps.delete(reject);
    });
    // The code that ends the window sees the failure. A window that is not ended must not crash the process.
    finished.catch(() => {});
    try {
      await this.#evaluate(`require('node:console').profile(${JSON.stringify(title)})`);
    } catch (error) {
      reject(error as Error);
      // It may still be opened when a service that did not answer in time continues: V8 would keep its samples until the
      // end.
      this.#evaluate(`require('node:console').profileEnd(${JSON.stringify(title)})`).catch(() => {});
      throw error;
    }
    return { title, openedMonoMs, finished, giveUp: reject };
  }

  async #end(running: RunningWindow): Promise<Omit<CpuWindow, 'cost'>> {
    const timer = setTimeout(
      () => running.giveUp(new Error(`CPU window not delivered within ${DEADLINE_MS / 1000} s`)),
      DEADLINE_MS,
    );
    try {
      await this.#evaluate(`require('node:console').profileEnd(${JSON.stringify(running.title)})`);
      const profile = await running.finished;
      const endMonoMs = this.#clock.monoMs();
      // Kept as V8 wrote it; read once to be sure that it is a profile.
      takeIn('Profiler.consoleProfileFinished', () => readCpuProfile(profile));
      return { profile, ...placeInTime(profile, running.openedMonoMs, endMonoMs) };
    } finally {
      clearTimeout(timer);
    }
  }

  #evaluate(expression: string): Promise<unknown> {
    return this.#session.evaluate(`${expression}; undefined`, { deadlineMs: DEADLINE_MS });
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    return this.#session.call(method, params, { deadlineMs: DEADLINE_MS });
  }
}

/** V8's stamps (microseconds, monotonic) are exact; where its clock is not ours, the moments of our calls serve. */
export function placeInTime(
  profile: CpuProfile,
  openedMonoMs: MonoMs,
  endedMonoMs: MonoMs,
): { readonly startMonoMs: MonoMs; readonly endMonoMs: MonoMs } {
  const startMonoMs = profile.startTime / 1000;
  const endMonoMs = profile.endTime / 1000;
  const isOurs = (a: Milliseconds, b: Milliseconds): boolean => Math.abs(a - b) < SAME_CLOCK_MS;
  return isOurs(startMonoMs, openedMonoMs) && isOurs(endMonoMs, endedMonoMs)
    ? { startMonoMs, endMonoMs }
    : { startMonoMs: openedMonoMs, endMonoMs: endedMonoMs };
}

function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: Error) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: Error) => void = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
