import type { Faults } from '../faults.ts';
import type { RequestContext } from '../http/request-context.ts';
import type { Receipt } from './proof-locker.ts';

export interface Delivery {
  readonly to: string;
  readonly text: string;
}

const REDELIVERABLE = 100;

/**
 * Delivers receipts to devices some time after the answer, and can repeat the last of them. Fault `leak-closure`: what
 * was delivered is kept without a bound, and each closure holds its request, one for each request to /lock-proof.
 */
export class ReceiptOutbox {
  private readonly waiting: (() => Delivery)[] = [];
  private readonly delivered: (() => Delivery)[] = [];
  private readonly keepsAll: boolean;
  private readonly send: (delivery: Delivery) => void;

  constructor(send: (delivery: Delivery) => void, faults: Faults) {
    this.send = send;
    this.keepsAll = faults.has('leak-closure');
  }

  enqueue(context: RequestContext, receipt: Receipt): void {
    const deliver = (): Delivery => ({
      to: `${context.deviceId} at ${context.remoteAddress}`,
      text: JSON.stringify({ receipt, answers: context.body, agent: context.userAgent }),
    });
    this.waiting.push(deliver);
  }

  flush(): void {
    for (const deliver of this.waiting.splice(0)) {
      this.send(deliver());
      this.delivered.push(deliver);
    }
    if (!this.keepsAll) this.delivered.splice(0, this.delivered.length - REDELIVERABLE);
  }
}
