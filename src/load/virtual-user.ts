import type { Milliseconds } from '../model/units.ts';
import type { CompiledStep } from './compile-step.ts';
import type { LoadClock } from './load-clock.ts';
import type { Sender, StepResult, Traffic } from './traffic.ts';

/** A user that fails is not tried again at once: 50 ms, doubled with each failure in a row, at most a second. */
const FIRST_BACK_OFF_MS = 50;
const MAX_BACK_OFF_MS = 1000;
const UNAUTHORISED = 401;

/** One virtual user: captured variables, set-up, and how it has fared lately. */
export class VirtualUser implements Sender {
  readonly user: number;
  readonly variables: Record<string, string> = {};
  readonly rows: Record<string, readonly string[]> = Object.create(null);
  readonly cookies: Map<string, string> = new Map();
  requests = 0;
  /** Set by a 401: the set-up is made again before the next request. */
  needsSetup: boolean;
  readonly #setup: readonly CompiledStep[];
  readonly #clock: LoadClock;
  readonly #traffic: Traffic;
  #failures = 0;

  constructor(options: {
    readonly user: number;
    readonly setup: readonly CompiledStep[];
    readonly clock: LoadClock;
    readonly traffic: Traffic;
  }) {
    this.user = options.user;
    this.#setup = options.setup;
    this.#clock = options.clock;
    this.#traffic = options.traffic;
    this.needsSetup = options.setup.length > 0;
  }

  /** Makes the set-up, step by step; `done(false)` at the first step that fails. */
  prepare(done: (isReady: boolean) => void, index = 0): void {
    const step = this.#setup[index];
    if (!step) {
      this.needsSetup = false;
      done(true);
      return;
    }
    this.#clock.soon(() => {
      this.#traffic.send(step, this, this.#clock.toMonoMs(this.#clock.nowMs), ({ errorKind, isCutShort }) => {
        if (!isCutShort) this.#note(errorKind !== null);
        if (errorKind === null) this.prepare(done, index + 1);
        else done(false);
      });
    });
  }

  /** Sends one task, planned for load time `plannedMs`. */
  send(task: CompiledStep, plannedMs: Milliseconds, done: () => void): void {
    this.requests++;
    this.#traffic.send(task, this, this.#clock.toMonoMs(plannedMs), (result) => {
      this.#learnFrom(result);
      done();
    });
  }

  /** How long to wait before trying again, with half of it random so that users do not come back in step; 0 when all is well. */
  get backOffMs(): Milliseconds {
    if (this.#failures === 0) return 0;
    const fullMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(10, this.#failures - 1));
    return fullMs * (0.5 + this.#traffic.random() / 2);
  }

  #learnFrom({ status, isCutShort }: StepResult): void {
    if (isCutShort) return;
    const wasRefused = status === UNAUTHORISED && this.#setup.length > 0;
    if (wasRefused) this.needsSetup = true;
    this.#note(status === 0 || wasRefused);
  }

  #note(hasFailed: boolean): void {
    this.#failures = hasFailed ? this.#failures + 1 : 0;
  }
}
