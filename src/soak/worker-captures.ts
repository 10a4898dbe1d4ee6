import type { SnapshotCalibration } from '../capture/estimate-snapshot.ts';
import { readHeapMakeup } from '../capture/look-at-heap.ts';
import { measureRoundTrip } from '../capture/measure-cost.ts';
import { snapshotFileBytes } from '../capture/snapshot-file-bytes.ts';
import { SnapshotRecorder, type TakenSnapshot } from '../capture/snapshot-recorder.ts';
import type { PhaseName } from '../model/run-event.ts';
import { type Bytes, formatBytes, formatDuration, type Milliseconds, type MonoMs } from '../model/units.ts';
import { isTurning, openWorkerThreads, type WorkerThread } from '../target/thread-sessions.ts';
import type { CaptureDesk } from './capture-desk.ts';
import type { CaptureOptions } from './capture-options.ts';
import { findScriptUrls } from './find-script-urls.ts';
import type { Instruments } from './instruments.ts';
import type { ScriptKeeper } from './script-keeper.ts';

type WorkerOptions = Pick<
  CaptureOptions,
  'keeper' | 'recorder' | 'disk' | 'log' | 'clock' | 'sampling' | 'pauses' | 'maxPauseMs'
>;

/** A thread that can be examined, with the size of its heap as V8 keeps the books. */
interface Candidate {
  readonly thread: WorkerThread;
  readonly usedBytes: Bytes;
}

/** Each takes a pause of its own. Threads of a pool run the same script: some of them represent the others. */
const MOST_THREADS = 3;
/** One that waits in `Atomics.wait` answers questions and does nothing else. */
const TURN_DEADLINE_MS = 1_000;
const MAKEUP_DEADLINE_MS = 2_000;
const NOT_PLANNED = 'no heap snapshots were planned';
const FAILED = 'a heap snapshot failed';
const TOO_LONG = 'a heap snapshot would have been too long a pause';
const NOT_TURNING = 'it did not come to its event loop: it waits in Atomics.wait, or computes';

/**
 * Heap snapshots of worker threads, each an isolate with a heap of its own that no snapshot of the main thread shows. The
 * sessions live for one look: between looks nothing of ours is in a thread.
 */
export class WorkerCaptures {
  readonly #options: WorkerOptions;
  readonly #desk: CaptureDesk;
  readonly #scripts: ScriptKeeper;
  #looks = 0;
  /** How many snapshots a thread has, by segment and number: growth is measured between two of one thread. */
  readonly #known = new Map<string, number>();
  #isNoted = false;
  #hadThreads = false;
  /** Threads of a pool are alike: the first snapshot says what those of the others will take. */
  #calibration: SnapshotCalibration | null = null;

  constructor(options: WorkerOptions, desk: CaptureDesk, scripts: ScriptKeeper) {
    this.#options = options;
    this.#desk = desk;
    this.#scripts = scripts;
  }

  /** One look at all of them, with snapshots where they are planned; what was seen, and what was not, is written down. */
  async look(phase: PhaseName, isPlanned: boolean): Promise<void> {
    const { keeper, log } = this.#options;
    // No session of its own: each session prints a message on the service's stderr.
    const session = keeper.instruments?.heapSession;
    if (!session) return;
    try {
      const opened = await openWorkerThreads(session);
      try {
        if (isPlanned) await this.#lookAt(opened.threads, phase);
        else this.#note(opened.threads, 0, [NOT_PLANNED]);
      } finally {
        await opened.close();
      }
    } catch (error) {
      log.event({ type: 'note', detail: `worker threads were not looked for: ${(error as Error).message}` });
    }
  }

  #note(threads: readonly WorkerThread[], examined: number, reasons: Iterable<string>): void {
    // Of a service that never had one this is said once: it was looked for.
    if (threads.length === 0 && this.#isNoted && !this.#hadThreads) return;
    this.#isNoted = true;
    this.#hadThreads ||= threads.length > 0;
    this.#options.log.event({
      type: 'worker-threads',
      running: threads.length,
      examined,
      reason: [...reasons].join('; '),
    });
  }

  async #lookAt(threads: readonly WorkerThread[], phase: PhaseName): Promise<void> {
    this.#looks += 1;
    const reasons = new Set<string>();
    let examined = 0;
    for (const candidate of this.#choose(await this.#candidates(threads, reasons), reasons)) {
      const reason = await this.#examine(candidate, phase);
      if (reason === null) examined += 1;
      else reasons.add(reason);
    }
    this.#note(threads, examined, reasons);
  }

  /** Asked all at once: one that does not answer costs the others no time. */
  async #candidates(threads: readonly WorkerThread[], reasons: Set<string>): Promise<Candidate[]> {
    const asked = threads.map(async (thread): Promise<Candidate | null> => {
      if (!(await isTurning(thread.session, TURN_DEADLINE_MS))) {
        reasons.add(NOT_TURNING);
        return null;
      }
      const makeup = await readHeapMakeup(thread.session, MAKEUP_DEADLINE_MS).catch(() => null);
      return makeup && { thread, usedBytes: makeup.usedBytes };
    });
    return (await Promise.all(asked)).filter((one) => one !== null);
  }

  /** Those that have a snapshot already, then the largest. */
  #choose(candidates: readonly Candidate[], reasons: Set<string>): readonly Candidate[] {
    if (candidates.length > MOST_THREADS)
      reasons.add(`the ${MOST_THREADS} with the largest heaps stand for the others`);
    const rank = ({ thread }: Candidate): number => (this.#known.has(this.#nameOf(thread)) ? 0 : 1);
    return candidates.toSorted((a, b) => rank(a) - rank(b) || b.usedBytes - a.usedBytes).slice(0, MOST_THREADS);
  }

  /** Null if it has a snapshot now, else why not. */
  async #examine({ thread, usedBytes }: Candidate, phase: PhaseName): Promise<string | null> {
    const { keeper, recorder, sampling } = this.#options;
    let reason: string | null = FAILED;
    let path: string | null = null;
    // Exact counts for this moment: growth per request is judged by them.
    await sampling.sampleNow();
    await this.#desk.attempt('worker-snapshot', async (instruments) => {
      const file = recorder.fileFor('heap-snapshot', `worker-${thread.id}-${this.#looks}`);
      const snapshots = this.#recorderFor(thread, instruments);
      const settled = await this.#settle(snapshots, file.path, { thread, usedBytes });
      reason = settled.reason;
      if (settled.reason !== null) return null;
      reason = FAILED;
      const { requests, monoMs, taken } = await this.#take(snapshots, file.path, settled.pauseMs);
      const { bytes, idEpoch, heapUsedBytes, cost } = taken;
      recorder.keepChecksum(file, taken.checksum);
      const { id, name, url } = thread;
      const kept = { file: file.file, monoMs, segment: keeper.segment, idEpoch, requests, bytes };
      const record = { ...kept, pauseMs: cost.pauseMs, heapUsedBytes, phase, thread: id, name, url };
      await recorder.updateManifest((manifest) => ({
        ...manifest,
        workerSnapshots: [...(manifest.workerSnapshots ?? []), record],
      }));
      this.#tell(thread, phase, taken);
      path = file.path;
      reason = null;
      return { file, cost, bytes, estimatedPauseMs: settled.pauseMs };
    });
    if (path !== null) await this.#keepScripts(path);
    return reason;
  }

  #recorderFor({ id, session }: WorkerThread, { attachment }: Instruments): SnapshotRecorder {
    const { clock, keeper, maxPauseMs } = this.#options;
    return new SnapshotRecorder({
      session,
      // The main thread continues meanwhile: its clock says nothing about this pause.
      measure: measureRoundTrip(clock),
      newEpoch: () => `worker ${keeper.segment} ${id} ${this.#looks}`,
      pid: attachment.process?.pid ?? null,
      nodeMajor: Number(/^v(\d+)/.exec(attachment.facts.nodeVersion ?? '')?.[1] ?? 0),
      maxPauseMs,
      isWorker: true,
      calibration: this.#calibration,
    });
  }

  /** Whether the thread and the disk can afford it. */
  async #settle(
    snapshots: SnapshotRecorder,
    path: string,
    { thread, usedBytes }: Candidate,
  ): Promise<{ readonly reason: string | null; readonly pauseMs: Milliseconds }> {
    const { pauses, disk, log } = this.#options;
    let refused = TOO_LONG;
    const pauseMs = await pauses.settle(
      'worker-snapshot',
      async () => {
        const { estimate, steps } = await snapshots.judge({ path, force: false, mayLook: false });
        for (const { capture, cost } of steps)
          log.event({ type: 'capture', capture, file: null, cost, bytes: 0, error: null });
        if (estimate.verdict !== 'go') refused = estimate.verdict.refused;
        return { pauseMs: estimate.pauseMs, verdict: estimate.verdict };
      },
      this.#missing(thread),
    );
    if (pauseMs === null) return { reason: refused, pauseMs: 0 };
    return { reason: disk.refusal(snapshotFileBytes(usedBytes, null)), pauseMs };
  }

  async #take(
    snapshots: SnapshotRecorder,
    path: string,
    pauseMs: Milliseconds,
  ): Promise<{ readonly requests: number | null; readonly monoMs: MonoMs; readonly taken: TakenSnapshot }> {
    const { sampling, clock, recorder } = this.#options;
    const [requests, monoMs] = [sampling.answeredRequests, clock.monoMs()];
    const taken = await snapshots.take(path, { pauseMs, keepIds: false, refuse: recorder.refuse });
    this.#calibration = snapshots.calibration;
    return { requests, monoMs, taken };
  }

  #tell(thread: WorkerThread, phase: PhaseName, { bytes, cost }: TakenSnapshot): void {
    const name = this.#nameOf(thread);
    this.#known.set(name, (this.#known.get(name) ?? 0) + 1);
    this.#desk.noteLength('worker-snapshot', cost.pauseMs);
    this.#options.log.say(
      `heap snapshot of worker thread ${thread.id} (${phase}): ${formatBytes(bytes)}, the thread was paused for ${formatDuration(cost.pauseMs)}`,
    );
  }

  async #keepScripts(path: string): Promise<void> {
    await findScriptUrls(path).then(
      (urls) => this.#scripts.keep(urls),
      () => {},
    );
  }

  /** Second snapshots that are still to come, if this thread has its first now: its own, and those of the others. */
  #missing(thread: WorkerThread): number {
    if (this.#known.has(this.#nameOf(thread))) return 0;
    const others = [...this.#known].filter(
      ([name, count]) => count === 1 && name.startsWith(`${this.#options.keeper.segment} `),
    );
    return 1 + others.length;
  }

  #nameOf({ id }: WorkerThread): string {
    return `${this.#options.keeper.segment} ${id}`;
  }
}
