import type { MetricFamily, MetricSample } from '../format/prometheus-text.ts';
import { type ScrapedSeries, type ScrapePlan, seriesText } from '../model/scrape.ts';
import { redactMessage } from '../redact/redact-text.ts';
import { isSecretLabel } from '../redact/redact-values.ts';

/** A service may expose a hundred thousand series; a run keeps this many. */
const MOST_SERIES = 200;
/** One metric with many label sets must not crowd out the others. */
const MOST_OF_ONE_METRIC = 20;

interface Candidate {
  readonly family: string;
  readonly key: string;
  readonly series: ScrapedSeries;
  readonly value: number;
}

/**
 * Which series of a service's metrics are kept: gauges and counters as they are, of histograms and summaries sum, count
 * and quantiles. Once kept, a series stays; later ones are added while there is room.
 */
export class SeriesChoice {
  readonly #index = new Map<string, number>();
  readonly #series: ScrapedSeries[] = [];
  readonly #perFamily = new Map<string, number>();
  readonly #secretLabels = new Map<string, number>();
  #leftOut = new Map<string, number>();

  get series(): readonly ScrapedSeries[] {
    return this.#series;
  }

  /** As of the latest reading. */
  get leftOut(): ScrapePlan['leftOut'] {
    return [...this.#leftOut].map(([metric, count]) => ({ metric, count }));
  }

  /** Values by index of their series. */
  take(families: readonly MetricFamily[]): Record<string, number> {
    const values: Record<string, number> = {};
    this.#leftOut = new Map();
    for (const candidate of inOrder(families)) {
      const index = this.#index.get(candidate.key) ?? this.#admit(candidate);
      if (index === null) this.#leftOut.set(candidate.family, (this.#leftOut.get(candidate.family) ?? 0) + 1);
      else values[index] = candidate.value;
    }
    return values;
  }

  #admit({ family, key, series }: Candidate): number | null {
    const ofFamily = this.#perFamily.get(family) ?? 0;
    if (ofFamily >= MOST_OF_ONE_METRIC || this.#series.length >= MOST_SERIES) return null;
    this.#perFamily.set(family, ofFamily + 1);
    this.#index.set(key, this.#series.length);
    return (
      this.#series.push({ ...series, labels: this.#shownLabels(series.labels), help: redactMessage(series.help) }) - 1
    );
  }

  /** Labels that identify a person or are keys are numbered: series stay separate, and nobody is named. */
  #shownLabels(labels: ScrapedSeries['labels']): Record<string, string> {
    return Object.fromEntries(
      Object.entries(labels).map(([name, value]) => [name, isSecretLabel(name, value) ? this.#numberOf(value) : value]),
    );
  }

  #numberOf(value: string): string {
    const number = this.#secretLabels.get(value) ?? this.#secretLabels.size + 1;
    this.#secretLabels.set(value, number);
    return `[redacted ${number}]`;
  }
}

/** The service's own metrics before those of its runtime, which are measured from here too; small ones before large ones. */
function inOrder(families: readonly MetricFamily[]): Candidate[] {
  const own = families.map((family) => ({ standard: isStandard(family.name), candidates: candidatesOf(family) }));
  own.sort((a, b) => Number(a.standard) - Number(b.standard) || a.candidates.length - b.candidates.length);
  return own.flatMap(({ candidates }) => candidates);
}

/** The metrics that every client library makes of the process and the runtime. */
function isStandard(name: string): boolean {
  return name.startsWith('process_') || name.startsWith('nodejs_');
}

function candidatesOf({ name: family, type, help, samples }: MetricFamily): Candidate[] {
  return samples.flatMap((sample) => {
    const kind = type === 'info' ? null : kindOf(type, sample);
    if (kind === null || !Number.isFinite(sample.value)) return [];
    const { name, labels, value } = sample;
    return [{ family, key: seriesText(sample), series: { name, labels, kind, help: help.slice(0, 200) }, value }];
  });
}

/** Null for what says nothing over time, or says too much: buckets, and times of creation. */
function kindOf(type: Exclude<MetricFamily['type'], 'info'>, { name }: MetricSample): ScrapedSeries['kind'] | null {
  if (name.endsWith('_created') || name.endsWith('_info')) return null;
  const isSumOrCount = name.endsWith('_sum') || name.endsWith('_count');
  switch (type) {
    case 'counter':
      return 'counter';
    case 'gauge':
      return 'gauge';
    case 'histogram':
      return isSumOrCount ? 'counter' : null;
    case 'summary':
      return isSumOrCount ? 'counter' : 'gauge';
    case 'unknown':
      if (name.endsWith('_bucket')) return null;
      return isSumOrCount || name.endsWith('_total') ? 'counter' : 'gauge';
  }
}
