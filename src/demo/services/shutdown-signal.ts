import type { Faults } from '../faults.ts';

/** Answered 503 by the error handler. */
class ServiceClosingError extends Error {
  override readonly name = 'ServiceClosingError';
  readonly statusCode = 503;
}

/**
 * Refuses work once the service closes. Fault `leak-promise`: work is raced against a promise that settles at shutdown
 * only. Each race hangs its reactions on that promise, and with them the result of the work, one per request.
 */
export class ShutdownSignal {
  private readonly closing: Promise<never>;
  private readonly races: boolean;
  private rejectClosing: (reason: Error) => void = () => undefined;
  private isClosing = false;

  constructor(faults: Faults) {
    this.races = faults.has('leak-promise');
    this.closing = new Promise((_, reject) => {
      this.rejectClosing = reject;
    });
    // Nobody may be racing when we close.
    this.closing.catch(() => undefined);
  }

  async guard<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.isClosing) throw new ServiceClosingError('the service is closing');
    return this.races ? Promise.race([work(), this.closing]) : work();
  }

  close(): void {
    this.isClosing = true;
    this.rejectClosing(new ServiceClosingError('the service is closing'));
  }
}
