import type { CaptureCost } from '../model/run-event.ts';
import type { Bytes, Milliseconds } from '../model/units.ts';
import type { InspectorSession } from '../target/session.ts';
import { collectGarbage } from './collect-garbage.ts';
import { discardConsoleEntries } from './discard-console-entries.ts';
import {
  calibrateSnapshot,
  estimateSnapshot,
  type SnapshotCalibration,
  type SnapshotEstimate,
  type SnapshotFacts,
} from './estimate-snapshot.ts';
import type { MeasureCost } from './measure-cost.ts';
import { openPartFile, type Sink } from './part-file.ts';
import { takeSnapshot } from './take-snapshot.ts';

export interface TakenSnapshot {
  readonly bytes: Bytes;
  /** From the file's header; null when it has none. */
  readonly nodes: number | null;
  /** Heap in use after the collections, just before. */
  readonly heapUsedBytes: Bytes;
  /** Ids compare with those of other snapshots of the same epoch only. */
  readonly idEpoch: string;
  /** Of the snapshot itself, and of the collection before it. */
  readonly cost: CaptureCost;
  readonly collectionCost: CaptureCost;
}

export interface SnapshotRecorderOptions {
  /** A session of its own: `HeapProfiler.disable` would end an allocation recording on the same one. */
  readonly session: InspectorSession;
  readonly measure: MeasureCost;
  /** Makes a new, unique epoch name. */
  readonly newEpoch: () => string;
  readonly openSink?: (path: string) => Sink;
}

const CONSOLE_DEADLINE_MS = 30_000;

/** The heap snapshots of one life of one process: guarded, calibrated by each other, with their id epochs. */
export class SnapshotRecorder {
  readonly #session: InspectorSession;
  readonly #measure: MeasureCost;
  readonly #newEpoch: () => string;
  readonly #openSink: (path: string) => Sink;
  #calibration: SnapshotCalibration | null = null;
  #idEpoch: string;

  constructor({ session, measure, newEpoch, openSink = openPartFile }: SnapshotRecorderOptions) {
    this.#session = session;
    this.#measure = measure;
    this.#newEpoch = newEpoch;
    this.#openSink = openSink;
    this.#idEpoch = newEpoch();
  }

  estimate(facts: Omit<SnapshotFacts, 'calibration'>): SnapshotEstimate {
    return estimateSnapshot({ ...facts, calibration: this.#calibration });
  }

  /**
   * Collects, takes a snapshot into `path`, and forgets the object ids again: V8 tracks every object that has one, and
   * allocation costs up to five times more meanwhile. With `keepIds` they live on until `forgetIds`, so that the next
   * snapshot can be compared object by object.
   */
  async take(
    path: string,
    options: { readonly pauseMs: Milliseconds; readonly keepIds: boolean; readonly numbers?: boolean },
  ): Promise<TakenSnapshot> {
    await discardConsoleEntries(this.#session, CONSOLE_DEADLINE_MS);
    const collected = await collectGarbage(this.#session, this.#measure);
    const idEpoch = this.#idEpoch;
    const { bytes, nodes, cost } = await takeSnapshot(this.#session, {
      openSink: () => this.#openSink(path),
      measure: this.#measure,
      estimatedPauseMs: options.pauseMs,
      numbers: options.numbers ?? false,
    }).catch(async (error: unknown) => {
      // Ids may have been given out already; where the connection is gone they went with it.
      await this.forgetIds().catch(() => {});
      throw error;
    });
    if (!options.keepIds) await this.forgetIds().catch((error: unknown) => this.#throwWhileOpen(error));
    // Numbers are nodes too: what they cost says nothing of a snapshot without them.
    if (nodes !== null && !options.numbers) {
      this.#calibration =
        calibrateSnapshot({ nodes, heapUsedBytes: collected.value, pauseMs: cost.pauseMs }) ?? this.#calibration;
    }
    return { bytes, nodes, heapUsedBytes: collected.value, idEpoch, cost, collectionCost: collected.cost };
  }

  /** The snapshot is there; ids, and what tracks them, go with the connection. */
  #throwWhileOpen(error: unknown): void {
    if (this.#session.isOpen) throw error;
  }

  /** Ends the tracking of ids; snapshots after this belong to a new epoch. */
  async forgetIds(): Promise<void> {
    this.#idEpoch = this.#newEpoch();
    await this.#session.call('HeapProfiler.disable');
  }
}
