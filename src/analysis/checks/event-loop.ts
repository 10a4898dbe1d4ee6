import { type Check, found, insufficient } from '../check.ts';
import { judgeDegradation } from '../degradation.ts';

/** Does the event loop answer later and later? Captures of ours are left out. */
export const eventLoop: Check = {
  name: 'event loop',
  run(context) {
    const verdict = judgeDegradation(context, {
      key: 'loop.delay.p99',
      kind: 'event-loop-degradation',
      what: 'The event-loop delay (99th percentile)',
      unit: 'ms',
      // The clock of the measurement itself ticks in 10 to 20 ms.
      leastGrowth: 5,
      shortStep: 50,
      subject: { class: 'event loop', holder: 'the process', path: [], source: null, package: null },
      file: 'samples.ndjson',
    });
    if (!verdict) return insufficient('the event loop was not seen often enough to tell a trend');
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};
