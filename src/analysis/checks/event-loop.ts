import type { Evidence } from '../../model/finding.ts';
import * as say from '../../words/checks/event-loop.ts';
import { type Check, type CheckContext, found, insufficient } from '../check.ts';
import { judgeDegradation } from '../degradation.ts';

/** Does the event loop answer later and later? Captures of ours are left out. */
export const eventLoop: Check = {
  name: 'event loop',
  run(context) {
    const verdict = judgeDegradation(
      context,
      {
        key: 'loop.delay.p99',
        kind: 'event-loop-degradation',
        what: say.DELAY,
        unit: 'ms',
        // The clock of the measurement itself ticks in 10 to 20 ms.
        leastGrowth: 5,
        shortStep: 50,
        subject: { class: 'event loop', holder: 'the process', path: [], source: null, package: null },
        file: 'samples.ndjson',
      },
      takenFromCore(context),
    );
    if (!verdict) return insufficient(say.TOO_FEW);
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};

/** The scheduler takes the core from a busy process about ten times per second anyway. */
const LEAST_SWITCHES = 20;

/** More and more often another process or thread was given the core while the service wanted it. */
function takenFromCore({ trends }: CheckContext): Evidence[] {
  const entry = trends.judge('process.ctxt.involuntary', { leastShare: 0.5, leastGrowth: LEAST_SWITCHES });
  if (entry?.verdict !== 'growing') return [];
  const { slope, span } = entry.trend;
  return [{ what: say.takenFromCore(slope, span), file: 'samples.ndjson' }];
}
