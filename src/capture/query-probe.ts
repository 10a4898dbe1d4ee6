import type { TargetQueries } from '../model/database.ts';
import type { Milliseconds } from '../model/units.ts';
import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';
import { REGISTRY_EXPRESSION } from '../target/target-registry.ts';
import type { installQueryProbe } from './in-target/query/install-query-probe.ts';
import type { QueryProbeOptions, QueryReport } from './in-target/query/target-query-probe.ts';
import { callScript } from './in-target-code.ts';

const PROBE = `${REGISTRY_EXPRESSION}?.queries`;
/** From this duration on a query is slow. */
export const SLOW_QUERY_MS: Milliseconds = 100;
const INSTALL_DEADLINE_MS = 15_000;

/**
 * Queries and pools as the program itself uses them, with the request and the line they come from. Needs an attached
 * target; the numbers of each moment come with the samples of the RuntimeProbe, the list of statements is asked for.
 */
export class QueryProbe {
  /** What this Node (or this program) does not offer, as text. */
  readonly unavailable: readonly string[];
  readonly #session: InspectorSession;
  readonly #slowMs: Milliseconds;

  private constructor(session: InspectorSession, slowMs: Milliseconds, unavailable: readonly string[]) {
    this.#session = session;
    this.#slowMs = slowMs;
    this.unavailable = unavailable;
  }

  /** `slowMs`: from this duration on a query is in the slow-query log. */
  static async install(session: InspectorSession, { slowMs }: { readonly slowMs: Milliseconds }): Promise<QueryProbe> {
    const installed = await session.evaluateInTurn<ReturnType<typeof installQueryProbe>>(
      callScript('query-probe', 'installQueryProbe', { slowMs } satisfies QueryProbeOptions),
      { deadlineMs: INSTALL_DEADLINE_MS },
    );
    const unavailable = takeIn('Runtime.evaluate', () => installed.unavailable.map(String));
    return new QueryProbe(session, slowMs, unavailable);
  }

  /** What was counted since the installation; null while the program has loaded no driver that is known. */
  async read(segment: number): Promise<TargetQueries | null> {
    const report = await this.#session.evaluateInTurn<QueryReport | null>(
      `(${PROBE} && ${PROBE}.find() > 0) ? ${PROBE}.report() : null`,
    );
    return report && { schema: 'profiler-queries/1', segment, slowMs: this.#slowMs, ...report };
  }

  /** Puts back what was wrapped. Harmless when it is gone already. */
  async remove(): Promise<void> {
    await this.#session.evaluateInTurn(`${PROBE}?.remove()`);
  }
}
