import type { Faults } from '../faults.ts';
import type { SealedProof } from './proof-sealer.ts';

const REMIND_AFTER_MS = 6 * 3_600_000;

/**
 * Reminds of a receipt that nobody took. Fault `leak-timer`: the reminder is not cancelled when the receipt was sent,
 * one timer of six hours for each request to /lock-proof.
 */
export class ReceiptReminders {
  private readonly keepsTimers: boolean;

  constructor(faults: Faults) {
    this.keepsTimers = faults.has('leak-timer');
  }

  /** Returns what cancels the reminder. */
  schedule(proof: SealedProof, onOverdue: (captureId: string) => void): () => void {
    const remind = (): void => onOverdue(proof.captureId);
    const timer = setTimeout(remind, REMIND_AFTER_MS);
    return () => {
      if (!this.keepsTimers) clearTimeout(timer);
    };
  }
}
