import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { RouteCount } from '../model/run-event.ts';
import type { Bytes, Milliseconds, MonoMs } from '../model/units.ts';
import { InspectorError, takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import { HEARTBEAT_EXPRESSION, REGISTRY_EXPRESSION } from '../target/target-registry.ts';
import { discardConsoleEntries } from './discard-console-entries.ts';
import type { installProbe } from './in-target/runtime/install-probe.ts';
import type { ProbeOptions, ProbeReading } from './in-target/runtime/target-runtime-probe.ts';
import { callScript } from './in-target-code.ts';
import type { Measured } from './measure-cost.ts';
import { toRuntimeValues } from './runtime-values.ts';

export interface RuntimeSample {
  /** When the target took it, by its own monotonic clock (the same as ours on one host). */
  readonly monoMs: MonoMs;
  readonly values: Partial<Record<MetricName, number>>;
  /** Heap in use right after each major collection since the last sample, in order; forced by a capture of ours or not. */
  readonly liveHeaps: readonly { readonly monoMs: MonoMs; readonly bytes: Bytes; readonly forced: boolean }[];
  /** Active resources of the event loop by type: `{ TCPSocketWrap: 12, Timeout: 3 }`. */
  readonly resourcesByType: Readonly<Record<string, number>>;
}

interface RuntimeProbeOptions extends ProbeOptions {
  readonly clock: Clock;
}

const PROBE = `${REGISTRY_EXPRESSION}.probe`;
/** Every sample also shows the watchdog that the tool is alive. */
const SAMPLE = `${HEARTBEAT_EXPRESSION}, ${PROBE}.sample()`;
/** Installing compiles a few kilobytes; a blocked loop answers nothing before it is free. */
const INSTALL_DEADLINE_MS = 15_000;
const SAMPLE_DEADLINE_MS = 5_000;
/** How long an answer may take at all: a heap snapshot of several gigabytes blocks for minutes. */
const PATIENCE_MS = 3_600_000;
const REMEMBERED_CAPTURES = 20;
/** The probe learns of collections one turn of the event loop later. */
const OBSERVED_WITHIN_MS = 250;

/**
 * The view from inside the target: one object put there, read once a tick, taken away without a trace. Needs an attached
 * target.
 */
export class RuntimeProbe {
  /** What this Node (or this program) does not offer, as text. */
  readonly unavailable: readonly string[];
  readonly #session: InspectorSession;
  readonly #clock: Clock;
  /** The reading that was asked for and has not been handed over yet. */
  #asked: Promise<ProbeReading> | null = null;
  #watches = 0;
  /** Spans of what was measured lately. V8 does not say of a collection that the inspector asked for it. */
  #captures: { readonly startMonoMs: MonoMs; endMonoMs: MonoMs }[] = [];

  private constructor(session: InspectorSession, options: RuntimeProbeOptions, unavailable: readonly string[]) {
    this.#session = session;
    this.#clock = options.clock;
    this.unavailable = unavailable;
  }

  static async install(session: InspectorSession, options: RuntimeProbeOptions): Promise<RuntimeProbe> {
    const inTarget: ProbeOptions = { httpProbes: options.httpProbes };
    const installed = await session.evaluateInTurn<ReturnType<typeof installProbe>>(
      callScript('runtime-probe', 'installProbe', inTarget),
      { deadlineMs: INSTALL_DEADLINE_MS },
    );
    const unavailable = takeIn('Runtime.evaluate', () => installed.unavailable.map(String));
    return new RuntimeProbe(session, options, unavailable);
  }

  /**
   * One reading of the target, after what the open inspector has kept of console arguments is dropped. Where the answer
   * takes longer than the deadline (a blocked loop), nothing more is asked: a later call gets that answer, so no
   * readings pile up in the target and no collection goes untold.
   */
  async sample(deadlineMs: Milliseconds = SAMPLE_DEADLINE_MS): Promise<RuntimeSample> {
    this.#asked ??= this.#ask();
    const asked = this.#asked;
    const reading = await Promise.race([asked, failAfter(deadlineMs)]).catch((error: unknown) => {
      const isLate = error instanceof InspectorError && error.reason === 'deadline' && this.#session.isOpen;
      if (!isLate) this.#asked = null;
      throw error;
    });
    this.#asked = null;
    return takeIn('Runtime.evaluate', () => ({
      monoMs: reading.monoMs,
      values: toRuntimeValues(reading),
      liveHeaps: reading.live.map((point) => ({ ...point, forced: this.#isForced(point.monoMs) })),
      resourcesByType: reading.resources ?? {},
    }));
  }

  /** Runs `action` and says how long the target's main thread was blocked meanwhile (the longest single stall). */
  readonly measure = async <Value>(action: () => Promise<Value>): Promise<Measured<Value>> => {
    // Where the watch fails (the probe was removed, the connection is gone) the round trip has to do.
    this.#watches += 1;
    const id = this.#watches;
    const isWatched = await this.#session.evaluateInTurn(`${PROBE}.beginStallWatch(${id})`).then(
      () => true,
      () => false,
    );
    const startMonoMs = this.#clock.monoMs();
    const capture = { startMonoMs, endMonoMs: Number.POSITIVE_INFINITY };
    this.#captures = [...this.#captures, capture].slice(-REMEMBERED_CAPTURES);
    try {
      const value = await action();
      const endMonoMs = this.#clock.monoMs();
      capture.endMonoMs = endMonoMs;
      const pauseMs = await this.#endStallWatch(id);
      return {
        value,
        cost: { startMonoMs, endMonoMs, pauseMs: (isWatched ? pauseMs : null) ?? endMonoMs - startMonoMs },
      };
    } catch (error) {
      capture.endMonoMs = this.#clock.monoMs();
      await this.#endStallWatch(id);
      throw error;
    }
  };

  /** How often each route was asked for since the installation, and how that ended. */
  async readRoutes(): Promise<readonly RouteCount[]> {
    const read = await this.#session.evaluateInTurn<RouteCount[]>(`${PROBE}.routes()`);
    return takeIn('Runtime.evaluate', () =>
      read.map(({ route, begun, failed, serverErrors, aborted }) => ({
        route: String(route),
        begun: Number(begun),
        failed: Number(failed),
        serverErrors: Number(serverErrors),
        aborted: Number(aborted),
      })),
    );
  }

  /** Takes everything of ours out of the target again. Harmless when it is gone already. */
  async remove(): Promise<void> {
    await this.#session.evaluateInTurn(`${REGISTRY_EXPRESSION}?.probe?.remove()`);
  }

  #ask(): Promise<ProbeReading> {
    // One after the other: the inspector's socket delays a second answer by 40 ms, waiting for the first to be confirmed.
    const asked = discardConsoleEntries(this.#session, PATIENCE_MS).then(() =>
      this.#session.evaluate<ProbeReading>(SAMPLE, { deadlineMs: PATIENCE_MS }),
    );
    // Reported to the next call of `sample`, if there is one.
    asked.catch(() => {});
    return asked;
  }

  #isForced(monoMs: MonoMs): boolean {
    return this.#captures.some((span) => span.startMonoMs <= monoMs && monoMs <= span.endMonoMs + OBSERVED_WITHIN_MS);
  }

  /** Also of an unconfirmed one: a service that did not answer in time begins it when it continues. */
  async #endStallWatch(id: number): Promise<Milliseconds | null> {
    return await this.#session.evaluateInTurn<number | null>(`${PROBE}.endStallWatch(${id})`).catch(() => null);
  }
}

async function failAfter(deadlineMs: Milliseconds): Promise<never> {
  await sleep(deadlineMs, undefined, { ref: false });
  throw new InspectorError('Runtime.evaluate', 'deadline', `no answer within ${deadlineMs} ms`);
}
