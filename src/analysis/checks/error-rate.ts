import { formatCount } from '../../model/units.ts';
import { type Check, type CheckContext, found, insufficient } from '../check.ts';
import { judgeDegradation } from '../degradation.ts';
import { tooFewIntervals } from '../too-few-intervals.ts';
import { code } from '../words.ts';

const SHOWN = 3;

/** Do more and more requests fail? */
export const errorRate: Check = {
  name: 'errors',
  run(context) {
    const kinds = errorKinds(context);
    const verdict = judgeDegradation(
      context,
      {
        key: 'load.errors',
        kind: 'error-rate-degradation',
        what: 'The share of failed requests',
        unit: '%',
        leastGrowth: 1,
        sureStep: 20,
        subject: { class: 'errors', holder: 'all requests', path: [], source: null, package: null },
        file: 'requests.ndjson',
      },
      kinds === null ? [] : [{ what: `What failed: ${kinds}.`, file: 'requests.ndjson' }],
    );
    if (!verdict) return insufficient(tooFewIntervals(context.run, 'the share of failed requests'));
    return found(verdict.finding ? [verdict.finding] : [], verdict.detail);
  },
};

/** The most frequent failures of the judged stretch, by request name and kind; null where nothing failed. */
function errorKinds({ run, judged }: CheckContext): string | null {
  const counts = new Map<string, number>();
  for (const { name, errorKinds: kinds, startMonoMs } of run.requests) {
    if (startMonoMs < judged.fromMs || startMonoMs > judged.toMs) continue;
    for (const [kind, count] of Object.entries(kinds)) {
      const key = `${kind} at ${code(name)}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  return most.length === 0 ? null : most.map(([key, count]) => `${key} (${formatCount(count)})`).join(', ');
}
