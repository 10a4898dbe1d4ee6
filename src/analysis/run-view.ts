import type { PhaseName, RunEvent } from '../model/run-event.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import { restAtEnd, restsOfTraffic, type WorkClock } from './rests-of-traffic.ts';
import type { RunData } from './run-data.ts';
import { type Span, subtract } from './spans.ts';

/** A run cut into the stretches that the checks judge. */
export interface RunView {
  readonly run: RunData;
  readonly whole: Span;
  /** From the baseline to the end of the steady phase: what is judged. */
  readonly judged: Span;
  /** Of `judged`, the time in which load came: pauses around snapshots are left out. */
  readonly loaded: readonly Span[];
  /** Null if the run had none. */
  readonly idleTail: Span | null;
  /** Captures that stalled the target, and a little after them: no latency, CPU or loop delay is taken from there. */
  readonly disturbed: readonly Span[];
  /** Where the level of resident memory may jump: restarts and heap snapshots. */
  readonly snapshotTimesMs: readonly MonoMs[];
  /** First moments of the lives of the target after the first. */
  readonly restartTimesMs: readonly MonoMs[];
  readonly sampleIntervalMs: Milliseconds;
  /** Where it is set, series go by the work that was done: x represents the requests that were served. */
  readonly work?: WorkClock;
}

/** A capture that stalls less than this disturbs nothing that is measured. */
const STALL_MS = 50;
const WARM_UP_SHARE = 1 / 8;
const LONGEST_WARM_UP_MS = 20 * 60_000;

export function viewRun(run: RunData): RunView {
  const { manifest, events } = run;
  const whole = { fromMs: manifest.clock.startMonoMs, toMs: endOf(run) };
  const rests = restsOfTraffic(run);
  // What was recorded as an idle tail of watched traffic may be a pause as it always has, or a service that was gone.
  const idleTail = rests === null ? phaseSpan(events, 'idle-tail', whole.toMs) : restAtEnd(run, rests, whole.toMs);
  const judged = judgedSpan(events, whole, idleTail);
  return {
    run,
    whole,
    judged,
    loaded: subtract(judged, [...pausesOfLoad(events, judged), ...(rests ?? [])]),
    idleTail,
    disturbed: disturbances(events, manifest.plan.sampleIntervalMs),
    snapshotTimesMs: manifest.snapshots.map(({ monoMs }) => monoMs),
    restartTimesMs: manifest.segments.slice(1).map(({ startMonoMs }) => startMonoMs),
    sampleIntervalMs: manifest.plan.sampleIntervalMs,
  };
}

function endOf({ manifest, events, samples, requests }: RunData): MonoMs {
  const ended = events.findLast(({ type }) => type === 'end');
  if (ended) return ended.monoMs;
  return Math.max(
    manifest.clock.startMonoMs,
    events.at(-1)?.monoMs ?? 0,
    samples.at(-1)?.monoMs ?? 0,
    requests.at(-1)?.endMonoMs ?? 0,
  );
}

/** Null when the phase never began; a phase that was cut off ends with the run. */
function phaseSpan(events: readonly RunEvent[], phase: PhaseName, endMs: MonoMs): Span | null {
  const edges = events.filter((event) => event.type === 'phase' && event.phase === phase);
  const start = edges.find((event) => event.type === 'phase' && event.edge === 'start');
  if (!start) return null;
  const end = edges.findLast((event) => event.type === 'phase' && event.edge === 'end');
  return { fromMs: start.monoMs, toMs: Math.max(start.monoMs, end?.monoMs ?? endMs) };
}

/** A run without phases (recorded by something else, or torn) loses an eighth of its start as warm-up. */
function judgedSpan(events: readonly RunEvent[], whole: Span, idleTail: Span | null): Span {
  const baseline = phaseSpan(events, 'baseline', whole.toMs);
  const steady = phaseSpan(events, 'steady', whole.toMs);
  const warmUp = phaseSpan(events, 'warm-up', whole.toMs);
  const guessMs = whole.fromMs + Math.min(LONGEST_WARM_UP_MS, WARM_UP_SHARE * (whole.toMs - whole.fromMs));
  const fromMs = baseline?.fromMs ?? steady?.fromMs ?? warmUp?.toMs ?? guessMs;
  const endMs = steady?.toMs ?? whole.toMs;
  const toMs = idleTail === null ? endMs : Math.min(endMs, idleTail.fromMs);
  return { fromMs, toMs: Math.max(fromMs, toMs) };
}

/** Only load that we drive is paused by us. */
function pausesOfLoad(events: readonly RunEvent[], { fromMs, toMs }: Span): Span[] {
  const pauses: Span[] = [];
  let since: MonoMs | null = null;
  for (const event of events) {
    if (event.type !== 'load') continue;
    const runs = event.state === 'started' || event.state === 'resumed';
    if (!runs) since ??= event.monoMs;
    else if (since !== null) {
      pauses.push({ fromMs: since, toMs: event.monoMs });
      since = null;
    }
  }
  if (since !== null) pauses.push({ fromMs: Math.max(since, fromMs), toMs: Math.max(since, toMs) });
  return pauses;
}

function disturbances(events: readonly RunEvent[], sampleIntervalMs: Milliseconds): Span[] {
  return events.flatMap((event) => {
    if (event.type !== 'capture') return [];
    // Without optimised code the service is slower all the while, though it is hardly paused.
    if (event.cost.pauseMs < STALL_MS && event.capture !== 'call-counts') return [];
    // The sample after a stall still reports it, and what queued up behind it is served in the next moments.
    const marginMs = sampleIntervalMs + event.cost.pauseMs;
    return [{ fromMs: event.cost.startMonoMs, toMs: event.cost.endMonoMs + marginMs }];
  });
}
