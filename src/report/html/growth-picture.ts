import type { Finding } from '../../model/finding.ts';
import { findingInfo } from '../../model/finding-catalogue.ts';
import type { ReportDocument, ReportSeries, SeriesPoint } from '../../model/report-document.ts';
import { formatCount } from '../../model/units.ts';
import { formatMoment, formatValue } from '../../words/figures.ts';
import { LABEL, objectsOf } from '../../words/report/labels.ts';
import { capital } from '../../words/terms.ts';
import { downsample } from '../downsample.ts';
import { html, type Markup, NOTHING } from '../markup.ts';
import { type ChartPoint, growthChart } from './line-chart.ts';

/** Figures fit above this many points; of more, only the first and the last are shown. */
const MOST_FIGURES = 6;
const MOST_POINTS = 160;

/** How the subject of a finding grew, as a small chart; nothing if it was neither counted nor sampled. */
export function growthPicture(finding: Finding, document: ReportDocument): Markup {
  const { countSeries = [], subject, kind } = finding;
  // A single store that grows stays one object.
  if (new Set(countSeries).size >= 2) {
    const chart = growthChart(objectsOf(subject.class), snapshotPoints(countSeries, document));
    return html`<figure>${chart}<figcaption>${capital(LABEL.objectsBySnapshot)}</figcaption></figure>`;
  }
  const series = document.series.find(({ name }) => name === findingInfo(kind).picture);
  if (!series || series.points.length < 2) return NOTHING;
  const chart = growthChart(series.title, seriesPoints(series));
  return html`<figure>${chart}<figcaption>${series.title}</figcaption></figure>`;
}

function snapshotPoints(counts: readonly number[], { snapshots }: ReportDocument): ChartPoint[] {
  const timed = counts.length === snapshots.length;
  return counts.map((count, i) => {
    const told = counts.length <= MOST_FIGURES || i === 0 || i === counts.length - 1;
    const label = timed ? formatMoment(snapshots[i]?.tSec ?? 0) : `snapshot ${i + 1}`;
    return { at: i, value: count, label: told ? label : '', figure: told ? formatCount(count) : '' };
  });
}

function seriesPoints({ points, unit }: ReportSeries): ChartPoint[] {
  const kept = downsample(points, MOST_POINTS);
  const ends: readonly (SeriesPoint | undefined)[] = [kept[0], kept.at(-1)];
  return kept.map((point) => ({
    at: point.tSec,
    value: point.value,
    label: ends.includes(point) ? formatMoment(point.tSec) : '',
    figure: ends.includes(point) ? formatValue(point.value, unit) : '',
  }));
}
