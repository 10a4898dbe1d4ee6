import { readCpuProfile } from '../../format/cpu-profile.ts';
import type { Clock } from '../../model/clock.ts';
import type { CpuProfile } from '../../model/profiles.ts';
import type { CaptureCost } from '../../model/run-event.ts';
import type { Microseconds, MonoMs } from '../../model/units.ts';
import { takeIn } from '../../target/inspector-error.ts';
import type { InspectorSession } from '../../target/session.ts';
import { callInTarget } from '../../target/target-registry.ts';
import { type CpuWindow, type CpuWindowRecorder, placeInTime } from '../cpu-recorder.ts';
import type { MeasureCost } from '../measure-cost.ts';

const DEADLINE_MS = 60_000;

interface RunningWindow {
  readonly title: string;
  readonly openedMonoMs: MonoMs;
}

/**
 * CPU windows without a gap by v8-profiler-next, which the service has loaded: profiles of its own by name, beside whatever
 * a debugger records over the inspector at the same time.
 */
export class AddonCpuRecorder implements CpuWindowRecorder {
  readonly #session: InspectorSession;
  readonly #clock: Clock;
  readonly #measure: MeasureCost;
  readonly #addon: string;
  readonly #prefix: string;
  #count = 0;
  #current: RunningWindow | null = null;

  constructor(options: {
    readonly session: InspectorSession;
    readonly clock: Clock;
    readonly measure: MeasureCost;
    readonly name: string;
    /** Path of the add-on in the target. */
    readonly addon: string;
  }) {
    this.#session = options.session;
    this.#clock = options.clock;
    this.#measure = options.measure;
    this.#addon = options.addon;
    this.#prefix = `soak-profiler ${options.name} `;
  }

  get isRunning(): boolean {
    return this.#current !== null;
  }

  async start({ intervalUs }: { readonly intervalUs: Microseconds }): Promise<CaptureCost> {
    if (this.#current) throw new Error('a CPU recording is running already');
    const { value, cost } = await this.#measure(() => this.#open(intervalUs));
    this.#current = value;
    return cost;
  }

  async rotate(): Promise<CpuWindow> {
    const current = this.#running();
    const { value, cost } = await this.#measure(async () => {
      this.#current = await this.#open(null);
      return await this.#end(current);
    });
    return { ...value, cost };
  }

  async stop(): Promise<CpuWindow> {
    const current = this.#running();
    this.#current = null;
    const { value, cost } = await this.#measure(() => this.#end(current));
    return { ...value, cost };
  }

  #running(): RunningWindow {
    if (!this.#current) throw new Error('no CPU recording is running');
    return this.#current;
  }

  /** `intervalUs`: it takes one only while none of its profiles runs. */
  async #open(intervalUs: Microseconds | null): Promise<RunningWindow> {
    this.#count += 1;
    const title = `${this.#prefix}${this.#count}`;
    const openedMonoMs = this.#clock.monoMs();
    await this.#session.evaluateInTurn(callInTarget(openIn, this.#addon, title, intervalUs), {
      deadlineMs: DEADLINE_MS,
    });
    return { title, openedMonoMs };
  }

  async #end({ title, openedMonoMs }: RunningWindow): Promise<Omit<CpuWindow, 'cost'>> {
    const text = await this.#session.evaluateInTurn<string>(callInTarget(endIn, this.#addon, title), {
      deadlineMs: DEADLINE_MS,
    });
    const endMonoMs = this.#clock.monoMs();
    const profile = takeIn('Runtime.evaluate', () => {
      const value = JSON.parse(text) as CpuProfile;
      readCpuProfile(value);
      return value;
    });
    return { profile, ...placeInTime(profile, openedMonoMs, endMonoMs) };
  }
}

// What follows runs in the target.

interface Addon {
  setGenerateType(type: 1): void;
  setSamplingInterval(us: number): void;
  startProfiling(title: string, samples: true): void;
  stopProfiling(title: string): Pick<CpuProfile, 'nodes' | 'startTime' | 'endTime' | 'samples' | 'timeDeltas'>;
}

type WithRegistry = Record<symbol, { readonly cleanups: Map<string, () => void> } | undefined>;

/** A profile that is not ended grows without bound: the watchdog ends it if the tool cannot. */
function openIn(path: string, title: string, intervalUs: number | null): void {
  const { createRequire } = require('node:module') as typeof import('node:module');
  const addon = createRequire(`${path}/package.json`)(path) as Addon;
  if (intervalUs !== null) {
    addon.setGenerateType(1);
    addon.setSamplingInterval(intervalUs);
  }
  addon.startProfiling(title, true);
  const registry = (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')];
  registry?.cleanups.set(title, () => void addon.stopProfiling(title));
}

function endIn(path: string, title: string): string {
  const { createRequire } = require('node:module') as typeof import('node:module');
  const addon = createRequire(`${path}/package.json`)(path) as Addon;
  const registry = (globalThis as unknown as WithRegistry)[Symbol.for('soak-profiler')];
  registry?.cleanups.delete(title);
  const { nodes, startTime, endTime, samples, timeDeltas } = addon.stopProfiling(title);
  return JSON.stringify({ nodes, startTime, endTime, samples, timeDeltas });
}
