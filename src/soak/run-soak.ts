import { PostgresMonitor } from '../capture/database/postgres-monitor.ts';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import type { RunManifest, View } from '../model/run-manifest.ts';
import { checkBeforeRun, createRun } from '../record/open-run.ts';
import { plannedBytes } from '../record/planned-bytes.ts';
import type { RunRecorder, StorageChange } from '../record/run-recorder.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { localPort } from '../target/load-port.ts';
import { otherClusterWorkers } from '../target/process-facts.ts';
import { Captures } from './captures.ts';
import { DatabaseWatch } from './database-watch.ts';
import { firstManifest } from './first-manifest.ts';
import { type LoadDriver, startLoadDriver } from './load-driver.ts';
import { LongPauses } from './long-pauses.ts';
import { createRunLog, type RunLog } from './run-log.ts';
import { RunParts } from './run-parts.ts';
import { RunPauses } from './run-pauses.ts';
import { runPhases } from './run-phases.ts';
import { startSampling } from './sampling.ts';
import { prepareScrape, type Scraping } from './scraping.ts';
import { settleRecording } from './settle-recording.ts';
import type { SoakOptions } from './soak-options.ts';
import { createProgress } from './soak-progress.ts';
import type { SoakControls, SoakListener } from './soak-status.ts';
import type { SoakTarget } from './soak-target.ts';
import { TargetKeeper } from './target-keeper.ts';
import { watchDisk } from './watch-disk.ts';

/** `storage-lost`: however it ended, something that was to be recorded never reached the disk. */
export type SoakEnding = 'completed' | 'stopped-by-user' | 'target-lost' | 'storage-lost';

export interface SoakDeps {
  readonly clock: Clock;
  readonly listener: SoakListener;
  /** Stops the recording in order: what there is will be analysed. */
  readonly stop: AbortSignal;
  readonly toolVersion: string;
}

/**
 * Records one soak of a process that was found and judged fit: attaches, drives or watches the load through all
 * phases, and leaves a run folder. The inspector is closed again however this ends. What fails before the first
 * sample (no attach, no disk) is thrown; after that a run is always closed in order.
 */
export async function runSoak(target: SoakTarget, options: SoakOptions, deps: SoakDeps): Promise<SoakEnding> {
  const { clock, listener, stop } = deps;
  const settled = settleRecording(options);
  const { durationMs, sampleMs } = options;
  const loadIntervalMs = options.load === null ? null : settled.loadIntervalMs;
  const planned = plannedBytes({ ...settled, durationMs, sampleMs, loadIntervalMs });
  const place = { overwrite: options.force, neededBytes: planned.journals };
  // Nothing is made there, and nothing of an earlier run taken away, before the target is accepted.
  await checkBeforeRun(options.runDir, place);
  const scrape = options.scrapeUrl ? await prepareScrape(options.scrapeUrl, options.durationMs, { clock, stop }) : null;
  const manifest = {
    ...firstManifest(target.facts, options, {
      ...settled,
      toolVersion: deps.toolVersion,
      clock,
      views: viewsOf(target),
    }),
    ...(scrape ? { scrape: scrape.plan } : {}),
    ...clusterOf(target),
  };
  const monitor = options.databaseUrl === null ? null : await PostgresMonitor.open(options.databaseUrl, clock);
  const recording = deferred<RunRecorder>();
  const all = new RunPauses({ ...options, askedMs: options.pauseBudgetMs ?? null, isLoadOurs: options.load !== null });
  const log = createRunLog(recording.promise, clock, listener, (event) => all.note(event));
  const pauses = new LongPauses({ maxPauseMs: options.maxPauseMs, force: options.force, log, durationMs, all });
  const gone = new AbortController();
  const ending = (): Exclude<SoakEnding, 'storage-lost'> =>
    stop.aborted ? 'stopped-by-user' : gone.signal.aborted ? 'target-lost' : 'completed';
  /** Why the recording broke off. */
  let broken: string | null = null;
  const parts = new RunParts();
  if (monitor) parts.add(() => monitor.close());
  let recorder: RunRecorder | null = null;
  let driver: LoadDriver | null = null;
  let hasBegun = false;
  try {
    const keeper = await TargetKeeper.attach(target, {
      ...options,
      ...settled,
      clock,
      log,
      pauses,
      onSegment: (life, segment) => {
        const startMonoMs = clock.monoMs();
        void recording.promise.then((opened) => noteSegment(opened, { ...life, startMonoMs }, segment));
      },
      isCpuAsked: options.cpuWindowMs !== null || options.cpuIntervalUs !== null,
      loadPort: options.load ? localPort(options.load.baseUrl) : null,
      onAway: (isAway) => void driver?.hold(isAway),
      onGone: (why) => {
        log.say(`the service did not come back: ${why}`);
        gone.abort(why);
      },
      stop: AbortSignal.any([stop, gone.signal]),
    });
    parts.add(() => keeper.close());
    const { nodeVersion } = keeper.facts;
    recorder = await createRun(
      options.runDir,
      { ...manifest, target: { ...manifest.target, nodeVersion } },
      { ...place, onStorage: (change) => listener.happened(redactMessage(tellStorage(change))) },
    );
    recording.resolve(recorder);
    const disk = watchDisk(target.process, { recorder, log, clock, planned });
    if (target.attach) log.say(`attached to ${target.facts.name} (process ${target.facts.pid})`);
    const load = options.load
      ? await startLoadDriver(options.load, {
          recorder,
          log,
          intervalMs: settled.loadIntervalMs,
          durationMs: options.durationMs,
          warmUpMs: settled.plan.warmUpMs,
          listener,
          stop,
        })
      : null;
    driver = load;
    // It may have gone before there was a load to hold.
    if (keeper.isGone) void load?.hold(true);
    const database = new DatabaseWatch({ monitor, keeper, recorder, log, clock, durationMs: options.durationMs });
    if (monitor) log.say(`watching the database ${monitor.name}`);
    const progress = createProgress(settled.plan, options.snapshots, clock, listener);
    let scraping: Scraping | undefined;
    const sampling = startSampling({
      intervalMs: options.sampleMs,
      clock,
      keeper,
      load,
      database,
      recorder,
      log,
      ownRequests: () => scraping?.begun ?? 0,
      onSample: (sample, state) => {
        progress.show(sample, state, load);
        database.keepWhenDue();
      },
    });
    hasBegun = true;
    parts.add(() => sampling.stop());
    if (load) parts.add(() => load.stop());
    scraping = scrape?.start({ recorder, log, clock, segment: () => keeper.segment });
    if (scraping) parts.add(scraping.stop);
    const captures = new Captures({
      ...options,
      ...settled,
      isLoadOurs: load !== null,
      keeper,
      recorder,
      disk,
      pauses,
      log,
      clock,
      sampling,
    });
    listener.ready?.(controlsOf(captures, load, stop));
    await runPhases({
      ...options,
      ...settled,
      captures,
      keeper,
      load,
      sampling,
      progress,
      clock,
      log,
      stop: AbortSignal.any([stop, gone.signal]),
    });
    log.event({ type: 'note', detail: all.summary() });
    if (keeper.isGone) gone.abort('the run ended while it was waited for');
    await captures.keepSources(await database.finish());
    await captures.keepCode();
  } catch (error) {
    broken = (error as Error).message;
    throw error;
  } finally {
    await parts.end((error) => log.event({ type: 'error', detail: error.message }));
    const lostWhy = ending() === 'target-lost' ? `the service did not come back: ${gone.signal.reason}` : '';
    log.event({ type: 'end', reason: broken === null ? ending() : 'aborted', detail: broken ?? lostWhy });
    // A folder without a recording would only be in the way of the next try.
    if (recorder) await (hasBegun ? closeRecorder(recorder, log) : recorder.discard());
  }
  return recorder && recorder.losses.length > 0 ? 'storage-lost' : ending();
}

/** The other workers of its cluster serve the same port, and are not looked at. */
function clusterOf({ process }: SoakTarget): Pick<RunManifest, 'otherClusterWorkers'> {
  const others = process === null ? 0 : otherClusterWorkers(process).length;
  return others === 0 ? {} : { otherClusterWorkers: others };
}

/** What the disk refused to the last is one more loss: there is a run all the same, and it is analysed. */
async function closeRecorder(recorder: RunRecorder, log: RunLog): Promise<void> {
  try {
    await recorder.close();
  } catch (error) {
    // The folder is not this run any more, so nothing in it is analysed.
    if (!(error instanceof ProfilerError) || error.code === 'folder-replaced') throw error;
    recorder.noteLoss('the journals', error.message);
  }
  if (recorder.losses.length > 0) log.say(`not recorded, because the disk refused it: ${recorder.losses.join('; ')}`);
  if (recorder.replaced !== null) log.say(`the run that was there before is kept as ${recorder.replaced}`);
}

/** What a user requests in addition to the plan. Once the run stops, nothing more is started. */
function controlsOf(captures: Captures, load: LoadDriver | null, stop: AbortSignal): SoakControls {
  let isPaused = false;
  return {
    estimateSnapshot: () => captures.estimateSnapshot(),
    keepCpuWindow: async () => {
      if (!stop.aborted) await captures.keepCpuWindow();
    },
    takeSnapshot: async () => {
      if (stop.aborted) return;
      await load?.rest(true);
      try {
        await captures.keepSnapshot('steady');
      } finally {
        await load?.rest(isPaused);
      }
    },
    pauseLoad: async (wanted) => {
      isPaused = wanted;
      await load?.rest(wanted);
    },
  };
}

/** The sides from which this target can be looked at. */
function viewsOf({ process, attach }: SoakTarget): View[] {
  return [...(process ? (['process'] as const) : []), ...(attach ? (['inside'] as const) : [])];
}

function noteSegment(recorder: RunRecorder, life: RunManifest['segments'][number], segment: number): void {
  void recorder.updateManifest((manifest) => ({
    ...manifest,
    segments: [...manifest.segments.slice(0, segment), life],
  }));
}

function deferred<Value>(): { readonly promise: Promise<Value>; readonly resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function tellStorage(change: StorageChange): string {
  return change.state === 'trouble'
    ? `${change.error.message}; kept in memory, trying again`
    : `${change.file} is being written again${change.lostLines > 0 ? `; ${change.lostLines} lines were lost meanwhile` : ''}`;
}
