import type { Measure } from '../../analysis/scraped/measure.ts';
import { measuresOf } from '../../analysis/scraped/measures-of.ts';
import { scrapeWords } from '../../analysis/scraped/scrape-words.ts';
import type { Finding } from '../../model/finding.ts';
import type { ReportSeries, SeriesPoint } from '../../model/report-document.ts';
import { formatCount } from '../../model/units.ts';
import type { Run } from '../../record/read-run.ts';

const MOST_CHARTS = 16;

/** Charts of what the service says of itself: first what findings speak of, then what is judged, then what moves. */
export function scrapedCharts(
  { manifest, scrapes }: Run,
  findings: readonly Finding[],
): { readonly charts: ReportSeries[]; readonly notes: string[] } {
  const { scrape } = manifest;
  if (!scrape) return { charts: [], notes: [] };
  const accused = new Set(findings.map(({ subject }) => subject.class));
  const rank = ({ text, role }: Measure): number => (accused.has(text) ? 0 : role === 'none' ? 2 : 1);
  const moving = measuresOf(scrape)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((measure) => chartOf(measure, scrapes, manifest.clock.startMonoMs))
    .filter(({ points }) => points.some(({ value }) => value !== points[0]?.value));
  const notDrawn = moving.length - MOST_CHARTS;
  return {
    charts: moving.slice(0, MOST_CHARTS),
    notes: [
      ...(scrapes.some(({ error }) => error !== null) || scrape.leftOut.length > 0
        ? [`Metrics of the service: ${scrapeWords({ plan: scrape, scrapes })}.`]
        : []),
      ...(notDrawn > 0
        ? [
            `${formatCount(notDrawn)} more of the service's own figures moved and are not drawn; all are in scrapes.ndjson.`,
          ]
        : []),
    ],
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
  const { key, text, unit, isRate } = measure;
  return { name: key, title: `${text}${isRate ? ', per second' : ''}`, unit, points };
}
