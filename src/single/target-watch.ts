import { ProcessSampler } from '../capture/process-sampler.ts';
import { createTicker } from '../capture/ticker.ts';
import type { Clock } from '../model/clock.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds, MonoMs, WallMs } from '../model/units.ts';
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

/** Something else to read at each sample, such as the database behind the target. Never rejects. */
export interface ReadBeside {
  read(patienceMs: Milliseconds): Promise<Sample['values']>;
}

/** Samples the target of a load until it is told to stop. */
export function startTargetWatch(target: WatchedTarget, clock: Clock, beside: ReadBeside | null = null): TargetWatch {
  const samples: Sample[] = [];
  const keep = async (values: Sample['values'], wallMs: WallMs, monoMs: MonoMs): Promise<void> => {
    const others = await beside?.read(INTERVAL_MS / 2);
    samples.push({ wallMs, monoMs, segment: 0, lateMs: 0, values: { ...values, ...others } });
  };
  return 'attachment' in target
    ? watchInside(target.attachment, clock, samples, keep)
    : watchOutside(target.process, clock, samples, keep);
}

type Keep = (values: Sample['values'], wallMs: WallMs, monoMs: MonoMs) => Promise<void>;

function watchInside(attachment: Attachment, clock: Clock, samples: readonly Sample[], keep: Keep): TargetWatch {
  const stopping = new AbortController();
  let lost = false;
  const ended = watchTarget(attachment, {
    intervalMs: INTERVAL_MS,
    clock,
    httpProbes: true,
    queryProbes: true,
    stop: stopping.signal,
    onSample: ({ wallMs, monoMs, values }) => void keep(values, wallMs, monoMs),
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
  samples: readonly Sample[],
  keep: Keep,
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
      await keep(reading.values, clock.wallMs(), clock.monoMs());
    },
  });
  return { samples, isLost: () => lost, stop: () => ticker.stop() };
}
