import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { Milliseconds } from '../model/units.ts';
import type { LoadProfile, Scenario } from './scenario.ts';

/** What the command line may change. Absent: as the scenario says. */
export interface LoadOverrides {
  /** Virtual users: the closed model, without stages. */
  readonly users?: number;
  /** Arrivals a second: the open model, without stages. */
  readonly ratePerSecond?: number;
  /** Null: until it is stopped. */
  readonly durationMs?: Milliseconds | null;
}

/** The scenario with `--users` or `--rate` in place of its own level. Throws a ProfilerError when both are given. */
export function overrideLoad(scenario: Scenario, overrides: LoadOverrides): Scenario {
  const { users, ratePerSecond, durationMs } = overrides;
  if (users !== undefined && ratePerSecond !== undefined) {
    throw new ProfilerError(
      'load-overrides',
      EXIT.usage,
      '--users and --rate cannot be combined',
      'Keep one: --users runs virtual users that wait for each response, --rate sends at a fixed rate without waiting.',
    );
  }
  let load = scenario.load;
  if (users !== undefined) load = withUsers(load, users);
  if (ratePerSecond !== undefined) load = withRate(load, ratePerSecond);
  if (durationMs !== undefined) load = { ...load, durationMs };
  return { ...scenario, load };
}

function withUsers(load: LoadProfile, users: number): LoadProfile {
  const closed =
    load.model === 'closed'
      ? load
      : { model: 'closed' as const, thinkTime: { minMs: 0, maxMs: 0 }, requestsPerUser: null };
  return { ...closed, stages: [{ level: users, durationMs: null }], durationMs: load.durationMs };
}

function withRate(load: LoadProfile, ratePerSecond: number): LoadProfile {
  return {
    model: 'open',
    stages: [{ level: ratePerSecond, durationMs: null }],
    arrivals: load.model === 'open' ? load.arrivals : 'constant',
    users: load.model === 'open' ? load.users : Math.min(100, Math.max(1, Math.ceil(ratePerSecond))),
    durationMs: load.durationMs,
  };
}
