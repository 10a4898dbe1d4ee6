import type { Completeness } from '../../model/report.ts';
import type { RunManifest } from '../../model/run-manifest.ts';
import { limitUnmeasured } from '../../words/completeness.ts';
import type { NamedGate } from '../gates.ts';

/** Whether there are limits, and nothing of what they are about was measured: there is no pass. */
export function isNothingMeasured(limits: readonly NamedGate[]): boolean {
  return limits.length > 0 && limits.every(({ isUnmeasured }) => isUnmeasured);
}

/**
 * A limit that nothing in the run measures says nothing either way, and whoever reads a pass should know. Where limits are
 * asked for and none of them was measured, there is no pass.
 */
export function withUnmeasured(
  completeness: Completeness,
  limits: readonly NamedGate[],
  failOn: RunManifest['plan']['failOn'],
): Completeness {
  const unmeasured = limits.filter(({ isUnmeasured }) => isUnmeasured);
  if (unmeasured.length === 0) return completeness;
  const told = unmeasured.map(({ name, limit }) => limitUnmeasured(name, limit));
  const isAll = isNothingMeasured(limits) && failOn.includes('slo');
  const { missing, notes } = completeness;
  return isAll ? { ...completeness, missing: [...missing, ...told] } : { ...completeness, notes: [...notes, ...told] };
}
