import type { CheckId } from '../model/check-id.ts';
import type { Finding } from '../model/finding.ts';
import { findingInfo, type GateName } from '../model/finding-catalogue.ts';
import type { Checked, Gate } from '../model/report.ts';

/** A gate of a report, and what it is asked for: `failOn` decides whether it counts. */
export interface NamedGate extends Gate {
  readonly group: GateName;
  /** Unknown since nothing in this run measures it, not since there was too little of it. */
  readonly isUnmeasured: boolean;
}

/** Gates that count findings; the others are limits that were asked for. */
type CountedGate = Exclude<GateName, 'slo'>;

/**
 * Any of these is enough to say that there is none. Watched traffic has no latencies by name, an outside view no event loop.
 */
const NEEDED: Readonly<Record<CountedGate, readonly CheckId[]>> = {
  leak: ['JS heap'],
  degradation: ['CPU a request', 'event loop', 'latency'],
};
/** Where the load is ours, what it is about must have been judged: how long the answers take. */
const NEEDED_OF_DRIVEN: typeof NEEDED = { ...NEEDED, degradation: ['latency'] };

/** There is one line of memory, and it is all that grows. */
const LEAK_FROM_OUTSIDE: readonly CheckId[] = ['native memory'];

/** The gates of a run: leaks, degradation, and the limits that were asked for. */
export function judgeGates(
  limits: readonly NamedGate[],
  findings: readonly Finding[],
  checked: readonly Checked[],
  { isDriven, isOutside }: { readonly isDriven: boolean; readonly isOutside: boolean },
): NamedGate[] {
  const byLoad = isDriven ? NEEDED_OF_DRIVEN : NEEDED;
  const needed = isOutside ? { ...byLoad, leak: LEAK_FROM_OUTSIDE } : byLoad;
  const sure = findings.filter(({ confidence }) => confidence !== 'possible');
  const undecided = new Set<string>(
    checked.filter(({ status }) => status === 'insufficient-data').map(({ check }) => check),
  );
  const counted = (group: CountedGate): NamedGate => {
    const known = checked.some(({ check }) => needed[group].includes(check) && !undecided.has(check));
    // A check that saw growth, and cannot decide yet whether it is a defect, leaves the gate open.
    const inDoubt = findings.some(
      ({ kind, foundBy }) => findingInfo(kind).gate === group && foundBy !== undefined && undecided.has(foundBy),
    );
    const count = sure.filter(({ kind }) => findingInfo(kind).gate === group).length;
    return countGate(group, count, known && !inDoubt);
  };
  return [counted('leak'), counted('degradation'), ...limits];
}

function countGate(group: CountedGate, count: number, known: boolean): NamedGate {
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
