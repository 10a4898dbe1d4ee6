import type { Clock } from '../model/clock.ts';
import type { PhaseName } from '../model/run-event.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { LoadDriver } from './load-driver.ts';
import type { PhasePlan } from './plan-phases.ts';
import type { Sampling } from './sampling.ts';
import type { SoakListener } from './soak-status.ts';

/** The progress of the run, for the view: planned time that has passed, and time that is left. */
export interface SoakProgress {
  enter(phase: PhaseName): void;
  /** A step of the plan with this duration begins. */
  plan(stepMs: Milliseconds): void;
  show(sample: Sample, sampling: Sampling | null, load: LoadDriver | null): void;
}

export function createProgress(plan: PhasePlan, snapshots: number, clock: Clock, listener: SoakListener): SoakProgress {
  const startMonoMs = clock.monoMs();
  const wholeMs = plan.warmUpMs + plan.steadyMs + plan.idleTailMs;
  const moments = snapshotMoments(plan, snapshots);
  let phase: PhaseName = 'warm-up';
  let behindMs = 0;
  let step: { readonly startMonoMs: MonoMs; readonly durationMs: Milliseconds } | null = null;
  const stepGoneMs = (): Milliseconds => (step ? Math.min(step.durationMs, clock.monoMs() - step.startMonoMs) : 0);
  return {
    enter(next) {
      phase = next;
      listener.happened(`${next} begins`);
    },
    plan(durationMs) {
      behindMs += stepGoneMs();
      step = { startMonoMs: clock.monoMs(), durationMs };
    },
    show(sample, sampling, load) {
      listener.status({
        phase,
        elapsedMs: clock.monoMs() - startMonoMs,
        remainingMs: Math.max(0, wholeMs - behindMs - stepGoneMs()),
        samplesTaken: sampling?.taken ?? 0,
        gaps: sampling?.gaps ?? 0,
        sample,
        load: load?.progress() ?? null,
        plan,
        snapshotsPlanned: snapshots,
        nextSnapshotInMs: nextAfter(behindMs + stepGoneMs(), moments),
      });
    },
  };
}

/** Of planned time; the captures themselves come on top. */
function snapshotMoments(
  { warmUpMs, steadyMs, idleTailMs, checkpoints }: PhasePlan,
  snapshots: number,
): Milliseconds[] {
  const within = checkpoints.filter(({ snapshot }) => snapshot).map(({ atShare }) => warmUpMs + atShare * steadyMs);
  return [
    ...(snapshots > 0 ? [warmUpMs] : []),
    ...within,
    ...(snapshots > 1 ? [warmUpMs + steadyMs + idleTailMs] : []),
  ];
}

function nextAfter(behindMs: Milliseconds, moments: readonly Milliseconds[]): Milliseconds | null {
  const next = moments.find((moment) => moment > behindMs);
  return next === undefined ? null : next - behindMs;
}
