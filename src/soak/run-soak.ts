import { scaleCpuInterval, scaleHeapInterval } from '../capture/choose-intervals.ts';
import { PostgresMonitor } from '../capture/database/postgres-monitor.ts';
import type { Clock } from '../model/clock.ts';
import type { TargetFacts } from '../model/run-manifest.ts';
import type { Bytes, Microseconds, Milliseconds } from '../model/units.ts';
import { createRun, type RunRecorder, type StorageChange } from '../record/run-recorder.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { Captures } from './captures.ts';
import { DatabaseWatch } from './database-watch.ts';
import { firstManifest } from './first-manifest.ts';
import { startLoadDriver } from './load-driver.ts';
import { type PhasePlan, planPhases } from './plan-phases.ts';
import { createRunLog } from './run-log.ts';
import { runPhases } from './run-phases.ts';
import { startSampling } from './sampling.ts';
import { prepareScrape, type Scraping } from './scraping.ts';
import type { SoakOptions } from './soak-options.ts';
import { createProgress } from './soak-progress.ts';
import type { SoakListener } from './soak-status.ts';
import type { SoakTarget } from './soak-target.ts';
import { TargetKeeper } from './target-keeper.ts';

export type SoakEnding = 'completed' | 'stopped-by-user' | 'target-lost';

export interface SoakDeps {
  readonly clock: Clock;
  readonly listener: SoakListener;
  /** Stops the recording in order: what there is will be analysed. */
  readonly stop: AbortSignal;
  readonly toolVersion: string;
}

const SHORTEST_CPU_WINDOW_MS = 10_000;
const LONGEST_CPU_WINDOW_MS = 10 * 60_000;
const LONGEST_LOAD_INTERVAL_MS = 10_000;
const SHORTEST_RETURN_MS = 30_000;
const LONGEST_RETURN_MS = 10 * 60_000;

/**
 * Records one soak of a process that was found and judged fit: attaches, drives or watches the load through all
 * phases, and leaves a run folder. The inspector is closed again however this ends. What fails before the first
 * sample (no attach, no disk) is thrown; after that a run is always closed in order.
 */
export async function runSoak(target: SoakTarget, options: SoakOptions, deps: SoakDeps): Promise<SoakEnding> {
  const { clock, listener, stop } = deps;
  const settled = settle(options);
  const scrape = options.scrapeUrl ? await prepareScrape(options.scrapeUrl, options.durationMs, { clock, stop }) : null;
  const manifest = {
    ...firstManifest(target.facts, options, { ...settled, toolVersion: deps.toolVersion, clock }),
    ...(scrape ? { scrape: scrape.plan } : {}),
  };
  const monitor = options.databaseUrl === null ? null : await PostgresMonitor.open(options.databaseUrl, clock);
  const recorder = await createRun(options.runDir, manifest, {
    overwrite: options.force,
    onStorage: (change) => listener.happened(redactMessage(tellStorage(change))),
  }).catch(async (error: unknown) => {
    await monitor?.close();
    throw error;
  });
  const log = createRunLog(recorder, clock, listener);
  const gone = new AbortController();
  const ending = (): SoakEnding =>
    stop.aborted ? 'stopped-by-user' : gone.signal.aborted ? 'target-lost' : 'completed';
  const parts = new Parts();
  if (monitor) parts.add(() => monitor.close());
  try {
    const keeper = await TargetKeeper.attach(target, {
      ...options,
      ...settled,
      clock,
      log,
      onSegment: (successor, segment) => noteSegment(recorder, successor, segment, clock),
      onGone: () => gone.abort(),
      stop: AbortSignal.any([stop, gone.signal]),
    });
    parts.add(() => keeper.close());
    if (target.attach) log.say(`attached to ${target.facts.name} (process ${target.facts.pid})`);
    await recorder.updateManifest((current) => ({
      ...current,
      target: { ...current.target, nodeVersion: keeper.facts.nodeVersion },
    }));
    const load = options.load
      ? await startLoadDriver(options.load, { recorder, log, intervalMs: settled.loadIntervalMs, listener })
      : null;
    const database = new DatabaseWatch({ monitor, keeper, recorder, log, clock, durationMs: options.durationMs });
    if (monitor) log.say(`watching the database ${monitor.name}`);
    const progress = createProgress(settled.plan, clock, listener);
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
    parts.add(() => sampling.stop());
    if (load) parts.add(() => load.stop());
    scraping = scrape?.start({ recorder, log, clock, segment: () => keeper.segment });
    if (scraping) parts.add(scraping.stop);
    const captures = new Captures({ ...options, ...settled, keeper, recorder, log, clock, sampling });
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
    await captures.keepSources(await database.finish());
  } finally {
    await parts.end((error) => log.event({ type: 'error', detail: error.message }));
    log.event({ type: 'end', reason: ending(), detail: '' });
    await recorder.close();
  }
  return ending();
}

interface Settled {
  readonly plan: PhasePlan;
  readonly cpuWindowMs: Milliseconds;
  readonly cpuIntervalUs: Microseconds;
  readonly heapIntervalBytes: Bytes;
  readonly returnTimeoutMs: Milliseconds;
  /** One line of requests.ndjson a name: histograms of a night are decoded again when it is analysed. */
  readonly loadIntervalMs: Milliseconds;
}

/** What follows from the length of the run. */
function settle(options: SoakOptions): Settled {
  const { durationMs } = options;
  const plan = planPhases(durationMs, options.snapshots, options.load !== null);
  const cpuWindowMs = options.cpuWindowMs ?? clamp(plan.steadyMs / 3, SHORTEST_CPU_WINDOW_MS, LONGEST_CPU_WINDOW_MS);
  return {
    plan,
    cpuWindowMs,
    cpuIntervalUs: options.cpuIntervalUs ?? scaleCpuInterval(durationMs, cpuWindowMs),
    heapIntervalBytes: scaleHeapInterval(durationMs),
    loadIntervalMs: clamp(Math.round(durationMs / 3600), 1000, LONGEST_LOAD_INTERVAL_MS),
    returnTimeoutMs: clamp(durationMs / 10, SHORTEST_RETURN_MS, LONGEST_RETURN_MS),
  };
}

function noteSegment(
  recorder: RunRecorder,
  { pid, startTicks }: Pick<TargetFacts, 'pid' | 'startTicks'>,
  segment: number,
  clock: Clock,
): void {
  const life = { pid, startTicks, startMonoMs: clock.monoMs() };
  void recorder.updateManifest((manifest) => ({
    ...manifest,
    segments: [...manifest.segments.slice(0, segment), life],
  }));
}

function tellStorage(change: StorageChange): string {
  return change.state === 'trouble'
    ? `${change.error.message}; kept in memory, trying again`
    : `${change.file} is being written again${change.lostLines > 0 ? `; ${change.lostLines} lines were lost meanwhile` : ''}`;
}

/** What was started, to be ended in the opposite order, each whether or not the others could be. */
class Parts {
  readonly #ends: (() => Promise<unknown>)[] = [];

  add(end: () => Promise<unknown>): void {
    this.#ends.push(end);
  }

  async end(onError: (error: Error) => void): Promise<void> {
    for (const end of this.#ends.reverse()) await end().catch(onError);
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
