import type { Faults } from '../faults.ts';

/** What the registry publishes, again each second. */
const PUBLISHED = Array.from({ length: 8 }, (_, index) => `revoked-device-${index}`);

/**
 * Knows which devices are revoked. Fault `cpu-creep`: a refresh appends the published names to those of the last one
 * instead of replacing them: eight references a second, no new object. Each request compares them all, at 4 us each
 * (options make `localeCompare` build a collator): 2 ms a request after a minute, a whole core at 150 proofs a second
 * after three.
 */
export class RevocationRules {
  private readonly appends: boolean;
  private revoked: string[] = [];

  constructor(faults: Faults) {
    this.appends = faults.has('cpu-creep');
    this.refresh();
  }

  refresh(): void {
    if (!this.appends) this.revoked = [];
    this.revoked.push(...PUBLISHED);
  }

  /** Devices write their name in any case. */
  isRevoked(deviceId: string): boolean {
    return this.revoked.some((name) => name.localeCompare(deviceId, 'en', { sensitivity: 'base' }) === 0);
  }
}
