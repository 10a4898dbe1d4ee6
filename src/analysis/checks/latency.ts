import * as say from '../../words/checks/load-trends.ts';
import { type Check, type CheckContext, type CheckResult, found, insufficient } from '../check.ts';
import { type DegradationVerdict, judgeDegradation } from '../degradation.ts';
import { LATENCY_PERCENTILES, latencyKey, requestNames } from '../load-series.ts';

/** Do responses of an endpoint become slower? Each request name separately, median and 95th percentile. */
export const latency: Check = {
  name: 'latency',
  run(context) {
    const names = requestNames(context);
    if (names.length === 0) return asServed(context);
    const verdicts = names.map((name) => ({ name, verdict: worstOf(context, name) }));
    const known = verdicts.filter(({ verdict }) => verdict !== null);
    if (known.length === 0) return insufficient(say.TOO_FEW_UNDER_LOAD);
    const findings = known.flatMap(({ verdict }) => verdict?.finding ?? []);
    const details = known.map(({ name, verdict }) => say.requestDetail(name, verdict?.detail ?? ''));
    return found(findings, details.join('; '));
  },
};

/** Traffic that is watched: the mean time from arrival to answer, as the service's own HTTP channels report. */
function asServed(context: CheckContext): CheckResult {
  const verdict = judgeDegradation(context, {
    key: 'served.latency',
    kind: 'latency-degradation',
    what: say.SERVED,
    unit: 'ms',
    leastGrowth: 1,
    shortStep: 20,
    subject: { class: 'all requests', holder: 'all requests', path: [], source: null, package: null },
    file: 'samples.ndjson',
  });
  if (!verdict) return insufficient(say.TOO_FEW_SEEN);
  return found(verdict.finding ? [verdict.finding] : [], say.requestDetail(null, verdict.detail));
}

/** One finding a name: the median where it moves (all requests became slower), else the tail. */
function worstOf(context: CheckContext, name: string): DegradationVerdict | null {
  const verdicts = LATENCY_PERCENTILES.map((percentile) =>
    judgeDegradation(context, {
      key: latencyKey(percentile, name),
      kind: 'latency-degradation',
      what: say.latencyOf(percentile, name),
      unit: 'ms',
      leastGrowth: 1,
      shortStep: 20,
      subject: { class: name, holder: `request ${name}`, path: [], source: null, package: null },
      file: 'requests.ndjson',
    }),
  ).filter((verdict) => verdict !== null);
  return verdicts.find(({ finding }) => finding !== null) ?? verdicts[0] ?? null;
}
