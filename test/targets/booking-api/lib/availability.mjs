import { setImmediate } from 'node:timers/promises';

/** Looks for free nights of a room: with retries, each with a time limit, all ended when the service stops. */
export class Availability {
  constructor({ ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy, wrap }, stopping) {
    this.stopping = stopping;
    this.policy = wrap(
      retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
      timeout(2_000, TimeoutStrategy.Cooperative),
    );
  }

  of(room) {
    return this.policy.execute(async () => {
      await setImmediate();
      return { room, freeNights: room.length };
    }, this.stopping);
  }
}
