import { formatBytes, formatDuration } from '../../model/units.ts';
import { holm } from '../../stats/holm.ts';
import { judgeTrend } from '../../stats/judge-trend.ts';
import { measureTrend, type Trend } from '../../stats/trend.ts';
import { figure } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
import { findingId } from '../finding-id.ts';
import { bodySizeSeries } from '../load-series.ts';
import { type BottleneckDraft, type Rule, seen, unseen } from './rule.ts';

/** What stays small does no harm, however it grows; a drift of some percent is chance. */
const LEAST_BYTES = 16_000;
const LEAST_RISE = 0.2;

/** Answers that hold everything there is, and so grow with what was stored. */
export const noPaging: Rule = {
  rule: 'no-paging',
  name: 'size of answers',
  run(context) {
    const measured = bodySizeSeries(context).flatMap(([name, pieces]) => {
      const trend = measureTrend(pieces);
      return trend ? [{ name, trend }] : [];
    });
    if (measured.length === 0) return unseen('too few answers to our own load were looked at');
    const corrected = holm(measured.map(({ trend }) => trend.pRising));
    const growing = measured.filter(
      ({ trend }, i) =>
        trend.latest >= LEAST_BYTES &&
        judgeTrend(trend, { p: corrected[i] ?? 1, leastShare: LEAST_RISE }) === 'growing',
    );
    const detail = `${growing.length} of ${measured.length} requests have answers that grow while the load stays the same`;
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
    confidence: trend.rSquared >= 0.9 ? 'likely' : 'possible',
    title: `The answers of ${code(name)} grow from ${formatBytes(first)} to ${formatBytes(trend.latest)} in ${formatDuration(trend.span)}: they hold all there is, not a page of it.`,
    request: name,
    source: null,
    package: null,
    evidence: [
      {
        what: `The mean size of an answer rises by ${formatBytes(trend.slope * 60_000)} a minute under a load that stays the same (95 % interval ${formatBytes(trend.low * 60_000)} to ${formatBytes(trend.high * 60_000)}; R2 ${figure(trend.rSquared)}).`,
        file: 'requests.ndjson',
      },
    ],
    against: ['A page that is not full yet grows too, until it is full: a longer run tells.'],
    gain: `Time, memory and bytes of each such answer stay as they are, instead of growing with all that is ever stored: here by ${figure(trend.latest / Math.max(1, first))} times in one run.`,
    recommendation: `Give ${code(name)} a limit with a default (\`limit 100\`) and a cursor for the next page; put the limit into the query, not after it.`,
    check: `In the next run the size of the answers of ${code(name)} should stay level.`,
    weight: 0.2,
  };
}
