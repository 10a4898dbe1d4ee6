import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import { AnswerBook } from './answer-book.ts';

/** Ten minutes: longer answers are recorded as that long. */
const MAX_LATENCY_US = 600_000_000;

/** What happened to one request. */
interface Outcome {
  readonly plannedMs: MonoMs;
  readonly sentMs: MonoMs;
  readonly endMs: MonoMs;
  /** Null: as expected. */
  readonly errorKind: string | null;
  /**
   * There was an answer, or a timeout's worth of waiting for one: the time means something. A refused connection has none.
   */
  readonly hasLatency: boolean;
}

/**
 * Counts and times the requests of one name, interval by interval. Two distributions: from the planned time, which is
 * what a user would have felt and what a stall cannot hide from, and from the actual send time.
 */
export class RequestRecorder {
  readonly name: string;
  readonly answers: AnswerBook = new AnswerBook();
  readonly #lateAfterMs: Milliseconds;
  readonly #isSetup: boolean;
  readonly #intended = newHistogram();
  readonly #service = newHistogram();
  readonly #failed = newHistogram();
  #count = 0;
  #errors = 0;
  #dropped = 0;
  #aborted = 0;
  #late = 0;
  #maxLateMs = 0;
  #errorKinds: Record<string, number> = {};

  constructor(name: string, lateAfterMs: Milliseconds, isSetup = false) {
    this.name = name;
    this.#lateAfterMs = lateAfterMs;
    this.#isSetup = isSetup;
  }

  /** Whether the request was sent late is returned. */
  record(outcome: Outcome): boolean {
    this.#count++;
    const { errorKind } = outcome;
    if (errorKind !== null) {
      this.#errors++;
      this.#errorKinds[errorKind] = (this.#errorKinds[errorKind] ?? 0) + 1;
    }
    return this.#time(outcome);
  }

  /** Aborted by us before the response came: it took at least this long. Returns as `record`. */
  recordAborted(outcome: Outcome): boolean {
    this.#aborted++;
    return this.#time(outcome);
  }

  #time({ plannedMs, sentMs, endMs, errorKind, hasLatency }: Outcome): boolean {
    const lateMs = sentMs - plannedMs;
    const isLate = lateMs > this.#lateAfterMs;
    if (isLate) this.#late++;
    if (lateMs > this.#maxLateMs) this.#maxLateMs = lateMs;
    // Requests without a response count with the served ones: leaving them out would flatter the service.
    if (hasLatency && errorKind !== null && errorKind !== 'timeout') {
      this.#failed.recordValue(toMicroseconds(endMs - plannedMs));
    } else if (hasLatency) {
      this.#intended.recordValue(toMicroseconds(endMs - plannedMs));
      this.#service.recordValue(toMicroseconds(endMs - sentMs));
    }
    return isLate;
  }

  drop(): void {
    this.#dropped++;
  }

  /** The interval up to now, and begins a new one; null when nothing happened in it. */
  take(startMonoMs: MonoMs, endMonoMs: MonoMs): RequestInterval | null {
    if (this.#count === 0 && this.#dropped === 0 && this.#aborted === 0) return null;
    const interval: RequestInterval = {
      startMonoMs,
      endMonoMs,
      name: this.name,
      count: this.#count,
      errors: this.#errors,
      dropped: this.#dropped,
      aborted: this.#aborted,
      late: this.#late,
      maxLateMs: this.#maxLateMs,
      errorKinds: this.#errorKinds,
      intended: encodeIntoCompressedBase64(this.#intended),
      service: encodeIntoCompressedBase64(this.#service),
      ...(this.#failed.totalCount > 0 ? { failed: encodeIntoCompressedBase64(this.#failed) } : {}),
      ...(this.#isSetup ? { isSetup: true } : {}),
      traits: this.answers.take(),
    };
    this.#intended.reset();
    this.#service.reset();
    this.#failed.reset();
    this.#count = this.#errors = this.#dropped = this.#aborted = this.#late = this.#maxLateMs = 0;
    this.#errorKinds = {};
    return interval;
  }
}

function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: MAX_LATENCY_US,
    numberOfSignificantValueDigits: 3,
  });
}

function toMicroseconds(durationMs: Milliseconds): number {
  return Math.min(MAX_LATENCY_US, Math.max(1, Math.round(durationMs * 1000)));
}
