import * as say from '../../words/checks/load-trends.ts';
import { errorWords } from '../../words/failures.ts';
import { type Check, found, insufficient } from '../check.ts';
import { judgeDegradation } from '../degradation.ts';
import { tooFewIntervals } from '../too-few-intervals.ts';

/** Do more and more requests fail? */
export const errorRate: Check = {
  name: 'errors',
  run(context) {
    const { fromMs, toMs } = context.judged;
    const kinds = errorWords(
      context.run.requests.filter(({ startMonoMs }) => startMonoMs >= fromMs && startMonoMs <= toMs),
    );
    const verdict = judgeDegradation(
      context,
      {
        key: 'load.errors',
        kind: 'error-rate-degradation',
        what: say.FAILED,
        unit: '%',
        leastGrowth: 1,
        sureStep: 20,
        subject: { class: 'errors', holder: 'all requests', path: [], source: null, package: null },
        file: 'requests.ndjson',
      },
      kinds === null ? [] : [{ what: say.whatFailed(kinds), file: 'requests.ndjson' }],
    );
    if (!verdict) return insufficient(tooFewIntervals(context.run, say.FAILED_NOUN));
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};
