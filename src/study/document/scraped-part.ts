import type { Measure } from '../../analysis/scraped/measure.ts';
import { measuresOf } from '../../analysis/scraped/measures-of.ts';
import { isRuntime } from '../../analysis/scraped/name-role.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportSeries, SeriesPoint } from '../../model/report-document.ts';
import type { Run } from '../../record/read-run.ts';
import { scrapeMethod, scrapeNote } from '../../words/report/method.ts';
import { scrapeWords } from '../../words/scrape.ts';

const MOST_CHARTS = 16;

interface ScrapedPart {
  readonly charts: readonly ReportSeries[];
  /** Readings that failed, series that were not kept. */
  readonly notes: readonly string[];
  readonly method: readonly { readonly name: string; readonly value: string }[];
}

/** Charts of what the service says of itself: first what findings are about, then what is judged, then what moves. */
export function scrapedPart({ manifest, scrapes }: Run, findings: readonly Finding[]): ScrapedPart {
  const { scrape } = manifest;
  if (!scrape) return { charts: [], notes: [], method: [] };
  const accused = new Set(findings.map(({ subject }) => subject.class));
  const rank = ({ text, role }: Measure): number => {
    if (accused.has(text)) return 0;
    return role !== 'none' ? 1 : isRuntime(text) ? 3 : 2;
  };
  const moving = measuresOf(scrape)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((measure) => chartOf(measure, scrapes, manifest.clock.startMonoMs))
    .filter(({ points }) => points.some(({ value }) => value !== points[0]?.value));
  const isWhole = scrape.leftOut.length === 0 && scrapes.every(({ error }) => error === null);
  const drawn = Math.min(moving.length, MOST_CHARTS);
  return {
    charts: moving.slice(0, MOST_CHARTS),
    notes: isWhole ? [] : [scrapeNote(scrapeWords({ plan: scrape, scrapes }))],
    method: [scrapeMethod(scrape, moving.length, drawn)],
  };
}

function chartOf(measure: Measure, scrapes: Run['scrapes'], startMonoMs: number): ReportSeries {
  const points: SeriesPoint[] = [];
  let previous: Run['scrapes'][number] | null = null;
  for (const scrape of scrapes) {
    if (scrape.error !== null) continue;
    const value = measure.read(scrape, previous?.segment === scrape.segment ? previous : null);
    if (value !== null && Number.isFinite(value)) points.push({ tSec: (scrape.monoMs - startMonoMs) / 1000, value });
    previous = scrape;
  }
  const { key, text, unit, as } = measure;
  return { name: key, title: `${text}${as && `, ${as}`}`, unit, points };
}
