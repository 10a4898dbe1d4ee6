import { AssertionError } from 'node:assert';
import { isLeakKind } from '../model/finding-catalogue.ts';
import type { Limits } from '../study/read-limits.ts';
import type { SoakResult } from './soak.ts';

/**
 * Throws an AssertionError with the whole report when something leaks (confirmed or likely), and also when the soak saw
 * too little to say: a test that cannot fail proves nothing.
 */
export function expectNoLeak({ report, text }: SoakResult): void {
  const leaks = report.findings.filter(({ kind, confidence }) => isLeakKind(kind) && confidence !== 'possible');
  const [first] = leaks;
  if (first) {
    const more = leaks.length > 1 ? ` (and ${leaks.length - 1} more)` : '';
    throw failure(`${first.title}${more}`, text, expectNoLeak);
  }
  const gate = report.gates.find(({ name }) => name === 'leak');
  const missing = report.completeness?.missing ?? [];
  if (gate?.status !== 'pass' || missing.length > 0) throw failure(tooLittle(missing), text, expectNoLeak);
}

/**
 * Throws an AssertionError that lists every threshold that did not hold, or could not be measured, and if the run is
 * incomplete. Without `limits`: those of the scenario. `limits`: `{ checkout: ['p(95)<300ms', 'errors<1%'], resources:
 * ['rss<512MiB'] }`, or a file of them.
 */
export function expectSlo(result: SoakResult, limits?: Limits | string): void {
  const gates = result.judge(limits);
  if (gates.length === 0) throw failure('There is no threshold to check.', '', expectSlo);
  const broken = gates.filter(({ status }) => status !== 'pass');
  const missing = result.report.completeness?.missing ?? [];
  if (broken.length === 0 && missing.length > 0) throw failure(tooLittle(missing), '', expectSlo);
  if (broken.length === 0) return;
  const lines = broken.map(({ name, limit, measured, unit, status }) =>
    status === 'fail'
      ? `${name} is ${round(measured)} ${unit}, threshold ${limit}`
      : `${name} (threshold ${limit}) was not measured`,
  );
  throw failure(lines.join('\n'), '', expectSlo);
}

function tooLittle(missing: readonly string[]): string {
  const why = missing.length === 0 ? '' : `: ${missing.join('; ')}`;
  return `The soak saw too little to tell${why}.`;
}

function round(value: number | null): string {
  return value === null ? 'unknown' : String(Number(value.toPrecision(4)));
}

/** The stack begins in the test, not here. */
function failure(message: string, text: string, caller: (...given: never[]) => void): AssertionError {
  return new AssertionError({ message: text === '' ? message : `${message}\n\n${text}`, stackStartFn: caller });
}
