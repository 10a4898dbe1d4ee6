import { advise } from '../../words/advice.ts';
import * as say from '../../words/checks/load-trends.ts';
import { failedRoutes } from '../../words/completeness.ts';
import { errorWords } from '../../words/failures.ts';
import { type Check, type CheckContext, type CheckResult, found, insufficient } from '../check.ts';
import { countRoutes, serverErrorsOf } from '../count-routes.ts';
import { judgeDegradation } from '../degradation.ts';
import { tooFewIntervals } from '../too-few-intervals.ts';

const ERRORS = {
  kind: 'error-rate-degradation',
  unit: '%',
  leastGrowth: 1,
  sureStep: 20,
  subject: { class: 'errors', holder: 'all requests', path: [], source: null, package: null },
} as const;

/** Do more and more requests fail? */
export const errorRate: Check = {
  name: 'errors',
  run(context) {
    const { manifest, requests } = context.run;
    if (manifest.plan.load === 'none' && requests.length === 0) return asServed(context);
    const { fromMs, toMs } = context.judged;
    const kinds = errorWords(requests.filter(({ startMonoMs }) => startMonoMs >= fromMs && startMonoMs <= toMs));
    const verdict = judgeDegradation(
      context,
      {
        key: 'load.errors',
        ...ERRORS,
        what: say.FAILED,
        file: 'requests.ndjson',
      },
      kinds === null ? [] : [{ what: say.whatFailed(kinds), file: 'requests.ndjson' }],
    );
    if (!verdict) return insufficient(tooFewIntervals(context.run, say.FAILED_NOUN));
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};

/** Traffic that is watched: the statuses that the service gave, as its own HTTP channels report. */
function asServed(context: CheckContext): CheckResult {
  const failing = failedRoutes(countRoutes(context.run.events), serverErrorsOf);
  const verdict = judgeDegradation(
    context,
    {
      key: 'served.errors',
      ...ERRORS,
      what: say.SERVER_ERRORS,
      recommendation: advise(say.READ_THE_LOG),
      file: 'samples.ndjson',
    },
    failing === '' ? [] : [{ what: say.whatFailed(failing), file: 'events.ndjson' }],
  );
  if (!verdict) return insufficient(say.TOO_FEW_SEEN);
  return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
}
