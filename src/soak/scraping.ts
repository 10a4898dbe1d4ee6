import { MetricsScraper } from '../capture/metrics-scraper.ts';
import { SeriesChoice } from '../capture/series-choice.ts';
import { createTicker } from '../capture/ticker.ts';
import type { Clock } from '../model/clock.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { ScrapePlan } from '../model/scrape.ts';
import { formatCount, type Milliseconds } from '../model/units.ts';
import type { RunRecorder } from '../record/run-recorder.ts';
import type { RunLog } from './run-log.ts';
import { wait } from './wait.ts';

const SHORTEST_INTERVAL_MS = 1000;
/** As often as Prometheus is usually set to. */
const LONGEST_INTERVAL_MS = 15_000;
const LONGEST_ANSWER_MS = 10_000;
/** A service that was started a moment ago may not listen yet. */
const FIRST_ANSWER_MS = 10_000;
const RETRY_MS = 500;
const SHOWN_LEFT_OUT = 5;

export interface ScrapingOptions {
  readonly recorder: RunRecorder;
  readonly log: RunLog;
  readonly clock: Clock;
  readonly segment: () => number;
}

/** The service's own metrics, read once already: that the address is right is known before the run begins. */
export interface ReadyScrape {
  readonly plan: ScrapePlan;
  start(options: ScrapingOptions): Scraping;
}

export interface Scraping {
  /** Readings begun so far. */
  readonly begun: number;
  readonly stop: () => Promise<void>;
}

/** How often a run of this length reads the service's metrics. */
export function scrapeIntervalMs(durationMs: Milliseconds): Milliseconds {
  return Math.min(LONGEST_INTERVAL_MS, Math.max(SHORTEST_INTERVAL_MS, Math.round(durationMs / 720)));
}

/**
 * Reads the metrics of `url` for the first time. Throws a ProfilerError (exit 2) when nothing there can be read for
 * ten seconds: a mistyped address should end a night before it begins.
 */
export async function prepareScrape(
  url: string,
  durationMs: Milliseconds,
  { clock, stop }: { readonly clock: Clock; readonly stop: AbortSignal },
): Promise<ReadyScrape> {
  const intervalMs = scrapeIntervalMs(durationMs);
  const scraper = new MetricsScraper(url, Math.min(LONGEST_ANSWER_MS, Math.max(intervalMs, 2000)));
  const choice = new SeriesChoice();
  const untilMonoMs = clock.monoMs() + FIRST_ANSWER_MS;
  for (;;) {
    try {
      choice.take(await scraper.read());
      break;
    } catch (error) {
      if (clock.monoMs() >= untilMonoMs || !(await wait(RETRY_MS, stop))) throw unreadable(scraper.url, error as Error);
    }
  }
  const planNow = (): ScrapePlan => ({
    url: scraper.url,
    intervalMs,
    series: [...choice.series],
    leftOut: choice.leftOut,
  });
  return {
    plan: planNow(),
    start: (options) => startScraping({ ...options, scraper, choice, planNow, intervalMs }),
  };
}

interface Parts extends ScrapingOptions {
  readonly scraper: MetricsScraper;
  readonly choice: SeriesChoice;
  readonly planNow: () => ScrapePlan;
  readonly intervalMs: Milliseconds;
}

function startScraping({ recorder, log, clock, segment, scraper, choice, planNow, intervalMs }: Parts): Scraping {
  let begun = 0;
  let known = 0;
  let failing = false;
  const keepPlan = (): Promise<void> => recorder.updateManifest((manifest) => ({ ...manifest, scrape: planNow() }));
  log.say(`reading ${scraper.url}: ${choiceWords(choice)}`);

  const read = async (): Promise<void> => {
    begun += 1;
    const at = { wallMs: clock.wallMs(), monoMs: clock.monoMs(), segment: segment() };
    try {
      const families = await scraper.read();
      const values = choice.take(families);
      const exposed = families.reduce((sum, { samples }) => sum + samples.length, 0);
      // Indexes mean something only with their series: run.json first.
      if (choice.series.length > known) await keepPlan();
      known = choice.series.length;
      recorder.appendScrape({ ...at, tookMs: clock.monoMs() - at.monoMs, exposed, values, error: null });
      if (failing) log.event({ type: 'note', detail: `${scraper.url} can be read again` });
      failing = false;
    } catch (error) {
      const { message } = error as Error;
      recorder.appendScrape({ ...at, tookMs: clock.monoMs() - at.monoMs, exposed: null, values: {}, error: message });
      if (failing) return;
      failing = true;
      log.event({ type: 'note', detail: `${scraper.url} cannot be read: ${message}` });
      log.say(`${scraper.url} cannot be read: ${message}; trying again every ${Math.round(intervalMs / 1000)} s`);
    }
  };
  const ticker = createTicker({ intervalMs, clock, onTick: read });
  return {
    get begun() {
      return begun;
    },
    stop: async () => {
      await ticker.stop();
      await keepPlan();
    },
  };
}

/** `34 series; left out: 980 of http_requests_total (a run keeps 200 series, 20 of one metric)`. */
function choiceWords({ series, leftOut }: SeriesChoice): string {
  const kept = `${formatCount(series.length)} series are kept`;
  if (leftOut.length === 0) return kept;
  const all = leftOut.reduce((sum, { count }) => sum + count, 0);
  const largest = leftOut.toSorted((a, b) => b.count - a.count).slice(0, SHOWN_LEFT_OUT);
  const names = largest.map(({ metric, count }) => `${formatCount(count)} of ${metric}`).join(', ');
  return `${kept}, ${formatCount(all)} left out: ${names}${leftOut.length > SHOWN_LEFT_OUT ? ', …' : ''} (a run keeps 200 series, 20 of one metric)`;
}

function unreadable(url: string, { message }: Error): ProfilerError {
  return new ProfilerError(
    'scrape-unreadable',
    EXIT.usage,
    `No metrics can be read at ${url}: ${message}.`,
    'Give --scrape the address of a Prometheus endpoint, such as http://127.0.0.1:3000/metrics; curl should show lines like `name{label="value"} 1`.',
  );
}
