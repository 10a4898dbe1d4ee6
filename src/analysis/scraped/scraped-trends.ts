import type { Scrape } from '../../model/scrape.ts';
import type { Pieces } from '../../stats/point.ts';
import type { RunView } from '../run-view.ts';
import { inBlocks, readingSeries } from '../sample-series.ts';
import type { Measure } from './measure.ts';
import { measuresOf } from './measures-of.ts';

/** Of a measure that is judged, and of one that is only shown: they share no correction for how many were tested. */
const JUDGED = 'scraped ';
const SHOWN = 'shown ';

export type ScrapedKey = `${typeof JUDGED | typeof SHOWN}${string}`;

export function trendKey({ role, key }: Measure): ScrapedKey {
  return `${role === 'none' ? SHOWN : JUDGED}${key}`;
}

/** The group of series that share a correction; null for a series that was not scraped. */
export function scrapedFamily(key: string): string | null {
  return [JUDGED, SHOWN].find((prefix) => key.startsWith(prefix)) ?? null;
}

/** The readings that worked. */
export function readingsOf({ run }: RunView): readonly Scrape[] {
  return run.scraped?.scrapes.filter(({ error }) => error === null) ?? [];
}

/** The scraped figures under load, in the direction that is worse: a share of hits is turned around. */
export function scrapedTrends(view: RunView): [ScrapedKey, Pieces][] {
  const { scraped } = view.run;
  if (!scraped) return [];
  const readings = readingsOf(view);
  return measuresOf(scraped.plan).map((measure) => {
    const direction = measure.role === 'hit-rate' ? -1 : 1;
    const read = (scrape: Scrape, previous: Scrape | null): number | null => {
      const value = measure.read(scrape, previous);
      return value === null ? null : direction * value;
    };
    const pieces = readingSeries(view, readings, read, { undisturbed: true, loadedOnly: true });
    return [trendKey(measure), inBlocks(pieces, scraped.plan.intervalMs)];
  });
}
