import type { CheckId } from '../model/check-id.ts';
import type { Finding } from '../model/finding.ts';
import type { Checked, Completeness } from '../model/report.ts';
import type { CountedMetric } from '../words/checks/counted.ts';
import type { NamedGate } from './gates.ts';
import type { HeldObjects } from './held-objects.ts';
import type { RunView } from './run-view.ts';
import type { TrendTable } from './trend-table.ts';

/** A finding as its check makes it: the report adds its rank, who found it, and the line that verifies it. */
export interface FindingDraft extends Omit<Finding, 'rank' | 'foundBy' | 'verify'> {
  /** Where it is about objects of the heap. The report itself has their words only. */
  readonly objects?: HeldObjects;
  /** Where it is about what is counted. */
  readonly counted?: CountedMetric;
}

/** With the check that found it. */
export interface FoundDraft extends FindingDraft {
  readonly foundBy: CheckId;
}

export interface CheckContext extends RunView {
  readonly trends: TrendTable;
  /** The limits that were asked for, compared with the run. */
  readonly limits: readonly NamedGate[];
  readonly completeness: Completeness;
  /** Findings of the checks before this one: a symptom of theirs is no finding of its own. */
  readonly earlier: readonly FindingDraft[];
}

export interface CheckResult extends Omit<Checked, 'check'> {
  readonly findings: readonly FindingDraft[];
}

/** One question about a run, in a file of its own. "Insufficient data" is an answer. */
export interface Check {
  /** As the list "what was checked" names it. */
  readonly name: CheckId;
  readonly run: (context: CheckContext) => CheckResult;
}

export function insufficient(detail: string): CheckResult {
  return { status: 'insufficient-data', detail, findings: [] };
}

export function ok(detail: string): CheckResult {
  return { status: 'ok', detail, findings: [] };
}

/** `finding` where there is one that is more than possible, else what `detail` says of a series that is fine. */
export function found(findings: readonly FindingDraft[], detail: string): CheckResult {
  return { status: findings.length > 0 ? 'finding' : 'ok', detail, findings };
}
