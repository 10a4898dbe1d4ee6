import type { Bottleneck } from './bottleneck.ts';
import type { CheckId } from './check-id.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Finding, FindingSubject } from './finding.ts';
import type { RouteCount } from './run-event.ts';
import type { Milliseconds } from './units.ts';

export interface Gate {
  readonly name: string;
  readonly limit: string;
  readonly measured: number | null;
  readonly unit: string;
  readonly status: 'pass' | 'fail' | 'unknown';
}

export interface Checked<Name extends string = CheckId> {
  readonly check: Name;
  readonly status: 'ok' | 'finding' | 'insufficient-data';
  /** What was looked at, and the smallest leak or trend that this run could detect. */
  readonly detail: string;
}

/** What nearly all answers of a request were. */
export type AnswerKind = 'redirect' | 'empty' | 'JSON' | 'other';

/** What the answers of a request were, those as expected alone. */
export interface AnswerKinds {
  readonly count: number;
  readonly json: number;
  readonly bodyBytes: number;
  /** Absent where they were not counted. */
  readonly redirects?: number;
}

export interface RequestSummary {
  readonly name: string;
  readonly count: number;
  readonly errors: number;
  /** Arrivals that were not sent: in no percentile. */
  readonly dropped: number;
  /**
   * Given up unanswered when the load paused or ended: not in `count`, in the percentiles with the time that they waited.
   */
  readonly aborted: number;
  /** Sent noticeably after their time. */
  readonly late: number;
  readonly ratePerSecond: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly service: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
  /** Absent if the responses were not inspected. */
  readonly answers?: AnswerKinds;
}

/** One statement without its values, from all sides that saw it; most time first. */
export interface QuerySummary {
  readonly text: string;
  readonly calls: number;
  /** Of the route that calls it most in one request; null if queries were not told apart by request. */
  readonly route: string | null;
  readonly callsPerRequest: number | null;
  readonly rowsPerCall: number;
  readonly totalMs: Milliseconds;
  readonly meanMs: Milliseconds;
  readonly p95Ms: Milliseconds | null;
  readonly maxMs: Milliseconds | null;
  /** Calls in the slow-query log. */
  readonly slowCalls: number | null;
  /** As pg_stat_statements counted; null if it is not loaded. */
  readonly serverMeanMs: Milliseconds | null;
  readonly source: FindingSubject['source'];
  /** One line per node, indented; null if it could not be made. */
  readonly plan: readonly string[] | null;
  readonly planError: string | null;
  /** Large tables that the plan reads as a whole. */
  readonly wholeReads: readonly string[];
}

/** A stretch in which something that was planned to be seen was not. Times from the start of the run. */
export interface CoverageGap {
  readonly what: 'process' | 'inside' | 'cpu' | 'snapshots' | 'load';
  readonly fromMs: Milliseconds;
  readonly toMs: Milliseconds;
  /** Why, where it is known. */
  readonly reason: string;
}

/** How much was seen of what was planned. */
export interface Completeness {
  /** Why the run is no pass, whatever its gates say; sentences. Empty if it ended in order, undamaged and well seen. */
  readonly missing: readonly string[];
  /** Losses that do not prevent a pass, and what was never planned; sentences. */
  readonly notes: readonly string[];
  readonly gaps: readonly CoverageGap[];
  readonly snapshots: {
    readonly planned: number;
    readonly taken: number;
    readonly refused: number;
    readonly failed: number;
  };
}

/** report.json, schema `profiler-report/1`: the part that programs rely on. */
export interface Report {
  readonly schema: 'profiler-report/1';
  readonly run: {
    readonly id: string;
    readonly startedAt: string;
    readonly durationMs: Milliseconds;
    readonly requests: number;
    /** Planned samples in which all was seen that was planned (outside and inside of the service), 0 to 1. */
    readonly coverage: number;
    readonly target: { readonly pid: number; readonly node: string | null; readonly name: string };
  };
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly exitCode: ExitCode;
  readonly gates: readonly Gate[];
  /** Absent in reports of earlier versions. */
  readonly completeness?: Completeness;
  readonly findings: readonly Finding[];
  readonly checked: readonly Checked[];
  /** Largest expected gain first; absent in reports of earlier versions. */
  readonly bottlenecks?: readonly Bottleneck[];
  /** What was looked at for `bottlenecks`. No gate depends on it. */
  readonly bottlenecksChecked?: readonly Checked<string>[];
  readonly requests: readonly RequestSummary[];
  /** As the service itself counted them by route, up to the last heap snapshot; absent if not counted. */
  readonly routes?: readonly RouteCount[];
  /** Only where queries were seen. */
  readonly queries?: readonly QuerySummary[];
}
