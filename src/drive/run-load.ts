import { isNothingMeasured } from '../analysis/completeness/unmeasured-limits.ts';
import { toGate } from '../analysis/gates.ts';
import { RequestMeasures } from '../analysis/request-measures.ts';
import { countTasks, haveNearlyAllFailed, type TaskCounts } from '../analysis/task-requests.ts';
import { requestGates } from '../analysis/threshold-gates.ts';
import { exitCodeOf } from '../analysis/verdict.ts';
import { buildLoadReport } from '../load/build-load-report.ts';
import { startLoad } from '../load/load-client.ts';
import type { LoadTotals } from '../load/load-messages.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode, worstExitCode } from '../model/exit-codes.ts';
import type { LoadReport } from '../model/load-report.ts';
import type { RequestInterval } from '../model/requests.ts';
import type { Sample } from '../model/sample.ts';
import { formatDuration, type Milliseconds } from '../model/units.ts';
import type { LoadOverrides } from '../scenario/override-load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { RequestTotals } from '../stats/request-summary.ts';
import { holdWhileAway } from './hold-load.ts';
import { type LoadStatus, loadStatusOf } from './load-status.ts';
import { MOST_AWAY, Outages } from './outages.ts';
import type { TargetWatch } from './target-watch.ts';

export interface RunLoadOptions {
  readonly scenario: Scenario;
  readonly baseUrl: string | null;
  readonly overrides: LoadOverrides;
  /** Processes that share the load. */
  readonly workers: number;
  /** Of the target; null if it is not watched. The load waits while it is away. */
  readonly watch: TargetWatch | null;
  /** Ends the load early; what was measured until then is reported. */
  readonly stop: AbortSignal;
  readonly onStatus: (status: LoadStatus) => void;
  /** What happens, in words: the first error of each kind, a gap. */
  readonly say: (text: string) => void;
}

export interface LoadRun {
  readonly report: LoadReport;
  readonly exitCode: ExitCode;
}

/** A fixed seed: two runs of one scenario send the same users, tasks and arrivals. */
export const SEED = 1;

/** Drives a scenario to its end. Throws a ProfilerError: exit 2 for what cannot be driven, 5 when the load process died. */
export async function runLoad(options: RunLoadOptions): Promise<LoadRun> {
  const { scenario, baseUrl, overrides, workers, watch, stop, onStatus, say } = options;
  const samples = watch?.samples ?? [];
  const books = new LoadBooks();
  const aborting = new AbortController();
  let abortedBy: string | null = null;
  let before: LoadTotals | null = null;
  const load = await startLoad({
    scenario,
    ...(baseUrl === null ? {} : { baseUrl }),
    overrides,
    seed: SEED,
    workers,
    onInterval: (intervals, totals) => {
      books.add(intervals, totals);
      onStatus(loadStatusOf(totals, before));
      before = totals;
      abortedBy ??= failedForGood(scenario, books.measures, samples, totals.activeMs);
      if (abortedBy !== null) aborting.abort();
    },
    onError: (name, kind) => say(`request ${name} fails: ${kind}`),
    onSuspended: (gapMs) => say(`the load was paused for ${Math.round(gapMs / 1000)} s; it goes on from there`),
  });
  const lost = new AbortController();
  const durationMs = overrides.durationMs ?? scenario.load.durationMs;
  const hold = watch && holdWhileAway(load, watch, { durationMs, onLost: () => lost.abort() });
  const stopping = AbortSignal.any([stop, aborting.signal, lost.signal]);
  const stopped = new Promise<void>((resolve) => {
    if (stopping.aborted) resolve();
    stopping.addEventListener('abort', () => resolve(), { once: true });
  });
  if (!stopping.aborted) await load.start();
  const end = await Promise.race([load.ended, stopped]);
  hold?.end();
  if (end?.reason === 'lost') {
    throw new ProfilerError('load-lost', EXIT.notEnoughData, `the load process is gone: ${end.detail}`);
  }
  if (aborting.signal.aborted) say(`${abortedBy} does not hold: the load ends here`);
  if (lost.signal.aborted) say('the service did not come back: the load ends here');
  const totals = await load.stop();
  const gates = requestGates(books.measures, scenario.thresholds, samples);
  const exitCodes = [exitCodeOf(gates, ['slo'], [])];
  if (stop.aborted) exitCodes.push(EXIT.stoppedByUser);
  if (lost.signal.aborted) exitCodes.push(EXIT.targetLost);
  // Errors count as completed: a service that answers (nearly) nothing but errors has not been measured.
  const { outages } = books;
  const { hasFailedTooLong, wasSilentTooLong } = outages;
  if (hasFailedTooLong) say(`every request failed for ${formatDuration(outages.failedMs)} of the load`);
  if (wasSilentTooLong)
    say(`requests waited and none was answered for ${formatDuration(outages.silentMs)} of the load`);
  if ((hasFailedTooLong || wasSilentTooLong) && watch?.isLost()) exitCodes.push(EXIT.targetLost);
  const awayMs = hold?.awayMs() ?? 0;
  const wasAway = awayMs > MOST_AWAY * (totals.activeMs + awayMs);
  if (wasAway) say(`the service was away for ${formatDuration(awayMs)} of the load`);
  const { suspendedMs, activeMs } = totals;
  const wasSuspended = suspendedMs > MOST_AWAY * (activeMs + suspendedMs);
  if (wasSuspended) say(`the load did not run for ${formatDuration(suspendedMs)}: its process was paused`);
  const isUnseen = hasFailedTooLong || wasSilentTooLong || wasAway || wasSuspended;
  if (books.tasks.count === 0 || haveNearlyAllFailed(books.tasks) || isUnseen) exitCodes.push(EXIT.notEnoughData);
  // Not passed and not failed, as `check` and `report` have it.
  if (isNothingMeasured(gates)) exitCodes.push(EXIT.notEnoughData);
  const { requests, errors } = books;
  return {
    report: buildLoadReport(totals, { workers, abortedBy, requests, errors, gates: gates.map(toGate) }),
    exitCode: worstExitCode(exitCodes),
  };
}

/** The first limit that fails and says that the load is to end then; null while all of them hold. */
function failedForGood(
  { thresholds }: Scenario,
  measures: RequestMeasures,
  samples: readonly Sample[],
  activeMs: Milliseconds,
): string | null {
  const due = thresholds.filter(({ abortAfterMs }) => abortAfterMs !== undefined && activeMs >= abortAfterMs);
  const failed = requestGates(measures, due, samples).find(({ status }) => status === 'fail');
  return failed ? `${failed.name} ${failed.limit}` : null;
}

/** Adds up what a load reports, interval by interval. */
class LoadBooks {
  readonly measures = new RequestMeasures();
  readonly outages = new Outages();
  tasks: TaskCounts = { count: 0, errors: 0 };
  readonly #summary = new RequestTotals();
  readonly #errors = new Map<string, { name: string; kind: string; count: number }>();

  add(intervals: readonly RequestInterval[], totals: LoadTotals): void {
    const { count, errors } = countTasks(intervals);
    this.outages.add(intervals, totals);
    this.tasks = { count: this.tasks.count + count, errors: this.tasks.errors + errors };
    for (const interval of intervals) {
      this.#summary.add(interval);
      this.measures.add(interval);
      for (const [kind, count] of Object.entries(interval.errorKinds)) {
        const key = JSON.stringify([interval.name, kind]);
        const entry = this.#errors.get(key) ?? { name: interval.name, kind, count: 0 };
        entry.count += count;
        this.#errors.set(key, entry);
      }
    }
  }

  get requests(): LoadReport['requests'] {
    return this.#summary.summarise();
  }

  get errors(): LoadReport['errors'] {
    return [...this.#errors.values()].sort((a, b) => b.count - a.count);
  }
}
