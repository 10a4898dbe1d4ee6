import { EXIT, type ExitCode, worstExitCode } from '../model/exit-codes.ts';
import type { Completeness, Report } from '../model/report.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { NamedGate } from './gates.ts';

type FailOn = RunManifest['plan']['failOn'];

/**
 * The exit code of a run: 6 storage, 130 stopped by the user, 1 a gate failed, 4 target lost and not back, 5 not enough
 * data, 0 passed; the first of these that applies. A gate counts only where `--fail-on` names its group. What is missing of
 * a run takes nothing away from what the rest proves: a gate that failed stays failed.
 */
export function exitCodeOf(
  gates: readonly NamedGate[],
  failOn: FailOn,
  events: readonly RunEvent[],
  missing: Completeness['missing'] = [],
): ExitCode {
  const end = events.findLast((event) => event.type === 'end');
  const codes: ExitCode[] = [EXIT.passed];
  if (end?.type === 'end' && end.reason === 'stopped-by-user') codes.push(EXIT.stoppedByUser);
  if (end?.type === 'end' && end.reason === 'target-lost') codes.push(EXIT.targetLost);
  const verdict = verdictOf(gates, failOn, missing);
  if (verdict === 'fail') codes.push(EXIT.gateFailed);
  if (verdict === 'inconclusive') codes.push(EXIT.notEnoughData);
  return worstExitCode(codes);
}

export function verdictOf(
  gates: readonly NamedGate[],
  failOn: FailOn,
  missing: Completeness['missing'],
): Report['verdict'] {
  const counted = gates.filter(({ group }) => failOn.includes(group));
  if (counted.some(({ status }) => status === 'fail')) return 'fail';
  // A limit on something that nothing in this run measures (a database that was not named) says nothing either way.
  const isOpen = counted.some(({ status, isUnmeasured }) => status === 'unknown' && !isUnmeasured);
  return isOpen || missing.length > 0 ? 'inconclusive' : 'pass';
}
