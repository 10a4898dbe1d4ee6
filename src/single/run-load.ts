import { toGate } from '../analysis/gates.ts';
import { RequestMeasures } from '../analysis/request-measures.ts';
import { requestGates } from '../analysis/threshold-gates.ts';
import { exitCodeOf } from '../analysis/verdict.ts';
import { startLoad } from '../load/load-client.ts';
import type { LoadTotals } from '../load/load-messages.ts';
import { buildLoadReport } from '../load/load-report.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT, type ExitCode, worstExitCode } from '../model/exit-codes.ts';
import type { LoadReport } from '../model/load-report.ts';
import type { Milliseconds } from '../model/units.ts';
import type { LoadOverrides } from '../scenario/override-load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { RequestTotals } from '../stats/request-summary.ts';

/** Where the load stands, told every second. */
export interface LoadStatus {
  readonly elapsedMs: Milliseconds;
  readonly completed: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly users: number;
  /** Completed since the last time. */
  readonly ratePerSecond: number;
}

export interface RunLoadOptions {
  readonly scenario: Scenario;
  readonly baseUrl: string | null;
  readonly overrides: LoadOverrides;
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
const SEED = 1;

/** Drives a scenario to its end. Throws a ProfilerError: exit 2 for what cannot be driven, 5 when the load process died. */
export async function runLoad(options: RunLoadOptions): Promise<LoadRun> {
  const { scenario, baseUrl, overrides, stop, onStatus, say } = options;
  const summary = new RequestTotals();
  const measures = new RequestMeasures();
  let before: LoadTotals | null = null;
  const load = await startLoad({
    scenario,
    ...(baseUrl === null ? {} : { baseUrl }),
    overrides,
    seed: SEED,
    onInterval: (intervals, totals) => {
      for (const interval of intervals) {
        summary.add(interval);
        measures.add(interval);
      }
      onStatus(statusOf(totals, before));
      before = totals;
    },
    onError: (name, kind) => say(`request ${name} fails: ${kind}`),
    onSuspended: (gapMs) => say(`the load stood still for ${Math.round(gapMs / 1000)} s; it goes on from there`),
  });
  const stopped = new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  if (!stop.aborted) await load.start();
  const end = await Promise.race([load.ended, stopped]);
  if (end?.reason === 'lost') {
    throw new ProfilerError('load-lost', EXIT.notEnoughData, `the load process is gone: ${end.detail}`);
  }
  const totals = await load.stop();
  const gates = requestGates(measures, scenario.thresholds);
  const exitCodes = [exitCodeOf(gates, ['slo'], [])];
  if (stop.aborted) exitCodes.push(EXIT.stoppedByUser);
  // Errors count as completed: a service that answers nothing but errors has not been measured.
  if (totals.completed === totals.errors) exitCodes.push(EXIT.notEnoughData);
  return {
    report: buildLoadReport(totals, summary.summarise(), gates.map(toGate)),
    exitCode: worstExitCode(exitCodes),
  };
}

function statusOf(totals: LoadTotals, before: LoadTotals | null): LoadStatus {
  const { activeMs, completed, errors, inFlight, users } = totals;
  const seconds = (activeMs - (before?.activeMs ?? 0)) / 1000;
  const ratePerSecond = seconds > 0 ? (completed - (before?.completed ?? 0)) / seconds : 0;
  return { elapsedMs: activeMs, completed, errors, inFlight, users, ratePerSecond };
}
