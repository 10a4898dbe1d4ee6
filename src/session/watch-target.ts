import { portableSampler } from '../capture/portable-process.ts';
import { ProcessSampler } from '../capture/process-sampler.ts';
import { QueryProbe, SLOW_QUERY_MS } from '../capture/query-probe.ts';
import { RuntimeProbe } from '../capture/runtime-probe.ts';
import { createTicker } from '../capture/ticker.ts';
import type { Clock } from '../model/clock.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { Milliseconds, MonoMs, WallMs } from '../model/units.ts';
import { perSecond, type Reading, risesOf } from '../stats/counters.ts';
import type { Attachment } from '../target/attachment.ts';

export interface LiveSample {
  readonly wallMs: WallMs;
  readonly monoMs: MonoMs;
  /** As in samples.ndjson. */
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
  /** Of the counters among them, per second since the sample before. */
  readonly perSecond: {
    readonly requests: number | null;
    /** Milliseconds of collection in a second. */
    readonly gcMs: number | null;
  };
}

export interface WatchOptions {
  readonly intervalMs: Milliseconds;
  readonly clock: Clock;
  /** Subscribe to HTTP channels inside the target, to count its requests. */
  readonly httpProbes: boolean;
  /** Wrap its database driver too: connections of its pools, and who waits for one. */
  readonly queryProbes: boolean;
  readonly stop: AbortSignal;
  readonly onSample: (sample: LiveSample) => void;
}

/** A tick waits so long for the inside of the target; what a blocked event loop says later is part of the next sample. */
const PATIENCE_SHARE = 0.8;

/** Samples an attached target until it is told to stop, or the target is gone: says which. Records nothing. */
export async function watchTarget(attachment: Attachment, options: WatchOptions): Promise<'stopped' | 'target-lost'> {
  const { intervalMs, clock, stop, onSample } = options;
  const { session, process } = attachment;
  const probe = await RuntimeProbe.install(session, { clock, httpProbes: options.httpProbes });
  // Without pools there is still all else to see.
  const queries = options.queryProbes
    ? await QueryProbe.install(session, { slowMs: SLOW_QUERY_MS }).catch(() => null)
    : null;
  const outside = process
    ? new ProcessSampler({ pid: process.pid, startTicks: process.startTicks, intervalMs, clock })
    : await portableSampler(attachment, { intervalMs, clock });
  let before: Reading | null = null;

  const onTick = async (): Promise<void> => {
    const monoMs = clock.monoMs();
    const reading = outside ? await outside.sample() : null;
    if (reading?.alive === false || !session.isOpen) return;
    const inside = await probe.sample(intervalMs * PATIENCE_SHARE).catch(() => null);
    const values = { ...reading?.values, ...inside?.values };
    // One life of the process is watched: a restart is a watch of its own.
    const now: Reading = { monoMs, segment: 0, values };
    // The first reading has no span behind it: CPU, rates and delays begin with the second.
    if (before && !stop.aborted) onSample({ wallMs: clock.wallMs(), monoMs, values, perSecond: ratesOf(before, now) });
    before = now;
  };
  const ticker = createTicker({ intervalMs, clock, onTick });
  const stopped = new Promise<'stopped'>((resolve) => {
    if (stop.aborted) resolve('stopped');
    stop.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const lost = session.closed.then(() => 'target-lost' as const);
  try {
    // The ticker ends by itself only when a tick failed: then its rejection is told.
    return await Promise.race([stopped, lost, ticker.finished.then(() => 'stopped' as const)]);
  } finally {
    await ticker.stop();
    if (session.isOpen) {
      await queries?.remove().catch(() => {});
      await probe.remove().catch(() => {});
    }
  }
}

function ratesOf(before: Reading, now: Reading): LiveSample['perSecond'] {
  const rate = (...names: readonly MetricName[]): number | null => {
    const [rise] = risesOf([before, now], ...names);
    return rise ? perSecond(rise) : null;
  };
  return { requests: rate('requests.served'), gcMs: rate('gc.major.time', 'gc.minor.time') };
}
