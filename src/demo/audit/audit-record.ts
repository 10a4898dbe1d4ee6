import type { RequestContext } from '../http/request-context.ts';
import type { SealedProof } from '../services/proof-sealer.ts';

interface AuditStep {
  readonly name: string;
  readonly atMs: number;
}

/** Who asked for what, and how far the request has come. About 1 KB. */
export class AuditRecord {
  readonly requestId: string;
  readonly deviceId: string;
  readonly userAgent: string;
  readonly captureId: string;
  readonly digest: string;
  readonly statement: string;
  readonly steps: AuditStep[] = [];

  constructor(context: RequestContext, proof: SealedProof) {
    this.requestId = context.requestId;
    this.deviceId = context.deviceId;
    this.userAgent = context.userAgent;
    this.captureId = proof.captureId;
    this.digest = proof.digest;
    this.statement = proof.statement;
    this.step('received', context.receivedAtMs);
  }

  step(name: string, atMs: number = Date.now()): void {
    this.steps.push({ name, atMs });
  }
}
