import { ProcessSampler } from '../capture/process-sampler.ts';
import { createTicker } from '../capture/ticker.ts';
import type { Clock } from '../model/clock.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';
import { watchTarget } from './watch-target.ts';

/** What can be looked at while a load runs: from inside too, or from outside alone. */
export type WatchedTarget =
  | { readonly attachment: Attachment }
  | { readonly process: { readonly pid: number; readonly startTicks: number } };

export interface TargetWatch {
  /** Grows every interval. */
  readonly samples: readonly Sample[];
  /** The target is gone. */
  readonly isLost: () => boolean;
  readonly stop: () => Promise<void>;
}

const INTERVAL_MS: Milliseconds = 1000;

/** Samples the target of a load until it is told to stop. */
export function startTargetWatch(target: WatchedTarget, clock: Clock): TargetWatch {
  const samples: Sample[] = [];
  return 'attachment' in target
    ? watchInside(target.attachment, clock, samples)
    : watchOutside(target.process, clock, samples);
}

function watchInside(attachment: Attachment, clock: Clock, samples: Sample[]): TargetWatch {
  const stopping = new AbortController();
  let lost = false;
  const ended = watchTarget(attachment, {
    intervalMs: INTERVAL_MS,
    clock,
    httpProbes: true,
    stop: stopping.signal,
    onSample: ({ wallMs, monoMs, values }) => void samples.push({ wallMs, monoMs, values, segment: 0, lateMs: 0 }),
  }).then(
    (ending) => {
      lost = ending === 'target-lost';
    },
    () => {
      lost = true;
    },
  );
  return {
    samples,
    isLost: () => lost,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

function watchOutside(
  { pid, startTicks }: { readonly pid: number; readonly startTicks: number },
  clock: Clock,
  samples: Sample[],
): TargetWatch {
  const sampler = new ProcessSampler({ pid, startTicks, intervalMs: INTERVAL_MS, clock });
  let lost = false;
  const ticker = createTicker({
    intervalMs: INTERVAL_MS,
    clock,
    onTick: async () => {
      const reading = await sampler.sample();
      lost = !reading.alive;
      if (!reading.alive) return;
      samples.push({ wallMs: clock.wallMs(), monoMs: clock.monoMs(), segment: 0, lateMs: 0, values: reading.values });
    },
  });
  return { samples, isLost: () => lost, stop: () => ticker.stop() };
}
