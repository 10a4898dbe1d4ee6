import type { ScriptCounts } from '../model/call-counts.ts';
import type { CaptureCost } from '../model/run-event.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import type { MeasureCost, Measured } from './measure-cost.ts';
import { scriptPath } from './read-source-map.ts';

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
  }[];
}

const DEADLINE_MS = 30_000;

/**
 * Counts calls of functions, by V8's precise coverage. Meanwhile no optimised code runs, so it is on for seconds only. V8
 * has one coverage for the whole process: whoever asks makes sure that the program collects none itself.
 */
export class CallCounter {
  readonly #session: InspectorSession;
  readonly #measure: MeasureCost;

  /** `session`: one on which no CPU is profiled. */
  constructor(session: InspectorSession, measure: MeasureCost) {
    this.#session = session;
    this.#measure = measure;
  }

  async start(): Promise<CaptureCost> {
    const { cost } = await this.#measure(async () => {
      try {
        await this.#call('Profiler.enable');
        await this.#call('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
      } catch (error) {
        this.#abandon();
        throw error;
      }
    });
    return cost;
  }

  /** A service that did not answer in time executes the request when it continues. This call comes after it. */
  #abandon(): void {
    for (const method of ['Profiler.stopPreciseCoverage', 'Profiler.disable']) this.#call(method).catch(() => {});
  }

  /** Calls since `start`. Ends the counting, also where it fails. */
  async stop(): Promise<Measured<ReadonlyMap<string, ScriptCounts>>> {
    return await this.#measure(async () => {
      try {
        const { result } = await this.#call<{ readonly result: readonly ScriptCoverage[] }>(
          'Profiler.takePreciseCoverage',
        );
        return takeIn('Profiler.takePreciseCoverage', () => countsByPath(result));
      } finally {
        await this.#call('Profiler.stopPreciseCoverage').catch(() => {});
        await this.#call('Profiler.disable').catch(() => {});
      }
    });
  }

  #call<Result>(method: string, params: object = {}): Promise<Result> {
    return this.#session.call<Result>(method, params, { deadlineMs: DEADLINE_MS });
  }
}

/** V8 names one and the same script by path or by URL. */
function countsByPath(scripts: readonly ScriptCoverage[]): ReadonlyMap<string, ScriptCounts> {
  return new Map(
    scripts.flatMap((one) => {
      const path = scriptPath(String(one.url));
      return path === null ? [] : [[path, countsOf(one)] as const];
    }),
  );
}

function countsOf({ functions }: ScriptCoverage): ScriptCounts {
  return new Map(
    functions.flatMap(({ ranges: [range] }) =>
      range ? [[`${Number(range.startOffset)}:${Number(range.endOffset)}`, Number(range.count)] as const] : [],
    ),
  );
}
