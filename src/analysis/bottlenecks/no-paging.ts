import { holm } from '../../stats/holm.ts';
import { judgeTrend } from '../../stats/judge-trend.ts';
import { measureTrend, type Trend } from '../../stats/trend.ts';
import { TOO_FEW } from '../../words/bottlenecks/no-keep-alive.ts';
import * as say from '../../words/bottlenecks/no-paging.ts';
import { findingId } from '../finding-id.ts';
import { LINE_R_SQUARED } from '../leak-thresholds.ts';
import { bodySizeSeries } from '../load-series.ts';
import { type BottleneckDraft, type Rule, seen, unseen } from './rule.ts';

/** What stays small does no harm, however it grows; a drift of some percent is chance. */
const LEAST_BYTES = 16_000;
const LEAST_RISE = 0.2;

/** Answers that hold everything there is, and so grow with what was stored. */
export const noPaging: Rule = {
  rule: 'no-paging',
  run(context) {
    const measured = bodySizeSeries(context).flatMap(([name, pieces]) => {
      const trend = measureTrend(pieces);
      return trend ? [{ name, trend }] : [];
    });
    if (measured.length === 0) return unseen(TOO_FEW);
    const corrected = holm(measured.map(({ trend }) => trend.pRising));
    const growing = measured.filter(
      ({ trend }, i) =>
        trend.latest >= LEAST_BYTES &&
        judgeTrend(trend, { p: corrected[i] ?? 1, leastShare: LEAST_RISE }) === 'growing',
    );
    const detail = say.looked(growing.length, measured.length);
    return seen(
      growing.map(({ name, trend }) => draftOf(name, trend)),
      detail,
    );
  },
};

function draftOf(name: string, trend: Trend): BottleneckDraft {
  const first = Math.max(0, trend.latest - trend.slope * trend.span);
  return {
    id: findingId('no-paging', name, ''),
    confidence: trend.rSquared >= LINE_R_SQUARED ? 'likely' : 'possible',
    title: say.title(name, first, trend.latest, trend.span),
    request: name,
    source: null,
    package: null,
    evidence: [{ what: say.sizeRises(trend), file: 'requests.ndjson' }],
    against: [say.AGAINST],
    gain: say.gain(trend.latest / Math.max(1, first)),
    recommendation: say.advice(name),
    check: say.check(name),
    weight: 0.2,
  };
}
