import { RESOURCE_LIMITS } from '../model/metric-catalogue.ts';
import type { Threshold, ThresholdOperator, ThresholdUnit } from '../model/threshold.ts';
import { parseBytes, parseDurationMs } from '../model/units.ts';
import { didYouMean } from './did-you-mean.ts';
import { parseRatePerSecond } from './parse-rate.ts';

const REQUEST_METRICS: Readonly<Record<string, readonly ThresholdUnit[]>> = {
  max: ['ms'],
  rate: ['per-second'],
  errors: ['percent', 'count'],
  dropped: ['percent', 'count'],
};
const RESOURCE_METRICS: Readonly<Record<string, readonly ThresholdUnit[]>> = Object.fromEntries(
  [...RESOURCE_LIMITS].map(([name, { unit }]) => [name, [unit]]),
);

const LONGEST = 200;

const UNIT_READERS: Readonly<Record<ThresholdUnit, { read: (text: string) => number | null; example: string }>> = {
  ms: { read: parseDurationMs, example: '300ms' },
  'per-second': { read: (text) => (text.includes('/') ? parseRatePerSecond(text) : null), example: '500/s' },
  percent: { read: (text) => (text.endsWith('%') ? readNumber(text.slice(0, -1)) : null), example: '1%' },
  bytes: { read: parseBytes, example: '512MiB' },
  'bytes-per-second': { read: parseByteRate, example: '100MB/s or 1Gbps' },
  count: { read: readNumber, example: '50' },
};

/**
 * Reads one limit, `<metric> <operator> <value with unit>`:
 * `p(95)<300ms`, `rate>500/s`, `errors<0.1%`, and with subject `resources` `cpu<80%`, `rss<512MiB`, `network<1Gbps`.
 * `p95` is another way to write `p(95)`. Returns what is wrong, as text, when it is none.
 */
export function parseThreshold(subject: string, text: string): Threshold | string {
  if (text.length > LONGEST) return `a threshold of ${text.length} characters is too long`;
  const match = /^\s*([^<>=\s]+)\s*(<=|>=|<|>)\s*(\S.*?)\s*$/.exec(text);
  if (!match) return `"${text}" is no threshold: write a metric, < or >, and a value, for example ${example(subject)}`;
  const [, name = '', operator = '', written = ''] = match;
  const percentile = readPercentile(name);
  const metric = percentile === null ? name : `p(${percentile})`;
  const units = percentile === null ? unitsOf(subject, metric) : (['ms'] as const);
  if (!units || (subject === 'resources' && percentile !== null)) return explainMetric(subject, metric);
  for (const unit of units) {
    const value = UNIT_READERS[unit].read(written);
    if (value !== null) {
      const threshold = { subject, metric, percentile, operator: operator as ThresholdOperator, value, unit };
      const outcome = onlyOutcome(threshold);
      return outcome ? `"${text.trim()}" ${outcome}, whatever is measured` : { ...threshold, text: text.trim() };
    }
  }
  const wanted = units.map((unit) => UNIT_READERS[unit].example).join(' or ');
  return `"${written}" is no value for ${metric}: write it like ${metric}${operator}${wanted}`;
}

/** Limits by subject, as files and run folders have them. `onFault` is called with a text for each that is invalid. */
export function parseThresholds(
  limits: Readonly<Record<string, readonly string[]>>,
  onFault: (subject: string, text: string, why: string) => void,
): Threshold[] {
  return Object.entries(limits).flatMap(([subject, texts]) =>
    texts.flatMap((text) => {
      const threshold = parseThreshold(subject, text);
      if (typeof threshold !== 'string') return [threshold];
      onFault(subject, text, threshold);
      return [];
    }),
  );
}

/** A limit says something only where a measure could break it, and could hold it. */
function onlyOutcome({ metric, operator, value, unit }: Omit<Threshold, 'text'>): string | null {
  const isShare = unit === 'percent' && (metric === 'errors' || metric === 'dropped');
  const highest = isShare ? 100 : Number.POSITIVE_INFINITY;
  // A time of 0 ms is none that was measured.
  const isBelowAll = operator === '>' ? unit === 'ms' && value === 0 : operator === '>=' && value === 0;
  const isAboveAll = operator === '<' ? value > highest : operator === '<=' && value >= highest;
  if (isBelowAll || isAboveAll) return 'always holds';
  const isOutOfReach = operator === '>' ? value >= highest : operator === '>=' && value > highest;
  return isOutOfReach || (operator === '<' && value === 0) ? 'never holds' : null;
}

/** Undefined for what is no metric, `constructor` too. */
function unitsOf(subject: string, metric: string): readonly ThresholdUnit[] | undefined {
  const metrics = metricsOf(subject);
  return Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
}

function metricsOf(subject: string): Readonly<Record<string, readonly ThresholdUnit[]>> {
  return subject === 'resources' ? RESOURCE_METRICS : REQUEST_METRICS;
}

function explainMetric(subject: string, metric: string): string {
  const names = [...(subject === 'resources' ? [] : ['p(95)']), ...Object.keys(metricsOf(subject))];
  const meant = didYouMean(metric, names);
  const what = subject === 'resources' ? 'no metric of resources' : 'no metric of requests';
  return `\`${metric}\` is ${what}${meant ? `, did you mean \`${meant}\`?` : `; known: ${names.join(', ')}`}`;
}

function example(subject: string): string {
  return subject === 'resources' ? 'cpu<80%' : 'p(95)<300ms';
}

/** `p(95)` as k6 writes it, or `p95`. */
function readPercentile(metric: string): number | null {
  const match = /^p(?:\((\d+(?:\.\d+)?)\)|(\d+(?:\.\d+)?))$/.exec(metric);
  const percentile = match ? Number(match[1] ?? match[2]) : Number.NaN;
  return percentile > 0 && percentile <= 100 ? percentile : null;
}

function readNumber(text: string): number | null {
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : null;
}

/** `100MB/s`, or bits as networks count them: `1Gbps` is 125,000,000 bytes per second. */
function parseByteRate(text: string): number | null {
  const bits = /^(\d+(?:\.\d+)?)\s*([kMG]?)bps$/.exec(text);
  if (bits) return (Number(bits[1]) * ({ k: 1e3, M: 1e6, G: 1e9 }[bits[2] ?? ''] ?? 1)) / 8;
  const bytes = /^(.*)\/s$/.exec(text);
  return bytes ? parseBytes(bytes[1] ?? '') : null;
}
