import { type Finding, isDegradationKind, isLeakKind } from '../model/finding.ts';
import type { Checked, Gate } from '../model/report.ts';

/** A gate of a report, and what it is asked for: `failOn` decides whether it counts. */
export interface NamedGate extends Gate {
  readonly group: 'leak' | 'slo' | 'degradation';
  /** Unknown since nothing in this run measures it, not since there was too little of it. */
  readonly isUnmeasured: boolean;
}

const HEAP_CHECK = 'JS heap';
/** Any of these is enough to say that nothing got worse: watched traffic has no latencies, an outside view no event loop. */
const DEGRADATION_CHECKS: readonly string[] = ['CPU a request', 'event loop', 'latency'];

/** The gates of a run: leaks, degradation, and the limits that were asked for. */
export function judgeGates(
  limits: readonly NamedGate[],
  findings: readonly Finding[],
  checked: readonly Checked[],
): NamedGate[] {
  const sure = findings.filter(({ confidence }) => confidence !== 'possible');
  const heapKnown = checked.some(({ check, status }) => check === HEAP_CHECK && status !== 'insufficient-data');
  const trendKnown = checked.some(
    ({ check, status }) => DEGRADATION_CHECKS.includes(check) && status !== 'insufficient-data',
  );
  return [
    countGate('leak', sure.filter(({ kind }) => isLeakKind(kind)).length, heapKnown),
    countGate('degradation', sure.filter(({ kind }) => isDegradationKind(kind)).length, trendKnown),
    ...limits,
  ];
}

function countGate(group: 'leak' | 'degradation', count: number, known: boolean): NamedGate {
  const status = count > 0 ? 'fail' : known ? 'pass' : 'unknown';
  return {
    name: group,
    limit: '0',
    measured: known || count > 0 ? count : null,
    unit: 'count',
    status,
    group,
    isUnmeasured: false,
  };
}

/** The gate as reports hold it. */
export function toGate({ name, limit, measured, unit, status }: NamedGate): Gate {
  return { name, limit, measured, unit, status };
}
