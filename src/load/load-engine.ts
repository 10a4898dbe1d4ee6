import { type EventLoopUtilization, monitorEventLoopDelay } from 'node:perf_hooks';
import { PROBE_NAME, type RequestInterval } from '../model/requests.ts';
import type { Milliseconds } from '../model/units.ts';
import { stageAt } from '../scenario/arrivals.ts';
import type { LoadProfile, Scenario, Stage, Step } from '../scenario/scenario.ts';
import { taskChooser } from './choose-task.ts';
import { closedModel } from './closed-model.ts';
import { type CompiledStep, compileStep } from './compile-step.ts';
import { Connections } from './connections.ts';
import { LoadClock } from './load-clock.ts';
import { FINISH_MS, type LoadConfig, type LoadTotals } from './load-messages.ts';
import type { LoadModel, ModelParts, UserCounts } from './load-model.ts';
import { monotonicMs } from './monotonic.ts';
import { openModel } from './open-model.ts';
import { ProbeSender } from './probe-sender.ts';
import { Traffic } from './traffic.ts';

const LATE_MS = 10;
const LOOP_RESOLUTION_MS = 10;
/** A probe without a response does not delay the next one. */
const PROBE_CONNECTIONS = 1000;

interface LoadEvents {
  readonly onError: (name: string, kind: string) => void;
  readonly onSuspended: (gapMs: Milliseconds) => void;
  /** The planned length is over and nothing is in flight. */
  readonly onOver: () => void;
}

/** Drives one scenario in this process: clock, traffic and model put together. */
export class LoadEngine {
  readonly #clock: LoadClock;
  readonly #traffic: Traffic;
  readonly #model: LoadModel;
  readonly #probe: ProbeSender | null;
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  readonly #onOver: () => void;
  readonly #graceMs: Milliseconds;
  readonly #users: UserCounts = { users: 0, usersMade: 0, repeatedSetups: 0 };
  #startMonoMs = monotonicMs();
  #intervalStartMs = this.#startMonoMs;
  #startUtilization: EventLoopUtilization = performance.eventLoopUtilization();
  #lastUtilization: EventLoopUtilization = this.#startUtilization;
  #suspendedMs = 0;

  constructor(config: LoadConfig, events: LoadEvents) {
    const { origin, pathname } = new URL(config.baseUrl);
    const { scenario, timeoutMs, maxConnections, seed, run, share, graceMs, setupMs } = config;
    const { insecureTls, cookies: sendCookies } = scenario.http;
    const { data } = scenario;
    const common = { seed, run, share, data, sendCookies, setupNames: setupNames(scenario), onError: events.onError };
    const wire = { origin, timeoutMs, insecureTls };
    this.#traffic = new Traffic({
      ...common,
      connections: new Connections({ ...wire, maxConnections }),
      lateAfterMs: lateAfter(scenario.load),
      countsUnsent: scenario.load.model === 'open',
    });
    this.#graceMs = graceMs;
    this.#clock = new LoadClock((gapMs) => {
      this.#suspendedMs += gapMs;
      this.#traffic.noteGap(monotonicMs(), gapMs);
      this.#probe?.noteGap(monotonicMs(), gapMs);
      events.onSuspended(gapMs);
    });
    this.#onOver = events.onOver;
    const parts: ModelParts = {
      clock: this.#clock,
      traffic: this.#traffic,
      setup: scenario.setup.map((step) => compileStep(step, pathname, scenario.http)),
      chooseTask: this.#taskChooser(scenario, pathname),
      share,
      seed,
      setupMs,
      counts: this.#users,
    };
    this.#clock.pause();
    const connections = new Connections({ ...wire, maxConnections: PROBE_CONNECTIONS });
    // One process probes for all.
    this.#probe =
      scenario.probe && share.index === 0
        ? new ProbeSender(scenario.probe, {
            step: compileStep(probeStep(scenario.probe.path), pathname, scenario.http),
            clock: this.#clock,
            traffic: new Traffic({ ...common, connections, lateAfterMs: LATE_MS, countsUnsent: true }),
            maxInFlight: PROBE_CONNECTIONS,
          })
        : null;
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
    this.#loopDelay.enable();
    this.#clock.resume();
    this.#model.start(() => void this.#finish());
    this.#probe?.start();
  }

  /** Users, or arrivals a second, from now on. */
  setLevel(level: number): void {
    this.#model.setLevel(level);
  }

  /**
   * Settles when nothing is in flight any more: what is not answered after `graceMs` is aborted. Called again while it
   * drains, the shorter time counts. With `letGo` its connections are closed then.
   */
  async pause(graceMs: Milliseconds = this.#graceMs, letGo = false): Promise<void> {
    this.#clock.pause();
    if (letGo) this.#closeIdle();
    await this.#drain(graceMs);
    if (letGo) this.#closeIdle();
  }

  resume(): void {
    this.#clock.resume();
  }

  /** Sends nothing more, waits a little for what is in flight, and aborts the rest. */
  async stop(): Promise<void> {
    this.#model.end();
    this.#clock.close();
    this.#traffic.withdrawWaiting();
    await this.#drain(Math.min(FINISH_MS, this.#graceMs));
  }

  takeIntervals(): RequestInterval[] {
    const startMs = this.#intervalStartMs;
    this.#intervalStartMs = monotonicMs();
    const probed = this.#probe?.takeIntervals(startMs, this.#intervalStartMs) ?? [];
    return [...this.#traffic.takeIntervals(startMs, this.#intervalStartMs), ...probed];
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
      aborted: counts.aborted,
      inFlight,
      users: this.#users.users,
      repeatedSetups: this.#users.repeatedSetups,
      late: { count: counts.late, maxMs: counts.maxLateMs },
      suspendedMs: this.#suspendedMs,
      generator: {
        eventLoopUtilization: whole.utilization,
        recentEventLoopUtilization: recent.utilization,
        cpuMs: (user + system) / 1000,
        loopDelay: {
          p99Ms: excessMs(this.#loopDelay.percentile(99)),
          maxMs: excessMs(this.#loopDelay.max),
        },
        rssBytes: process.memoryUsage.rss(),
        errors: counts.generatorErrors,
      },
    };
  }

  /** A service that cannot keep up has a backlog that grows with the run: waiting for all of it would never end. */
  #closeIdle(): void {
    this.#traffic.closeIdle();
    this.#probe?.closeIdle();
  }

  async #drain(graceMs: Milliseconds): Promise<void> {
    const timer = setTimeout(() => {
      this.#traffic.abortAll();
      this.#probe?.abortAll();
    }, graceMs);
    await Promise.all([this.#traffic.drained(), this.#probe?.drained()]);
    clearTimeout(timer);
  }

  /** Each stage has the tasks and weights that it names, or those of the scenario. */
  #taskChooser({ load, tasks, http }: Scenario, basePath: string): (atMs: Milliseconds) => CompiledStep {
    const choices = tasks.map((task) => ({ weight: task.weight, task: compileStep(task, basePath, http) }));
    const all = taskChooser(choices, this.#traffic.random);
    const choosers = new Map<Stage | undefined, () => CompiledStep>();
    for (const stage of load.stages) {
      const own = choices.flatMap(({ task }) => ({ weight: stage.tasks?.[task.name] ?? 0, task }));
      if (stage.tasks) choosers.set(stage, taskChooser(own, this.#traffic.random));
    }
    return choosers.size === 0 ? all : (atMs) => (choosers.get(stageAt(load.stages, atMs)) ?? all)();
  }

  async #finish(): Promise<void> {
    await this.stop();
    this.#onOver();
  }
}

function probeStep(path: string): Step {
  return {
    request: { name: PROBE_NAME, method: 'GET', path, headers: {}, body: null },
    expect: { status: null, headers: {}, bodyContains: [] },
    capture: {},
  };
}

/** The histogram counts from its own resolution on; nanoseconds. */
function excessMs(delayNs: number): Milliseconds {
  return Math.max(0, delayNs / 1e6 - LOOP_RESOLUTION_MS);
}

/** A request is late when it is sent 10 ms after its time, or a tenth of the time between two arrivals if that is longer. */
function lateAfter(load: LoadProfile): Milliseconds {
  const peak = Math.max(...load.stages.map((stage) => stage.level));
  return load.model === 'open' && peak > 0 ? Math.max(LATE_MS, 100 / peak) : LATE_MS;
}

/** A name that a task also uses counts as work. */
function setupNames({ setup, tasks }: Scenario): Set<string> {
  const names = new Set(setup.map(({ request }) => request.name));
  for (const { request } of tasks) names.delete(request.name);
  return names;
}
