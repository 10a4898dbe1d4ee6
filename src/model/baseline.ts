import type { Finding } from './finding.ts';
import type { Milliseconds } from './units.ts';

export type MeasureUnit = 'ms' | 'bytes' | 'share' | 'percent' | 'per-second';

/** One figure of a run that two runs can be compared by. */
export interface RunMeasure {
  /** Stable: `latency.p95 lock-proof`, `cpu.per-request`. */
  readonly key: string;
  readonly unit: MeasureUnit;
  readonly better: 'lower' | 'higher';
  /** Median of the blocks of the run. */
  readonly value: number;
  /** Standard error of `value` as the blocks of this one run scatter: it knows nothing of how runs differ. */
  readonly error: number;
}

/** What must be alike before figures of two runs may be compared with each other. */
export interface RunConditions {
  readonly target: string;
  /** `v22.23.3`; null if nothing from inside was seen. */
  readonly node: string | null;
  /** Name of the scenario, and a digest of its load, set-up and tasks; null if the load was not driven by this tool. */
  readonly scenario: { readonly name: string; readonly digest: string } | null;
  readonly host: { readonly platform: string; readonly cpus: number; readonly memoryBytes: number };
  readonly durationMs: Milliseconds;
}

/** One run as a baseline keeps it. */
export interface MeasuredRun {
  readonly id: string;
  readonly startedAt: string;
  readonly conditions: RunConditions;
  readonly measures: readonly RunMeasure[];
}

/** The file of `profiler baseline save`. */
export interface Baseline {
  readonly schema: 'profiler-baseline/1';
  readonly runs: readonly MeasuredRun[];
}

/** `worse`: a regression. `unclear`: the change is large enough to matter, but runs may differ that much by chance. */
export type MeasureVerdict = 'same' | 'worse' | 'better' | 'unclear';

export interface ComparedMeasure {
  readonly key: string;
  /** At the start of a sentence: `95th percentile of \`lock-proof\``. */
  readonly title: string;
  readonly unit: MeasureUnit;
  readonly better: 'lower' | 'higher';
  readonly baseline: { readonly median: number; readonly low: number; readonly high: number; readonly runs: number };
  readonly now: { readonly median: number; readonly low: number; readonly high: number; readonly runs: number };
  /** Now minus baseline, in the unit, with its 95 % interval. */
  readonly change: number;
  readonly changeCI: readonly [number, number];
  /** Change as a share of the baseline; null if the baseline is 0. */
  readonly changeShare: number | null;
  readonly changeShareCI: readonly [number, number] | null;
  readonly verdict: MeasureVerdict;
}

/** What `profiler baseline compare --json` prints. */
export interface Comparison {
  readonly schema: 'profiler-comparison/1';
  readonly baseline: readonly string[];
  readonly runs: readonly string[];
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly exitCode: 0 | 1 | 5;
  /** What differs between the runs that was overruled by --force, and what else to know, in sentences. */
  readonly notes: readonly string[];
  readonly measures: readonly ComparedMeasure[];
  /** Of kind `regression`, worst first. */
  readonly findings: readonly Finding[];
}
