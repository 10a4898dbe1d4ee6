import type { Milliseconds } from '../model/units.ts';
import { median } from '../stats/order-statistics.ts';
import type { Point } from '../stats/point.ts';
import { STARVED, starved } from '../words/starvation.ts';
import { machineDoubt } from './around-step.ts';
import type { CheckContext } from './check.ts';
import { lastingStep } from './lasting-step.ts';
import { blockSeries, gauge, valuesIn } from './sample-series.ts';

/** Requests fail or do not finish while the service has little to do: it waits for a resource. */
export interface Starvation {
  /** From the start of the run. */
  readonly atMs: Milliseconds;
  readonly what: string;
}

const FAILING_PERCENT = 20;
const LEAST_HANGING = 10;
/** The rate of answers fell by half or more. */
const FEWER = 0.5;
/** Of one core: above this the service is slow since it works, not since it waits. */
const BUSY_PERCENT = 70;

/** Null if requests fare at the end as they did at the start, or the service is busy. */
export function starvation(context: CheckContext): Starvation | null {
  const { trends } = context;
  const inFlight = blockSeries(context, gauge('load.in-flight'), { loadedOnly: true }).flat();
  const hanging =
    inFlight.length > 0 ? inFlight : blockSeries(context, gauge('requests.active'), { loadedOnly: true }).flat();
  const steps = [
    stepOf(trends.points('load.errors'), FAILING_PERCENT, 0, STARVED.failing),
    stepOf(hanging, LEAST_HANGING, 1, STARVED.hanging),
    // The rate is turned around: up is worse.
    stepOf(trends.points('load.rate'), 1, FEWER, (from, to) => STARVED.fewer(-from, -to)),
  ].filter((step) => step !== null);
  const first = steps.sort((a, b) => a.atMs - b.atMs)[0];
  // Other work on the machine makes requests pile up too.
  if (!first || machineDoubt(context, first.atMs) !== null) return null;
  const cpu = valuesIn(context, 'process.cpu', context.whole.fromMs + first.atMs, context.judged.toMs);
  if (cpu.length > 0 && median(cpu) > BUSY_PERCENT) return null;
  return {
    atMs: first.atMs,
    what: starved(
      first.atMs,
      steps.map(({ what }) => what),
      cpu.length === 0 ? null : median(cpu),
    ),
  };
}

function stepOf(
  points: readonly Point[],
  leastGrowth: number,
  leastShare: number,
  words: (from: number, to: number) => string,
): { readonly atMs: Milliseconds; readonly what: string } | null {
  const step = lastingStep(points, { leastGrowth, leastShare });
  return step && { atMs: step.x, what: words(step.from, step.to) };
}
