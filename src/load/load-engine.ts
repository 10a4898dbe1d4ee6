import type { EventLoopUtilization } from 'node:perf_hooks';
import type { RequestInterval } from '../model/requests.ts';
import type { Milliseconds } from '../model/units.ts';
import type { LoadProfile } from '../scenario/scenario.ts';
import { taskChooser } from './choose-task.ts';
import { closedModel } from './closed-model.ts';
import { compileStep } from './compile-step.ts';
import { Connections } from './connections.ts';
import { LoadClock } from './load-clock.ts';
import type { LoadConfig, LoadTotals } from './load-messages.ts';
import type { LoadModel, ModelParts, UserCounts } from './load-model.ts';
import { monotonicMs } from './monotonic.ts';
import { openModel } from './open-model.ts';
import { Traffic } from './traffic.ts';

/** What is still in flight at the end gets so long to finish. */
const FINISH_MS = 5000;

interface LoadEvents {
  readonly onError: (name: string, kind: string) => void;
  readonly onSuspended: (gapMs: Milliseconds) => void;
  /** The planned length is over and nothing is in flight any more. */
  readonly onOver: () => void;
}

/** Drives one scenario in this process: clock, traffic and model put together. */
export class LoadEngine {
  readonly #clock: LoadClock;
  readonly #traffic: Traffic;
  readonly #model: LoadModel;
  readonly #onOver: () => void;
  readonly #users: UserCounts = { users: 0, usersMade: 0, repeatedSetups: 0 };
  #startMonoMs = monotonicMs();
  #intervalStartMs = this.#startMonoMs;
  #startUtilization: EventLoopUtilization = performance.eventLoopUtilization();
  #lastUtilization: EventLoopUtilization = this.#startUtilization;
  #suspendedMs = 0;

  constructor(config: LoadConfig, events: LoadEvents) {
    const { origin, pathname } = new URL(config.baseUrl);
    const { scenario, timeoutMs, maxConnections, seed } = config;
    this.#traffic = new Traffic({
      connections: new Connections({ origin, timeoutMs, maxConnections }),
      seed,
      lateAfterMs: lateAfter(scenario.load),
      onError: events.onError,
    });
    this.#clock = new LoadClock((gapMs) => {
      this.#suspendedMs += gapMs;
      this.#traffic.noteGap(monotonicMs(), gapMs);
      events.onSuspended(gapMs);
    });
    this.#onOver = events.onOver;
    const parts: ModelParts = {
      clock: this.#clock,
      traffic: this.#traffic,
      setup: scenario.setup.map((step) => compileStep(step, pathname)),
      chooseTask: taskChooser(
        scenario.tasks.map((task) => ({ weight: task.weight, task: compileStep(task, pathname) })),
        this.#traffic.random,
      ),
      counts: this.#users,
    };
    this.#clock.pause();
    this.#model =
      scenario.load.model === 'closed'
        ? closedModel(scenario.load, parts)
        : openModel(scenario.load, config.maxInFlight, parts);
  }

  start(): void {
    this.#startMonoMs = monotonicMs();
    this.#intervalStartMs = this.#startMonoMs;
    this.#startUtilization = performance.eventLoopUtilization();
    this.#lastUtilization = this.#startUtilization;
    this.#clock.resume();
    this.#model.start(() => void this.#finish());
  }

  /** Settles when nothing is in flight any more. */
  async pause(): Promise<void> {
    this.#clock.pause();
    await this.#traffic.drained();
  }

  resume(): void {
    this.#clock.resume();
  }

  /** Sends nothing more and waits a little for what is in flight. */
  async stop(): Promise<void> {
    this.#model.end();
    this.#clock.close();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, FINISH_MS);
    });
    await Promise.race([this.#traffic.drained(), patience]);
    clearTimeout(timer);
  }

  takeIntervals(): RequestInterval[] {
    const startMs = this.#intervalStartMs;
    this.#intervalStartMs = monotonicMs();
    return this.#traffic.takeIntervals(startMs, this.#intervalStartMs);
  }

  totals(): LoadTotals {
    const { counts, inFlight } = this.#traffic;
    const utilization = performance.eventLoopUtilization();
    const recent = performance.eventLoopUtilization(utilization, this.#lastUtilization);
    const whole = performance.eventLoopUtilization(utilization, this.#startUtilization);
    this.#lastUtilization = utilization;
    const { user, system } = process.cpuUsage();
    return {
      startMonoMs: this.#startMonoMs,
      atMonoMs: monotonicMs(),
      activeMs: this.#clock.nowMs,
      offered: counts.sent + counts.dropped,
      completed: counts.completed,
      errors: counts.errors,
      dropped: counts.dropped,
      inFlight,
      users: this.#users.users,
      repeatedSetups: this.#users.repeatedSetups,
      late: { count: counts.late, maxMs: counts.maxLateMs },
      suspendedMs: this.#suspendedMs,
      generator: {
        eventLoopUtilization: whole.utilization,
        recentEventLoopUtilization: recent.utilization,
        cpuMs: (user + system) / 1000,
        rssBytes: process.memoryUsage.rss(),
        errors: counts.generatorErrors,
      },
    };
  }

  async #finish(): Promise<void> {
    await this.stop();
    this.#onOver();
  }
}

/** A request is late when it is sent 10 ms after its time, or a tenth of the time between two arrivals if that is longer. */
function lateAfter(load: LoadProfile): Milliseconds {
  const peak = Math.max(...load.stages.map((stage) => stage.level));
  return load.model === 'open' && peak > 0 ? Math.max(10, 100 / peak) : 10;
}
