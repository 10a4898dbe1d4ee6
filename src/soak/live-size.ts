import { collectGarbage } from '../capture/collect-garbage.ts';
import type { Milliseconds } from '../model/units.ts';
import type { AllocationCaptures } from './allocation-captures.ts';
import type { CaptureDesk } from './capture-desk.ts';
import type { CaptureOptions } from './capture-options.ts';
import type { Marking } from './marking.ts';

export interface CollectOptions {
  /** How many more moments will ask for the live size, this one included. */
  readonly momentsLeft?: number;
  /** V8 has collected just now. */
  readonly isCollected?: boolean;
}

/** `HeapProfiler.collectGarbage` does two in a row. */
const COLLECTIONS_WITHOUT_SAMPLING = 2;
/** Health checks continue while the traffic rests. */
const LEAST_REQUESTS = 20;
const LEAST_READINGS_LEFT = 2;
/** Two stretches between them. */
const LEAST_READINGS = 3;

/** Full collections, after which the probe in the target reports the size of what is alive. */
export class LiveSize {
  readonly #options: CaptureOptions;
  readonly #desk: CaptureDesk;
  readonly #marking: Marking;
  readonly #allocations: AllocationCaptures;

  constructor(options: CaptureOptions, desk: CaptureDesk, marking: Marking, allocations: AllocationCaptures) {
    this.#options = options;
    this.#desk = desk;
    this.#marking = marking;
    this.#allocations = allocations;
  }

  /**
   * On a large heap V8 collects concurrently. In a run without snapshots the sampled allocations are read at these
   * moments, which collects too, as often as the pause budget allows.
   */
  async measure({ momentsLeft = 0, isCollected = false }: CollectOptions = {}): Promise<void> {
    const { keeper, recorder, force } = this.#options;
    const { instruments } = keeper;
    const judged = await instruments?.guard.judgeCollection().catch(() => null);
    const isLarge = judged?.isLargeHeap === true && !force;
    const hasSnapshots = recorder.manifest.snapshots.length > 0;
    const isRead = !hasSnapshots && momentsLeft > 0 && instruments?.allocations.leftOut === null;
    if (isRead && (!isLarge || this.#hasRoom(judged.markedPauseMs ?? judged.pauseMs, momentsLeft)))
      return await this.#allocations.keep();
    if (isLarge && isCollected) return;
    if (isLarge && this.#marking.isAvailable) return await this.#collectConcurrently();
    // A reading gives the live size too. If each collection is a long pause, the budget is kept for readings.
    if (!(isLarge && isRead)) await this.#collectNow();
  }

  /** Of the readings that the budget allows, one is kept for the end of the run, and the others are spread evenly. */
  #hasRoom(estimatedMs: Milliseconds, momentsLeft: number): boolean {
    const { pauses, sampling } = this.#options;
    const { readAtRequests } = this.#allocations;
    // Without requests, nothing grows with them.
    if (readAtRequests !== null && (sampling.answeredRequests ?? 0) - readAtRequests < LEAST_REQUESTS) return false;
    const readings = pauses.fitting(pauses.expect('heap-profile', estimatedMs)) - 1;
    return readings >= 1 && momentsLeft % Math.max(1, Math.ceil(momentsLeft / readings)) === 0;
  }

  /** V8 collects while the program runs, with some short pauses. */
  async #collectConcurrently(): Promise<void> {
    const { pauses, sampling } = this.#options;
    // Readings come first, as long as there can be enough of them for a verdict.
    const readings = pauses.fitting(pauses.expect('heap-profile', 0));
    if (readings < LEAST_READINGS_LEFT && this.#allocations.readings + readings >= LEAST_READINGS) return;
    await this.#desk.attempt('marking', async (instruments) => {
      await this.#marking.collect(instruments);
      return null;
    });
    await sampling.sampleNow();
  }

  async #collectNow(): Promise<void> {
    await this.#desk.attempt('collect-garbage', async (instruments) => {
      const { heapSession, probe, guard, allocations } = instruments;
      const times = allocations.leftOut === null ? 1 : COLLECTIONS_WITHOUT_SAMPLING;
      const estimatedPauseMs = await this.#options.pauses.settle('collect-garbage', () => guard.judgeCollection(times));
      if (estimatedPauseMs === null) return null;
      const collected = await this.#allocations.ask(instruments, (allocations) => allocations.collect());
      const cost = collected ?? (await collectGarbage(heapSession, probe.measure)).cost;
      this.#desk.noteLength('collect-garbage', cost.pauseMs);
      return { file: null, cost, bytes: 0, estimatedPauseMs };
    });
  }
}
