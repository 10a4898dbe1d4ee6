import { snapshotFileBytes } from '../capture/snapshot-file-bytes.ts';
import type { Judgement } from '../capture/snapshot-guard.ts';
import type { PhaseName } from '../model/run-event.ts';
import { formatBytes, formatDuration } from '../model/units.ts';
import type { CaptureDesk } from './capture-desk.ts';
import { type CaptureOptions, hasUserDecided } from './capture-options.ts';
import { findScriptUrls } from './find-script-urls.ts';
import type { Instruments } from './instruments.ts';
import type { Marking } from './marking.ts';
import type { ScriptKeeper } from './script-keeper.ts';
import type { AskedEstimate } from './soak-status.ts';

export interface SnapshotOptions {
  /**
   * The last one also holds the values of numbers, if that is allowed too: they show whether a cache exceeded its own limit.
   */
  readonly isLast?: boolean;
  /** The next snapshot can be compared with this one object by object; until then allocations are slower. */
  readonly keepIds?: boolean;
}

/** What was done of a snapshot that was asked for. */
export interface SnapshotOutcome {
  readonly isRefused: boolean;
  /** V8 has collected for it, whether it was taken or not. */
  readonly isCollected: boolean;
}

/** `HeapProfiler.collectGarbage` does two in a row. */
const COLLECTIONS = 2;
const LOOK_AT_NOTHING = { collect: async () => false, mayLook: false };

/** Heap snapshots: judged, taken, and kept with the scripts that they mention. */
export class SnapshotCaptures {
  readonly #options: CaptureOptions;
  readonly #desk: CaptureDesk;
  readonly #marking: Marking;
  readonly #scripts: ScriptKeeper;
  #taken = 0;

  constructor(options: CaptureOptions, desk: CaptureDesk, marking: Marking, scripts: ScriptKeeper) {
    this.#options = options;
    this.#desk = desk;
    this.#marking = marking;
    this.#scripts = scripts;
  }

  /** Takes a snapshot, unless its estimate forbids it. */
  async keep(phase: PhaseName, options: SnapshotOptions): Promise<SnapshotOutcome> {
    const takenBefore = this.#taken;
    const outcome = { isRefused: false, isCollected: false };
    const isLarge = await this.#isLargeHeap();
    // Exact counts for this moment: growth per request is judged by them.
    await this.#options.sampling.sampleNow();
    await this.#desk.attempt('heap-snapshot', async (instruments) => {
      const collect = async () => {
        outcome.isCollected = await this.#marking.collect(instruments);
        return outcome.isCollected;
      };
      const judged = await this.#judge(instruments, options, isLarge ? collect : null);
      const refusal = await this.#refusal(phase, { ...options, ...judged });
      if (refusal !== null) {
        this.#noteRefusal(refusal, judged.estimate);
        outcome.isRefused = true;
        return null;
      }
      return await this.#take(instruments, phase, { ...options, ...judged });
    });
    // One that was refused or failed left no file to read.
    if (this.#taken > takenBefore) await this.#keepScripts();
    return outcome;
  }

  /** By the heap as it is: with `force` nothing is collected or looked through to know more. */
  async estimate(): Promise<AskedEstimate | null> {
    const { keeper, recorder } = this.#options;
    const { path } = recorder.fileFor('heap-snapshot', this.#taken + 1);
    const judged = await keeper.instruments?.snapshots.judge({ path, force: true }).catch(() => null);
    if (!judged) return null;
    const { pauseMs, extraBytes, verdict } = judged.estimate;
    return { pauseMs, extraBytes, refused: verdict === 'go' ? null : verdict.refused };
  }

  async #judge(
    instruments: Instruments,
    { isLast = false }: SnapshotOptions,
    collect: (() => Promise<boolean>) | null,
  ): Promise<Judgement> {
    const { recorder, force, log } = this.#options;
    const { path } = recorder.fileFor('heap-snapshot', this.#taken + 1);
    // To look is the longest pause of all those that only estimate.
    const concurrent = collect === null ? {} : { collect, mayLook: hasUserDecided(this.#options) };
    const allowed = collect !== null || (await this.#mayFindOut(instruments)) ? concurrent : LOOK_AT_NOTHING;
    const judged = await instruments.snapshots.judge({ path, wantNumbers: isLast, force, ...allowed });
    for (const { capture, cost } of judged.steps) {
      log.event({ type: 'capture', capture, file: null, cost, bytes: 0, error: null });
      this.#desk.noteLength(capture, cost.pauseMs);
    }
    return judged;
  }

  /** Garbage is collected and the heap looked through to know what a snapshot will take, unless that alone is too much. */
  async #mayFindOut({ guard, snapshots }: Instruments): Promise<boolean> {
    const collecting = await guard.judgeCollection(COLLECTIONS);
    const looking = await snapshots.judgeWalk();
    return this.#options.pauses.refuseSum(collecting.pauseMs + looking.pauseMs, 'heap-count', false) === null;
  }

  /**
   * Why the snapshot is not taken: its pause or memory, or a disk that could not keep it, so that the service is not paused
   * for nothing.
   */
  async #refusal(phase: PhaseName, { isLast = false, estimate, numbers }: SnapshotOptions & Judgement) {
    const { recorder, force, keeper, pauses } = this.#options;
    if (estimate.verdict !== 'go' && !force) return estimate.verdict.refused;
    const beyond = pauses.refuseSnapshot(estimate.pauseMs, isLast);
    if (beyond !== null) return beyond;
    const unkept = await this.#refuseUnkept(keeper.segment, numbers);
    if (unkept !== null) recorder.noteLoss(`heap snapshot (${phase})`, unkept);
    return unkept;
  }

  async #refuseUnkept(segment: number, numbers: boolean): Promise<string | null> {
    const { recorder, disk, sampling } = this.#options;
    const earlier = recorder.manifest.snapshots.findLast((snapshot) => snapshot.segment === segment) ?? null;
    const fileBytes = snapshotFileBytes(sampling.latest?.values['heap.used'] ?? 0, earlier, { numbers });
    await disk.makeRoom(fileBytes, segment);
    return disk.refusal(fileBytes);
  }

  async #take(
    instruments: Instruments,
    phase: PhaseName,
    { isLast = false, keepIds = false, numbers, estimate: { pauseMs: estimatedPauseMs } }: SnapshotOptions & Judgement,
  ) {
    const { recorder, log, clock, keeper, sampling } = this.#options;
    const { segment } = keeper;
    await this.#desk.noteRoutes(instruments);
    const requests = sampling.answeredRequests;
    const monoMs = clock.monoMs();
    const file = recorder.fileFor('heap-snapshot', this.#taken + 1);
    const taken = await instruments.snapshots.take(file.path, {
      pauseMs: estimatedPauseMs,
      keepIds,
      numbers,
      refuse: recorder.refuse,
    });
    this.#taken += 1;
    this.#options.pauses.noteSnapshot(taken.cost.pauseMs, isLast);
    const { bytes, idEpoch, heapUsedBytes, cost, collectionCost } = taken;
    log.event({ type: 'capture', capture: 'collect-garbage', file: null, cost: collectionCost, bytes: 0, error: null });
    recorder.keepChecksum(file, taken.checksum);
    const moment = { file: file.file, monoMs, segment, phase, requests };
    const record = { ...moment, idEpoch, bytes, pauseMs: cost.pauseMs, heapUsedBytes };
    await recorder.updateManifest((manifest) => ({ ...manifest, snapshots: [...manifest.snapshots, record] }));
    log.say(
      `heap snapshot ${this.#taken} (${phase}): ${formatBytes(bytes)}, the service was paused for ${formatDuration(cost.pauseMs)}`,
    );
    return { file, cost, bytes, estimatedPauseMs };
  }

  async #keepScripts(): Promise<void> {
    const { path } = this.#options.recorder.fileFor('heap-snapshot', this.#taken);
    await findScriptUrls(path).then(
      (urls) => this.#scripts.keep(urls),
      () => {},
    );
  }

  /** On a large heap each collection is a long pause. */
  async #isLargeHeap(): Promise<boolean> {
    if (this.#options.force) return false;
    const judged = await this.#options.keeper.instruments?.guard.judgeMarking().catch(() => null);
    return judged?.isLargeHeap === true;
  }

  #noteRefusal(reason: string, { pauseMs, extraBytes }: Judgement['estimate']): void {
    const { log } = this.#options;
    const estimated = { estimatedPauseMs: pauseMs, estimatedBytes: extraBytes };
    log.event({ type: 'capture-refused', capture: 'heap-snapshot', reason, ...estimated });
    log.say(`no heap snapshot: ${reason}`);
  }
}
