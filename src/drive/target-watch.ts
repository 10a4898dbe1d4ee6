import { ProcessSampler } from '../capture/process-sampler.ts';
import { createTicker } from '../capture/ticker.ts';
import type { Clock } from '../model/clock.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds, MonoMs, WallMs } from '../model/units.ts';
import { watchTarget } from '../session/watch-target.ts';
import type { Attachment } from '../target/attachment.ts';
import { watchPort } from '../target/load-port.ts';
import type { ProcessFacts } from '../target/process-facts.ts';
import { attachNextLife, type FollowOptions } from './next-life.ts';

/**
 * What can be looked at while a load runs: from inside too, or from outside alone. With `follow` its successor is looked
 * at when it has ended; without, it is lost then.
 */
export type WatchedTarget = InsideTarget | OutsideTarget;

interface OutsideTarget {
  readonly process: ProcessFacts;
  /** As of one that is looked at from inside. */
  readonly loadPort: number | null;
}

interface InsideTarget {
  readonly attachment: Attachment;
  readonly follow?: FollowOptions | undefined;
  /** Of the target, where the load goes. */
  readonly loadPort: number | null;
}

/** `away`: it has ended, or no longer listens where the load goes, and may come back. `lost`: it does not. */
export type Presence = 'there' | 'away' | 'lost';

export interface TargetWatch {
  /** Grows every interval. */
  readonly samples: readonly Sample[];
  /** Who is told when it goes and comes back: at each sample, and in between. One at a time. */
  readonly onPresence: (listener: (presence: Presence) => void) => void;
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
  const keep = async (values: Sample['values'], { wallMs, monoMs, segment = 0 }: At): Promise<void> => {
    const others = await beside?.read(INTERVAL_MS / 2);
    samples.push({ wallMs, monoMs, segment, lateMs: 0, values: { ...values, ...others } });
  };
  return 'attachment' in target
    ? watchInside(target, clock, samples, keep)
    : watchOutside(target, clock, samples, keep);
}

interface At {
  readonly wallMs: WallMs;
  readonly monoMs: MonoMs;
  readonly segment?: number;
}
type Keep = (values: Sample['values'], at: At) => Promise<void>;

function watchInside(
  { attachment: first, follow, loadPort }: InsideTarget,
  clock: Clock,
  samples: readonly Sample[],
  keep: Keep,
): TargetWatch {
  const stopping = new AbortController();
  const stop = stopping.signal;
  let lost = false;
  let tell: (presence: Presence) => void = () => {};
  const watchLife = (attachment: Attachment, segment: number): Promise<'stopped' | 'target-lost'> => {
    const hasClosed = follow ? watchPort(attachment.process, loadPort) : () => false;
    return watchTarget(attachment, {
      intervalMs: INTERVAL_MS,
      clock,
      httpProbes: true,
      queryProbes: true,
      stop,
      onSample: ({ wallMs, monoMs, values }) => {
        tell(hasClosed() ? 'away' : 'there');
        void keep(values, { wallMs, monoMs, segment });
      },
    }).catch(() => 'target-lost');
  };
  const watchLives = async (): Promise<void> => {
    let attachment: Attachment | null = first;
    for (let segment = 0; attachment; segment += 1) {
      lost = false;
      const ending: 'stopped' | 'target-lost' = await watchLife(attachment, segment);
      lost = ending === 'target-lost';
      // The first is released by the caller.
      if (attachment !== first) await attachment.detach();
      let isAway = false;
      const onAway = (now: boolean): void => {
        isAway = now;
        tell(now ? 'away' : 'there');
      };
      attachment =
        lost && follow && !stop.aborted ? await attachNextLife(attachment, { ...follow, stop, onAway }) : null;
      if (isAway && attachment === null) tell('lost');
    }
  };
  const ended = watchLives();
  return {
    samples,
    onPresence: (listener) => {
      tell = listener;
    },
    isLost: () => lost,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

function watchOutside(
  { process: { pid, startTicks }, process, loadPort }: OutsideTarget,
  clock: Clock,
  samples: readonly Sample[],
  keep: Keep,
): TargetWatch {
  const sampler = new ProcessSampler({ pid, startTicks, intervalMs: INTERVAL_MS, clock });
  let lost = false;
  let tell: (presence: Presence) => void = () => {};
  const hasClosed = watchPort(process, loadPort);
  let wasClosed = false;
  // Nobody named the process: the load goes to whoever answers at its address, and what nobody answers is measured. A server
  // that closes is released once, since it waits for its connections.
  const presence = (alive: boolean): Presence => {
    const isClosed = alive && hasClosed();
    const closesNow = isClosed && !wasClosed;
    wasClosed = isClosed;
    return closesNow ? 'away' : 'there';
  };
  const ticker = createTicker({
    intervalMs: INTERVAL_MS,
    clock,
    onTick: async () => {
      const reading = await sampler.sample();
      lost = !reading.alive;
      tell(presence(reading.alive));
      if (!reading.alive) return;
      await keep(reading.values, { wallMs: clock.wallMs(), monoMs: clock.monoMs() });
    },
  });
  return {
    samples,
    onPresence: (listener) => {
      tell = listener;
    },
    isLost: () => lost,
    stop: () => ticker.stop(),
  };
}
