import type { MetricName } from '../model/metric-catalogue.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Instruments } from './instruments.ts';
import type { RunLog } from './run-log.ts';
import { wait } from './wait.ts';

type Values = Partial<Record<MetricName, number>>;

interface InsideOptions {
  /** Null while nothing inside the target can be seen. */
  readonly instruments: () => Instruments | null;
  readonly log: RunLog;
  readonly stop: AbortSignal;
}

/** Asks the target for values from inside, one question at a time, and nothing while a capture pauses it. */
export class InsideView {
  readonly #options: InsideOptions;
  #pending: Promise<void> | null = null;
  #arrived: Values = {};
  #unresponsive = false;
  #ownCollections = 0;
  #busy = false;

  constructor(options: InsideOptions) {
    this.#options = options;
  }

  /** Major collections that the target ran on its own, as far as it has reported them. */
  get ownCollections(): number {
    return this.#ownCollections;
  }

  /** A capture pauses the target. */
  get isBusy(): boolean {
    return this.#busy;
  }

  /** Values that arrived within `patienceMs`; later ones are returned by the next call. */
  async read(patienceMs: Milliseconds): Promise<Values> {
    if (!this.#busy) {
      // Set here and not in `#ask`: without instruments that ends before it is assigned, and would stay for ever.
      this.#pending ??= this.#ask().finally(() => {
        this.#pending = null;
      });
    }
    if (this.#pending) await Promise.race([this.#pending, wait(patienceMs, this.#options.stop)]);
    const values = this.#arrived;
    this.#arrived = {};
    return values;
  }

  /** Returns when the question that is being asked is answered or has failed. */
  async settled(): Promise<void> {
    await this.#pending;
  }

  /** Asks the target something short, unless it is busy with a capture or out of reach. */
  async whenCalm<Value>(ask: (instruments: Instruments) => Promise<Value> | null): Promise<Value | null> {
    await this.#pending;
    const instruments = this.#options.instruments();
    return instruments && !this.#busy && !this.#unresponsive ? await ask(instruments) : null;
  }

  /** Does something that pauses the target. Meanwhile no request is sent to it, and its watchdog waits. */
  async whileBusy<Value>(action: (instruments: Instruments) => Promise<Value>): Promise<Value | null> {
    await this.#pending;
    const instruments = this.#options.instruments();
    if (!instruments) return null;
    this.#busy = true;
    try {
      await instruments.attachment.suspendWatchdog();
      return await action(instruments);
    } finally {
      this.#busy = false;
      if (instruments.attachment.session.isOpen) await instruments.attachment.resumeWatchdog().catch(() => {});
    }
  }

  /** The connection is gone: whether the event loop of the next one responds is not known yet. */
  noteLost(): void {
    this.#unresponsive = false;
  }

  async #ask(): Promise<void> {
    const { log, instruments } = this.#options;
    try {
      const probe = instruments()?.probe;
      if (!probe) return;
      const sample = await probe.sample();
      for (const live of sample.liveHeaps) {
        log.event({ type: 'live-heap', bytes: live.bytes, forced: live.forced }, live.monoMs);
        if (!live.forced) this.#ownCollections += 1;
      }
      this.#arrived = { ...sample.values };
      if (this.#unresponsive) log.event({ type: 'unresponsive', edge: 'end', detail: 'the event loop responds again' });
      this.#unresponsive = false;
    } catch (error) {
      // The keeper sees a lost connection; what remains is an event loop that does not respond.
      if (!this.#unresponsive && instruments()?.attachment.session.isOpen) {
        this.#unresponsive = true;
        log.event({ type: 'unresponsive', edge: 'start', detail: (error as Error).message });
        log.say(`the service does not respond: ${(error as Error).message}`);
      }
    }
  }
}
