import type { ReportSeries, SeriesPoint } from '../../model/report-document.ts';
import { formatMoment, formatValue } from '../figures.ts';

/** The figures by which a chart can be read without seeing it. */
export interface SeriesFigures {
  readonly first: number;
  readonly median: number;
  readonly last: number;
  readonly lowest: SeriesPoint;
  readonly highest: SeriesPoint;
}

/** Null for a series without points. */
export function seriesFigures({ points }: ReportSeries): SeriesFigures | null {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const ordered = [...points].sort((a, b) => a.value - b.value);
  const middle = ordered[Math.floor((ordered.length - 1) / 2)] ?? first;
  return {
    first: first.value,
    median: middle.value,
    last: last.value,
    lowest: ordered[0] ?? first,
    highest: ordered.at(-1) ?? last,
  };
}

export function describeSeries(series: ReportSeries): string {
  const figures = seriesFigures(series);
  if (!figures) return `${series.title}: no data.`;
  const show = (value: number): string => formatValue(value, series.unit);
  return (
    `${series.title}: from ${show(figures.first)} to ${show(figures.last)}, median ${show(figures.median)}, ` +
    `lowest ${show(figures.lowest.value)}, highest ${show(figures.highest.value)} at ${formatMoment(figures.highest.tSec)}.`
  );
}
