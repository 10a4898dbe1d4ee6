import type { PostgresMonitor } from '../capture/database/postgres-monitor.ts';
import type { Clock } from '../model/clock.ts';
import type { DatabaseView, TargetQueries } from '../model/database.ts';
import type { MetricName } from '../model/metric-catalogue.ts';
import type { Milliseconds, MonoMs } from '../model/units.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { RunLog } from './run-log.ts';
import type { TargetKeeper } from './target-keeper.ts';

interface DatabaseWatchOptions {
  /** Null without `--database`: then queries are seen from inside the target only. */
  readonly monitor: PostgresMonitor | null;
  readonly keeper: TargetKeeper;
  readonly recorder: RunRecorder;
  readonly log: RunLog;
  readonly clock: Clock;
  readonly durationMs: Milliseconds;
}

const SHORTEST_KEEP_MS = 10_000;
const LONGEST_KEEP_MS = 60_000;
const KEEPS = 60;
/** Statements whose plans are asked for: those that take most time in the server, in the target, and are called most. */
const EXPLAINED_EACH = 8;

/**
 * Keeps what is known of queries in the run folder: now and then, so that a tool that is killed loses little, and at the
 * end.
 */
export class DatabaseWatch {
  readonly #options: DatabaseWatchOptions;
  readonly #keepEachMs: Milliseconds;
  #nextMonoMs: MonoMs;
  #keeping: Promise<void> | null = null;
  #latest: TargetQueries | null = null;

  constructor(options: DatabaseWatchOptions) {
    this.#options = options;
    this.#keepEachMs = Math.min(LONGEST_KEEP_MS, Math.max(SHORTEST_KEEP_MS, options.durationMs / KEEPS));
    this.#nextMonoMs = options.clock.monoMs() + this.#keepEachMs;
  }

  async read(patienceMs: Milliseconds): Promise<Partial<Record<MetricName, number>>> {
    return (await this.#options.monitor?.read(patienceMs)) ?? {};
  }

  /** Does not wait, since sampling must not wait. */
  keepWhenDue(): void {
    const { clock } = this.#options;
    if (this.#keeping || clock.monoMs() < this.#nextMonoMs) return;
    this.#nextMonoMs = clock.monoMs() + this.#keepEachMs;
    this.#keeping = this.#keep(() => []).finally(() => {
      this.#keeping = null;
    });
  }

  /** The last state, with plans. Returns the scripts that queries came from. */
  async finish(): Promise<string[]> {
    await this.#keeping;
    this.#nextMonoMs = Number.POSITIVE_INFINITY;
    await this.#keep((view) => worthExplaining(view, this.#latest));
    const statements = this.#latest?.statements ?? [];
    const holders = this.#latest?.pools.flatMap((pool) => pool.holders) ?? [];
    return [...new Set([...statements.flatMap(({ sites }) => sites), ...holders].map(({ url }) => url))];
  }

  async #keep(toExplain: (view: DatabaseView) => readonly string[]): Promise<void> {
    const { keeper, monitor, recorder, log } = this.#options;
    try {
      const { segment } = keeper;
      const queries = await keeper.whenCalm((instruments) => instruments.queries?.read(segment) ?? null);
      if (queries) {
        this.#latest = queries;
        await recorder.writeData(recorder.fileFor('database', `queries-${segment}`), queries);
      }
      if (!monitor) return;
      const view = await monitor.view(toExplain);
      await recorder.writeData(recorder.fileFor('database', 'server'), view);
    } catch (error) {
      log.event({ type: 'note', detail: `queries were not kept: ${(error as Error).message}` });
    }
  }
}

function worthExplaining({ statements, observed }: DatabaseView, queries: TargetQueries | null): string[] {
  const first = <One extends { readonly text: string }>(all: readonly One[], by: (one: One) => number): string[] =>
    [...all]
      .sort((a, b) => by(b) - by(a))
      .slice(0, EXPLAINED_EACH)
      .map(({ text }) => text);
  return [
    ...new Set([
      ...first(queries?.statements ?? [], ({ totalMs }) => totalMs),
      ...first(queries?.statements ?? [], ({ calls }) => calls),
      ...first(statements ?? [], ({ totalMs }) => totalMs),
      ...first(observed, ({ longestMs }) => longestMs),
    ]),
  ];
}
