import { readHeapProfile } from '../format/heap-profile.ts';
import type { SamplingHeapProfile } from '../model/profiles.ts';
import type { CaptureCost } from '../model/run-event.ts';
import type { Bytes } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import type { MeasureCost } from './measure-cost.ts';

export interface AllocationReading {
  /** Live objects by allocation stack since `start`; null when sampling had been stopped behind our back. */
  readonly profile: SamplingHeapProfile | null;
  /** Sampling was found stopped, and started anew: what was allocated before is no longer known. */
  readonly restarted: boolean;
  readonly cost: CaptureCost;
}

const DEADLINE_MS = 120_000;

/**
 * V8's sampling heap profiler, live objects only: with the flags that keep collected objects it grows without bound.
 * It is one for the whole process: another client's stop ends ours, and so does `HeapProfiler.disable` on the same
 * session. Snapshots therefore belong on a session of their own.
 */
export class AllocationRecorder {
  readonly #session: InspectorSession;
  readonly #measure: MeasureCost;
  #intervalBytes: Bytes = 0;

  constructor(session: InspectorSession, measure: MeasureCost) {
    this.#session = session;
    this.#measure = measure;
  }

  async start({ intervalBytes }: { readonly intervalBytes: Bytes }): Promise<void> {
    this.#intervalBytes = intervalBytes;
    await this.#startSampling(intervalBytes, false);
  }

  /**
   * For some seconds everything that is allocated counts, garbage too: it shows who keeps the collector busy. What
   * was sampled until now is forgotten. Call `endBurst` soon: the samples are kept until then.
   */
  async startBurst({ intervalBytes }: { readonly intervalBytes: Bytes }): Promise<CaptureCost> {
    const { cost } = await this.#measure(async () => {
      await this.discard();
      await this.#startSampling(intervalBytes, true);
    });
    return cost;
  }

  /** All that was allocated since `startBurst`; from now on only live objects count again. */
  async endBurst(): Promise<Omit<AllocationReading, 'restarted'>> {
    const { value, cost } = await this.#measure(async () => {
      const profile = await this.#readProfile('HeapProfiler.stopSampling');
      await this.#startSampling(this.#intervalBytes, false);
      return profile;
    });
    return { profile: value, cost };
  }

  /** Forces a full collection in the target (V8 does so by itself), so that only what lives is told. */
  async read(): Promise<AllocationReading> {
    const { value, cost } = await this.#measure(() => this.#readProfile('HeapProfiler.getSamplingProfile'));
    if (value !== null) return { profile: value, restarted: false, cost };
    await this.start({ intervalBytes: this.#intervalBytes });
    return { profile: null, restarted: true, cost };
  }

  /**
   * A full collection and nothing else: reading the profile does one, where `HeapProfiler.collectGarbage` does two in a row, and so
   * pauses the target half as long. Null when sampling had been stopped behind our back: then nothing was collected.
   */
  async collect(): Promise<CaptureCost | null> {
    const { profile, cost } = await this.read();
    return profile === null ? null : cost;
  }

  /** Ends sampling and forgets what was sampled, without the collection that `stopSampling` does. Ends the id epoch of snapshots too. */
  async discard(): Promise<void> {
    await this.#call('HeapProfiler.disable');
  }

  /** Without HeapProfiler.enable: that would keep the ids of objects alive. */
  async #startSampling(samplingInterval: Bytes, withGarbage: boolean): Promise<void> {
    await this.#call('HeapProfiler.startSampling', {
      samplingInterval,
      includeObjectsCollectedByMajorGC: withGarbage,
      includeObjectsCollectedByMinorGC: withGarbage,
    });
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
