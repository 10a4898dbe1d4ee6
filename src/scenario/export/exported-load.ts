import type { Scenario, Step } from '../scenario.ts';

/** A scenario written for another load tool. */
export interface ExportedLoad {
  readonly text: string;
  /** What the other tool cannot say, and what it says otherwise, in sentences. */
  readonly notes: readonly string[];
}

export type ExportLoad = (scenario: Scenario, baseUrl: string) => ExportedLoad;

/** Where a load that has no end is cut: other tools want a length. */
export const ENDLESS_MS: number = 24 * 3_600_000;

export const ENDLESS_NOTE = 'the scenario has no end; 24 h were written';

/** Headers of every request are in the requests themselves, for tools that have no other place. */
export function withHeaders(scenario: Scenario): Scenario {
  const { headers } = scenario.http;
  const fill = <Kind extends Step>(step: Kind): Kind => ({
    ...step,
    request: { ...step.request, headers: { ...headers, ...step.request.headers } },
  });
  return { ...scenario, setup: scenario.setup.map(fill), tasks: scenario.tasks.map(fill) };
}

/** What is not exported to any other tool. */
export function leftOut({ load, http, probe, stress }: Scenario): string[] {
  const notes: string[] = [];
  if (probe) notes.push('left out: the probe beside the load');
  if (stress) notes.push('left out: the search for the breaking point; the load is the one under `load`');
  if (load.stages.some(({ tasks }) => tasks !== undefined))
    notes.push('left out: stages that choose tasks of their own; all tasks are sent all the time');
  const { timeoutMs, maxConnections, cookies, gzip, insecureTls } = http;
  if (timeoutMs !== null || maxConnections !== null || cookies || gzip || insecureTls)
    notes.push('left out: timeout, connections, cookies, compression and certificates under `http`');
  return notes;
}
