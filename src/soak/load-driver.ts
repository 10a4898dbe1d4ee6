import { type Load, startLoad } from '../load/load-client.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import { formatCount, formatDuration, type Milliseconds } from '../model/units.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { RunLog } from './run-log.ts';
import type { LoadOptions } from './soak-options.ts';
import type { SoakListener } from './soak-status.ts';

export interface LoadProgress {
  readonly completed: number;
  readonly errors: number;
  readonly ratePerSecond: number;
  /** By the user, not by a phase. */
  readonly isPaused: boolean;
}

/** The load of a soak, in its own process: its requests go into the run folder; its death ends the load, not the run. */
export interface LoadDriver {
  start(): Promise<void>;
  /** Resolves when no request is in flight: requests that are not answered in time are aborted. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** While the service is gone nothing is sent, whatever the phases say: what takes its port may be another program. */
  hold(isGone: boolean): Promise<void>;
  /** What the user wants: nothing is sent while it rests, whatever the phases say. */
  rest(isResting: boolean): Promise<void>;
  stop(): Promise<void>;
  values(): Partial<Record<MetricName, number>>;
  progress(): LoadProgress;
}

/**
 * At a pause, what is in flight gets a hundredth of the run to be answered: some five pauses lengthen it by a twentieth at
 * most.
 */
const GRACE_SHARE = 0.01;
const SHORTEST_GRACE_MS = 1000;
const LONGEST_GRACE_MS = 30_000;
/** Once the user has said stop. */
const STOPPED_GRACE_MS = 500;
/** For a service that is about to end, and answers what it has begun. */
const HELD_GRACE_MS = 5_000;
const SHORTEST_SETUP_MS = 5000;

/** A fixed seed: two runs of one scenario send the same users, tasks and arrivals. */
const SEED = 1;

/** Starts the process of the load; nothing is sent before `start`. */
export async function startLoadDriver(
  options: LoadOptions,
  {
    recorder,
    log,
    intervalMs,
    durationMs,
    warmUpMs,
    listener,
    stop,
  }: {
    readonly recorder: RunRecorder;
    readonly log: RunLog;
    readonly intervalMs: Milliseconds;
    /** Of the whole run, as planned, and of its first phase. */
    readonly durationMs: Milliseconds;
    readonly warmUpMs: Milliseconds;
    readonly listener: SoakListener;
    readonly stop: AbortSignal;
  },
): Promise<LoadDriver> {
  let ratePerSecond = 0;
  let ended = false;
  const graceMs = Math.min(LONGEST_GRACE_MS, Math.max(SHORTEST_GRACE_MS, GRACE_SHARE * durationMs));
  const load: Load = await startLoad({
    scenario: options.scenario,
    baseUrl: options.baseUrl,
    seed: SEED,
    intervalMs,
    graceMs,
    setupMs: Math.max(SHORTEST_SETUP_MS, warmUpMs),
    // The phases say when it ends, not the scenario.
    overrides: {
      durationMs: null,
      ...(options.users === null ? {} : { users: options.users }),
      ...(options.ratePerSecond === null ? {} : { ratePerSecond: options.ratePerSecond }),
    },
    onInterval: (intervals) => {
      for (const interval of intervals) recorder.appendRequests(interval);
      listener.requests?.(intervals);
      const [first] = intervals;
      const seconds = first ? (first.endMonoMs - first.startMonoMs) / 1000 : 0;
      ratePerSecond = seconds > 0 ? intervals.reduce((sum, { count }) => sum + count, 0) / seconds : 0;
    },
    onError: (name, kind) => {
      log.event({ type: 'note', detail: `first error of request ${name}: ${kind}` });
      log.say(`request ${name} fails: ${kind}`);
    },
    onSuspended: (gapMs) => {
      log.event({ type: 'gap', durationMs: gapMs, reason: 'the load process was paused', what: 'load' });
      log.say(`the load process was paused for ${formatDuration(gapMs)}; the load goes on from there`);
    },
  });
  void load.ended.then(({ reason, detail }) => {
    ended = true;
    if (reason !== 'lost') return;
    log.event({ type: 'load', state: 'lost', detail });
    log.say(`the load process is gone: ${detail}; going on without load`);
  });

  /** The loss of the load is noted above, once. After that the run continues without it. */
  const tell = async (
    state: 'started' | 'paused' | 'resumed' | 'stopped',
    action: () => Promise<unknown>,
  ): Promise<void> => {
    if (ended) return;
    await action().then(
      () => log.event({ type: 'load', state, detail: '' }),
      () => {},
    );
  };
  let hasStarted = false;
  /** What the phases want. */
  let isWanted = false;
  /** Where the service is gone: what listens on its port by now may be another program. */
  let isHeld = false;
  let isResting = false;
  let isSending = false;
  let aborted = 0;
  /** Never longer than the grace; shorter when the user stops the run meanwhile. */
  const pause = async (): Promise<void> => {
    const hurry = (): void => void load.pause(STOPPED_GRACE_MS).catch(() => {});
    stop.addEventListener('abort', hurry, { once: true });
    try {
      const grantedMs = stop.aborted ? STOPPED_GRACE_MS : isHeld ? Math.min(HELD_GRACE_MS, graceMs) : graceMs;
      const totals = await load.pause(grantedMs, { letGo: isHeld });
      const lost = totals.aborted - aborted;
      aborted = totals.aborted;
      if (lost > 0) {
        const detail = `${formatCount(lost)} requests were not answered within ${formatDuration(grantedMs)} of the pause of the load and were aborted`;
        log.event({ type: 'note', detail });
        log.say(detail);
      }
    } finally {
      stop.removeEventListener('abort', hurry);
    }
  };
  /** One after the other: a service may go, and a phase end, while the load still pauses. */
  let turn: Promise<void> = Promise.resolve();
  const settle = async (): Promise<void> => {
    const next = turn.then(async () => {
      const shallSend = isWanted && !isHeld && !isResting;
      if (shallSend === isSending) return;
      isSending = shallSend;
      if (!shallSend) return await tell('paused', pause);
      const isFirst = !hasStarted;
      hasStarted = true;
      await (isFirst ? tell('started', load.start) : tell('resumed', load.resume));
    });
    turn = next;
    await next;
  };
  const want = (wanted: boolean) => async (): Promise<void> => {
    isWanted = wanted;
    await settle();
  };
  return {
    start: want(true),
    pause: want(false),
    resume: want(true),
    hold: async (held) => {
      isHeld = held;
      await settle();
    },
    rest: async (resting) => {
      isResting = resting;
      await settle();
    },
    stop: () => tell('stopped', load.stop),
    values: () => {
      const totals = load.totals();
      return totals === null
        ? {}
        : { 'load.requests': totals.completed, 'load.errors': totals.errors, 'load.in-flight': totals.inFlight };
    },
    progress: () => ({
      completed: load.totals()?.completed ?? 0,
      errors: load.totals()?.errors ?? 0,
      ratePerSecond,
      isPaused: isResting,
    }),
  };
}
