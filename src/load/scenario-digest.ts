import { createHash } from 'node:crypto';
import type { Scenario } from '../scenario/scenario.ts';
import { whatIsSent } from '../scenario/scenario-outline.ts';

/** Whether two runs sent the same. */
export function scenarioDigest(scenario: Scenario): string {
  return sha256(whatIsSent(scenario)).slice(0, 16);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
