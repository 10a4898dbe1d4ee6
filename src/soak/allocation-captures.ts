import type { AllocationRecorder } from '../capture/allocation-recorder.ts';
import { fitHeapInterval } from '../capture/choose-intervals.ts';
import type { PauseEstimate, PauseGuard } from '../capture/pause-guard.ts';
import type { SamplingHeapProfile } from '../model/profiles.ts';
import type { Bytes, Milliseconds, MonoMs } from '../model/units.ts';
import type { CaptureDesk } from './capture-desk.ts';
import { type CaptureOptions, hasUserDecided } from './capture-options.ts';
import { type Instruments, noteLeftOut } from './instruments.ts';
import type { Marking } from './marking.ts';
import type { ScriptKeeper } from './script-keeper.ts';

/** Small enough for several hundred samples in three seconds of a service that allocates little. */
const BURST_INTERVAL_BYTES = 64 * 1024;
const MARKED_TOO_SOON =
  'allocations not read: each time V8 finished its concurrent collection too early, and the reading would have paused the service for a full one';

function sampledIn({ samples = [] }: SamplingHeapProfile): { readonly samples: number; readonly bytes: Bytes } {
  return { samples: samples.length, bytes: samples.reduce((sum, { size }) => sum + size, 0) };
}

/** Scripts that allocate live objects. Without snapshots and CPU profiles no other capture names them. */
function urlsOf({ head }: SamplingHeapProfile): string[] {
  const urls = new Set<string>();
  const pending = [head];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.callFrame.url !== '') urls.add(node.callFrame.url);
    pending.push(...node.children);
  }
  return [...urls];
}

/**
 * What was allocated, by call stack: the objects that are still alive, or all allocations of some seconds. Each reading
 * forces a collection.
 */
export class AllocationCaptures {
  readonly #options: CaptureOptions;
  readonly #desk: CaptureDesk;
  readonly #marking: Marking;
  readonly #scripts: ScriptKeeper;
  #readings = 0;
  #readAtRequests: number | null = null;
  /** Null while there is none. */
  #burst: { readonly startMonoMs: MonoMs; readonly segment: number } | null = null;

  constructor(options: CaptureOptions, desk: CaptureDesk, marking: Marking, scripts: ScriptKeeper) {
    this.#options = options;
    this.#desk = desk;
    this.#marking = marking;
    this.#scripts = scripts;
  }

  /** How many readings of the live objects were kept. */
  get readings(): number {
    return this.#readings;
  }

  /** How many requests the service had answered at the last reading; null before the first. */
  get readAtRequests(): number | null {
    return this.#readAtRequests;
  }

  /** Keeps the live objects by allocation stack. Forces a collection in the target. */
  async keep(): Promise<void> {
    const { keeper, recorder, clock, log, sampling } = this.#options;
    await this.#desk.attempt('heap-profile', async (instruments) => {
      const estimatedPauseMs = await this.#settle(instruments);
      if (estimatedPauseMs === null) return null;
      const markingMs = await this.#marking.begin(instruments);
      if (markingMs === null && !hasUserDecided(this.#options)) {
        log.event({ type: 'note', detail: MARKED_TOO_SOON });
        return null;
      }
      const segment = keeper.segment;
      const requests = sampling.answeredRequests;
      const reading = await this.ask(instruments, (allocations) => allocations.read());
      if (!reading) return null;
      const file = recorder.fileFor('heap-profile', ++this.#readings);
      const text = JSON.stringify(reading.profile);
      await this.#desk.keepText(file, text);
      const { intervalBytes } = instruments.allocations;
      const record = { file: file.file, monoMs: clock.monoMs(), segment, intervalBytes, requests };
      await recorder.updateManifest((manifest) => ({ ...manifest, heapProfiles: [...manifest.heapProfiles, record] }));
      this.#desk.noteLength('heap-profile', reading.cost.pauseMs);
      this.#readAtRequests = requests;
      await this.#scripts.keep(urlsOf(reading.profile));
      // Both pause the program, so one after the other.
      const cost = { ...reading.cost, pauseMs: (markingMs ?? 0) + reading.cost.pauseMs };
      return { file, cost, bytes: Buffer.byteLength(text), estimatedPauseMs };
    });
  }

  /** From here to `keepBurst` garbage counts too. Not in the stretch whose live objects are compared. */
  async startBurst(): Promise<void> {
    this.#burst = null;
    await this.#desk.attempt('heap-profile', async (instruments) => {
      // A collection ends it. On a large heap each collection is a long pause: those that find leaks come first.
      if ((await instruments.guard.judgeCollection()).isLargeHeap && !hasUserDecided(this.#options)) return null;
      if ((await this.#settle(instruments)) === null) return null;
      const cost = await instruments.allocations.startBurst({ intervalBytes: BURST_INTERVAL_BYTES });
      if (!cost) return null;
      this.#burst = { startMonoMs: this.#options.clock.monoMs(), segment: this.#options.keeper.segment };
      return { file: null, cost, bytes: 0 };
    });
  }

  /** Keeps what was allocated since `startBurst`, dead or alive. Forces a collection in the target. */
  async keepBurst(): Promise<void> {
    const { keeper, recorder, clock, heapIntervalBytes } = this.#options;
    const burst = this.#burst;
    // A service that restarted meanwhile has lost it.
    if (burst === null || burst.segment !== keeper.segment) return;
    await this.#desk.attempt('heap-profile', async (instruments) => {
      const durationMs = clock.monoMs() - burst.startMonoMs;
      const estimatedPauseMs = await this.#settle(instruments);
      if (estimatedPauseMs === null) {
        await instruments.allocations.dropBurst();
        return null;
      }
      const reading = await this.ask(instruments, (allocations) =>
        allocations.endBurst((all) => fitHeapInterval(heapIntervalBytes, { ...sampledIn(all), durationMs })),
      );
      if (!reading) return null;
      const { profile, cost } = reading;
      const file = recorder.fileFor('heap-profile', 'burst');
      const text = JSON.stringify(profile);
      await this.#desk.keepText(file, text);
      const monoMs = clock.monoMs();
      const { segment } = burst;
      const record = { file: file.file, monoMs, segment, intervalBytes: BURST_INTERVAL_BYTES, durationMs };
      await recorder.updateManifest((manifest) => ({ ...manifest, allocationBurst: record }));
      this.#desk.noteLength('heap-profile', cost.pauseMs);
      return { file, cost, bytes: Buffer.byteLength(text), estimatedPauseMs };
    });
  }

  /** Asks the recorder. If it finds that allocations can no longer be sampled, this is noted once. */
  async ask<Result>(
    { allocations }: Instruments,
    action: (allocations: AllocationRecorder) => Promise<Result>,
  ): Promise<Result> {
    const before = allocations.leftOut;
    const result = await action(allocations);
    if (before === null) noteLeftOut('allocations', allocations.leftOut, this.#options.log);
    return result;
  }

  /**
   * A reading is a collection: for how long it will pause the service. Null if it is not allowed; 0 if nothing is sampled.
   */
  async #settle({ allocations, guard }: Instruments): Promise<Milliseconds | null> {
    if (allocations.leftOut !== null) return 0;
    return await this.#options.pauses.settle('heap-profile', () => this.#judgeMarked(guard));
  }

  /** A collection is judged by its longest pause, and expected to be shorter if V8 marks before it. */
  async #judgeMarked(guard: PauseGuard): Promise<PauseEstimate> {
    const judged = await guard.judgeCollection();
    const isMarked = judged.isLargeHeap && this.#marking.isAvailable;
    return isMarked ? { ...judged, pauseMs: judged.markedPauseMs ?? judged.pauseMs } : judged;
  }
}
