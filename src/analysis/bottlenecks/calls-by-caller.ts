import { type Owner, ownerKey } from '../../cpu/frame-roles.ts';
import type { CallWork } from '../../cpu/own-work.ts';
import type { Finding, FindingSubject } from '../../model/finding.ts';
import type { Microseconds } from '../../model/units.ts';

/** The calls of one kind that one function makes. */
export interface CallerWork {
  readonly caller: Owner;
  readonly us: Microseconds;
  /** Names of the calls, that with most time first. */
  readonly calls: readonly string[];
  /** The line with most of the time. */
  readonly line: number;
}

/** Calls of one kind by the function that makes them, largest first. */
export function callsByCaller(calls: readonly CallWork[], kind: CallWork['kind']): CallerWork[] {
  const byCaller = new Map<string, CallWork[]>();
  for (const call of calls) {
    if (call.kind !== kind) continue;
    const key = ownerKey(call.caller);
    byCaller.set(key, [...(byCaller.get(key) ?? []), call]);
  }
  return [...byCaller.values()]
    .map((own): CallerWork => {
      const sorted = own.sort((a, b) => b.us - a.us);
      const [first] = sorted as [CallWork, ...CallWork[]];
      const us = sorted.reduce((sum, one) => sum + one.us, 0);
      return { caller: first.caller, us, calls: [...new Set(sorted.map(({ call }) => call))], line: first.line };
    })
    .sort((a, b) => b.us - a.us);
}

export function sourceAt({ name, place }: Owner, line: number = place.line): FindingSubject['source'] {
  return { file: place.file, line, column: line === place.line ? place.column : 0, function: name };
}

/** A finding that names this function already, and more than in passing. */
export function isNamedBy(findings: readonly Finding[], { name, place }: Owner): boolean {
  return findings.some(
    ({ kind, subject: { source } }) =>
      kind === 'hot-function' && source !== null && source.file === place.file && source.function === name,
  );
}
