import { basename } from 'node:path';
import { runId } from '../format/run-id.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Milliseconds, MonoMs, WallMs } from '../model/units.ts';
import { createRun, resumeRun } from '../record/open-run.ts';
import { readRun } from '../record/read-run.ts';
import { refuseRunInUse } from '../record/run-lock.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import { median } from '../stats/order-statistics.ts';
import { importedManifest } from './imported-manifest.ts';
import type { Results } from './read-results.ts';

export interface ImportFacts {
  readonly runDir: string;
  readonly startWallMs: WallMs;
  readonly endWallMs: WallMs;
  readonly intervalMs: Milliseconds;
  /** Requests that lay outside of the run that they were read into. */
  readonly leftOut: number;
  /** Where the replaced run is, if it could not be removed. */
  readonly replaced: string | null;
}

export interface NewRunOptions {
  /** Where to; null: a folder of its own in `profilesDir`. */
  readonly runDir: string | null;
  readonly profilesDir: string;
  /** What was tested. */
  readonly name: string;
  readonly thresholds: RunManifest['thresholds'];
  readonly toolVersion: string;
  readonly host: RunManifest['host'];
  readonly overwrite: boolean;
}

/** Fewer intervals have no course over time that could get worse. */
const LEAST_COURSE = 20;

/** Results as a run of their own: requests, and nothing from inside of a process. */
export async function importAsRun(results: Results, options: NewRunOptions): Promise<ImportFacts> {
  const { firstMs, lastMs } = results.book.spanMs;
  const id = runId(firstMs, options.name);
  const runDir = options.runDir ?? `${options.profilesDir}/${id}`;
  // The clock of the other machine is all there is: the run begins at 0 of a monotonic clock of its own.
  const toMono = (wallMs: WallMs): MonoMs => wallMs - firstMs;
  const intervals = intervalsOf(results, toMono);
  const lengths = intervals.map(({ startMonoMs, endMonoMs }) => endMonoMs - startMonoMs);
  const intervalMs = Math.round(median(lengths));
  const courses = new Set(intervals.map(({ startMonoMs }) => startMonoMs)).size;
  // Nothing was seen from inside, so leaks are no gate; nor is a course over time where the limits are all there is to
  // judge.
  const failOn: RunManifest['plan']['failOn'] =
    Object.keys(options.thresholds).length > 0 && courses < LEAST_COURSE ? ['slo'] : ['slo', 'degradation'];
  const span = {
    startWallMs: firstMs,
    endWallMs: lastMs,
    intervalMs,
    nodeVersion: null,
    views: [],
    snapshots: 0,
    failOn,
  };
  const manifest = importedManifest(runDir, span, options);
  const recorder = await createRun(runDir, manifest, { overwrite: options.overwrite });
  for (const interval of intervals) recorder.appendRequests(interval);
  appendTotals(recorder, intervals, firstMs);
  const at = { wallMs: lastMs, monoMs: toMono(lastMs) };
  recordImport(recorder, results, 0, at);
  recorder.appendEvent({ type: 'end', reason: 'completed', detail: 'imported', ...at });
  await recorder.close();
  return { runDir, startWallMs: firstMs, endWallMs: lastMs, intervalMs, leftOut: 0, replaced: recorder.replaced };
}

/**
 * Results of the load that ran while a service was recorded: they are put into that run by the wall clock, so that memory
 * and CPU are judged with the requests beside them. Throws a ProfilerError (exit 2) when the two do not meet in time, or
 * when the run has requests already, unless `force`.
 */
export async function importIntoRun(
  results: Results,
  {
    runDir,
    force,
    thresholds,
  }: { readonly runDir: string; readonly force: boolean; readonly thresholds: RunManifest['thresholds'] },
): Promise<ImportFacts> {
  await refuseRunInUse(runDir);
  const run = await readRun(runDir);
  const { clock } = run.manifest;
  const endMonoMs = Math.max(run.events.at(-1)?.monoMs ?? 0, run.samples.at(-1)?.monoMs ?? 0);
  if (run.requests.length > 0 && !force) {
    throw new ProfilerError(
      'run-has-requests',
      EXIT.usage,
      `${runDir} has requests already.`,
      'Both would be counted: import into a run that only watched, or add --force.',
    );
  }
  const all = intervalsOf(results, (wallMs) => wallMs - clock.startWallMs + clock.startMonoMs);
  const inside = all.filter(({ startMonoMs, endMonoMs: end }) => end > clock.startMonoMs && startMonoMs < endMonoMs);
  const { firstMs, lastMs } = results.book.spanMs;
  if (inside.length === 0)
    throw noOverlap(runDir, { firstMs, lastMs }, clock.startWallMs, clock.startWallMs + endMonoMs - clock.startMonoMs);
  const recorder = await resumeRun(runDir);
  for (const interval of inside) recorder.appendRequests(interval);
  const at = { wallMs: clock.startWallMs + endMonoMs - clock.startMonoMs, monoMs: endMonoMs };
  const leftOut = results.requests - inside.reduce((sum, { count }) => sum + count, 0);
  recordImport(recorder, results, leftOut, at);
  if (Object.keys(thresholds).length > 0) {
    await recorder.updateManifest((manifest) => ({
      ...manifest,
      thresholds: { ...manifest.thresholds, ...thresholds },
    }));
  }
  await recorder.close();
  return {
    runDir,
    startWallMs: firstMs,
    endWallMs: lastMs,
    intervalMs: results.book.widthMs,
    leftOut,
    replaced: null,
  };
}

function noOverlap(
  runDir: string,
  results: { readonly firstMs: WallMs; readonly lastMs: WallMs },
  startWallMs: WallMs,
  endWallMs: WallMs,
): ProfilerError {
  const words = (from: WallMs, to: WallMs): string =>
    `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
  return new ProfilerError(
    'results-elsewhen',
    EXIT.usage,
    `The results and the run are from different times: results ${words(results.firstMs, results.lastMs)}, run ${runDir} ${words(startWallMs, endWallMs)}.`,
    'Import the results of the load that ran during the run. If the file has no start time, give --start.',
  );
}

/**
 * Lines of requests.ndjson. Other tools do not say when a request was meant to be sent, so both distributions are from
 * the time that it was sent. The first and the last interval are as long as the load was in them.
 */
function intervalsOf({ book }: Results, toMono: (wallMs: WallMs) => MonoMs): RequestInterval[] {
  const lines = book.lines();
  const { firstMs, lastMs } = book.spanMs;
  const { widthMs } = book;
  return lines.map(({ index, name, untilMs, count, errors, dropped, errorKinds, encoded, failed }) => ({
    startMonoMs: toMono(Math.max(index * widthMs, firstMs)),
    endMonoMs: toMono(Math.max(index * widthMs + 1, untilMs, Math.min((index + 1) * widthMs, lastMs))),
    name,
    count,
    errors,
    dropped,
    late: 0,
    maxLateMs: 0,
    errorKinds: Object.fromEntries(errorKinds),
    intended: encoded,
    service: encoded,
    ...(failed === '' ? {} : { failed }),
  }));
}

/** One sample an interval: the totals of the load, which reports draw. */
function appendTotals(recorder: RunRecorder, intervals: readonly RequestInterval[], firstMs: WallMs): void {
  let [requests, errors] = [0, 0];
  const append = (monoMs: MonoMs): void =>
    recorder.appendSample({
      wallMs: firstMs + monoMs,
      monoMs,
      segment: 0,
      lateMs: 0,
      values: { 'load.requests': requests, 'load.errors': errors },
    });
  append(0);
  intervals.forEach(({ count, errors: failed, endMonoMs }, i) => {
    requests += count;
    errors += failed;
    if (intervals[i + 1]?.endMonoMs !== endMonoMs) append(endMonoMs);
  });
}

/** What came and what did not: a run of which a part is missing is no pass. */
function recordImport(
  recorder: RunRecorder,
  { formats, notes, requests, shortfall, verdicts, crossed }: Results,
  leftOut: number,
  at: { readonly wallMs: WallMs; readonly monoMs: MonoMs },
): void {
  const files = formats.map(({ file, title }) => `${basename(file)} (${title})`).join(', ');
  const detail = `${requests} requests imported from ${files}`;
  const { unusable, lost } = shortfall;
  recorder.appendEvent({
    type: 'import',
    detail,
    requests: requests - leftOut,
    unusable,
    leftOut,
    lost,
    verdicts,
    ...(crossed.length > 0 ? { crossed } : {}),
    ...at,
  });
  for (const note of notes) recorder.appendEvent({ type: 'note', detail: note, ...at });
}
