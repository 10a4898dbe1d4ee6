import type { ReportDocument } from '../../model/report-document.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { figure, formatMoment, formatMs, formatValue, percent } from '../../words/figures.ts';
import { formatPlace } from '../../words/place.ts';
import { heapGrowth, LABEL, REMARK } from '../../words/report/labels.ts';
import { missedColumns } from '../../words/report/missed.ts';
import { seriesFigures } from '../../words/report/series.ts';
import { html, type Markup, NOTHING } from '../markup.ts';
import { sparkline } from './line-chart.ts';
import { table } from './table.ts';

const NEEDS_SCRIPT = html`<noscript><p class="quiet">${REMARK.needsScript}</p></noscript>`;
/** Rows of ranked tables; the search of a reader seldom goes deeper, and report.json has all. */
const ROWS = 60;

export function timelineSection({ series }: ReportDocument): Markup {
  const rows = series.flatMap((one) => {
    const figures = seriesFigures(one);
    if (!figures) return [];
    const show = (value: number): Markup => html`${formatValue(value, one.unit)}`;
    const { first, median, last, lowest, highest } = figures;
    const peak = html`${formatValue(highest.value, one.unit)} <span class="quiet">at ${formatMoment(highest.tSec)}</span>`;
    return [[html`${one.title}`, show(first), show(median), show(last), show(lowest.value), peak]];
  });
  const columns = ['metric', 'first', 'median', 'last', 'lowest', 'highest'].map((head, i) =>
    i === 0 ? { head } : { head, align: 'right' as const },
  );
  return section(
    'timeline',
    'Timeline',
    rows.length === 0
      ? nothing(REMARK.noSeries)
      : html`<div class="charts" data-mount="charts"></div>
${NEEDS_SCRIPT}
<details><summary>${LABEL.chartsAsTable}</summary>${table({ caption: LABEL.seriesOverRun, columns, rows, searchable: true })}</details>`,
  );
}

export function cpuSection({ flames, hotFunctions }: ReportDocument): Markup {
  if (flames.length === 0 && hotFunctions.length === 0) return section('cpu', 'CPU', nothing(REMARK.noProfile));
  const rows = hotFunctions
    .slice(0, ROWS)
    .map((hot) => [
      html`<code>${hot.name}</code>`,
      html`<span class="place">${hot.place === null ? 'native' : formatPlace(hot.place)}</span>`,
      html`${percent(hot.selfShare)}`,
      html`${percent(hot.totalShare)}`,
      hot.firstSelfShare === null || hot.lastSelfShare === null
        ? NOTHING
        : html`${percent(hot.firstSelfShare)} → ${percent(hot.lastSelfShare)}`,
    ]);
  const columns = [
    { head: 'function' },
    { head: 'line' },
    { head: 'self', align: 'right' },
    { head: 'total', align: 'right' },
    { head: LABEL.selfByWindow, align: 'right' },
  ] as const;
  return section(
    'cpu',
    'CPU',
    html`<div data-mount="flames"></div>
${flames.length === 0 ? NOTHING : NEEDS_SCRIPT}
${rows.length === 0 ? NOTHING : table({ caption: LABEL.hottest, columns, rows, searchable: true })}`,
  );
}

export function latencySection({ report }: ReportDocument): Markup {
  if (report.requests.length === 0) return section('latency', 'Latency', nothing(REMARK.noRequest));
  const missed = missedColumns(report.requests);
  const rows = report.requests.map((request) => [
    html`${request.name}`,
    html`${formatCount(request.count)}`,
    html`${formatCount(request.errors)}`,
    ...missed.map((key) => html`${formatCount(request[key])}`),
    html`${figure(request.ratePerSecond)}`,
    ...[request.p50Ms, request.p95Ms, request.p99Ms, request.maxMs, request.service.p99Ms].map(
      (ms) => html`${formatMs(ms)}`,
    ),
  ]);
  const columns = [
    'request',
    'count',
    'errors',
    ...missed,
    'a second',
    'p50',
    'p95',
    'p99',
    'max',
    'p99 from sending',
  ].map((head, i) => (i === 0 ? { head } : { head, align: 'right' as const }));
  return section(
    'latency',
    'Latency',
    html`<p class="quiet">${REMARK.fromSendTime}</p>
<div class="charts" data-mount="latency"></div>
${table({ caption: LABEL.latencyByRequest, columns, rows, searchable: true })}`,
  );
}

export function heapSection(document: ReportDocument): Markup {
  return section('heap', 'Heap', html`${grownClasses(document)}${liveAllocations(document)}`);
}

function liveAllocations({ flames }: ReportDocument): Markup {
  if (!flames.some(({ id }) => id === 'allocations')) return NOTHING;
  return html`
<h3>${LABEL.liveAllocations}</h3>
<p class="quiet">${REMARK.liveAllocations}</p>
<div data-mount="allocations"></div>
${NEEDS_SCRIPT}`;
}

function grownClasses({ heap, snapshots }: ReportDocument): Markup {
  if (!heap || heap.classes.length === 0) {
    return nothing(snapshots.length === 0 ? REMARK.noSnapshot : REMARK.noClassGrew);
  }
  const rows = heap.classes
    .slice(0, ROWS)
    .map((growth) => [
      html`<code>${growth.class}</code>`,
      sparkline(growth.counts),
      html`${growth.counts.map(formatCount).join(' → ')}`,
      html`${growth.retainedBytes.map(formatBytes).join(' → ')}`,
    ]);
  const columns = [
    { head: 'class' },
    { head: 'growth' },
    { head: LABEL.objectsBySnapshot, align: 'right' },
    { head: 'retained', align: 'right' },
  ] as const;
  return html`<p class="quiet">${heapGrowth(heap)}</p>
${table({ caption: LABEL.classesThatGrew, columns, rows, searchable: true })}`;
}

export function section(id: string, title: string, body: Markup): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>`;
}

export function nothing(sentence: string): Markup {
  return html`<p class="quiet">${sentence}</p>`;
}
