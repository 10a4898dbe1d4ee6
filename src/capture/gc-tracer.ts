import { setTimeout as sleep } from 'node:timers/promises';
import type { GcEvent } from '../format/clinic/clinic-files.ts';
import { InspectorError } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';

interface TraceEvent {
  readonly cat?: unknown;
  readonly name?: unknown;
  readonly ts?: unknown;
  readonly dur?: unknown;
}

const DEADLINE_MS = 30_000;
/** They come at once; a version of Node that ends otherwise is not waited for. */
const DATA_DEADLINE_MS = 5_000;
/** A minute has some hundreds; of a service that does nothing but collect, some ten thousand. */
const MOST_EVENTS = 100_000;

/**
 * V8's own trace events of collections. There is one tracing for a whole process: where somebody traces already it is left
 * alone.
 */
export class GcTracer {
  readonly #session: InspectorSession;
  readonly #events: GcEvent[] = [];
  readonly #off: () => void;
  /** Node says that tracing is complete before it sends what was traced: the last message is facts of the process alone. */
  readonly #onLast = new Set<() => void>();

  private constructor(session: InspectorSession) {
    this.#session = session;
    this.#off = session.on<{ readonly value: readonly TraceEvent[] }>('NodeTracing.dataCollected', ({ value }) => {
      const events = Array.isArray(value) ? (value as readonly TraceEvent[]) : [];
      for (const event of events) this.#take(event);
      if (events.every(({ cat }) => cat === '__metadata')) for (const tell of this.#onLast) tell();
    });
  }

  /** Null if this target does not offer it. */
  static async start(session: InspectorSession): Promise<GcTracer | null> {
    const tracer = new GcTracer(session);
    try {
      const traceConfig = { includedCategories: ['v8'] };
      await session.call('NodeTracing.start', { traceConfig }, { deadlineMs: DEADLINE_MS });
      return tracer;
    } catch (error) {
      tracer.#off();
      // A service that did not answer in time starts it when it continues.
      const isLate = error instanceof InspectorError && error.reason === 'deadline';
      if (isLate) session.call('NodeTracing.stop', {}, { deadlineMs: DEADLINE_MS }).catch(() => {});
      return null;
    }
  }

  /** Ends the tracing and waits for its events. */
  async stop(): Promise<readonly GcEvent[]> {
    const last = new Promise<void>((resolve) => this.#onLast.add(resolve));
    const givenUp = new AbortController();
    try {
      await this.#session.call('NodeTracing.stop', {}, { deadlineMs: DEADLINE_MS });
      const deadline = sleep(DATA_DEADLINE_MS, undefined, { signal: givenUp.signal }).catch(() => {});
      await Promise.race([last, deadline, this.#session.closed]);
    } finally {
      givenUp.abort();
      this.#off();
    }
    return this.#events;
  }

  #take({ cat, name, ts, dur }: TraceEvent): void {
    if (cat !== 'v8' || typeof name !== 'string' || !name.startsWith('V8.GC') || typeof ts !== 'number') return;
    if (this.#events.length >= MOST_EVENTS) return;
    this.#events.push({ name: name.slice(0, 100), ts, dur: typeof dur === 'number' ? dur : 0 });
  }
}
