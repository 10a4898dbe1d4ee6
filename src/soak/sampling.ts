import { createTicker, type Tick, type Ticker } from '../capture/ticker.ts';
import type { Clock } from '../model/clock.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { Sample } from '../model/sample.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { DatabaseWatch } from './database-watch.ts';
import type { LoadDriver } from './load-driver.ts';
import type { RunLog } from './run-log.ts';
import type { TargetKeeper } from './target-keeper.ts';

export interface SamplingOptions {
  readonly intervalMs: Milliseconds;
  readonly clock: Clock;
  readonly keeper: TargetKeeper;
  readonly load: LoadDriver | null;
  readonly database: DatabaseWatch | null;
  readonly recorder: RunRecorder;
  readonly log: RunLog;
  /** Requests that this tool itself has sent so far in addition to the load: they are not traffic. */
  readonly ownRequests: () => number;
  /** After each tick: rotate windows, draw a status. Must not take long. */
  readonly onSample: (sample: Sample, sampling: Sampling) => void;
}

export interface Sampling {
  readonly taken: number;
  readonly gaps: number;
  readonly latest: Sample | null;
  /** Some of the latest in order, of this life of the process. */
  readonly recent: readonly Sample[];
  /** In total, by the latest sample that has it, always of one counter (see `requestCounter`); null if not counted. */
  readonly answeredRequests: number | null;
  /** When the count of served requests last rose; null if not counted, or if none came. */
  readonly lastRequestMonoMs: MonoMs | null;
  /** Major collections that the service ran on its own, as far as it has reported them. */
  readonly ownCollections: number;
  /** One sample at once, off the beat: exact counts at a checkpoint. Null if the target could not be read. */
  sampleNow(): Promise<Sample | null>;
  stop(): Promise<void>;
}

/** How long a tick waits for values from inside the target. Later values are kept for the next sample. */
const PATIENCE_SHARE = 0.8;
/** At a checkpoint the load is paused and the counts are what it is about: a target that is slow to answer is waited for. */
const CHECKPOINT_PATIENCE_MS = 10_000;

const MOST_RECENT = 12;

/**
 * Takes one sample a tick and writes it down; a target that answers late or not at all costs the values from inside only.
 */
export function startSampling(options: SamplingOptions): Sampling {
  const { clock, keeper, recorder, log, intervalMs } = options;
  let taken = 0;
  let gaps = 0;
  let latest: Sample | null = null;
  let recent: readonly Sample[] = [];
  let served = 0;
  let counted: number | null = null;
  /**
   * Own requests as of the latest sample and the one before: an answer may be counted one sample later than it was asked
   * for.
   */
  let own: readonly [number, number] = [0, 0];
  let lastRequestMonoMs: MonoMs | null = null;
  /** Samples are taken in order: each read takes the counts since the one before. */
  let queue: Promise<unknown> = Promise.resolve();

  const take = async (lateMs: Milliseconds, patienceMs: Milliseconds): Promise<Sample | null> => {
    const startMonoMs = clock.monoMs();
    const outside = await keeper.readOutside();
    const [inside, database] = await Promise.all([
      outside === null ? {} : keeper.readInside(patienceMs),
      options.database?.read(patienceMs),
    ]);
    const values: Partial<Record<MetricName, number>> = {
      ...outside,
      ...inside,
      ...database,
      ...options.load?.values(),
    };
    if (Object.keys(values).length === 0) return null;
    values['tool.sample-cost'] = clock.monoMs() - startMonoMs;
    const sample: Sample = { wallMs: clock.wallMs(), monoMs: startMonoMs, segment: keeper.segment, lateMs, values };
    recorder.appendSample(sample);
    latest = sample;
    recent = [...recent.filter(({ segment }) => segment === sample.segment), sample].slice(-MOST_RECENT);
    counted = values['requests.served'] ?? counted;
    const count = values['requests.served'] ?? served;
    const ownNow = options.ownRequests();
    // Less than before: another life of the service, which had requests of its own.
    if (count < served || count - served > ownNow - own[1]) lastRequestMonoMs = startMonoMs;
    served = count;
    own = [ownNow, own[0]];
    return sample;
  };
  const record = (lateMs: Milliseconds, patienceMs: Milliseconds): Promise<Sample | null> => {
    const taking = queue.then(() => take(lateMs, patienceMs));
    queue = taking.catch(() => {});
    return taking;
  };

  const onTick = async (tick: Tick): Promise<void> => {
    if (tick.gapMs !== null) {
      gaps += 1;
      log.event({
        type: 'gap',
        durationMs: tick.gapMs,
        reason: 'no sample in this time: the tool did not run, or a sample took long',
      });
    }
    if (tick.clockJumpMs !== null) log.event({ type: 'clock-jump', jumpMs: tick.clockJumpMs });
    const sample = await record(tick.lateMs, intervalMs * PATIENCE_SHARE);
    if (sample === null) return;
    taken += 1;
    options.onSample(sample, sampling);
  };

  const ticker: Ticker = createTicker({ intervalMs, clock, onTick });
  const sampling: Sampling = {
    get taken() {
      return taken;
    },
    get gaps() {
      return gaps;
    },
    get latest() {
      return latest;
    },
    get recent() {
      return recent;
    },
    get answeredRequests() {
      return counted ?? latest?.values['load.requests'] ?? null;
    },
    get lastRequestMonoMs() {
      return lastRequestMonoMs;
    },
    get ownCollections() {
      return keeper.ownCollections;
    },
    sampleNow: () => record(0, CHECKPOINT_PATIENCE_MS),
    stop: () => ticker.stop(),
  };
  return sampling;
}
