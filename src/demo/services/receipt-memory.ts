import { LruCache } from '../cache/lru-cache.ts';
import { TtlCache } from '../cache/ttl-cache.ts';
import type { Faults } from '../faults.ts';
import type { Receipt } from './proof-locker.ts';
import type { SealedProof } from './proof-sealer.ts';

/** Full after 400 proofs: 16 s at 25 proofs a second, 3 s at 150. */
const MAX_RECEIPTS = 400;
const RECENT_MS = 4_000;

/** A receipt with its printable form, about 8 KB. */
class CachedReceipt {
  readonly receipt: Receipt;
  readonly printable: string;

  constructor(receipt: Receipt, proof: SealedProof) {
    this.receipt = receipt;
    const line = `entry ${receipt.entry_id} ${proof.digest} ${proof.statement}`;
    this.printable = Array.from({ length: 8 }, (_, copy) => `copy ${copy}: ${line}`).join('\n');
  }
}

class RecentProof {
  readonly receipt: Receipt;
  readonly statement: string;

  constructor(receipt: Receipt, proof: SealedProof) {
    this.receipt = receipt;
    this.statement = proof.statement;
  }
}

/**
 * Gives a repeated request the receipt it had. Look-alikes: `cache-bounded` remembers the last 400 receipts,
 * `cache-ttl` those of the last 4 s; without them nothing is remembered.
 */
export class ReceiptMemory {
  private readonly receipts: LruCache<CachedReceipt> | null;
  private readonly recent: TtlCache<RecentProof> | null;

  constructor(faults: Faults) {
    this.receipts = faults.has('cache-bounded') ? new LruCache(MAX_RECEIPTS) : null;
    this.recent = faults.has('cache-ttl') ? new TtlCache(RECENT_MS) : null;
  }

  get isOn(): boolean {
    return this.receipts !== null || this.recent !== null;
  }

  recall(deviceId: string, captureId: string): Receipt | undefined {
    const key = `${deviceId} ${captureId}`;
    return (this.receipts?.get(key) ?? this.recent?.get(key))?.receipt;
  }

  remember(proof: SealedProof, receipt: Receipt): void {
    const key = `${proof.deviceId} ${proof.captureId}`;
    this.receipts?.set(key, new CachedReceipt(receipt, proof));
    this.recent?.set(key, new RecentProof(receipt, proof));
  }

  sweep(): void {
    this.recent?.sweep();
  }
}
