import type { Evidence } from '../model/finding.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import { gainPerMs } from '../stats/counters.ts';
import { median } from '../stats/order-statistics.ts';
import * as say from '../words/around-step.ts';
import type { RunView } from './run-view.ts';
import { valuesIn } from './sample-series.ts';
import { isInside } from './spans.ts';

/** What is looked at when something changed from one moment to the next, with the least change that is worth reporting. */
const WATCHED: readonly (readonly [MetricName, number])[] = [
  ['process.cpu', 5],
  ['load.in-flight', 3],
  ['requests.active', 3],
  ['loop.delay.p99', 10],
  ['process.fds.socket', 5],
  ['process.fds.file', 10],
  ['process.threads', 2],
  ['heap.used', 20e6],
  ['heap.external', 20e6],
];
/** Halved, or half as much again. */
const WORTH_A_WORD = 0.5;
const LEAST_MARGIN_MS = 3_000;
const MOST_EVENTS = 4;
/**
 * Milliseconds that the main thread waited for a core, of each that passed: more than this is the machine, not the service.
 */
const BUSY_MACHINE = 0.1;

/** A service that waits for this much of the time, and for longer than it runs, is starved. */
const STARVED = 0.25;

/** Of a core. */
const LEAST_MORE_CPU = 0.05;
/** The wait for each millisecond of CPU scatters by as much. */
const AS_LONG = 1.25;

/** What happened at a step, and which other figures moved with it, `atMs` from the start of the run. */
export function aroundStep(view: RunView, atMs: Milliseconds): Evidence[] {
  const stepMs = view.whole.fromMs + atMs;
  const marginMs = Math.max(LEAST_MARGIN_MS, (view.judged.toMs - view.judged.fromMs) / 24);
  const events = view.run.events.flatMap((event) =>
    Math.abs(event.monoMs - stepMs) <= marginMs ? (say.eventWords(event) ?? []) : [],
  );
  const moved = WATCHED.flatMap(([metric, least]) => movedWords(view, metric, least, stepMs) ?? []);
  return [
    ...(events.length > 0
      ? [{ what: say.atThatTime(atMs, [...new Set(events)].slice(0, MOST_EVENTS)), file: 'events.ndjson' }]
      : []),
    ...(moved.length > 0 ? [{ what: say.movedWithIt(moved), file: 'samples.ndjson' }] : []),
  ];
}

/**
 * Why the machine and not the service may have made the step; null if it is not short of cores, and looks as idle after it
 * as before.
 */
export function machineDoubt(view: RunView, atMs: Milliseconds): string | null {
  const stepMs = view.whole.fromMs + atMs;
  const [before, after] = [waitShare(view, view.judged.fromMs, stepMs), waitShare(view, stepMs, view.judged.toMs)];
  if (before === null || after === null) return null;
  const { judged } = view;
  if (before >= STARVED && isStarved(view, after, stepMs, judged.toMs)) return say.waitedForCore(after, before);
  if (after - before < BUSY_MACHINE) return null;
  return isOwnWork(view, stepMs, { before, after }) ? null : say.waitedForCore(after, before);
}

/** Why whatever was slow under load may have been slow for want of cores; null if there were enough. */
export function shortOfCores(view: RunView): string | null {
  const { fromMs, toMs } = view.judged;
  const share = waitShare(view, fromMs, toMs);
  return share !== null && isStarved(view, share, fromMs, toMs) ? say.shortOfCores(share) : null;
}

function isStarved(view: RunView, waited: number, fromMs: MonoMs, toMs: MonoMs): boolean {
  return waited >= Math.max(STARVED, cpuShare(view, fromMs, toMs));
}

/**
 * A thread that needs the core for longer also waits for it longer, on a machine that is as busy as before. Own work
 * explains the wait where the service uses more CPU, and waits no longer for each millisecond of it.
 */
function isOwnWork(view: RunView, stepMs: MonoMs, wait: { readonly before: number; readonly after: number }): boolean {
  const [before, after] = [cpuShare(view, view.judged.fromMs, stepMs), cpuShare(view, stepMs, view.judged.toMs)];
  if (before <= 0 || after < before + LEAST_MORE_CPU) return false;
  return wait.after / after <= AS_LONG * (wait.before / before);
}

/** CPU that the service used, in cores. */
function cpuShare(view: RunView, fromMs: MonoMs, toMs: MonoMs): number {
  const values = valuesIn(view, 'process.cpu', fromMs, toMs);
  return values.reduce((sum, percent) => sum + percent, 0) / Math.max(1, values.length) / 100;
}

/** Of the time, how much the main thread waited for a core. */
function waitShare({ run }: RunView, fromMs: MonoMs, toMs: MonoMs): number | null {
  const inside = run.samples.filter(({ monoMs }) => monoMs >= fromMs && monoMs <= toMs);
  return gainPerMs(inside, 'process.run-delay');
}

function movedWords(view: RunView, metric: MetricName, least: number, stepMs: MonoMs): string | null {
  const values = (fromMs: MonoMs, toMs: MonoMs): number[] =>
    view.run.samples.flatMap(({ monoMs, values: all }) => {
      const value = all[metric];
      return value !== undefined && monoMs >= fromMs && monoMs < toMs && isInside(view.loaded, monoMs) ? [value] : [];
    });
  const [before, after] = [values(view.judged.fromMs, stepMs), values(stepMs, view.judged.toMs)];
  if (before.length < 3 || after.length < 3) return null;
  const [from, to] = [median(before), median(after)];
  if (Math.abs(to - from) < Math.max(least, WORTH_A_WORD * Math.abs(from))) return null;
  return say.movedFigure(metric, from, to);
}
