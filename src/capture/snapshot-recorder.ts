import type { RefusePath } from '../files/known-folders.ts';
import type { CaptureCost } from '../model/run-event.ts';
import type { Bytes, Milliseconds } from '../model/units.ts';
import type { InspectorSession } from '../target/session.ts';
import { collectGarbage } from './collect-garbage.ts';
import { discardConsoleEntries } from './discard-console-entries.ts';
import type { SnapshotCalibration, SnapshotEstimate } from './estimate-snapshot.ts';
import { readHeapMakeup } from './look-at-heap.ts';
import type { MeasureCost } from './measure-cost.ts';
import { openPartFile, type Sink, type WrittenFile } from './part-file.ts';
import { type MemoryRise, watchMemory } from './peak-memory.ts';
import { readMainThread, timeBetween } from './slowdown.ts';
import { type GuardOptions, type Judgement, SnapshotGuard } from './snapshot-guard.ts';
import { type TakeSnapshot, takeSnapshot } from './take-snapshot.ts';

export interface TakenSnapshot extends WrittenFile {
  /** From the file's header; null when it has none. */
  readonly nodes: number | null;
  /** Heap in use after the collections, just before. */
  readonly heapUsedBytes: Bytes;
  /** Ids compare with those of other snapshots of the same epoch only. */
  readonly idEpoch: string;
  /** Of the snapshot itself, and of the collection before it. */
  readonly cost: CaptureCost;
  readonly collectionCost: CaptureCost;
  /** Of the target's main thread; null if the kernel does not report it, and for a process elsewhere. */
  readonly cpuMs: Milliseconds | null;
  /** Null like `cpuMs`. */
  readonly memory: MemoryRise | null;
}

export interface SnapshotRecorderOptions extends GuardOptions {
  /** Makes a new, unique epoch name. */
  readonly newEpoch: () => string;
  readonly openSink?: OpenSink;
  /** What takes them, and where it writes them first; by default the inspector streams them. */
  readonly backend?: { readonly take: TakeSnapshot; readonly folder: string } | null;
}

type OpenSink = (path: string, refuse?: RefusePath) => Sink;

const replacing: OpenSink = (path, refuse) => openPartFile(path, 'replace', refuse);

const CONSOLE_DEADLINE_MS = 30_000;

/** The heap snapshots of one life of one process: guarded, calibrated by each other, with their id epochs. */
export class SnapshotRecorder {
  readonly #session: InspectorSession;
  readonly #measure: MeasureCost;
  readonly #newEpoch: () => string;
  readonly #openSink: OpenSink;
  readonly #backend: SnapshotRecorderOptions['backend'];
  readonly #pid: number | null;
  readonly #isWorker: boolean;
  readonly #guard: SnapshotGuard;
  #idEpoch: string;
  #keepsIds = false;

  constructor(options: SnapshotRecorderOptions) {
    const { session, measure, newEpoch, pid, openSink = replacing, backend = null } = options;
    this.#guard = new SnapshotGuard(options);
    this.#pid = pid;
    this.#isWorker = options.isWorker ?? false;
    this.#session = session;
    this.#measure = measure;
    this.#newEpoch = newEpoch;
    this.#openSink = openSink;
    this.#backend = backend;
    this.#idEpoch = newEpoch();
  }

  /** What its snapshots have taught; null before the first. */
  get calibration(): SnapshotCalibration | null {
    return this.#guard.calibration;
  }

  /** Whether a snapshot into `path` may be taken. `steps` lists what was done to the target to find out. */
  async judge(options: {
    readonly path: string;
    readonly force: boolean;
    /** The values of numbers too, where that is allowed as well. */
    readonly wantNumbers?: boolean;
    readonly collect?: () => Promise<boolean>;
    /** It may be looked through, where that helps; by default yes. */
    readonly mayLook?: boolean;
  }): Promise<Judgement> {
    // A file that is in memory takes what the control group has left, first of all where the service itself writes it.
    const path = this.#backend?.folder ?? options.path;
    // Only the inspector writes the values of numbers.
    const wantNumbers = this.#backend ? false : (options.wantNumbers ?? false);
    // Looking would end the ids that the next snapshot is to be compared by.
    const mayLook = (options.mayLook ?? true) && !options.force && !this.#keepsIds;
    return await this.#guard.judge({ ...options, path, wantNumbers, mayLook });
  }

  /** Whether the heap may be walked through once: for a count of classes. */
  async judgeWalk(): Promise<SnapshotEstimate> {
    return await this.#guard.judgeWalk();
  }

  /**
   * Collects, takes a snapshot into `path`, and forgets the object ids again: V8 tracks every object that has one, and
   * allocation costs up to five times more meanwhile. With `keepIds` they live on until `forgetIds`, so that the next
   * snapshot can be compared object by object.
   */
  async take(
    path: string,
    options: {
      readonly pauseMs: Milliseconds;
      readonly keepIds: boolean;
      readonly numbers?: boolean;
      /** Asked before the file is made and before it gets its name. */
      readonly refuse?: RefusePath;
    },
  ): Promise<TakenSnapshot> {
    await discardConsoleEntries(this.#session, CONSOLE_DEADLINE_MS);
    const collected = await collectGarbage(this.#session, this.#measure);
    const makeup = await readHeapMakeup(this.#session);
    const idEpoch = this.#idEpoch;
    const threadPid = this.#isWorker ? null : this.#pid;
    const threadBefore = readMainThread(threadPid);
    const memory = watchMemory(this.#pid);
    const { nodes, cost, ...written } = await (this.#backend?.take ?? takeSnapshot)(this.#session, {
      openSink: () => this.#openSink(path, options.refuse),
      measure: this.#measure,
      estimatedPauseMs: options.pauseMs,
      numbers: options.numbers ?? false,
    }).catch(async (error: unknown) => {
      memory.stop();
      // Ids may have been given out already; where the connection is gone they went with it.
      await this.forgetIds().catch(() => {});
      throw error;
    });
    this.#keepsIds = options.keepIds;
    if (!options.keepIds) await this.forgetIds().catch((error: unknown) => this.#throwWhileOpen(error));
    const rise = memory.stop();
    const cpuMs = timeBetween(threadBefore, readMainThread(threadPid))?.runMs ?? null;
    // Numbers are nodes too: what they cost says nothing about a snapshot without them.
    if (nodes !== null && !options.numbers) {
      this.#guard.learn({ nodes, makeup, cpuMs: cpuMs ?? cost.pauseMs, memory: rise });
    }
    const heapUsedBytes = collected.value;
    return { ...written, nodes, heapUsedBytes, idEpoch, cost, collectionCost: collected.cost, cpuMs, memory: rise };
  }

  /** The snapshot is there; ids, and what tracks them, go with the connection. */
  #throwWhileOpen(error: unknown): void {
    if (this.#session.isOpen) throw error;
  }

  /** Ends the tracking of ids; snapshots after this belong to a new epoch. */
  async forgetIds(): Promise<void> {
    this.#keepsIds = false;
    this.#idEpoch = this.#newEpoch();
    await this.#session.call('HeapProfiler.disable');
  }
}
