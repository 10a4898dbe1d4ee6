import { advise } from '../../words/advice.ts';
import * as say from '../../words/checks/service-metrics.ts';
import { rateWords } from '../../words/figures.ts';
import { scrapeWords } from '../../words/scrape.ts';
import { code } from '../../words/terms.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { type DegradingSeries, judgeDegradation } from '../degradation.ts';
import type { Measure, Role } from '../scraped/measure.ts';
import { measuresOf } from '../scraped/measures-of.ts';
import { readingsOf, trendKey } from '../scraped/scraped-trends.ts';
import { trafficGrowth } from '../traffic-growth.ts';

type JudgedRole = Exclude<Role, 'none'>;

/** What getting worse means for each role. Fewer than `leastGrowth` is not worth reporting, whatever its share. */
const ROLES: Readonly<Record<JudgedRole, Pick<DegradingSeries, 'kind' | 'leastGrowth' | 'unit' | 'atRest'>>> = {
  backlog: { kind: 'throughput-degradation', unit: 'entries', leastGrowth: 10, atRest: 'fine' },
  'pool-wait': { kind: 'pool-exhaustion', unit: 'callers', leastGrowth: 5 },
  'hit-rate': { kind: 'throughput-degradation', unit: 'share', leastGrowth: 0.05, atRest: 'worse' },
  duration: { kind: 'latency-degradation', unit: 'ms', leastGrowth: 1 },
  failures: { kind: 'error-rate-degradation', unit: 'share', leastGrowth: 0.01, atRest: 'worse' },
  cardinality: { kind: 'js-heap-leak', unit: 'series', leastGrowth: 20, atRest: 'fine' },
};

/** A symptom that an earlier check has measured is not reported again. */
const TOLD_BEFORE: readonly Role[] = ['pool-wait', 'duration', 'failures', 'cardinality'];
/** What rises with the traffic is use, or at least may be. */
const FOLLOWS_TRAFFIC: readonly Role[] = ['backlog', 'pool-wait', 'duration', 'failures'];
const RISEN_TRAFFIC = 1.2;
const SHOWN_ROWS = 8;

/** Does what the service says of itself get worse: a queue that grows on and on, a cache that hits less and less? */
export const serviceMetrics: Check = {
  name: 'metrics of the service',
  run(context) {
    const { scraped } = context.run;
    if (!scraped) return insufficient(say.NOT_READ);
    const measures = measuresOf(scraped.plan);
    const words = scrapeWords(scraped);
    if (readingsOf(context).length === 0) return insufficient(words);
    const judged = measures.map((measure) => ({ measure, ...judge(context, measure) }));
    const known = judged.filter(({ row }) => row !== 'unknown');
    if (known.length === 0) return insufficient(`${words}; ${say.TOO_FEW}`);
    const rows = known.flatMap(({ row }) => (row === null ? [] : [row]));
    const detail = [
      words,
      ...rows.slice(0, SHOWN_ROWS),
      ...(rows.length > SHOWN_ROWS ? [say.moreGrow(rows.length - SHOWN_ROWS)] : []),
      say.steady(known.length - rows.length, measures.length),
    ].join('; ');
    return found(onePerMetric(known), detail);
  },
};

interface Judged {
  readonly finding: FindingDraft | null;
  /** For the list of what was checked; null if nothing moves, `unknown` where there were too few readings. */
  readonly row: string | null | 'unknown';
}

function judge(context: CheckContext, measure: Measure): Judged {
  const { role, text } = measure;
  if (role === 'none') return { finding: null, row: shownRow(context, measure) };
  const rest = ROLES[role];
  const { what, advice } = say.ROLE_WORDS[role];
  const verdict = judgeDegradation(
    context,
    {
      ...rest,
      key: trendKey(measure),
      what: `${what} ${code(text)}`,
      unit: unitWord(measure, rest.unit),
      subject: { class: text, holder: `metric ${text}`, path: [], source: null, package: null },
      isTurned: role === 'hit-rate',
      recommendation: advise(advice),
      file: 'scrapes.ndjson',
    },
    measure.help === '' ? [] : [{ what: say.describedAs(measure.help), file: null }],
  );
  if (!verdict) return { finding: null, row: 'unknown' };
  if (!verdict.finding) return { finding: null, row: null };
  const isTold =
    TOLD_BEFORE.includes(role) &&
    context.earlier.some(({ kind, confidence }) => kind === rest.kind && confidence !== 'possible');
  return {
    finding: isTold ? null : cautious(context, role, verdict.finding),
    row: say.row(text, isTold, verdict.detail),
  };
}

/** A share whose name does not give its scale may be of 1 or of 100, so it has no unit. */
function unitWord({ unit }: Measure, word: string): string {
  if (unit === 'count') return word === 'share' ? '' : word;
  return unit === 'share' ? word : unit;
}

/** From outside, the name alone says what a figure means; and where more was asked of the service, more may wait in it. */
function cautious(context: CheckContext, role: JudgedRole, finding: FindingDraft): FindingDraft {
  const growth = FOLLOWS_TRAFFIC.includes(role) ? (trafficGrowth(context) ?? 1) : 1;
  const against = [...finding.against, say.FROM_NAME];
  if (growth < RISEN_TRAFFIC) {
    return { ...finding, confidence: finding.confidence === 'possible' ? 'possible' : 'likely', against };
  }
  return { ...finding, confidence: 'possible', severity: 'minor', against: [...against, say.trafficRose(growth)] };
}

function shownRow(context: CheckContext, measure: Measure): Judged['row'] {
  const entry = context.trends.judge(trendKey(measure), { leastShare: 0.25 });
  if (!entry) return 'unknown';
  if (entry.verdict !== 'growing') return null;
  const { slope, span } = entry.trend;
  return say.rises(measure.text, measure.as, rateWords(slope, span, unitWord(measure, '')));
}

/** A metric with many label sets is one finding, of the label set that moved most. */
function onePerMetric(judged: readonly (Judged & { readonly measure: Measure })[]): FindingDraft[] {
  const byMetric = new Map<string, FindingDraft[]>();
  for (const { measure, finding } of judged) {
    if (!finding) continue;
    const metric = measure.text.split('{')[0] ?? measure.text;
    byMetric.set(metric, [...(byMetric.get(metric) ?? []), finding]);
  }
  return [...byMetric.values()].flatMap((findings) => {
    const [worst, ...others] = findings.toSorted(
      (a, b) => Math.abs(b.growth?.perHour ?? 0) - Math.abs(a.growth?.perHour ?? 0),
    );
    if (!worst) return [];
    const more = { what: say.moreLabelSets(others.length), file: 'scrapes.ndjson' };
    return [others.length === 0 ? worst : { ...worst, evidence: [...worst.evidence, more] }];
  });
}
