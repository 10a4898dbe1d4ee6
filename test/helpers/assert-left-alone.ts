import assert from 'node:assert/strict';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import type { RunningService } from './spawn-service.ts';

/** The service lives, and listens where it listened before: no inspector is left open. */
export function assertLeftAlone(service: RunningService): void {
  assert.equal(service.child.exitCode, null);
  assert.deepEqual(
    readProcessFacts(service.pid)?.listening?.map(({ port }) => port),
    [service.port],
  );
}
