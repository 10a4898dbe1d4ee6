import { type Check, found, insufficient } from '../check.ts';
import { judgeDegradation } from '../degradation.ts';

/** Do more and more requests fail? */
export const errorRate: Check = {
  name: 'errors',
  run(context) {
    const verdict = judgeDegradation(context, {
      key: 'load.errors',
      kind: 'error-rate-degradation',
      what: 'The share of failed requests',
      unit: 'of 1',
      leastGrowth: 0.01,
      subject: { class: 'errors', holder: 'all requests', path: [], source: null, package: null },
      file: 'requests.ndjson',
    });
    if (!verdict) return insufficient('errors are known only where the load is driven by this tool, with some answers');
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};
