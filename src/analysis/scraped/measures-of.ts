import { type ScrapedSeries, type ScrapePlan, seriesText } from '../../model/scrape.ts';
import { MADE_OF } from '../../words/checks/service-metrics.ts';
import { type Measure, rise } from './measure.ts';
import { gaugeRole, isRuntime, isTime, unitOf } from './name-role.ts';

interface Indexed extends ScrapedSeries {
  readonly index: number;
}

/** The figures that the scraped series of a run come to: gauges as they are, counters per second, and what pairs tell. */
export function measuresOf({ series }: Pick<ScrapePlan, 'series'>): Measure[] {
  const all = series.map((each, index): Indexed => ({ ...each, index }));
  const paired = new Set<number>();
  return [
    ...hitShares(all),
    ...failureShares(all),
    ...means(all, paired),
    ...all.filter(({ index }) => !paired.has(index)).map((one) => (one.kind === 'gauge' ? level(one) : perSecond(one))),
    EXPOSED,
  ];
}

/** Each of an unlimited number of label values keeps a series in the memory of the service. */
const EXPOSED: Measure = {
  key: 'scraped series',
  text: MADE_OF.exposed,
  help: MADE_OF.exposedHelp,
  role: 'cardinality',
  unit: 'count',
  as: '',
  read: ({ exposed }) => exposed,
};

function level(series: Indexed): Measure {
  const { name, labels, index, help } = series;
  const { unit, factor } = unitOf(name);
  const isQuantile = labels.quantile !== undefined && isTime(name);
  return {
    key: `scraped ${seriesText(series)}`,
    text: seriesText(series),
    help,
    role: isRuntime(name) ? 'none' : isQuantile ? 'duration' : gaugeRole(name),
    unit,
    as: '',
    read: ({ values }) => (values[index] === undefined ? null : values[index] * factor),
  };
}

function perSecond(series: Indexed): Measure {
  const { unit, factor } = unitOf(series.name);
  return {
    key: `scraped ${seriesText(series)}`,
    text: seriesText(series),
    help: series.help,
    role: 'none',
    unit,
    as: 'per second',
    read: (scrape, previous) => {
      const rose = rise(series.index, scrape, previous);
      const seconds = previous === null ? 0 : (scrape.monoMs - previous.monoMs) / 1000;
      return rose === null || seconds <= 0 ? null : (rose * factor) / seconds;
    },
  };
}

/** Sum over count of histograms and summaries: what one of them took, or was, on average since the reading before. */
function means(all: readonly Indexed[], paired: Set<number>): Measure[] {
  const counts = new Map(all.filter(({ name }) => name.endsWith('_count')).map((one) => [seriesText(one), one]));
  return all.flatMap((sum) => {
    if (sum.kind !== 'counter' || !sum.name.endsWith('_sum')) return [];
    const name = sum.name.slice(0, -'_sum'.length);
    const count = counts.get(seriesText({ ...sum, name: `${name}_count` }));
    if (!count) return [];
    paired.add(sum.index);
    const { unit, factor } = unitOf(name);
    const text = seriesText({ ...sum, name });
    return [
      {
        key: `scraped mean ${text}`,
        text,
        help: sum.help,
        role: isRuntime(name) || !isTime(name) ? 'none' : 'duration',
        unit,
        as: 'mean',
        read: (scrape, previous) => {
          const [rose, times] = [rise(sum.index, scrape, previous), rise(count.index, scrape, previous)];
          return rose === null || !times ? null : (rose * factor) / times;
        },
      } satisfies Measure,
    ];
  });
}

/** `cache_hits_total` with `cache_misses_total`, or one counter with `result="hit"` and `result="miss"`. */
function hitShares(all: readonly Indexed[]): Measure[] {
  const byText = new Map(all.map((one) => [seriesText(one), one]));
  return all.flatMap((hits) => {
    if (hits.kind !== 'counter') return [];
    const misses = missesOf(hits).map((twin) => byText.get(seriesText(twin)));
    const found = misses.find((twin) => twin?.kind === 'counter');
    if (!found) return [];
    const text = MADE_OF.hits(seriesText(hits));
    return [share(`scraped hit ${text}`, text, MADE_OF.hitsHelp, 'hit-rate', [hits.index], [hits.index, found.index])];
  });
}

function missesOf({ name, labels }: ScrapedSeries): Pick<ScrapedSeries, 'name' | 'labels'>[] {
  const renamed = ['misses', 'miss'].map((word) => ({ name: name.replace(/(^|_)hits?(?=_|$)/i, `$1${word}`), labels }));
  const relabelled = Object.entries(labels)
    .filter(([, value]) => /^hits?$/i.test(value))
    .flatMap(([label]) => ['miss', 'misses', 'MISS'].map((value) => ({ name, labels: { ...labels, [label]: value } })));
  return [...renamed.filter((twin) => twin.name !== name), ...relabelled];
}

const OUTCOME_LABELS: readonly string[] = [
  'status',
  'code',
  'status_code',
  'http_status',
  'statuscode',
  'result',
  'outcome',
];
const FAILED = /^(5\d\d|5xx|error|errors|failed|failure)$/i;

/** Share of failed responses, of each counter that distinguishes them by a label. */
function failureShares(all: readonly Indexed[]): Measure[] {
  const counters = all.filter(({ kind, name }) => kind === 'counter' && !name.endsWith('_sum'));
  return [...new Set(counters.map(({ name }) => name))].flatMap((name) => {
    const members = counters.filter((one) => one.name === name);
    const failed = members.filter(({ labels }) =>
      Object.entries(labels).some(
        ([label, value]) => OUTCOME_LABELS.includes(label.toLowerCase()) && FAILED.test(value),
      ),
    );
    if (failed.length === 0 || failed.length === members.length) return [];
    const text = MADE_OF.failures(name);
    const indexes = (some: readonly Indexed[]): number[] => some.map(({ index }) => index);
    return [share(`scraped ${text}`, text, MADE_OF.failuresHelp, 'failures', indexes(failed), indexes(members))];
  });
}

function share(
  key: string,
  text: string,
  help: string,
  role: Measure['role'],
  part: readonly number[],
  whole: readonly number[],
): Measure {
  return {
    key,
    text,
    help,
    role,
    unit: 'share',
    as: '',
    read: (scrape, previous) => {
      // A label set that appears for the first time rose from nothing.
      const sum = (indexes: readonly number[]): number =>
        indexes.reduce((total, index) => total + (rise(index, scrape, previous) ?? 0), 0);
      const all = previous === null ? 0 : sum(whole);
      return all > 0 ? sum(part) / all : null;
    },
  };
}
