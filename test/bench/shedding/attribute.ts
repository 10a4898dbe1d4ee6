import type { RunEvent } from '../../../src/model/run-event.ts';
import type { Milliseconds, MonoMs } from '../../../src/model/units.ts';
import { quantile } from '../../../src/stats/order-statistics.ts';
import type { Answered } from './constant-load.ts';

export const SLOW_MS: Milliseconds = 50;
/** What queued up behind a pause is served after it, and a limit is seen with the next measurement of the shedder. */
const AFTERMATH_MS = 300;
const NEAR_MS = 10;

export interface Window {
  readonly fromMs: MonoMs;
  readonly toMs: MonoMs;
}

export interface WindowFigures {
  readonly requests: number;
  readonly shed: number;
  readonly slow: number;
  readonly p99Ms: Milliseconds;
}

interface Cause {
  readonly name: string;
  readonly fromMs: MonoMs;
  readonly toMs: MonoMs;
  readonly pauseMs: Milliseconds;
}

export function figuresOf(answered: readonly Answered[], window: Window): WindowFigures {
  const own = inWindow(answered, window);
  const latencies = own.map(({ plannedMonoMs, endMonoMs }) => endMonoMs - plannedMonoMs);
  return {
    requests: own.length,
    shed: own.filter(isShed).length,
    slow: own.filter(isSlow).length,
    p99Ms: quantile(latencies, 0.99),
  };
}

/** Shed and slow requests by what we did to the service at that moment; `between captures` where nothing was near. */
export function attribute(
  answered: readonly Answered[],
  window: Window,
  events: readonly RunEvent[],
): Map<string, { shed: number; slow: number }> {
  const causes = causesOf(events, window);
  const byCause = new Map<string, { shed: number; slow: number }>();
  for (const request of inWindow(answered, window)) {
    if (!isShed(request) && !isSlow(request)) continue;
    const name = nearest(causes, request)?.name ?? 'between captures';
    const entry = byCause.get(name) ?? { shed: 0, slow: 0 };
    if (isShed(request)) entry.shed += 1;
    else entry.slow += 1;
    byCause.set(name, entry);
  }
  return byCause;
}

/** Captures as the run tells of them; until the first phase, it attaches. */
function causesOf(events: readonly RunEvent[], { fromMs, toMs }: Window): Cause[] {
  const captures = events.flatMap((event): Cause[] =>
    event.type === 'capture'
      ? [
          {
            name: event.capture,
            fromMs: event.cost.startMonoMs,
            toMs: event.cost.endMonoMs,
            pauseMs: event.cost.pauseMs,
          },
        ]
      : [],
  );
  const firstMs = events.find(({ type }) => type === 'phase')?.monoMs ?? toMs;
  const lastMs = events.findLast(({ type }) => type === 'phase')?.monoMs ?? toMs;
  return [
    ...captures,
    { name: 'attach, without cpu-start', fromMs, toMs: firstMs, pauseMs: 0 },
    { name: 'detach', fromMs: lastMs + AFTERMATH_MS, toMs, pauseMs: 0 },
  ];
}

/** Of several that touch it, the one with the longest pause; attach and detach where no capture does. */
function nearest(causes: readonly Cause[], { plannedMonoMs, endMonoMs }: Answered): Cause | undefined {
  const near = causes.filter(
    ({ fromMs, toMs }) => fromMs - NEAR_MS <= endMonoMs && plannedMonoMs <= toMs + AFTERMATH_MS,
  );
  return near.sort((a, b) => b.pauseMs - a.pauseMs)[0];
}

function inWindow(answered: readonly Answered[], { fromMs, toMs }: Window): Answered[] {
  return answered.filter(({ plannedMonoMs }) => plannedMonoMs >= fromMs && plannedMonoMs < toMs);
}

function isShed({ status }: Answered): boolean {
  return status !== 200;
}

function isSlow({ plannedMonoMs, endMonoMs }: Answered): boolean {
  return endMonoMs - plannedMonoMs > SLOW_MS;
}
