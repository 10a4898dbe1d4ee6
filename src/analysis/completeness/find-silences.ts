import type { RequestInterval } from '../../model/requests.ts';
import type { Milliseconds, MonoMs } from '../../model/units.ts';
import { Latencies } from '../../stats/latencies.ts';
import type { RunView } from '../run-view.ts';
import { coveredMs, type Span, subtract } from '../spans.ts';
import { isOfTasks } from '../task-requests.ts';

/** A time without responses is reported from this many usual distances between responses, and from this length. */
const UNUSUAL_TIMES = 10;
const LEAST_MS = 2000;
/** What comes so often, and ends with an answer, is how the scenario goes: bursts, or a request that takes long. */
const USUAL_FROM = 3;
/** A silence is beyond those that are usual when it is this many times as long. */
const BEYOND_USUAL = 2;
/** A request that got no response, or waited for this share of the silence: it was the service that was silent. */
const WAITED_SHARE = 0.5;

/**
 * While load was on, the time in which requests waited and none was answered, far longer than usual. Pauses of the load
 * are left out, and so are restarts, which are gaps by themselves, and time in which nothing had been asked. What captures
 * of ours took of a silence does not make it longer.
 */
export function findSilences(view: RunView): Span[] {
  const requests = view.run.requests.filter(isOfTasks);
  const answered = requests.filter((interval) => answers(interval) > 0);
  const covered = [...restarts(view), ...answered.map(spanOf)];
  const silences = view.loaded.flatMap((span) => subtract(span, covered));
  const captures = capturesOf(view);
  const ownMs = (silence: Span): Milliseconds =>
    subtract(silence, captures).reduce((sum, part) => sum + lengthOf(part), 0);
  const long = silences.filter((silence) => ownMs(silence) > LEAST_MS);
  if (long.length === 0) return [];
  const starts = new Set(answered.map(({ startMonoMs }) => startMonoMs));
  const ended = long.filter(({ toMs }) => starts.has(toMs));
  const common = ended.map(lengthOf).sort((a, b) => b - a)[USUAL_FROM - 1] ?? 0;
  const leastMs = Math.max(LEAST_MS, UNUSUAL_TIMES * usualDistance(view, answered, silences), BEYOND_USUAL * common);
  return long.filter((silence) => ownMs(silence) > leastMs && didWait(silence, requests));
}

/** Those that failed too: they may have stopped the service all the same. */
function capturesOf({ run }: RunView): Span[] {
  return run.events.flatMap((event) =>
    event.type === 'capture' ? [{ fromMs: event.cost.startMonoMs, toMs: event.cost.endMonoMs }] : [],
  );
}

/** Completed, and not by our own patience. */
function answers({ count, errorKinds }: RequestInterval): number {
  return count - (errorKinds.timeout ?? 0);
}

/** Median time under load from one answer to the next. */
function usualDistance(view: RunView, answered: readonly RequestInterval[], silences: readonly Span[]): Milliseconds {
  const beforeMs = new Map(silences.map((silence) => [silence.toMs, lengthOf(silence)]));
  const moments = new Map<MonoMs, { count: number; ms: Milliseconds }>();
  for (const interval of answered) {
    const { startMonoMs } = interval;
    // Intervals of several names share their time.
    const ms = (beforeMs.get(startMonoMs) ?? 0) + coveredMs(view.loaded, spanOf(interval));
    moments.set(startMonoMs, { count: (moments.get(startMonoMs)?.count ?? 0) + answers(interval), ms });
  }
  const distances = [...moments.values()].map(({ count, ms }) => ({ count, ms: ms / count }));
  const half = distances.reduce((sum, { count }) => sum + count, 0) / 2;
  let passed = 0;
  for (const { count, ms } of distances.sort((a, b) => a.ms - b.ms)) {
    passed += count;
    if (passed >= half) return ms;
  }
  return 0;
}

/** Was a request on its way then: aborted at the end, given up by its time limit, or answered only after most of it? */
function didWait(silence: Span, requests: readonly RequestInterval[]): boolean {
  const within = requests.filter(
    ({ startMonoMs, endMonoMs }) => endMonoMs > silence.fromMs && startMonoMs < silence.toMs + 1,
  );
  if (within.some(({ aborted = 0, errorKinds }) => aborted > 0 || (errorKinds.timeout ?? 0) > 0)) return true;
  const next = requests.find((interval) => interval.endMonoMs > silence.toMs && answers(interval) > 0);
  if (!next) return false;
  const latencies = new Latencies();
  for (const { startMonoMs, endMonoMs, service, failed = '' } of requests) {
    if (startMonoMs >= next.endMonoMs || endMonoMs <= next.startMonoMs) continue;
    latencies.add(service);
    latencies.add(failed);
  }
  return latencies.maxMs >= WAITED_SHARE * lengthOf(silence);
}

/** From the loss of the service until it was back. */
function restarts({ run, whole }: RunView): Span[] {
  return run.events.flatMap((event) => {
    if (event.type !== 'target-lost') return [];
    const back = run.events.find(({ type, monoMs }) => type === 'target-back' && monoMs >= event.monoMs);
    return [{ fromMs: event.monoMs, toMs: back?.monoMs ?? whole.toMs }];
  });
}

function spanOf({ startMonoMs, endMonoMs }: RequestInterval): Span {
  return { fromMs: startMonoMs, toMs: endMonoMs };
}

function lengthOf({ fromMs, toMs }: Span): Milliseconds {
  return toMs - fromMs;
}
