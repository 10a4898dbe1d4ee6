import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { RequestInterval } from '../../src/model/requests.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

export interface TargetStats {
  /** Requests by path. */
  readonly seen: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Monotonic milliseconds of every arrival. */
  readonly arrivals: readonly number[];
}

export interface Target {
  readonly url: string;
  readonly tell: (what: 'stats' | 'forget' | 'down' | 'up' | 'stall') => Promise<TargetStats>;
  readonly close: () => Promise<void>;
}

/** A real HTTP service in a process of its own. */
export async function startTarget(): Promise<Target> {
  const child = fork(new URL('./target-process.js', import.meta.url), { execArgv: [] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}`,
    async tell(what) {
      const answered = once(child, 'message') as Promise<[{ stats: TargetStats }]>;
      child.send(what);
      return (await answered)[0].stats;
    },
    async close() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** A scenario of which a test says only what it is about. */
export function scenarioOf(load: string, tasks: string, setup = ''): Scenario {
  const text = `name: test\nload: ${load}\n${setup ? `setup:\n${setup}\n` : ''}tasks:\n${tasks}\n`;
  return parseScenario(text, { fileName: 'test.yaml' });
}

export const ENROLL: string = `  - request: { name: enroll, method: POST, path: /enroll, json: { device_id: "d-{{sequence}}" } }
    capture: { token: "$.data[0].token" }`;

export const PRIVATE: string =
  '  - request: { name: private, path: /private, headers: { authorization: "Bearer {{token}}" } }';

export function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** Sums over the intervals of one name. */
export function sumOf(
  intervals: readonly RequestInterval[],
  name: string,
): { count: number; errors: number; dropped: number } {
  const own = intervals.filter((interval) => interval.name === name);
  const sum = (key: 'count' | 'errors' | 'dropped'): number =>
    own.reduce((total, interval) => total + interval[key], 0);
  return { count: sum('count'), errors: sum('errors'), dropped: sum('dropped') };
}

export function errorKindsOf(intervals: readonly RequestInterval[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const interval of intervals) {
    for (const [kind, count] of Object.entries(interval.errorKinds)) kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  return kinds;
}
