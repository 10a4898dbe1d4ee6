import type { Milliseconds, MonoMs, WallMs } from './units.ts';

/** One series of the service's own metrics, as it is kept in a run. */
export interface ScrapedSeries {
  /** Of the sample line: `http_request_duration_seconds_sum`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** A counter only rises in one life of the process: what counts is its change. */
  readonly kind: 'gauge' | 'counter';
  readonly help: string;
}

/** One reading of the service's metrics: one line of scrapes.ndjson. */
export interface Scrape {
  readonly wallMs: WallMs;
  readonly monoMs: MonoMs;
  /** Life of the target process, as in samples.ndjson. */
  readonly segment: number;
  readonly tookMs: Milliseconds;
  /** How many series the service exposed, kept or not; null when the reading failed. */
  readonly exposed: number | null;
  /** By index in the list of series of run.json. */
  readonly values: Readonly<Record<string, number>>;
  /** Why there are no values; null when there are. */
  readonly error: string | null;
}

/** What run.json says of the scraping of a run. */
export interface ScrapePlan {
  /** Without credentials. */
  readonly url: string;
  readonly intervalMs: Milliseconds;
  readonly series: readonly ScrapedSeries[];
  /** How many series of which metric were exposed and not kept. */
  readonly leftOut: readonly { readonly metric: string; readonly count: number }[];
}

/** What a run has of the service's own metrics. */
export interface ScrapedRun {
  readonly plan: ScrapePlan;
  readonly scrapes: readonly Scrape[];
}

/** `queue_depth{queue="mail"}`. */
export function seriesText({ name, labels }: Pick<ScrapedSeries, 'name' | 'labels'>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}
