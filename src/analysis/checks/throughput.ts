import * as say from '../../words/checks/load-trends.ts';
import { type Check, found, insufficient } from '../check.ts';
import { judgeDegradation } from '../degradation.ts';
import { tooFewIntervals } from '../too-few-intervals.ts';

/** Are fewer and fewer requests answered? In a closed load that follows from slower answers, which are named first. */
export const throughput: Check = {
  name: 'throughput',
  run(context) {
    const verdict = judgeDegradation(context, {
      key: 'load.rate',
      kind: 'throughput-degradation',
      what: say.RATE,
      unit: 'requests/s',
      leastGrowth: 1,
      subject: { class: 'throughput', holder: 'all requests', path: [], source: null, package: null },
      isTurned: true,
      file: 'requests.ndjson',
    });
    if (!verdict) return insufficient(tooFewIntervals(context.run, say.RATE_NOUN));
    const isExplained = context.earlier.some(({ kind }) => kind === 'latency-degradation');
    if (verdict.finding && isExplained) return found([], say.followsFromLatency(verdict.detail));
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};
