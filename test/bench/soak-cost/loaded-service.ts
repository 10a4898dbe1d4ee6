import { readFileSync } from 'node:fs';
import { type Load, startLoad } from '../../../src/load/load-client.ts';
import type { RequestInterval } from '../../../src/model/requests.ts';
import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import { type RunningService, spawnService } from '../../helpers/spawn-service.ts';

export const SERVICE = 'test/targets/express-service.mjs';
export const SCENARIO = 'test/targets/scenarios/express-service.yaml';

export interface LoadedService {
  readonly service: RunningService;
  /** All intervals so far, one a second and request name. */
  readonly intervals: readonly RequestInterval[];
  stop(): Promise<void>;
}

/** The service in a process of its own, healthy, under a constant rate of requests from another. */
export async function startLoadedService(ratePerSecond: number): Promise<LoadedService> {
  const service = await spawnService(SERVICE);
  const intervals: RequestInterval[] = [];
  let load: Load | null = null;
  const stop = async (): Promise<void> => {
    await load?.stop();
    await service.stop();
  };
  try {
    load = await startLoad({
      scenario: parseScenario(readFileSync(SCENARIO, 'utf8'), { fileName: SCENARIO }),
      baseUrl: service.baseUrl,
      overrides: { ratePerSecond, durationMs: null },
      seed: 1,
      onInterval: (latest) => void intervals.push(...latest),
    });
    await load.start();
    return { service, intervals, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
