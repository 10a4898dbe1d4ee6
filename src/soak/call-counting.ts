import { CallCounter } from '../capture/call-counter.ts';
import { collectsCoverage } from '../capture/collects-coverage.ts';
import type { CallCounts } from '../model/call-counts.ts';
import type { Clock } from '../model/clock.ts';
import type { CaptureCost } from '../model/run-event.ts';
import type { Bytes, Milliseconds, MonoMs } from '../model/units.ts';
import { recentBusyShare } from './busy-share.ts';
import type { CaptureDesk } from './capture-desk.ts';
import type { Instruments } from './instruments.ts';
import type { LongPauses } from './long-pauses.ts';
import type { RunLog } from './run-log.ts';
import type { Sampling } from './sampling.ts';
import type { TargetKeeper } from './target-keeper.ts';

interface CountingOptions {
  readonly keeper: TargetKeeper;
  readonly log: RunLog;
  readonly clock: Clock;
  readonly sampling: Sampling;
  readonly pauses: LongPauses;
}

/** Why a count that pauses the service for so long is not made now; null if it may be. */
type Refuse = (instruments: Instruments, pauseMs: Milliseconds, busyShare: number | null) => Promise<string | null>;

/** To begin to count calls V8 walks the whole heap. */
const MOST_HEAP_TO_COUNT: Bytes = 100 * 1024 * 1024;
/** Meanwhile a request takes up to three times as much CPU. */
const MOST_BUSY_TO_COUNT = 0.3;
const TOO_MUCH_TO_COUNT = 'the heap is large, or the event loop is busy: it would slow the service down';
const COUNTS_OWN = 'the service collects code coverage (NODE_V8_COVERAGE), which would be lost';
/** Calls of the functions of the service, counted for a few seconds. */
export class CallCounting {
  readonly #options: CountingOptions;
  readonly #desk: CaptureDesk;
  #counting: {
    readonly counter: CallCounter;
    readonly startMonoMs: MonoMs;
    readonly started: CaptureCost;
    readonly estimatedPauseMs: Milliseconds;
    readonly segment: number;
  } | null = null;
  #latest: CallCounts | null = null;

  constructor(options: CountingOptions, desk: CaptureDesk) {
    this.#options = options;
    this.#desk = desk;
  }

  /** Null before any was kept. */
  get counts(): CallCounts | null {
    return this.#latest;
  }

  get isCounting(): boolean {
    return this.#counting !== null;
  }

  /**
   * From here to `keep` calls of functions are counted: which statements ran, and how often. Not where the service
   * collects coverage itself, which would be lost, nor on a heap whose walk would take long.
   */
  async start(refuse: Refuse): Promise<void> {
    const { sampling, log, clock, pauses } = this.#options;
    const busyShare = recentBusyShare(sampling.recent, this.#desk.recent);
    const isTooMuch =
      (sampling.latest?.values['heap.used'] ?? 0) > MOST_HEAP_TO_COUNT || (busyShare ?? 0) > MOST_BUSY_TO_COUNT;
    if (isTooMuch) return log.event({ type: 'note', detail: `calls not counted: ${TOO_MUCH_TO_COUNT}` });
    await this.#desk.attempt('call-counts', async (instruments) => {
      const { attachment, heapSession, probe, guard } = instruments;
      const estimatedPauseMs = await pauses.settle('call-counts', () => guard.judgeCounting());
      if (estimatedPauseMs === null) return null;
      const refusal = await refuse(instruments, estimatedPauseMs, busyShare);
      if (refusal !== null) {
        log.event({ type: 'note', detail: `calls not counted: ${refusal}` });
        return null;
      }
      if (await collectsCoverage(attachment.session)) {
        log.event({ type: 'note', detail: `calls not counted: ${COUNTS_OWN}` });
        return null;
      }
      const counter = new CallCounter(heapSession, probe.measure);
      const started = await counter.start();
      this.#desk.noteLength('call-counts', started.pauseMs);
      const { segment } = this.#options.keeper;
      this.#counting = { counter, startMonoMs: clock.monoMs(), started, estimatedPauseMs, segment };
      return null;
    });
  }

  /** Ends what `start` began. What was counted is kept with the code of the scripts. */
  async keep(): Promise<void> {
    const { clock, keeper } = this.#options;
    const counting = this.#counting;
    this.#counting = null;
    // A service that restarted meanwhile has counted nothing.
    if (counting === null || counting.segment !== keeper.segment) return;
    await this.#desk.attempt('call-counts', async () => {
      const { value: scripts, cost: stopped } = await counting.counter.stop();
      const { startMonoMs, started, estimatedPauseMs } = counting;
      this.#latest = { scripts, startMonoMs, durationMs: clock.monoMs() - startMonoMs };
      // The service is slower all the while: none of it is its own fault.
      const cost = { ...started, endMonoMs: stopped.endMonoMs, pauseMs: Math.max(started.pauseMs, stopped.pauseMs) };
      return { file: null, cost, bytes: 0, estimatedPauseMs };
    });
  }
}
