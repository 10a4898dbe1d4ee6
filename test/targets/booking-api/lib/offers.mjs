import { setImmediate } from 'node:timers/promises';

/** Asks for the offers of a hotel behind a circuit breaker that is made for the call and shut down after it. */
export class Offers {
  constructor(circuitBreaker) {
    // Release 4.1 has a factory as well, and both know `new`.
    this.CircuitBreaker = circuitBreaker;
  }

  async ask(hotel) {
    const breaker = new this.CircuitBreaker(priceOf, { timeout: 2_000, rollingCountBuckets: 4 });
    try {
      return await breaker.fire(hotel);
    } finally {
      breaker.shutdown();
    }
  }
}

async function priceOf(hotel) {
  await setImmediate();
  return { hotel, price: 60 + 5 * hotel.length };
}
