import { setTimeout as sleep } from 'node:timers/promises';
import { countClasses } from '../capture/count-classes.ts';
import { findLoadShedder } from '../capture/find-load-shedder.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import { recentBusyShare } from './busy-share.ts';
import type { CaptureDesk } from './capture-desk.ts';
import { type CaptureOptions, hasUserDecided } from './capture-options.ts';
import { refuseClassCount } from './class-count-budget.ts';
import type { Instruments } from './instruments.ts';
import type { CollectOptions, LiveSize } from './live-size.ts';

/** The probe reports a collection within this time. */
const OBSERVED_AFTER_MS = 100;

/** How many objects of each class are alive, at the moments of a run at which no snapshot is taken. */
export class ClassCounting {
  readonly #options: CaptureOptions;
  readonly #desk: CaptureDesk;
  readonly #liveSize: LiveSize;
  #last: { readonly endMonoMs: MonoMs; readonly pauseMs: Milliseconds } | null = null;

  constructor(options: CaptureOptions, desk: CaptureDesk, liveSize: LiveSize) {
    this.#options = options;
    this.#desk = desk;
    this.#liveSize = liveSize;
  }

  /**
   * A collection, so that the live size is known at this moment too, and then how many objects of each class are alive,
   * unless even that would pause the service for longer than is allowed.
   */
  async keep(options: CollectOptions = {}): Promise<void> {
    const { log, sampling, clock, pauses } = this.#options;
    const busyShare = recentBusyShare(sampling.recent, this.#desk.recent);
    await sampling.sampleNow();
    await this.#liveSize.measure(options);
    // The size after a collection comes with the next sample, and at the end of a run there is none.
    await sleep(OBSERVED_AFTER_MS);
    await sampling.sampleNow();
    if (pauses.whyNotAgain('class-counts') !== null) return;
    await this.#desk.attempt('class-counts', async (instruments) => {
      const { verdict, pauseMs } = await instruments.snapshots.judgeWalk();
      const { isLargeHeap = false } = await instruments.guard.judgeMarking();
      const refusal =
        verdict === 'go'
          ? (pauses.refuseSum(pauseMs, 'class-counts', isLargeHeap) ??
            (await this.refuse(instruments, pauseMs, busyShare)))
          : verdict.refused;
      if (refusal !== null) {
        pauses.refuse('class-counts', refusal, pauseMs);
        return null;
      }
      await this.#desk.noteRoutes(instruments);
      const { value, cost } = await countClasses(instruments.heapSession, instruments.probe.measure);
      this.#last = { endMonoMs: clock.monoMs(), pauseMs: cost.pauseMs };
      this.#desk.noteLength('class-counts', cost.pauseMs);
      log.event({ type: 'class-counts', requests: sampling.answeredRequests, classes: value });
      return { file: null, cost, bytes: 0, estimatedPauseMs: pauseMs };
    });
  }

  /** Why a walk through the heap is not made now; null if it is. Our own load is paused meanwhile, so nothing queues up. */
  async refuse(
    { attachment }: Instruments,
    estimatedMs: Milliseconds,
    busyShare: number | null,
  ): Promise<string | null> {
    const { isLoadOurs, durationMs, clock } = this.#options;
    if (isLoadOurs || hasUserDecided(this.#options)) return null;
    const last = this.#last;
    return refuseClassCount({
      pauseMs: last?.pauseMs ?? estimatedMs,
      sinceLastMs: last && clock.monoMs() - last.endMonoMs,
      plannedMs: durationMs,
      busyShare,
      shedder: await findLoadShedder(attachment.session).catch(() => null),
    });
  }
}
