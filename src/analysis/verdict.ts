import { EXIT, type ExitCode, worstExitCode } from '../model/exit-codes.ts';
import type { Report } from '../model/report.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { NamedGate } from './gates.ts';

type FailOn = RunManifest['plan']['failOn'];

/**
 * The exit code of a run: 6 storage, 130 stopped by the user, 1 a gate failed, 4 target lost and not back, 5 not enough
 * data, 0 passed; the first of these that applies. A gate counts only where `--fail-on` names its group.
 */
export function exitCodeOf(gates: readonly NamedGate[], failOn: FailOn, events: readonly RunEvent[]): ExitCode {
  const end = events.findLast((event) => event.type === 'end');
  const counted = gates.filter(({ group }) => failOn.includes(group));
  const codes: ExitCode[] = [EXIT.passed];
  if (end?.type === 'end' && end.reason === 'stopped-by-user') codes.push(EXIT.stoppedByUser);
  if (end?.type === 'end' && end.reason === 'target-lost') codes.push(EXIT.targetLost);
  if (counted.some(({ status }) => status === 'fail')) codes.push(EXIT.gateFailed);
  // A limit on something that nothing in this run measures (a database that was not named) says nothing either way.
  if (counted.some(({ status, isUnmeasured }) => status === 'unknown' && !isUnmeasured)) codes.push(EXIT.notEnoughData);
  return worstExitCode(codes);
}

export function verdictOf(gates: readonly NamedGate[], failOn: FailOn): Report['verdict'] {
  const counted = gates.filter(({ group }) => failOn.includes(group));
  if (counted.some(({ status }) => status === 'fail')) return 'fail';
  const isOpen = counted.some(({ status, isUnmeasured }) => status === 'unknown' && !isUnmeasured);
  return isOpen ? 'inconclusive' : 'pass';
}
