import type { ScrapedRun } from '../model/scrape.ts';
import { formatCount } from '../model/units.ts';
import { percent } from './figures.ts';
import { code } from './terms.ts';

const SHOWN = 3;

/** How well the service's metrics were seen, in a sentence: readings that failed, and series that were not kept. */
export function scrapeWords({ plan, scrapes }: ScrapedRun): string {
  const failed = scrapes.filter(({ error }) => error !== null);
  const read = scrapes.length - failed.length;
  const last = failed.at(-1)?.error;
  return [
    `${formatCount(plan.series.length)} series read ${formatCount(read)} times from ${plan.url}`,
    ...(last
      ? [
          `${formatCount(failed.length)} readings failed (${percent(failed.length / scrapes.length)}; the last: ${last})`,
        ]
      : []),
    ...(plan.leftOut.length > 0 ? [leftOutWords(plan.leftOut)] : []),
  ].join('; ');
}

function leftOutWords(leftOut: ScrapedRun['plan']['leftOut']): string {
  const all = leftOut.reduce((sum, { count }) => sum + count, 0);
  const largest = leftOut.toSorted((a, b) => b.count - a.count).slice(0, SHOWN);
  const names = largest.map(({ metric, count }) => `${formatCount(count)} of ${code(metric)}`).join(', ');
  return `${formatCount(all)} series were exposed and not kept: ${names}${leftOut.length > SHOWN ? ', …' : ''}`;
}
