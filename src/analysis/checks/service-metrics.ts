import { formatCount } from '../../model/units.ts';
import { advise } from '../../words/advice.ts';
import { figure, rateWords } from '../../words/figures.ts';
import { scrapeWords } from '../../words/scrape.ts';
import { code } from '../../words/terms.ts';
import { type Check, type CheckContext, type FindingDraft, found, insufficient } from '../check.ts';
import { type DegradingSeries, judgeDegradation } from '../degradation.ts';
import type { Measure, Role } from '../scraped/measure.ts';
import { measuresOf } from '../scraped/measures-of.ts';
import { readingsOf, trendKey } from '../scraped/scraped-trends.ts';
import { trafficGrowth } from '../traffic-growth.ts';

type JudgedRole = Exclude<Role, 'none'>;

/** What getting worse means for each role. Fewer than `leastGrowth` is not worth a word, whatever its share. */
const ROLES: Readonly<
  Record<
    JudgedRole,
    Pick<DegradingSeries, 'kind' | 'leastGrowth' | 'unit' | 'atRest'> & {
      readonly what: string;
      readonly advice: string;
    }
  >
> = {
  backlog: {
    kind: 'throughput-degradation',
    what: 'What waits in',
    unit: 'entries',
    leastGrowth: 10,
    atRest: 'fine',
    advice:
      'More comes in than is worked off: find what the consumer waits for (the flame graph, the pool, the database), give it more workers, or refuse work when the backlog is full.',
  },
  'pool-wait': {
    kind: 'pool-exhaustion',
    what: 'The number of callers that wait in',
    unit: 'callers',
    leastGrowth: 5,
    advice:
      'Give each connection back in a `finally` (`client.release()`), set a timeout for waiting, and look for queries that became slow.',
  },
  'hit-rate': {
    kind: 'throughput-degradation',
    what: 'The share of hits in',
    unit: 'share',
    leastGrowth: 0.05,
    atRest: 'worse',
    advice:
      'Look at what became of the keys: a part that changes with each request (a time, an id), a size that became too small for the data, or an expiry that is too short.',
  },
  duration: {
    kind: 'latency-degradation',
    what: 'The time in',
    unit: 'ms',
    leastGrowth: 1,
    advice:
      'Compare the flame graphs of the first and of the last window: work that grows with the age of the process shows there; else it waits for something outside.',
  },
  failures: {
    kind: 'error-rate-degradation',
    what: 'The share of',
    unit: 'share',
    leastGrowth: 0.01,
    atRest: 'worse',
    advice: 'Read the log of the service from the time at which the share began to rise.',
  },
  cardinality: {
    kind: 'js-heap-leak',
    what: 'The number of',
    unit: 'series',
    leastGrowth: 20,
    atRest: 'fine',
    advice:
      'A label takes ever new values (a path with an id, a user, an error text), and the client library keeps each for ever: label with a pattern or a class instead.',
  },
};

/** A symptom that an earlier check has measured itself is not told twice. */
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
    if (!scraped) return insufficient('not read in this run: --scrape URL adds what the service says of itself');
    const measures = measuresOf(scraped.plan);
    const words = scrapeWords(scraped);
    if (readingsOf(context).length === 0) return insufficient(words);
    const judged = measures.map((measure) => ({ measure, ...judge(context, measure) }));
    const known = judged.filter(({ row }) => row !== 'unknown');
    if (known.length === 0) return insufficient(`${words}; too few readings to tell a trend`);
    const rows = known.flatMap(({ row }) => (row === null ? [] : [row]));
    const detail = [
      words,
      ...rows.slice(0, SHOWN_ROWS),
      ...(rows.length > SHOWN_ROWS ? [`${rows.length - SHOWN_ROWS} more grow`] : []),
      `${formatCount(known.length - rows.length)} of ${formatCount(measures.length)} figures do not get worse or grow`,
    ].join('; ');
    return found(onePerMetric(known), detail);
  },
};

interface Judged {
  readonly finding: FindingDraft | null;
  /** For the list of what was checked; null where nothing moves, `unknown` where there were too few readings. */
  readonly row: string | null | 'unknown';
}

function judge(context: CheckContext, measure: Measure): Judged {
  const { role, text } = measure;
  if (role === 'none') return { finding: null, row: shownRow(context, measure) };
  const { what, ...rest } = ROLES[role];
  const verdict = judgeDegradation(
    context,
    {
      ...rest,
      key: trendKey(measure),
      what: `${what} ${code(text)}`,
      unit: unitWord(measure, rest.unit),
      subject: { class: text, holder: `metric ${text}`, path: [], source: null, package: null },
      isTurned: role === 'hit-rate',
      recommendation: advise(rest.advice),
      file: 'scrapes.ndjson',
    },
    measure.help === '' ? [] : [{ what: `The service describes it as: ${measure.help}.`, file: null }],
  );
  if (!verdict) return { finding: null, row: 'unknown' };
  if (!verdict.finding) return { finding: null, row: null };
  const isTold =
    TOLD_BEFORE.includes(role) &&
    context.earlier.some(({ kind, confidence }) => kind === rest.kind && confidence !== 'possible');
  const row = `${code(text)} ${isTold ? 'is part of a finding above; it ' : ''}${verdict.detail}`;
  return { finding: isTold ? null : cautious(context, role, verdict.finding), row };
}

/** A share whose name does not say of what it is one may be of 1 or of 100: it stands without unit. */
function unitWord({ unit }: Measure, word: string): string {
  if (unit === 'count') return word === 'share' ? '' : word;
  return unit === 'share' ? word : unit;
}

/** From outside, the name alone says what a figure means; and where more was asked of the service, more may wait in it. */
function cautious(context: CheckContext, role: JudgedRole, finding: FindingDraft): FindingDraft {
  const growth = FOLLOWS_TRAFFIC.includes(role) ? (trafficGrowth(context) ?? 1) : 1;
  const against = [...finding.against, 'What this figure means was taken from its name.'];
  if (growth < RISEN_TRAFFIC) {
    return { ...finding, confidence: finding.confidence === 'possible' ? 'possible' : 'likely', against };
  }
  const traffic = `The requests a second rose to ${figure(growth)} times as many in the same time.`;
  return { ...finding, confidence: 'possible', severity: 'minor', against: [...against, traffic] };
}

function shownRow(context: CheckContext, measure: Measure): Judged['row'] {
  const entry = context.trends.judge(trendKey(measure), { leastShare: 0.25 });
  if (!entry) return 'unknown';
  if (entry.verdict !== 'growing') return null;
  const { slope, span } = entry.trend;
  return `${code(measure.text)}${measure.as && `, ${measure.as},`} rises by ${rateWords(slope, span, unitWord(measure, ''))}`;
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
    const more = { what: `The same holds for ${others.length} more of its label sets.`, file: 'scrapes.ndjson' };
    return [others.length === 0 ? worst : { ...worst, evidence: [...worst.evidence, more] }];
  });
}
