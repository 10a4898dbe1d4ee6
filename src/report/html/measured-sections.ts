import type { ReportDocument } from '../../model/report-document.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { html, type Markup, NOTHING } from '../markup.ts';
import { missedColumns } from '../missed-words.ts';
import { formatMoment, formatMs, formatPercent, formatValue, threeDigits } from '../numbers.ts';
import { formatPlace } from '../place.ts';
import { seriesFigures } from '../series-figures.ts';
import { sparkline } from './line-chart.ts';
import { table } from './table.ts';

const NEEDS_SCRIPT = html`<noscript><p class="quiet">The charts need JavaScript; the tables hold the same figures.</p></noscript>`;
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
      ? nothing('No series was recorded.')
      : html`<div class="charts" data-mount="charts"></div>
${NEEDS_SCRIPT}
<details><summary>The charts as a table</summary>${table({ caption: 'Series over the run', columns, rows, searchable: true })}</details>`,
  );
}

export function cpuSection({ flames, hotFunctions }: ReportDocument): Markup {
  if (flames.length === 0 && hotFunctions.length === 0)
    return section('cpu', 'CPU', nothing('No CPU profile was taken.'));
  const rows = hotFunctions
    .slice(0, ROWS)
    .map((hot) => [
      html`<code>${hot.name}</code>`,
      html`<span class="place">${hot.place === null ? 'native' : formatPlace(hot.place)}</span>`,
      html`${formatPercent(hot.selfShare)}`,
      html`${formatPercent(hot.totalShare)}`,
      hot.firstSelfShare === null || hot.lastSelfShare === null
        ? NOTHING
        : html`${formatPercent(hot.firstSelfShare)} → ${formatPercent(hot.lastSelfShare)}`,
    ]);
  const columns = [
    { head: 'function' },
    { head: 'line' },
    { head: 'self', align: 'right' },
    { head: 'total', align: 'right' },
    { head: 'self, first → last window', align: 'right' },
  ] as const;
  return section(
    'cpu',
    'CPU',
    html`<div data-mount="flames"></div>
${flames.length === 0 ? NOTHING : NEEDS_SCRIPT}
${rows.length === 0 ? NOTHING : table({ caption: 'Hottest functions by self time', columns, rows, searchable: true })}`,
  );
}

export function latencySection({ report }: ReportDocument): Markup {
  if (report.requests.length === 0) return section('latency', 'Latency', nothing('No request was timed.'));
  const missed = missedColumns(report.requests);
  const rows = report.requests.map((request) => [
    html`${request.name}`,
    html`${formatCount(request.count)}`,
    html`${formatCount(request.errors)}`,
    ...missed.map((key) => html`${formatCount(request[key])}`),
    html`${threeDigits(request.ratePerSecond)}`,
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
    html`<p class="quiet">From the intended send time, so that a stall of the service is counted for every request it held up. Failed answers are left out; a limit takes the slower of without and with them.</p>
<div class="charts" data-mount="latency"></div>
${table({ caption: 'Latency by request', columns, rows, searchable: true })}`,
  );
}

export function heapSection({ heap, snapshots }: ReportDocument): Markup {
  if (!heap || heap.classes.length === 0) {
    return section(
      'heap',
      'Heap',
      nothing(snapshots.length === 0 ? 'No heap snapshot was taken.' : 'No class of objects grew.'),
    );
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
    { head: 'objects by snapshot', align: 'right' },
    { head: 'retained', align: 'right' },
  ] as const;
  return section(
    'heap',
    'Heap',
    html`<p class="quiet">All classes together grew by ${formatBytes(heap.growthBytes)}. Compared by ${heap.comparison === 'ids' ? 'object id' : 'class and retaining signature'}: ${heap.comparisonReason}.</p>
${table({ caption: 'Classes that grew between the snapshots', columns, rows, searchable: true })}`,
  );
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
