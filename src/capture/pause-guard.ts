import type { Bytes, Milliseconds } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import { timeToMark } from './early-marking.ts';
import type { HeapMakeup } from './guess-graph.ts';
import { readHeapMakeup } from './look-at-heap.ts';
import { refusePause, settlePauseBudget } from './pause-budget.ts';
import {
  AFTER_MARKING,
  costOfCollection,
  costOfCounting,
  costOfCpuStart,
  costOfMarking,
  isLargeHeap,
} from './pause-costs.ts';
import { readSlowdown, slowdownOfShort } from './slowdown.ts';

export interface PauseEstimate {
  readonly pauseMs: Milliseconds;
  readonly verdict: 'go' | { readonly refused: string };
  /** All pauses of the run are added up. */
  readonly isLargeHeap?: boolean;
  /** What is left of it where V8 has marked before. */
  readonly markedPauseMs?: Milliseconds;
}

/** Walks over the heap, in a tenth of the time that starting a CPU profile takes. */
const READ_BYTECODE = "require('v8').getHeapCodeStatistics().bytecode_and_metadata_size";
const DEADLINE_MS = 30_000;

/** Decides whether the target can bear the pauses that are no snapshot: the start of a CPU profile, a forced collection. */
export class PauseGuard {
  readonly #session: InspectorSession;
  /** Of the target on this host; null if it runs elsewhere. */
  readonly #pid: number | null;
  readonly #maxPauseMs: Milliseconds | null;

  constructor(options: {
    readonly session: InspectorSession;
    readonly pid: number | null;
    /** Null: what is usual at such a place. */
    readonly maxPauseMs: Milliseconds | null;
  }) {
    this.#session = options.session;
    this.#pid = options.pid;
    this.#maxPauseMs = options.maxPauseMs;
  }

  /** So many collections in a row; the profile of allocations is read after one. */
  async judgeCollection(times = 1): Promise<PauseEstimate> {
    const makeup = await readHeapMakeup(this.#session);
    const cpuMs = times * costOfCollection(makeup);
    const slowdown = slowdownOfShort(cpuMs, readSlowdown(this.#pid));
    const judged = this.#judge(cpuMs, makeup, slowdown);
    return { ...judged, markedPauseMs: AFTER_MARKING * judged.pauseMs };
  }

  /** A concurrent collection; `markedMs`: until it is over. */
  async judgeMarking(): Promise<PauseEstimate & { readonly markedMs: Milliseconds }> {
    const makeup = await readHeapMakeup(this.#session);
    return {
      ...this.#judge(costOfMarking(makeup), makeup),
      markedMs: timeToMark(makeup, readSlowdown(this.#pid)),
    };
  }

  async judgeCounting(): Promise<PauseEstimate> {
    const makeup = await readHeapMakeup(this.#session);
    return this.#judge(costOfCounting(makeup), makeup);
  }

  /**
   * While no CPU profile runs. How much code there is is asked for only where the size of the heap does not forbid it
   * already.
   */
  async judgeCpuStart(): Promise<PauseEstimate> {
    const makeup = await readHeapMakeup(this.#session);
    const atLeast = this.#judge(costOfCpuStart(makeup), makeup);
    if (atLeast.verdict !== 'go') return atLeast;
    const bytes = await this.#session.evaluate<Bytes>(READ_BYTECODE, { deadlineMs: DEADLINE_MS });
    return this.#judge(
      costOfCpuStart(
        makeup,
        takeIn('Runtime.evaluate', () => Number(bytes) || 0),
      ),
      makeup,
    );
  }

  #judge(cpuMs: Milliseconds, makeup: HeapMakeup, slowdown: number = readSlowdown(this.#pid)): PauseEstimate {
    const refused = refusePause(settlePauseBudget(this.#maxPauseMs, this.#pid), cpuMs, slowdown);
    return {
      pauseMs: cpuMs * slowdown,
      verdict: refused === null ? 'go' : { refused },
      isLargeHeap: isLargeHeap(makeup),
    };
  }
}
