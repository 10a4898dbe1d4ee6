import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { Probe } from '../scenario/scenario.ts';
import type { CompiledStep } from './compile-step.ts';
import type { LoadClock } from './load-clock.ts';
import type { Sender, Traffic } from './traffic.ts';

interface ProbeParts {
  readonly step: CompiledStep;
  readonly clock: LoadClock;
  /** Of its own: it must not queue behind the load, and does not count as load. */
  readonly traffic: Traffic;
  /** Probes beyond it are dropped. */
  readonly maxInFlight: number;
}

/** Sends the probe at its rate, by absolute time, whatever becomes of the answers. */
export class ProbeSender {
  readonly #parts: ProbeParts;
  readonly #periodMs: Milliseconds;
  readonly #sender: Sender = { user: 0, variables: {}, rows: {}, cookies: new Map() };

  constructor({ ratePerSecond }: Probe, parts: ProbeParts) {
    this.#parts = parts;
    this.#periodMs = 1000 / ratePerSecond;
  }

  /** Until the clock is closed. */
  start(): void {
    this.#plan(this.#parts.clock.nowMs, 0);
  }

  noteGap(gapEndMs: MonoMs, gapMs: Milliseconds): void {
    this.#parts.traffic.noteGap(gapEndMs, gapMs);
  }

  drained(): Promise<void> {
    return this.#parts.traffic.drained();
  }

  closeIdle(): void {
    this.#parts.traffic.closeIdle();
  }

  abortAll(): void {
    this.#parts.traffic.abortAll();
  }

  takeIntervals(startMonoMs: MonoMs, endMonoMs: MonoMs): RequestInterval[] {
    return this.#parts.traffic.takeIntervals(startMonoMs, endMonoMs);
  }

  #plan(originMs: Milliseconds, count: number): void {
    const { clock, traffic, step, maxInFlight } = this.#parts;
    clock.at(originMs + count * this.#periodMs, (dueMs) => {
      if (traffic.inFlight >= maxInFlight) traffic.drop(step);
      else traffic.send(step, this.#sender, clock.toMonoMs(dueMs), () => {});
      this.#plan(originMs, count + 1);
    });
  }
}
