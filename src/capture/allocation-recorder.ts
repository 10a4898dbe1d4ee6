import { readHeapProfile } from '../format/heap-profile.ts';
import type { SamplingHeapProfile } from '../model/profiles.ts';
import type { CaptureCost } from '../model/run-event.ts';
import type { Bytes } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import type { MeasureCost } from './measure-cost.ts';

export interface AllocationReading {
  /** Live objects by allocation stack since `start`, or all of a burst. */
  readonly profile: SamplingHeapProfile;
  readonly cost: CaptureCost;
}

const DEADLINE_MS = 120_000;
const OF_SERVICE = 'the service samples its own allocations (a continuous profiler), and V8 has one sampling for all';
const STOPPED = 'somebody else stopped the sampling, and may need it';

/**
 * V8's sampling heap profiler, live objects only: with the flags that keep collected objects it grows without bound.
 * It is one for the whole process. V8 answers a second start as if it had begun one, and a stop then ends that of the other:
 * so one that runs already is left alone, and one that was stopped behind our back is not begun again.
 * `HeapProfiler.disable` on the same session ends it too. Snapshots therefore belong on a session of their own.
 */
export class AllocationRecorder {
  readonly #session: InspectorSession;
  readonly #measure: MeasureCost;
  #intervalBytes: Bytes = 0;
  #leftOut: string | null = null;
  #isOurs = false;

  constructor(session: InspectorSession, measure: MeasureCost) {
    this.#session = session;
    this.#measure = measure;
  }

  /** Mean bytes between two samples of live objects. */
  get intervalBytes(): Bytes {
    return this.#intervalBytes;
  }

  /** Why nothing is sampled; null while it is. */
  get leftOut(): string | null {
    return this.#leftOut;
  }

  /** Nothing is sampled, and whether the service samples is unknown: finding out can force a collection. */
  leaveOut(why: string): void {
    this.#leftOut = why;
  }

  async start({ intervalBytes }: { readonly intervalBytes: Bytes }): Promise<void> {
    this.#intervalBytes = intervalBytes;
    // If nothing is sampled, V8 says so at once. If sampling runs, V8 answers after a collection.
    if ((await this.#readProfile('HeapProfiler.getSamplingProfile')) !== null) {
      this.#leftOut = OF_SERVICE;
      return;
    }
    await this.#startSampling(intervalBytes, false);
  }

  /**
   * For some seconds everything that is allocated counts, garbage too: it shows what keeps the collector busy. What
   * was sampled until now is forgotten. Call `endBurst` soon: the samples are kept until then. Null if nothing is sampled.
   */
  async startBurst({ intervalBytes }: { readonly intervalBytes: Bytes }): Promise<CaptureCost | null> {
    if (!this.#isOurs) return null;
    const { cost } = await this.#measure(async () => {
      try {
        await this.discard();
        await this.#startSampling(intervalBytes, true);
      } catch (error) {
        // It may still begin when a service that did not answer in time continues. Then garbage would pile up until the end.
        this.#isOurs = true;
        this.dropBurst().catch(() => {});
        throw error;
      }
    });
    return cost;
  }

  /**
   * All that was allocated since `startBurst`; from now on only live objects count again, in the interval that `fit` makes
   * of what was seen. Null as by `read`.
   */
  async endBurst(fit?: (all: SamplingHeapProfile) => Bytes): Promise<AllocationReading | null> {
    if (!this.#isOurs) return null;
    const { value: profile, cost } = await this.#measure(async () => {
      const all = await this.#readOwn('HeapProfiler.stopSampling');
      if (all === null) return null;
      this.#intervalBytes = fit?.(all) ?? this.#intervalBytes;
      await this.#startSampling(this.#intervalBytes, false);
      return all;
    });
    return profile && { profile, cost };
  }

  /** Like `endBurst`, but what was sampled is not asked for, which would be a collection. */
  async dropBurst(): Promise<void> {
    if (!this.#isOurs) return;
    await this.discard();
    await this.#startSampling(this.#intervalBytes, false);
  }

  /**
   * Forces a full collection in the target (V8 does so by itself), so that only what lives is told. Null if nothing is
   * sampled: `leftOut` says why.
   */
  async read(): Promise<AllocationReading | null> {
    if (!this.#isOurs) return null;
    const { value: profile, cost } = await this.#measure(() => this.#readOwn('HeapProfiler.getSamplingProfile'));
    return profile && { profile, cost };
  }

  /**
   * A full collection and nothing else: reading the profile does one, where `HeapProfiler.collectGarbage` does two in a row,
   * and so pauses the target half as long. Null if nothing is sampled: then nothing was collected.
   */
  async collect(): Promise<CaptureCost | null> {
    return (await this.read())?.cost ?? null;
  }

  /**
   * Ends sampling and forgets what was sampled, without the collection that `stopSampling` does. Ends the id epoch of
   * snapshots too.
   */
  async discard(): Promise<void> {
    if (this.#isOurs) await this.#call('HeapProfiler.disable');
    this.#isOurs = false;
  }

  /** Without HeapProfiler.enable: that would keep the ids of objects alive. */
  async #startSampling(samplingInterval: Bytes, withGarbage: boolean): Promise<void> {
    // Before the response: a service that does not answer in time begins when it continues.
    this.#isOurs = true;
    await this.#call('HeapProfiler.startSampling', {
      samplingInterval,
      includeObjectsCollectedByMajorGC: withGarbage,
      includeObjectsCollectedByMinorGC: withGarbage,
    });
  }

  async #readOwn(method: string): Promise<SamplingHeapProfile | null> {
    const profile = await this.#readProfile(method);
    if (profile === null) {
      this.#isOurs = false;
      this.#leftOut = STOPPED;
      // V8 still believes that this session samples, and would end the next sampling of the other when the session closes.
      await this.#call('HeapProfiler.startSampling', { samplingInterval: this.#intervalBytes });
      await this.#call('HeapProfiler.stopSampling');
    }
    return profile;
  }

  async #readProfile(method: string): Promise<SamplingHeapProfile | null> {
    try {
      const { profile } = await this.#call<{ readonly profile: SamplingHeapProfile }>(method);
      takeIn(method, () => readHeapProfile(profile));
      return profile;
    } catch (error) {
      if (error instanceof Error && /was not started/i.test(error.message)) return null;
      throw error;
    }
  }

  #call<Result>(method: string, params: object = {}): Promise<Result> {
    return this.#session.call<Result>(method, params, { deadlineMs: DEADLINE_MS });
  }
}
