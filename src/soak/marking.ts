import { setTimeout as sleep } from 'node:timers/promises';
import { isMarkingOver, startMarking } from '../capture/early-marking.ts';
import type { Clock } from '../model/clock.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Instruments } from './instruments.ts';
import type { LongPauses } from './long-pauses.ts';
import type { RunLog } from './run-log.ts';

/** Of the time that V8 needs to mark: later the collection may be over, and the next one has all to do again. */
const MARKED_BEFORE = 0.8;
const MOST_TRIES = 4;
const ASKED_EVERY_MS = 50;
/** So long a reading waits for it at most. */
const LONGEST_WAIT_MS = 3_000;

/** Where each collection is felt: V8 marks beside the program, and how long it takes for that is remembered. */
export class Marking {
  readonly #clock: Clock;
  readonly #pauses: LongPauses;
  readonly #log: RunLog;
  /** The last time; null before, NaN where it does not begin when it is asked to. */
  #markedMs: Milliseconds | null = null;

  constructor({ clock, pauses, log }: { readonly clock: Clock; readonly pauses: LongPauses; readonly log: RunLog }) {
    this.#clock = clock;
    this.#pauses = pauses;
    this.#log = log;
  }

  get isAvailable(): boolean {
    return !Number.isNaN(this.#markedMs);
  }

  /**
   * A whole collection beside the program. It may be a part of another capture: the event that tells of it is written here.
   */
  async collect({ attachment: { session }, probe, guard }: Instruments): Promise<boolean> {
    if (!this.isAvailable) return false;
    const judged = await guard.judgeMarking();
    const estimatedPauseMs = await this.#pauses.settle('marking', async () => judged);
    if (estimatedPauseMs === null) return false;
    const startMonoMs = this.#clock.monoMs();
    const { value: markedMs, cost } = await probe.measure(async () => {
      if (!(await startMarking(session))) return null;
      while (this.#clock.monoMs() - startMonoMs < judged.markedMs) {
        await sleep(ASKED_EVERY_MS);
        if (await isMarkingOver(session)) return this.#clock.monoMs() - startMonoMs;
      }
      return null;
    });
    this.#pauses.note('marking', cost.pauseMs, null);
    this.#log.event({ type: 'capture', capture: 'marking', file: null, cost, bytes: 0, error: null, estimatedPauseMs });
    if (markedMs === null)
      this.#log.event({ type: 'note', detail: 'V8 did not start a concurrent collection when it was asked to' });
    this.#markedMs = markedMs ?? this.#markedMs ?? Number.NaN;
    return markedMs !== null;
  }

  /**
   * Returns when V8 has marked most of a large heap, so that the collection that follows has little to do: with the longest
   * pause meanwhile. Null if that collection would have all to do, since V8's own was over each time.
   */
  async begin({ attachment: { session }, guard, allocations, probe }: Instruments): Promise<Milliseconds | null> {
    if (allocations.leftOut !== null || !this.isAvailable) return 0;
    const { isLargeHeap, markedMs } = await guard.judgeMarking();
    if (!isLargeHeap) return 0;
    const { value: isMarking, cost } = await probe.measure(async () => {
      for (let time = 0; time < MOST_TRIES; time++) {
        const waitMs = MARKED_BEFORE * (this.#markedMs ?? markedMs / 4);
        if (!(await startMarking(session))) return true;
        await sleep(Math.min(LONGEST_WAIT_MS, waitMs));
        if (!(await isMarkingOver(session))) return true;
        this.#markedMs = waitMs;
      }
      return false;
    });
    this.#pauses.note('marking', cost.pauseMs, null);
    return isMarking ? cost.pauseMs : null;
  }
}
