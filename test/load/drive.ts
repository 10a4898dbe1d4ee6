import { after } from 'node:test';
import { type Load, type LoadOptions, startLoad } from '../../src/load/load-client.ts';
import type { RequestInterval } from '../../src/model/requests.ts';

export interface Driven {
  readonly load: Load;
  readonly intervals: RequestInterval[];
}

/**
 * Starts loads in processes of their own. A test that fails leaves its load behind, and the file would never end: what
 * still runs is stopped after all tests.
 */
export function driver(
  baseUrl: () => string,
): (scenario: LoadOptions['scenario'], options?: Partial<LoadOptions>) => Promise<Driven> {
  const begun: Load[] = [];
  after(() => Promise.allSettled(begun.map((load) => load.stop())));
  return async (scenario, options = {}) => {
    const intervals: RequestInterval[] = [];
    const load = await startLoad({
      scenario,
      baseUrl: baseUrl(),
      seed: 1,
      intervalMs: 100,
      onInterval: (batch) => intervals.push(...batch),
      ...options,
    });
    begun.push(load);
    await load.start();
    return { load, intervals };
  };
}
