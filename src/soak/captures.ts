import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AllocationRecorder } from '../capture/allocation-recorder.ts';
import { CallCounter } from '../capture/call-counter.ts';
import { readCodeOfScripts } from '../capture/code-reader.ts';
import { collectGarbage } from '../capture/collect-garbage.ts';
import { collectsCoverage } from '../capture/collects-coverage.ts';
import { countClasses } from '../capture/count-classes.ts';
import { findLoadShedder } from '../capture/find-load-shedder.ts';
import { snapshotFileBytes } from '../capture/snapshot-file-bytes.ts';
import { SourceCollector } from '../capture/source-collector.ts';
import { TargetFiles } from '../capture/target-files.ts';
import { readTranslated } from '../capture/translated-scripts.ts';
import { formatCodeOfRun } from '../format/code-file.ts';
import type { CallCounts } from '../model/call-counts.ts';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { CaptureCost, CaptureName, PhaseName } from '../model/run-event.ts';
import { type Bytes, formatBytes, formatDuration, type Milliseconds, type MonoMs } from '../model/units.ts';
import type { RunFile } from '../record/run-files.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import { busyShareOf } from './busy-share.ts';
import { refuseClassCount } from './class-count-budget.ts';
import type { DiskGuard } from './disk-guard.ts';
import { findScriptUrls } from './find-script-urls.ts';
import { type Instruments, noteLeftOut } from './instruments.ts';
import type { LongPauses } from './long-pauses.ts';
import type { RunLog } from './run-log.ts';
import type { Sampling } from './sampling.ts';
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

/** Fine enough for some hundred samples in three seconds of a service that allocates little. */
const BURST_INTERVAL_BYTES = 64 * 1024;
const OBSERVED_AFTER_MS = 100;
/** To begin to count calls V8 walks the whole heap. */
const MOST_HEAP_TO_COUNT: Bytes = 100 * 1024 * 1024;
/** Meanwhile a request takes up to three times as much CPU. */
const MOST_BUSY_TO_COUNT = 0.3;
const TOO_MUCH_TO_COUNT = 'the heap is large, or the event loop is busy: it would slow the service down';
const COUNTS_OWN = 'the service collects code coverage (NODE_V8_COVERAGE), which would be lost';
/** `HeapProfiler.collectGarbage` does two in a row. */
const COLLECTIONS_WITHOUT_SAMPLING = 2;

/**
 * The captures of a run: each leaves its file in the run folder, a record in the manifest, and an event that says what
 * it cost the target. A capture that fails costs that capture only.
 */
export class Captures {
  readonly #options: CaptureOptions;
  readonly #sources: SourceCollector;
  readonly #files = new TargetFiles();
  #cpuWindows = 0;
  #heapProfiles = 0;
  #snapshots = 0;
  #lastEndMonoMs: MonoMs = Number.NEGATIVE_INFINITY;
  #lastClassCount: { readonly endMonoMs: MonoMs; readonly pauseMs: Milliseconds } | null = null;
  #counting: {
    readonly counter: CallCounter;
    readonly startMonoMs: MonoMs;
    readonly started: CaptureCost;
    readonly estimatedPauseMs: Milliseconds;
    readonly segment: number;
  } | null = null;
  #counts: CallCounts | null = null;
  /** Null while there is none. */
  #burst: { readonly startMonoMs: MonoMs; readonly segment: number } | null = null;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#sources = new SourceCollector({
      pid: () => options.keeper.facts.pid,
      folder: join(options.recorder.dir, 'sources'),
      names: true,
      refuse: options.recorder.refuse,
      onUnusable: (text) => {
        options.log.event({ type: 'note', detail: text });
        options.log.say(text);
      },
    });
  }

  /** Ends the running CPU window and keeps it; with `last`, no further window is opened. */
  async keepCpuWindow(last = false): Promise<void> {
    const { keeper, recorder } = this.#options;
    await this.#attempt('cpu', async (instruments) => {
      if (!instruments.cpu.isRunning) return null;
      const segment = keeper.segment;
      const requests = this.#requests();
      const window = await (last ? instruments.cpu.stop() : instruments.cpu.rotate());
      const file = recorder.fileFor('cpu', ++this.#cpuWindows);
      const text = JSON.stringify(window.profile);
      await this.#keepText(file, text);
      const { startMonoMs, endMonoMs } = window;
      const record = { file: file.file, startMonoMs, endMonoMs, segment, requests };
      await recorder.updateManifest((manifest) => ({ ...manifest, cpuWindows: [...manifest.cpuWindows, record] }));
      await this.keepSources(window.profile.nodes.map((node) => node.callFrame.url));
      return { file, cost: window.cost, bytes: Buffer.byteLength(text) };
    });
  }

  /** Keeps the live objects by allocation stack as they stand. Forces a collection in the target. */
  async keepAllocations(): Promise<void> {
    const { keeper, recorder, clock, heapIntervalBytes } = this.#options;
    await this.#attempt('heap-profile', async (instruments) => {
      const estimatedPauseMs = await this.#settleReading(instruments);
      if (estimatedPauseMs === null) return null;
      const segment = keeper.segment;
      const requests = this.#requests();
      const reading = await this.#askSampling(instruments, (allocations) => allocations.read());
      if (!reading) return null;
      const file = recorder.fileFor('heap-profile', ++this.#heapProfiles);
      const text = JSON.stringify(reading.profile);
      await this.#keepText(file, text);
      const record = { file: file.file, monoMs: clock.monoMs(), segment, intervalBytes: heapIntervalBytes, requests };
      await recorder.updateManifest((manifest) => ({ ...manifest, heapProfiles: [...manifest.heapProfiles, record] }));
      this.#noteLength('heap-profile', reading.cost.pauseMs);
      return { file, cost: reading.cost, bytes: Buffer.byteLength(text), estimatedPauseMs };
    });
  }

  /** From here to `keepBurst` garbage counts too. Not in the stretch whose live objects are compared. */
  async startBurst(): Promise<void> {
    this.#burst = null;
    await this.#attempt('heap-profile', async (instruments) => {
      // It is ended by a collection.
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
    await this.#attempt('heap-profile', async (instruments) => {
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
      await this.#keepText(file, text);
      const monoMs = clock.monoMs();
      const { segment } = burst;
      const record = { file: file.file, monoMs, segment, intervalBytes: BURST_INTERVAL_BYTES, durationMs };
      await recorder.updateManifest((manifest) => ({ ...manifest, allocationBurst: record }));
      this.#noteLength('heap-profile', cost.pauseMs);
      return { file, cost, bytes: Buffer.byteLength(text), estimatedPauseMs };
    });
  }

  get isCounting(): boolean {
    return this.#counting !== null;
  }

  /**
   * From here to `keepCounts` calls of functions are counted: which statements ran, and how often. Not where the service
   * collects coverage itself, which would be lost, nor on a heap whose walk would take long.
   */
  async startCounting(): Promise<void> {
    const { sampling, log, clock, pauses } = this.#options;
    const busyShare = busyShareOf(sampling.latest);
    const isTooMuch =
      (sampling.latest?.values['heap.used'] ?? 0) > MOST_HEAP_TO_COUNT || (busyShare ?? 0) > MOST_BUSY_TO_COUNT;
    if (isTooMuch) return log.event({ type: 'note', detail: `calls not counted: ${TOO_MUCH_TO_COUNT}` });
    await this.#attempt('call-counts', async (instruments) => {
      const { attachment, heapSession, probe, guard } = instruments;
      const estimatedPauseMs = await pauses.settle('call-counts', () => guard.judgeCounting());
      if (estimatedPauseMs === null) return null;
      const refusal = await this.#refuseClassCount(instruments, estimatedPauseMs, busyShare);
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
      this.#noteLength('call-counts', started.pauseMs);
      const { segment } = this.#options.keeper;
      this.#counting = { counter, startMonoMs: clock.monoMs(), started, estimatedPauseMs, segment };
      return null;
    });
  }

  /** Ends what `startCounting` began. What was counted is kept with the code of the scripts. */
  async keepCounts(): Promise<void> {
    const { clock, keeper } = this.#options;
    const counting = this.#counting;
    this.#counting = null;
    // A service that restarted meanwhile has counted nothing.
    if (counting === null || counting.segment !== keeper.segment) return;
    await this.#attempt('call-counts', async () => {
      const { value: scripts, cost: stopped } = await counting.counter.stop();
      const { startMonoMs, started, estimatedPauseMs } = counting;
      this.#counts = { scripts, startMonoMs, durationMs: clock.monoMs() - startMonoMs };
      // The service is slower all the while: none of it is its own fault.
      const cost = { ...started, endMonoMs: stopped.endMonoMs, pauseMs: Math.max(started.pauseMs, stopped.pauseMs) };
      return { file: null, cost, bytes: 0, estimatedPauseMs };
    });
  }

  /** Reading what was sampled is a collection. Null where that may not be; nothing to judge where nothing is sampled. */
  async #settleReading({ allocations, guard }: Instruments): Promise<Milliseconds | null> {
    if (allocations.leftOut !== null) return 0;
    return await this.#options.pauses.settle('heap-profile', () => guard.judgeCollection());
  }

  /** A full collection, so that the live size is known; the probe in the target tells the size. */
  async collect(): Promise<void> {
    await this.#attempt('collect-garbage', async (instruments) => {
      const { heapSession, probe, guard, allocations } = instruments;
      const times = allocations.leftOut === null ? 1 : COLLECTIONS_WITHOUT_SAMPLING;
      const estimatedPauseMs = await this.#options.pauses.settle('collect-garbage', () => guard.judgeCollection(times));
      if (estimatedPauseMs === null) return null;
      const collected = await this.#askSampling(instruments, (allocations) => allocations.collect());
      const cost = collected ?? (await collectGarbage(heapSession, probe.measure)).cost;
      this.#noteLength('collect-garbage', cost.pauseMs);
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
    { isLast = false, keepIds = false }: { readonly isLast?: boolean; readonly keepIds?: boolean } = {},
  ): Promise<void> {
    const { keeper, recorder, log, clock } = this.#options;
    const takenBefore = this.#snapshots;
    let isRefused = false;
    // Exact counts for this moment: growth per request is judged by them.
    await this.#options.sampling.sampleNow();
    await this.#attempt('heap-snapshot', async (instruments) => {
      const { force } = this.#options;
      const file = recorder.fileFor('heap-snapshot', this.#snapshots + 1);
      const { estimate, numbers, steps } = await instruments.snapshots.judge({
        path: file.path,
        wantNumbers: isLast,
        force,
      });
      for (const { capture, cost } of steps)
        log.event({ type: 'capture', capture, file: null, cost, bytes: 0, error: null });
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
    if (isRefused) await this.keepClassCounts();
    // One that was refused or failed left no file to look through.
    if (this.#snapshots === takenBefore) return;
    const file = recorder.fileFor('heap-snapshot', this.#snapshots).path;
    await findScriptUrls(file).then(
      (urls) => this.keepSources(urls),
      () => {},
    );
  }

  /**
   * What stands in for a snapshot: a collection, so that the live size is known at this moment too, and how many objects
   * of each class live, unless even that would take longer than is allowed.
   */
  async keepClassCounts(): Promise<void> {
    const { log, sampling, clock } = this.#options;
    const busyShare = busyShareOf(sampling.latest);
    await sampling.sampleNow();
    await this.collect();
    // The size after a collection is told a turn later, with the next sample: at the end of a run there is none.
    await sleep(OBSERVED_AFTER_MS);
    await sampling.sampleNow();
    if (this.#options.pauses.whyNotAgain('class-counts') !== null) return;
    await this.#attempt('class-counts', async (instruments) => {
      const { verdict, pauseMs } = await instruments.snapshots.judgeWalk();
      const refusal =
        verdict === 'go' ? await this.#refuseClassCount(instruments, pauseMs, busyShare) : verdict.refused;
      if (refusal !== null) {
        log.event({ type: 'note', detail: `classes not counted: ${refusal}` });
        return null;
      }
      await this.#noteRoutes(instruments);
      const { value, cost } = await countClasses(instruments.heapSession, instruments.probe.measure);
      this.#lastClassCount = { endMonoMs: clock.monoMs(), pauseMs: cost.pauseMs };
      this.#noteLength('class-counts', cost.pauseMs);
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

  /** Source maps of these scripts, where they have one, each looked for once. One that the disk refuses costs that map only. */
  async keepSources(urls: readonly string[]): Promise<void> {
    try {
      await this.#keepSources(urls);
    } catch (error) {
      const { recorder, log } = this.#options;
      const { message } = error as Error;
      if (error instanceof ProfilerError && error.exitCode === EXIT.storage) recorder.noteLoss('source maps', message);
      log.event({ type: 'error', detail: `source maps were not kept: ${message}` });
    }
  }

  async #keepSources(urls: readonly string[]): Promise<void> {
    const { recorder, keeper } = this.#options;
    this.#files.look(keeper.facts.pid);
    const found = await this.#sources.collect(urls);
    // A script that is TypeScript was translated while it was loaded: its map stands in no file.
    const translated = found.filter(({ url }) => /\.[cm]?tsx?$/.test(url));
    const session = keeper.instruments?.attachment.session;
    const scripts =
      session && translated.length > 0
        ? [
            ...found.filter((script) => !translated.includes(script)),
            ...(await this.#sources.addLoadedMaps(translated, session)),
          ]
        : found;
    if (scripts.length > 0)
      await recorder.updateManifest((manifest) => ({ ...manifest, scripts: [...manifest.scripts, ...scripts] }));
  }

  /** What the scripts that were seen do with what they hold: which statements add, and which remove. For the end of a run. */
  async keepCode(): Promise<void> {
    const { recorder, log, keeper, clock } = this.#options;
    const urls = recorder.manifest.scripts.map(({ url }) => url);
    if (urls.length === 0) return;
    try {
      const session = keeper.hasLostInside ? null : (keeper.instruments?.attachment.session ?? null);
      const translated = session ? await readTranslated(session, urls) : new Map();
      const root = this.#files.root(keeper.facts.pid);
      if (root === null) return;
      const code = await readCodeOfScripts({
        urls,
        root,
        translated,
        counts: this.#counts,
        nowMs: () => clock.monoMs(),
      });
      if (code.leftOut > 0)
        log.event({
          type: 'note',
          detail: `scripts not read, for want of time or memory: ${code.leftOut}; statements in them are not looked for`,
        });
      const file = recorder.fileFor('code', 'code');
      await this.#keepText(file, formatCodeOfRun(code));
      await recorder.updateManifest((manifest) => ({ ...manifest, code: { file: file.file } }));
    } catch (error) {
      log.event({ type: 'error', detail: `what the scripts do was not kept: ${(error as Error).message}` });
    }
  }

  async #keepText(file: RunFile, text: string): Promise<void> {
    const { recorder, disk } = this.#options;
    disk.refuse(file.file, text.length);
    await recorder.writeArtefact(file, text);
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

  /** Whatever was estimated: the truth decides whether it is repeated. */
  #noteLength(capture: CaptureName, pauseMs: Milliseconds): void {
    const { keeper, pauses } = this.#options;
    pauses.note(capture, pauseMs, keeper.instruments?.attachment.process?.pid ?? null);
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

  async #attempt(
    capture: CaptureName,
    action: (instruments: Instruments) => Promise<{
      readonly file: RunFile | null;
      readonly cost: CaptureCost;
      readonly bytes: Bytes;
      readonly estimatedPauseMs?: Milliseconds;
    } | null>,
  ): Promise<void> {
    const { keeper, log, clock, recorder, spacingMs } = this.#options;
    // Windows of the CPU profile change in some milliseconds.
    if (capture !== 'cpu') await sleep(Math.max(0, this.#lastEndMonoMs + spacingMs - clock.monoMs()));
    const startMonoMs = clock.monoMs();
    try {
      if (keeper.hasLostInside) throw new Error('there is no connection to the service');
      const done = await keeper.whileBusy(action);
      if (done)
        log.event({
          type: 'capture',
          capture,
          file: done.file?.file ?? null,
          cost: done.cost,
          bytes: done.bytes,
          error: null,
          ...(done.estimatedPauseMs === undefined ? {} : { estimatedPauseMs: done.estimatedPauseMs }),
        });
    } catch (error) {
      const endMonoMs = clock.monoMs();
      const { message } = error as Error;
      if (error instanceof ProfilerError && error.exitCode === EXIT.storage)
        recorder.noteLoss(`${capture} at ${formatDuration(endMonoMs - recorder.manifest.clock.startMonoMs)}`, message);
      log.event({
        type: 'capture',
        capture,
        file: null,
        cost: { startMonoMs, endMonoMs, pauseMs: endMonoMs - startMonoMs },
        bytes: 0,
        error: message,
      });
      log.say(`${capture} failed: ${message}`);
    } finally {
      this.#lastEndMonoMs = clock.monoMs();
    }
  }
}
