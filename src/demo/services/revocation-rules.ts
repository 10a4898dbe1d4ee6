import type { Faults } from '../faults.ts';

const RULE_COUNT = 250;

/** The patterns of revoked devices, as the registry publishes them. */
function publishedRules(): readonly RegExp[] {
  return Array.from({ length: RULE_COUNT }, (_, batch) => new RegExp(`^revoked-batch-${batch}-[0-9]+$`));
}

/**
 * Knows which devices are revoked. Fault `cpu-creep`: a refresh appends the rules to those of the last one instead of
 * replacing them, 250 references a second (no new objects), and each request tries them all: about 1 ms after a minute.
 */
export class RevocationRules {
  private readonly published = publishedRules();
  private readonly appends: boolean;
  private rules: RegExp[] = [];

  constructor(faults: Faults) {
    this.appends = faults.has('cpu-creep');
    this.refresh();
  }

  refresh(): void {
    if (!this.appends) this.rules = [];
    this.rules.push(...this.published);
  }

  isRevoked(deviceId: string): boolean {
    return this.rules.some((rule) => rule.test(deviceId));
  }
}
