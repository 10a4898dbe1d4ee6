import type { CaptureCost, CaptureName } from '../model/run-event.ts';
import type { Bytes, Milliseconds } from '../model/units.ts';
import type { InspectorSession } from '../target/session.ts';
import { collectGarbage } from './collect-garbage.ts';
import {
  calibrateSnapshot,
  estimateSnapshot,
  estimateWalk,
  type SnapshotCalibration,
  type SnapshotEstimate,
  type SnapshotFacts,
} from './estimate-snapshot.ts';
import { lookAtHeap, readHeapMakeup } from './look-at-heap.ts';
import type { MeasureCost } from './measure-cost.ts';
import { isInMemory, readMemoryRooms, readRoomInside } from './memory-room.ts';
import { settlePauseBudget } from './pause-budget.ts';
import { PauseGuard } from './pause-guard.ts';
import { readMemory } from './peak-memory.ts';
import { readMainThread, readSlowdown, type ThreadTime, timeBetween } from './slowdown.ts';

export interface GuardOptions {
  /** A session of its own: `HeapProfiler.disable` would end an allocation recording on the same one. */
  readonly session: InspectorSession;
  readonly measure: MeasureCost;
  /** Of the target on this host; null if it runs elsewhere: then it is asked for its memory, and its load is not known. */
  readonly pid: number | null;
  readonly nodeMajor: number;
  /** Null: what is usual at such a place. */
  readonly maxPauseMs: Milliseconds | null;
  /** A thread of the service hands the snapshot on (its agent): on a busy host much of it waits there. */
  readonly isRelayed?: boolean;
  /** A worker thread of it: what the main thread computes meanwhile says nothing about it. */
  readonly isWorker?: boolean;
  /** By a snapshot of the like, taken before. */
  readonly calibration?: SnapshotCalibration | null;
}

export interface Judgement {
  readonly estimate: SnapshotEstimate;
  readonly heapUsedBytes: Bytes;
  /** It holds with the values of numbers. */
  readonly numbers: boolean;
  readonly steps: readonly { readonly capture: CaptureName; readonly cost: CaptureCost }[];
}

/** A capture that only measures may cost half of what is allowed. */
const LOOK_SHARE = 0.5;
/** Share of a heap, if the share of garbage is unknown. */
const LEAST_LIVE = 1 / 3;
/** `HeapProfiler.collectGarbage` does two in a row. */
const COLLECTIONS = 2;

type Facts = Omit<SnapshotFacts, 'numbers' | 'inMemory'>;

/**
 * Decides whether the target can bear a heap snapshot. What costs nothing comes first: the sizes of the heap spaces give
 * an upper limit that most services are far below. Only where it does not fit, garbage is collected, and then the heap
 * is looked through, where that fits in its turn.
 */
export class SnapshotGuard {
  readonly #options: GuardOptions;
  #calibration: SnapshotCalibration | null;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#calibration = options.calibration ?? null;
  }

  get calibration(): SnapshotCalibration | null {
    return this.#calibration;
  }

  async judge(asked: {
    readonly path: string;
    readonly wantNumbers?: boolean;
    readonly mayLook: boolean;
    /** It will be taken anyway: nothing is done to know more. */
    readonly force: boolean;
    /** Collects what is garbage, in place of a forced collection, and says whether it did. */
    readonly collect?: () => Promise<boolean>;
  }): Promise<Judgement> {
    const { session, measure, pid, isRelayed = false } = this.#options;
    // A target elsewhere does not pay for a file here.
    const inMemory = isRelayed || (pid !== null && isInMemory(asked.path));
    const steps: Judgement['steps'][number][] = [];
    const estimate = (facts: Facts): Judgement => {
      const heapUsedBytes = facts.makeup.usedBytes;
      const full = asked.wantNumbers ? estimateSnapshot({ ...facts, inMemory, numbers: true }) : null;
      return full?.verdict === 'go'
        ? { estimate: full, heapUsedBytes, numbers: true, steps }
        : { estimate: estimateSnapshot({ ...facts, inMemory }), heapUsedBytes, numbers: false, steps };
    };

    const first = estimate(await this.#read());
    if (first.estimate.verdict === 'go' || asked.force) return first;
    // What is garbage counts in the size of the heap, but is no part of a snapshot.
    const before = readMainThread(pid);
    if (asked.collect) {
      if (!(await this.#isNear(asked)) || !(await asked.collect())) return first;
    } else {
      if (!(await this.#mayCollect())) return first;
      const { cost } = await collectGarbage(session, measure);
      steps.push({ capture: 'collect-garbage', cost });
    }
    const facts = await this.#read(timeBetween(before, readMainThread(pid)));
    const collected = estimate(facts);
    if (collected.estimate.verdict === 'go' || !asked.mayLook) return collected;
    const half = { ...facts.budget, maxPauseMs: LOOK_SHARE * facts.budget.maxPauseMs };
    if (estimateWalk({ ...facts, budget: half }).verdict !== 'go') return collected;
    // Where it cannot be looked through, what is known already decides.
    const looked = await measure(() => lookAtHeap(session)).catch(() => null);
    if (!looked) return collected;
    steps.push({ capture: 'heap-count', cost: looked.cost });
    // Not the make-up of now: the list of all objects that was looked through is garbage in it.
    const { rooms, rssBytes } = await this.#read();
    return estimate({ ...facts, rooms, rssBytes, look: looked.value });
  }

  /** Where most of the heap is garbage the rest may do. What is too large even then is not collected for that. */
  async #isNear({ path }: { readonly path: string }): Promise<boolean> {
    const { makeup, ...facts } = await this.#read();
    const live = {
      usedBytes: LEAST_LIVE * makeup.usedBytes,
      largeBytes: LEAST_LIVE * makeup.largeBytes,
      externalBytes: makeup.externalBytes,
    };
    const inMemory = this.#options.pid !== null && isInMemory(path);
    return estimateSnapshot({ ...facts, makeup: live, inMemory }).verdict === 'go';
  }

  /** A capture that only measures does not justify a longer pause than allowed. */
  async #mayCollect(): Promise<boolean> {
    return (await new PauseGuard(this.#options).judgeCollection(COLLECTIONS)).verdict === 'go';
  }

  async judgeWalk(): Promise<SnapshotEstimate> {
    return estimateWalk(await this.#read());
  }

  learn(taken: SnapshotCalibration): void {
    this.#calibration = calibrateSnapshot(taken) ?? this.#calibration;
  }

  async #read(burst: ThreadTime | null = null): Promise<Facts> {
    const { session, pid, nodeMajor, maxPauseMs } = this.#options;
    return {
      makeup: await readHeapMakeup(session),
      nodeMajor,
      look: null,
      calibration: this.#calibration,
      rssBytes: readMemory(pid)?.rssBytes ?? null,
      rooms: pid === null ? await readRoomInside(session) : readMemoryRooms(pid),
      slowdown: readSlowdown(pid, burst),
      budget: settlePauseBudget(maxPauseMs, pid),
    };
  }
}
