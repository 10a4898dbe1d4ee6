import type { AuditBatch } from '../audit/audit-batch.ts';
import type { AuditRecord } from '../audit/audit-record.ts';
import type { PendingAudits } from '../audit/pending-audits.ts';
import type { LedgerRepository } from '../db/ledger-repository.ts';
import type { SpotCheck } from '../db/spot-check.ts';
import type { LedgerEvents } from '../events/ledger-events.ts';
import type { PayloadStaging } from '../evidence/payload-staging.ts';
import type { RetentionPolicy } from '../evidence/retention-policy.ts';
import type { RequestContext } from '../http/request-context.ts';
import type { ServiceMetrics } from '../metrics/demo-metrics.ts';
import type { ProofInput, ProofSealer, SealedProof } from './proof-sealer.ts';
import type { ReceiptMemory } from './receipt-memory.ts';
import type { ReceiptOutbox } from './receipt-outbox.ts';
import type { ReceiptReminders } from './receipt-reminders.ts';
import type { RevocationRules } from './revocation-rules.ts';
import type { RiskTables } from './risk-tables.ts';
import type { ShutdownSignal } from './shutdown-signal.ts';

export interface Receipt {
  readonly entry_id: number;
  readonly capture_id: string;
  readonly digest: string;
  readonly retention_days: number;
  readonly risk: number;
  /** The last entry of a checkpoint that was made meanwhile, null when none was. */
  readonly checkpoint: number | null;
}

export interface ProofLockerParts {
  readonly ledger: LedgerRepository;
  readonly spotCheck: SpotCheck;
  readonly events: LedgerEvents;
  readonly audits: PendingAudits;
  /** Null where audit lines are not collected. */
  readonly auditBatch: AuditBatch | null;
  readonly staging: PayloadStaging;
  readonly retention: RetentionPolicy;
  readonly sealer: ProofSealer;
  readonly memory: ReceiptMemory;
  readonly outbox: ReceiptOutbox;
  readonly reminders: ReceiptReminders;
  readonly revocations: RevocationRules;
  readonly risks: RiskTables;
  readonly shutdown: ShutdownSignal;
  readonly metrics: ServiceMetrics;
  readonly onOverdue: (captureId: string) => void;
}

/** Answered 403 by the error handler. */
class RevokedDeviceError extends Error {
  override readonly name = 'RevokedDeviceError';
  readonly statusCode = 403;
}

/** The story of one POST /lock-proof. */
export class ProofLocker {
  private readonly parts: ProofLockerParts;

  constructor(parts: ProofLockerParts) {
    this.parts = parts;
  }

  async lock(context: RequestContext, input: ProofInput): Promise<Receipt> {
    const { revocations, sealer } = this.parts;
    if (revocations.isRevoked(context.deviceId)) throw new RevokedDeviceError('the device is revoked');
    return this.recall(context, input) ?? (await this.lockSealed(context, sealer.seal(context, input)));
  }

  private recall(context: RequestContext, input: ProofInput): Receipt | undefined {
    const { memory, metrics } = this.parts;
    if (!memory.isOn) return undefined;
    const known = memory.recall(context.deviceId, input.capture_id);
    metrics.countCacheLookup(known !== undefined);
    return known;
  }

  private async lockSealed(context: RequestContext, proof: SealedProof): Promise<Receipt> {
    const { audits, events, reminders, memory, outbox, shutdown, onOverdue } = this.parts;
    const audit = audits.open(context, proof);
    const watch = events.watchCheckpoint(context);
    const cancelReminder = reminders.schedule(proof, onOverdue);
    try {
      const stored = await shutdown.guard(() => this.store(proof, audit));
      const receipt: Receipt = { ...stored, checkpoint: watch.seen()?.entryId ?? null };
      memory.remember(proof, receipt);
      outbox.enqueue(context, receipt);
      return receipt;
    } finally {
      cancelReminder();
      watch.stop();
      audits.settle(audit);
    }
  }

  private async store(proof: SealedProof, audit: AuditRecord): Promise<Omit<Receipt, 'checkpoint'>> {
    const { ledger, spotCheck, staging, retention, risks, auditBatch } = this.parts;
    const retentionDays = await retention.retentionDaysForNextProof();
    const entryId = await ledger.append(proof);
    audit.step('appended');
    await spotCheck.afterAppend(entryId, proof.digest);
    staging.stage(proof);
    auditBatch?.add(audit);
    return {
      entry_id: entryId,
      capture_id: proof.captureId,
      digest: proof.digest,
      retention_days: retentionDays,
      risk: risks.score(proof.digest),
    };
  }
}
