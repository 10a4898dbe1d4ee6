import { METRICS, type MetricName } from '../../model/metric-catalogue.ts';
import type { MetricInfo } from '../../model/metric-info.ts';
import type { CoverageGap } from '../../model/report.ts';
import type { View } from '../../model/run-manifest.ts';
import type { Sample } from '../../model/sample.ts';
import type { Milliseconds, MonoMs } from '../../model/units.ts';
import { GAP_REASON } from '../../words/completeness.ts';
import type { RunView } from '../run-view.ts';
import { type Span, subtract } from '../spans.ts';
import { findSilences } from './find-silences.ts';

/** A gap on the clock of the run. */
export interface Gap extends Span {
  readonly what: CoverageGap['what'];
  readonly reason: string;
  /** It came with a restart of the service, whose length is counted separately, or was decided to spare the service. */
  readonly isExcused?: true;
}

/** A late sample is not a gap: this many in a row must be missing. */
const LEAST_TICKS = 3;

const SOURCES: Readonly<Record<View, readonly MetricInfo['source'][]>> = {
  process: ['pidusage', 'proc', 'cgroup'],
  inside: ['runtime'],
};

/** The sides from which the run was to be seen; of an earlier version, those from which it was ever seen. */
export function plannedViews({ run }: RunView): readonly View[] {
  const planned = run.manifest.plan.views;
  if (planned) return planned;
  return (['process', 'inside'] as const).filter((side) => run.samples.some((sample) => isSeen(sample, side)));
}

/** A process of which nothing but the outside was to be seen: another language, or an address alone. */
export function isSeenFromOutside(view: RunView): boolean {
  const sides = plannedViews(view);
  return sides.includes('process') && !sides.includes('inside');
}

/** Does the sample hold anything from this side? */
export function isSeen({ values }: Sample, side: View): boolean {
  return (Object.keys(values) as MetricName[]).some((name) => SOURCES[side].includes(METRICS[name].source));
}

/** The time that the verdict rests on: from the baseline to the end of the idle tail. */
export function watchedSpan({ judged, idleTail }: RunView): Span {
  return { fromMs: judged.fromMs, toMs: Math.max(judged.toMs, idleTail?.toMs ?? judged.toMs) };
}

/** Captures of ours that worked: the planned pause of sampling during a capture is not a gap. */
export function capturing({ run }: RunView): Span[] {
  return run.events.flatMap((event) =>
    event.type === 'capture' && event.error === null
      ? [{ fromMs: event.cost.startMonoMs, toMs: event.cost.endMonoMs }]
      : [],
  );
}

/** All that was planned and not seen while the run was judged, in order of time. */
export function findGaps(view: RunView): Gap[] {
  const gaps = [
    ...plannedViews(view).flatMap((side) => viewGaps(view, side)),
    ...cpuGaps(view),
    ...snapshotGaps(view),
    ...loadGaps(view),
  ];
  return gaps.sort((a, b) => a.fromMs - b.fromMs);
}

function viewGaps(view: RunView, side: View): Gap[] {
  const seen = view.run.samples.filter((sample) => isSeen(sample, side)).map(({ monoMs }) => at(monoMs));
  const covered = side === 'inside' ? [...seen, ...capturing(view)] : seen;
  return holes(watchedSpan(view), covered, leastMs(view)).map((hole) => ({
    ...hole,
    what: side,
    reason: reasonOf(view, hole),
  }));
}

/** Where CPU windows were planned and none is kept. What was lost in a restart is reported, but not counted. */
function cpuGaps(view: RunView): Gap[] {
  const { manifest, events } = view.run;
  if (manifest.plan.cpuWindowMs <= 0 || !plannedViews(view).includes('inside')) return [];
  const windows = manifest.cpuWindows.map(({ startMonoMs, endMonoMs }) => ({ fromMs: startMonoMs, toMs: endMonoMs }));
  return holes(view.judged, windows, leastMs(view)).flatMap((hole): Gap[] => {
    const lost = events.find(
      ({ type, monoMs }) =>
        (type === 'target-lost' || type === 'inspector-lost') && monoMs > hole.fromMs && monoMs < hole.toMs,
    );
    const refused = refusedCpu(view, hole.toMs);
    const after: Gap = {
      what: 'cpu',
      fromMs: lost?.monoMs ?? hole.fromMs,
      toMs: hole.toMs,
      reason: refused ?? reasonOf(view, hole),
      ...(refused === null ? {} : { isExcused: true }),
    };
    if (!lost) return [after];
    const before: Gap = {
      what: 'cpu',
      fromMs: hole.fromMs,
      toMs: lost.monoMs,
      reason: GAP_REASON.windowLost,
      isExcused: true,
    };
    return [before, after];
  });
}

/** Why no CPU profile was started on the connection of that moment, to spare the service; null if one was. */
function refusedCpu({ run }: RunView, monoMs: MonoMs): string | null {
  const last = run.events.findLast(
    (event) =>
      (event.type === 'capture' || event.type === 'capture-refused') &&
      event.capture === 'cpu-start' &&
      event.monoMs <= monoMs,
  );
  return last?.type === 'capture-refused' ? last.reason : null;
}

/** Growth is told between snapshots: one that failed at either end leaves time outside of all of them. */
function snapshotGaps({ run, judged }: RunView): Gap[] {
  const failed = run.events.filter(
    (event) => event.type === 'capture' && event.capture === 'heap-snapshot' && event.error !== null,
  );
  const taken = run.manifest.snapshots;
  if (failed.length === 0 || taken.length + failed.length < 2) return [];
  const gap = (fromMs: MonoMs, toMs: MonoMs): Gap => ({
    what: 'snapshots',
    fromMs: Math.max(fromMs, judged.fromMs),
    toMs: Math.min(toMs, judged.toMs),
    reason: failed[0]?.type === 'capture' ? (failed[0].error ?? '') : '',
  });
  const [first, last] = [taken[0], taken.at(-1)];
  if (!first || !last || taken.length < 2) return [gap(judged.fromMs, judged.toMs)];
  return [
    ...(failed.some(({ monoMs }) => monoMs < first.monoMs) ? [gap(judged.fromMs, first.monoMs)] : []),
    ...(failed.some(({ monoMs }) => monoMs > last.monoMs) ? [gap(last.monoMs, judged.toMs)] : []),
  ].filter(({ fromMs, toMs }) => toMs > fromMs);
}

/** Planned load that did not come, or that was not answered. */
function loadGaps(view: RunView): Gap[] {
  if (view.run.manifest.plan.load !== 'scenario') return [];
  const lost = lostLoad(view);
  const missing = [...lost, ...suspendedLoad(view).flatMap((gap) => outside(gap, lost))];
  const silences = findSilences(view).flatMap((silence) => subtract(silence, missing));
  return [...silences.map((silence): Gap => ({ ...silence, what: 'load', reason: GAP_REASON.unanswered })), ...missing];
}

/** Its process did not run, while it was to send. */
function suspendedLoad(view: RunView): Gap[] {
  const watched = watchedSpan(view);
  const idle = subtract(watched, view.loaded);
  return view.run.events.flatMap((event) => {
    if (event.type !== 'gap' || event.what !== 'load') return [];
    const fromMs = Math.max(watched.fromMs, event.monoMs - event.durationMs);
    return outside({ fromMs, toMs: Math.min(watched.toMs, event.monoMs), what: 'load', reason: event.reason }, idle);
  });
}

/** What is left of a gap outside of some spans. */
function outside(gap: Gap, holes: readonly Span[]): Gap[] {
  return subtract(gap, holes).map((span) => ({ ...gap, ...span }));
}

/** Its process died, or (in a run without a seal) its record ends before. */
function lostLoad(view: RunView): Gap[] {
  const { run, judged, loaded } = view;
  const lost = run.events.find((event) => event.type === 'load' && event.state === 'lost');
  if (lost?.type === 'load' && lost.monoMs < judged.toMs) {
    const { detail, monoMs } = lost;
    return [{ what: 'load', fromMs: Math.max(monoMs, judged.fromMs), toMs: judged.toMs, reason: detail }];
  }
  if (run.manifest.seal) return [];
  const longestMs = run.requests.reduce((most, one) => Math.max(most, one.endMonoMs - one.startMonoMs), 0);
  const endMs = run.requests.reduce((latest, { endMonoMs }) => Math.max(latest, endMonoMs), judged.fromMs);
  const toMs = loaded.at(-1)?.toMs ?? judged.toMs;
  if (toMs - endMs <= LEAST_TICKS * Math.max(longestMs, view.sampleIntervalMs)) return [];
  return [{ what: 'load', fromMs: endMs, toMs, reason: GAP_REASON.unrecorded }];
}

function leastMs({ sampleIntervalMs }: RunView): Milliseconds {
  return LEAST_TICKS * sampleIntervalMs;
}

function holes(span: Span, covered: readonly Span[], leastMs: Milliseconds): Span[] {
  return subtract(span, covered).filter(({ fromMs, toMs }) => toMs - fromMs > leastMs);
}

function at(monoMs: MonoMs): Span {
  return { fromMs: monoMs, toMs: monoMs };
}

/** What the events say of that time; empty if they say nothing. */
function reasonOf({ run }: RunView, { fromMs, toMs }: Span): string {
  for (const event of run.events) {
    if (event.monoMs < fromMs - 1000 || event.monoMs > toMs) continue;
    if (event.type === 'target-lost') return event.reason;
    if (event.type === 'inspector-lost') return event.detail;
    if (event.type === 'unresponsive' && event.edge === 'start') return GAP_REASON.unresponsive(event.detail);
    if (event.type === 'gap') return event.reason;
  }
  return '';
}
