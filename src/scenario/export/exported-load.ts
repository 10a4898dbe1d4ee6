import type { Scenario } from '../scenario.ts';

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
