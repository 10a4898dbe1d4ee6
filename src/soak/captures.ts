import { setTimeout as sleep } from 'node:timers/promises';
import type { AllocationRecorder } from '../capture/allocation-recorder.ts';
import { collectGarbage } from '../capture/collect-garbage.ts';
import { countClasses } from '../capture/count-classes.ts';
import { findLoadShedder } from '../capture/find-load-shedder.ts';
import type { PauseEstimate, PauseGuard } from '../capture/pause-guard.ts';
import { snapshotFileBytes } from '../capture/snapshot-file-bytes.ts';
import type { Clock } from '../model/clock.ts';
import type { SamplingHeapProfile } from '../model/profiles.ts';
import type { PhaseName } from '../model/run-event.ts';
import { type Bytes, formatBytes, formatDuration, type Milliseconds, type MonoMs } from '../model/units.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import { busyShareOf } from './busy-share.ts';
import { CallCounting } from './call-counting.ts';
import { CaptureDesk } from './capture-desk.ts';
import { refuseClassCount } from './class-count-budget.ts';
import { ClinicWindow } from './clinic-window.ts';
import type { DiskGuard } from './disk-guard.ts';
import { findScriptUrls } from './find-script-urls.ts';
import { type Instruments, noteLeftOut } from './instruments.ts';
import type { LongPauses } from './long-pauses.ts';
import { Marking } from './marking.ts';
import type { RunLog } from './run-log.ts';
import type { Sampling } from './sampling.ts';
import { ScriptKeeper } from './script-keeper.ts';
import type { TargetKeeper } from './target-keeper.ts';

export interface CaptureOptions {
  readonly keeper: TargetKeeper;
  readonly recorder: RunRecorder;
  readonly disk: DiskGuard;
  readonly log: RunLog;
  readonly clock: Clock;
  readonly sampling: Sampling;
  readonly pauses: LongPauses;
  /** Null: what is usual at such a place. */
  readonly maxPauseMs: Milliseconds | null;
  readonly heapIntervalBytes: Bytes;
  /** Take a snapshot even where the estimate forbids it. */
  readonly force: boolean;
  /** Between two captures that pause the target, at least: requests that queued up behind one are not held up by the next. */
  readonly spacingMs: Milliseconds;
  readonly durationMs: Milliseconds;
  /** Ours is paused for captures; what others send is not. */
  readonly isLoadOurs: boolean;
}

interface CollectOptions {
  /** So many more moments come in which the live size is asked for, this one included. */
  readonly momentsLeft?: number;
  /** V8 has collected just now. */
  readonly isCollected?: boolean;
}

/** Fine enough for some hundred samples in three seconds of a service that allocates little. */
const BURST_INTERVAL_BYTES = 64 * 1024;
const OBSERVED_AFTER_MS = 100;
/** `HeapProfiler.collectGarbage` does two in a row. */
const COLLECTIONS_WITHOUT_SAMPLING = 2;
const MARKED_TOO_SOON =
  'allocations not read: each time V8 had collected beside the program before, and the reading would have collected all again';
/** Health checks go on while the traffic rests. */
const LEAST_REQUESTS = 20;
const LEAST_READINGS_LEFT = 2;
/** Two stretches between. */
const LEAST_READINGS = 3;

/** Scripts that allocate what lives. Without snapshots and CPU profiles nobody else tells of them. */
function urlsOf({ head }: SamplingHeapProfile): string[] {
  const urls = new Set<string>();
  const pending = [head];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.callFrame.url !== '') urls.add(node.callFrame.url);
    pending.push(...node.children);
  }
  return [...urls];
}

/**
 * The captures of a run: each leaves its file in the run folder, a record in the manifest, and an event that says what
 * it cost the target. A capture that fails costs that capture only.
 */
export class Captures {
  readonly #options: CaptureOptions;
  readonly #desk: CaptureDesk;
  readonly #scripts: ScriptKeeper;
  readonly #calls: CallCounting;
  readonly clinic: ClinicWindow;
  #cpuWindows = 0;
  #heapProfiles = 0;
  #snapshots = 0;
  #lastClassCount: { readonly endMonoMs: MonoMs; readonly pauseMs: Milliseconds } | null = null;
  /** Answered when the allocations were read the last time. */
  #readAtRequests: number | null = null;
  readonly #marking: Marking;
  /** Null while there is none. */
  #burst: { readonly startMonoMs: MonoMs; readonly segment: number } | null = null;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#marking = new Marking(options);
    this.#desk = new CaptureDesk(options);
    this.#scripts = new ScriptKeeper(options, this.#desk);
    this.#calls = new CallCounting(options, this.#desk);
    this.clinic = new ClinicWindow(options, this.#desk);
  }

  /** Ends the running CPU window and keeps it; with `last`, no further window is opened. */
  async keepCpuWindow(last = false): Promise<void> {
    const { keeper, recorder } = this.#options;
    await this.#desk.attempt('cpu', async (instruments) => {
      if (!instruments.cpu.isRunning) return null;
      const segment = keeper.segment;
      const requests = this.#requests();
      const window = await (last ? instruments.cpu.stop() : instruments.cpu.rotate());
      const file = recorder.fileFor('cpu', ++this.#cpuWindows);
      const text = JSON.stringify(window.profile);
      await this.#desk.keepText(file, text);
      const { startMonoMs, endMonoMs } = window;
      const record = { file: file.file, startMonoMs, endMonoMs, segment, requests };
      await recorder.updateManifest((manifest) => ({ ...manifest, cpuWindows: [...manifest.cpuWindows, record] }));
      await this.#scripts.keep(window.profile.nodes.map((node) => node.callFrame.url));
      return { file, cost: window.cost, bytes: Buffer.byteLength(text) };
    });
  }

  /** Keeps the live objects by allocation stack as they stand. Forces a collection in the target. */
  async keepAllocations(): Promise<void> {
    const { keeper, recorder, clock, log, heapIntervalBytes } = this.#options;
    await this.#desk.attempt('heap-profile', async (instruments) => {
      const estimatedPauseMs = await this.#settleReading(instruments);
      if (estimatedPauseMs === null) return null;
      const markingMs = await this.#marking.begin(instruments);
      if (markingMs === null && !this.#hasLeave) {
        log.event({ type: 'note', detail: MARKED_TOO_SOON });
        return null;
      }
      const segment = keeper.segment;
      const requests = this.#requests();
      const reading = await this.#askSampling(instruments, (allocations) => allocations.read());
      if (!reading) return null;
      const file = recorder.fileFor('heap-profile', ++this.#heapProfiles);
      const text = JSON.stringify(reading.profile);
      await this.#desk.keepText(file, text);
      const record = { file: file.file, monoMs: clock.monoMs(), segment, intervalBytes: heapIntervalBytes, requests };
      await recorder.updateManifest((manifest) => ({ ...manifest, heapProfiles: [...manifest.heapProfiles, record] }));
      this.#desk.noteLength('heap-profile', reading.cost.pauseMs);
      this.#readAtRequests = requests;
      await this.#scripts.keep(urlsOf(reading.profile));
      // Both stop the program, one after the other.
      const cost = { ...reading.cost, pauseMs: (markingMs ?? 0) + reading.cost.pauseMs };
      return { file, cost, bytes: Buffer.byteLength(text), estimatedPauseMs };
    });
  }

  /** From here to `keepBurst` garbage counts too. Not in the stretch whose live objects are compared. */
  async startBurst(): Promise<void> {
    this.#burst = null;
    await this.#desk.attempt('heap-profile', async (instruments) => {
      // It is ended by a collection. Where each of them is felt, those that tell of leaks come first.
      if ((await instruments.guard.judgeCollection()).isLargeHeap && !this.#hasLeave) return null;
      if ((await this.#settleReading(instruments)) === null) return null;
      const cost = await instruments.allocations.startBurst({ intervalBytes: BURST_INTERVAL_BYTES });
      if (!cost) return null;
      this.#burst = { startMonoMs: this.#options.clock.monoMs(), segment: this.#options.keeper.segment };
      return { file: null, cost, bytes: 0 };
    });
  }

  /** Keeps what was allocated since `startBurst`, dead or alive. Forces a collection in the target. */
  async keepBurst(): Promise<void> {
    const { keeper, recorder, clock } = this.#options;
    const burst = this.#burst;
    // A service that restarted meanwhile knows nothing of it.
    if (burst === null || burst.segment !== keeper.segment) return;
    await this.#desk.attempt('heap-profile', async (instruments) => {
      const durationMs = clock.monoMs() - burst.startMonoMs;
      const estimatedPauseMs = await this.#settleReading(instruments);
      if (estimatedPauseMs === null) {
        await instruments.allocations.dropBurst();
        return null;
      }
      const reading = await this.#askSampling(instruments, (allocations) => allocations.endBurst());
      if (!reading) return null;
      const { profile, cost } = reading;
      const file = recorder.fileFor('heap-profile', 'burst');
      const text = JSON.stringify(profile);
      await this.#desk.keepText(file, text);
      const monoMs = clock.monoMs();
      const { segment } = burst;
      const record = { file: file.file, monoMs, segment, intervalBytes: BURST_INTERVAL_BYTES, durationMs };
      await recorder.updateManifest((manifest) => ({ ...manifest, allocationBurst: record }));
      this.#desk.noteLength('heap-profile', cost.pauseMs);
      return { file, cost, bytes: Buffer.byteLength(text), estimatedPauseMs };
    });
  }

  get isCounting(): boolean {
    return this.#calls.isCounting;
  }

  /** From here to `keepCounts` calls of functions are counted: which statements ran, and how often. */
  async startCounting(): Promise<void> {
    await this.#calls.start((instruments, pauseMs, busyShare) =>
      this.#refuseClassCount(instruments, pauseMs, busyShare),
    );
  }

  async keepCounts(): Promise<void> {
    await this.#calls.keep();
  }

  /** Reading what was sampled is a collection. Null where that may not be; nothing to judge where nothing is sampled. */
  async #settleReading({ allocations, guard }: Instruments): Promise<Milliseconds | null> {
    if (allocations.leftOut !== null) return 0;
    return await this.#options.pauses.settle('heap-profile', () => this.#judgeMarked(guard));
  }

  /** Who says how long a pause may be has said all. */
  get #hasLeave(): boolean {
    return this.#options.maxPauseMs !== null || this.#options.force;
  }

  /** A collection that is judged by its worst, and expected to be shorter where V8 marks before. */
  async #judgeMarked(guard: PauseGuard): Promise<PauseEstimate> {
    const judged = await guard.judgeCollection();
    const isMarked = judged.isLargeHeap && this.#marking.isAvailable;
    return isMarked ? { ...judged, pauseMs: judged.markedPauseMs ?? judged.pauseMs } : judged;
  }

  /**
   * A full collection, so that the live size is known; the probe in the target tells the size. On a large heap V8 does it beside
   * the program. `momentsLeft`: so many more of these will come, this one included: without snapshots what is sampled is kept
   * then, as often as the pauses allow.
   */
  async collect({ momentsLeft = 0, isCollected = false }: CollectOptions = {}): Promise<void> {
    const instruments = this.#options.keeper.instruments;
    const judged = await instruments?.guard.judgeCollection().catch(() => null);
    const isLarge = judged?.isLargeHeap === true && !this.#options.force;
    const isKept = this.#snapshots === 0 && momentsLeft > 0 && instruments?.allocations.leftOut === null;
    if (isKept && (!isLarge || this.#hasRoom(judged.markedPauseMs ?? judged.pauseMs, momentsLeft)))
      return await this.keepAllocations();
    if (isLarge && isCollected) return;
    if (isLarge && this.#marking.isAvailable) return await this.#collectBeside();
    // A reading tells the live size too: where each is felt, nothing is left for less.
    if (!(isLarge && isKept)) await this.#collectNow();
  }

  /** Of the readings that there is room for, one is for the end of the run, and the others are spread. */
  #hasRoom(estimatedMs: Milliseconds, momentsLeft: number): boolean {
    const { pauses } = this.#options;
    // While no request comes nothing grows with them.
    if (this.#readAtRequests !== null && (this.#requests() ?? 0) - this.#readAtRequests < LEAST_REQUESTS) return false;
    const readings = pauses.fitting(pauses.expect('heap-profile', estimatedMs)) - 1;
    return readings >= 1 && momentsLeft % Math.max(1, Math.ceil(momentsLeft / readings)) === 0;
  }

  /** V8 collects beside the program, in some small steps. */
  async #collectBeside(): Promise<void> {
    const { pauses, sampling } = this.#options;
    // The readings come first, where they can still be enough to tell something.
    const readings = pauses.fitting(pauses.expect('heap-profile', 0));
    if (readings < LEAST_READINGS_LEFT && this.#heapProfiles + readings >= LEAST_READINGS) return;
    await this.#desk.attempt('marking', async (instruments) => {
      await this.#marking.collect(instruments);
      return null;
    });
    await sampling.sampleNow();
  }

  async #collectNow(): Promise<void> {
    await this.#desk.attempt('collect-garbage', async (instruments) => {
      const { heapSession, probe, guard, allocations } = instruments;
      const times = allocations.leftOut === null ? 1 : COLLECTIONS_WITHOUT_SAMPLING;
      const estimatedPauseMs = await this.#options.pauses.settle('collect-garbage', () => guard.judgeCollection(times));
      if (estimatedPauseMs === null) return null;
      const collected = await this.#askSampling(instruments, (allocations) => allocations.collect());
      const cost = collected ?? (await collectGarbage(heapSession, probe.measure)).cost;
      this.#desk.noteLength('collect-garbage', cost.pauseMs);
      return { file: null, cost, bytes: 0, estimatedPauseMs };
    });
  }

  /**
   * A heap snapshot, unless its estimate forbids it. The last one also holds the values of numbers, where that is allowed
   * too: they tell whether a cache is beyond its own limit. With `keepIds` the next one can be compared with it object by
   * object, at the price of slower allocations until then.
   */
  async keepSnapshot(
    phase: PhaseName,
    {
      isLast = false,
      keepIds = false,
      momentsLeft = 0,
    }: { readonly isLast?: boolean; readonly keepIds?: boolean; readonly momentsLeft?: number } = {},
  ): Promise<void> {
    const { keeper, recorder, log, clock } = this.#options;
    const takenBefore = this.#snapshots;
    let isRefused = false;
    const isLarge = await this.#isLargeHeap();
    let isCollected = false;
    // Exact counts for this moment: growth per request is judged by them.
    await this.#options.sampling.sampleNow();
    await this.#desk.attempt('heap-snapshot', async (instruments) => {
      const { force } = this.#options;
      const file = recorder.fileFor('heap-snapshot', this.#snapshots + 1);
      const { estimate, numbers, steps } = await instruments.snapshots.judge({
        path: file.path,
        wantNumbers: isLast,
        force,
        ...(isLarge
          ? {
              collect: async () => {
                isCollected = await this.#marking.collect(instruments);
                return isCollected;
              },
              // It is the longest pause of all that only tell.
              mayLook: this.#hasLeave,
            }
          : {}),
      });
      for (const { capture, cost } of steps) {
        log.event({ type: 'capture', capture, file: null, cost, bytes: 0, error: null });
        this.#desk.noteLength(capture, cost.pauseMs);
      }
      if (estimate.verdict !== 'go' && !force) {
        this.#refuse(estimate.verdict.refused, estimate);
        isRefused = true;
        return null;
      }
      const segment = keeper.segment;
      const unkept = await this.#refuseUnkept(segment, numbers);
      if (unkept !== null) {
        recorder.noteLoss(`heap snapshot (${phase})`, unkept);
        this.#refuse(unkept, estimate);
        isRefused = true;
        return null;
      }
      await this.#noteRoutes(instruments);
      const requests = this.#requests();
      const monoMs = clock.monoMs();
      const taken = await instruments.snapshots.take(file.path, {
        pauseMs: estimate.pauseMs,
        keepIds,
        numbers,
        refuse: recorder.refuse,
      });
      this.#snapshots += 1;
      log.event({
        type: 'capture',
        capture: 'collect-garbage',
        file: null,
        cost: taken.collectionCost,
        bytes: 0,
        error: null,
      });
      const { bytes, idEpoch, heapUsedBytes } = taken;
      recorder.keepChecksum(file, taken.checksum);
      const record = {
        file: file.file,
        monoMs,
        segment,
        idEpoch,
        requests,
        bytes,
        pauseMs: taken.cost.pauseMs,
        heapUsedBytes,
        phase,
      };
      await recorder.updateManifest((manifest) => ({ ...manifest, snapshots: [...manifest.snapshots, record] }));
      log.say(
        `heap snapshot ${this.#snapshots} (${phase}): ${formatBytes(bytes)}, the service was paused for ${formatDuration(taken.cost.pauseMs)}`,
      );
      return { file, cost: taken.cost, bytes, estimatedPauseMs: estimate.pauseMs };
    });
    if (isRefused) await this.keepClassCounts({ momentsLeft, isCollected });
    // One that was refused or failed left no file to look through.
    if (this.#snapshots === takenBefore) return;
    const file = recorder.fileFor('heap-snapshot', this.#snapshots).path;
    await findScriptUrls(file).then(
      (urls) => this.#scripts.keep(urls),
      () => {},
    );
  }

  /** Each collection of it is felt. */
  async #isLargeHeap(): Promise<boolean> {
    if (this.#options.force) return false;
    const judged = await this.#options.keeper.instruments?.guard.judgeMarking().catch(() => null);
    return judged?.isLargeHeap === true;
  }

  /**
   * What stands in for a snapshot: a collection, so that the live size is known at this moment too, and how many objects
   * of each class live, unless even that would take longer than is allowed.
   */
  async keepClassCounts({ momentsLeft = 0, isCollected = false }: CollectOptions = {}): Promise<void> {
    const { log, sampling, clock } = this.#options;
    const busyShare = busyShareOf(sampling.latest);
    await sampling.sampleNow();
    await this.collect({ momentsLeft, isCollected });
    // The size after a collection is told a turn later, with the next sample: at the end of a run there is none.
    await sleep(OBSERVED_AFTER_MS);
    await sampling.sampleNow();
    if (this.#options.pauses.whyNotAgain('class-counts') !== null) return;
    await this.#desk.attempt('class-counts', async (instruments) => {
      const { verdict, pauseMs } = await instruments.snapshots.judgeWalk();
      const { isLargeHeap = false } = await instruments.guard.judgeMarking();
      const refusal =
        verdict === 'go'
          ? (this.#options.pauses.refuseSum(pauseMs, 'class-counts', isLargeHeap) ??
            (await this.#refuseClassCount(instruments, pauseMs, busyShare)))
          : verdict.refused;
      if (refusal !== null) {
        log.event({ type: 'note', detail: `classes not counted: ${refusal}` });
        return null;
      }
      await this.#noteRoutes(instruments);
      const { value, cost } = await countClasses(instruments.heapSession, instruments.probe.measure);
      this.#lastClassCount = { endMonoMs: clock.monoMs(), pauseMs: cost.pauseMs };
      this.#desk.noteLength('class-counts', cost.pauseMs);
      log.event({ type: 'class-counts', requests: this.#requests(), classes: value });
      return { file: null, cost, bytes: 0 };
    });
  }

  /** Who says how long a pause may be has decided; a load of ours is paused meanwhile. */
  async #refuseClassCount(
    { attachment }: Instruments,
    estimatedMs: Milliseconds,
    busyShare: number | null,
  ): Promise<string | null> {
    const { maxPauseMs, isLoadOurs, durationMs, clock, force } = this.#options;
    if (maxPauseMs !== null || isLoadOurs || force) return null;
    const last = this.#lastClassCount;
    return refuseClassCount({
      pauseMs: last?.pauseMs ?? estimatedMs,
      sinceLastMs: last && clock.monoMs() - last.endMonoMs,
      plannedMs: durationMs,
      busyShare,
      shedder: await findLoadShedder(attachment.session).catch(() => null),
    });
  }

  /** Source maps of these scripts, where they have one. */
  async keepSources(urls: readonly string[]): Promise<void> {
    await this.#scripts.keep(urls);
  }

  /** What the scripts that were seen do with what they hold: which statements add, and which remove. For the end of a run. */
  async keepCode(): Promise<void> {
    await this.#scripts.keepCode(this.#calls.counts);
  }

  /** Why the file of a snapshot could not be kept, so that the target is not paused for nothing; null when it can. */
  async #refuseUnkept(segment: number, numbers: boolean): Promise<string | null> {
    const { recorder, disk, sampling } = this.#options;
    const earlier = recorder.manifest.snapshots.findLast((snapshot) => snapshot.segment === segment) ?? null;
    const fileBytes = snapshotFileBytes(sampling.latest?.values['heap.used'] ?? 0, earlier, { numbers });
    await disk.makeRoom(fileBytes, segment);
    return disk.refusal(fileBytes);
  }

  #refuse(
    reason: string,
    { pauseMs, extraBytes }: { readonly pauseMs: Milliseconds; readonly extraBytes: Bytes },
  ): void {
    const { log } = this.#options;
    log.event({
      type: 'capture-refused',
      capture: 'heap-snapshot',
      reason,
      estimatedPauseMs: pauseMs,
      estimatedBytes: extraBytes,
    });
    log.say(`no heap snapshot: ${reason}`);
  }

  /** Said once that nothing is sampled any more: when it is found. */
  async #askSampling<Answer>(
    { allocations }: Instruments,
    ask: (allocations: AllocationRecorder) => Promise<Answer>,
  ): Promise<Answer> {
    const before = allocations.leftOut;
    const answer = await ask(allocations);
    if (before === null) noteLeftOut('allocations', allocations.leftOut, this.#options.log);
    return answer;
  }

  /** Growth is held against the requests of each route. A service that does not answer has nothing to tell. */
  async #noteRoutes({ probe }: Instruments): Promise<void> {
    const routes = await probe.readRoutes().catch(() => []);
    if (routes.length > 0) this.#options.log.event({ type: 'route-counts', routes });
  }

  #requests(): number | null {
    return this.#options.sampling.answeredRequests;
  }
}
