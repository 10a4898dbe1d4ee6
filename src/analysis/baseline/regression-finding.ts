import type { ComparedMeasure, MeasuredRun } from '../../model/baseline.ts';
import type { Finding } from '../../model/finding.ts';
import * as say from '../../words/baseline.ts';
import { findingId } from '../finding-id.ts';
import { NO_LIMIT } from '../limits.ts';
import { ENOUGH_RUNS } from './measure-catalogue.ts';

/** Half as much again, or half as fast. */
const CRITICAL_CHANGE = 0.5;

/** A figure that got worse, as a finding; `weight` orders them: how many times its own level a figure moved. */
export function regressionFinding(
  measure: ComparedMeasure,
  { baseline, runs }: { readonly baseline: readonly MeasuredRun[]; readonly runs: readonly MeasuredRun[] },
): { readonly finding: Omit<Finding, 'rank'>; readonly weight: number } {
  const { key, title, better, changeShare } = measure;
  const confirmed = baseline.length >= ENOUGH_RUNS;
  return {
    weight: Math.abs(changeShare ?? Number.POSITIVE_INFINITY),
    finding: {
      id: findingId('regression', key, better),
      kind: 'regression',
      confidence: confirmed ? 'confirmed' : 'likely',
      severity: Math.abs(changeShare ?? 1) >= CRITICAL_CHANGE ? 'critical' : 'major',
      title: say.title(measure),
      subject: { class: key, holder: title, path: [], source: null, package: null },
      growth: {
        bytesPerHour: null,
        bytesPerHourCI: null,
        bytesPerRequest: null,
        objectsPerRequest: null,
        shareOfGrowth: null,
        ...NO_LIMIT,
      },
      evidence: [{ what: say.ranges(measure), file: null }],
      against: [...(confirmed ? [] : [say.FEW_RUNS]), ...(runs.length === 1 ? [say.ONE_RUN] : [])],
      recommendation: say.advice(key),
      verify: '',
    },
  };
}
