import type { CheckContext } from '../../../src/analysis/check.ts';
import { eventLoop } from '../../../src/analysis/checks/event-loop.ts';
import { nativeMemory } from '../../../src/analysis/checks/native-memory.ts';
import { judgeCompleteness } from '../../../src/analysis/completeness/judge-completeness.ts';
import { afterCollection } from '../../../src/analysis/heap/after-collection.ts';
import { memoryTimeToLimit } from '../../../src/analysis/limits.ts';
import { viewRun } from '../../../src/analysis/run-view.ts';
import type { TrendName } from '../../../src/analysis/trend-series.ts';
import { TrendTable } from '../../../src/analysis/trend-table.ts';
import type { TrendVerdict } from '../../../src/stats/judge-trend.ts';
import type { Point } from '../../../src/stats/point.ts';
import type { Trend } from '../../../src/stats/trend.ts';
import type { Carrier, MadeRun } from './make-run.ts';

export interface Judged {
  readonly carrier: Carrier;
  readonly trend: Trend;
  readonly verdict: TrendVerdict;
  /** The check that speaks for this signal says that it grows. */
  readonly isAlarm: boolean;
  /** It says so as `likely` or `confirmed`, or for the heap: as growth that may become more than `possible` without a suspect. */
  readonly isAccused: boolean;
  readonly points: readonly Point[];
  /** When memory meets its limit, from the end of the run; heap only. */
  readonly timeToLimitCI: readonly [number | null, number | null] | null;
}

const SERIES: Readonly<Record<Carrier, TrendName>> = { heap: 'heap.live', native: 'native', delay: 'loop.delay.p99' };

/** The way of a real run: its view, the trends of all its series, and the checks that judge them. */
export function judgeRun({ run }: MadeRun): Judged[] {
  const view = viewRun(run);
  const trends = new TrendTable(view);
  const context: CheckContext = { ...view, trends, limits: [], completeness: judgeCompleteness(view), earlier: [] };
  return (['heap', 'native', 'delay'] as const).flatMap((carrier): Judged[] => {
    const entry = trends.judge(SERIES[carrier]);
    if (!entry || isUnknown(carrier, context)) return [];
    const { isAlarm, isAccused } = saidOf(carrier, context, entry.verdict);
    const timeToLimitCI =
      carrier === 'heap'
        ? memoryTimeToLimit(view, { heap: entry.trend, memory: entry.trend }, 'heap').timeToLimitCI
        : null;
    return [{ carrier, ...entry, isAlarm, isAccused, points: trends.points(SERIES[carrier]), timeToLimitCI }];
  });
}

/** Native memory is said to be unknown in runs that are too short for it. */
function isUnknown(carrier: Carrier, context: CheckContext): boolean {
  return carrier === 'native' && nativeMemory.run(context).status === 'insufficient-data';
}

function saidOf(
  carrier: Carrier,
  context: CheckContext,
  verdict: TrendVerdict,
): { readonly isAlarm: boolean; readonly isAccused: boolean } {
  if (carrier === 'heap') {
    const { isGrowing, isLinear } = afterCollection(context);
    return { isAlarm: isGrowing, isAccused: isLinear };
  }
  const { findings } = (carrier === 'native' ? nativeMemory : eventLoop).run(context);
  // A step for the worse may be a finding too: here only growth counts.
  const isAlarm = verdict === 'growing' && findings.length > 0;
  return { isAlarm, isAccused: isAlarm && findings.some(({ confidence }) => confidence !== 'possible') };
}
