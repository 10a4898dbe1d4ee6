import type { Milliseconds } from '../model/units.ts';
import type { PhasePlan } from './plan-phases.ts';

/** In milliseconds of the steady phase under load. */
export interface PlannedWindow {
  readonly fromMs: Milliseconds;
  readonly toMs: Milliseconds;
}

/**
 * Where a window for Clinic lies: in the midst of the longest stretch between two snapshots, and of several as long the one
 * nearest to the middle. A snapshot pauses the load, and would hold what the window keeps in the service.
 */
export function planClinicWindow({ steadyMs, checkpoints }: PhasePlan, windowMs: Milliseconds): PlannedWindow {
  const stops = [0, ...checkpoints.filter(({ snapshot }) => snapshot).map(({ atShare }) => atShare), 1];
  const stretches = stops.slice(1).map((to, index) => ({ from: stops[index] ?? 0, to }));
  const [longest = { from: 0, to: 1 }] = stretches.toSorted(
    (a, b) => roundShare(b.to - b.from) - roundShare(a.to - a.from) || offMiddle(a) - offMiddle(b),
  );
  const middleMs = ((longest.from + longest.to) / 2) * steadyMs;
  const halfMs = Math.min(windowMs, (longest.to - longest.from) * steadyMs) / 2;
  return { fromMs: middleMs - halfMs, toMs: middleMs + halfMs };
}

/** Equal but for the last digits. */
function roundShare(share: number): number {
  return Math.round(share * 1000);
}

function offMiddle({ from, to }: { readonly from: number; readonly to: number }): number {
  return Math.abs((from + to) / 2 - 0.5);
}
