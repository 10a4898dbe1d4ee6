import type { Faults } from '../faults.ts';
import type { RequestContext } from '../http/request-context.ts';
import type { SealedProof } from '../services/proof-sealer.ts';
import { AuditRecord } from './audit-record.ts';

/**
 * The audit records of requests under way, by request. Fault `leak-map`: settling marks a record and leaves it in the
 * Map, one per request to /lock-proof, about 1 KB each.
 */
export class PendingAudits {
  private readonly pending = new Map<string, AuditRecord>();
  private readonly keepsSettled: boolean;

  constructor(faults: Faults) {
    this.keepsSettled = faults.has('leak-map');
  }

  open(context: RequestContext, proof: SealedProof): AuditRecord {
    const record = new AuditRecord(context, proof);
    this.pending.set(context.requestId, record);
    return record;
  }

  settle(record: AuditRecord): void {
    record.step('settled');
    if (this.keepsSettled) return;
    this.pending.delete(record.requestId);
  }
}
