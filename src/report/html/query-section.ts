import type { QuerySummary } from '../../model/report.ts';
import type { ReportDatabase, ReportDocument } from '../../model/report-document.ts';
import { formatCount } from '../../model/units.ts';
import { figure, formatMoment, formatMs } from '../../words/figures.ts';
import { formatPlace } from '../../words/place.ts';
import { LABEL, REMARK, readsAllOf, slowestOver } from '../../words/report/labels.ts';
import { html, type Markup, NOTHING, proseMarkup } from '../markup.ts';
import { section } from './measured-sections.ts';
import { table } from './table.ts';

const WITH_PLAN = 10;

/** Nothing if no query was seen: most services use no database that is known here. */
export function querySection({ report, database }: ReportDocument): Markup {
  const { queries = [] } = report;
  if (!database) return NOTHING;
  return section(
    'queries',
    'Queries',
    html`<p class="quiet">${database.server === null ? REMARK.onlyInService : `Database ${database.server}.`} ${REMARK.withoutValues}</p>
${queries.length === 0 ? html`<p class="quiet">${REMARK.noQuery}</p>` : statementTable(queries)}
${plans(queries)}
${slowLog(database)}
${database.notes.length === 0 ? NOTHING : html`<ul>${database.notes.map((note) => html`<li>${proseMarkup(note)}</li>`)}</ul>`}`,
  );
}

function statementTable(queries: readonly QuerySummary[]): Markup {
  const rows = queries.map((query) => [
    html`<code>${query.text}</code><br><span class="place">${query.source ? formatPlace(query.source) : ''} ${query.route ?? ''}</span>${query.wholeReads.length === 0 ? NOTHING : html` <span class="tag">${readsAllOf(query.wholeReads)}</span>`}`,
    html`${formatCount(query.calls)}`,
    html`${query.callsPerRequest === null ? '' : figure(query.callsPerRequest)}`,
    html`${figure(query.rowsPerCall)}`,
    ...[query.meanMs, query.p95Ms, query.maxMs, query.serverMeanMs].map(
      (ms) => html`${ms === null ? '' : formatMs(ms)}`,
    ),
    html`${query.slowCalls === null ? '' : formatCount(query.slowCalls)}`,
  ]);
  const columns = [LABEL.statement, 'calls', 'a request', 'rows', 'mean', 'p95', 'max', LABEL.meanInServer, 'slow'].map(
    (head, i) => (i === 0 ? { head } : { head, align: 'right' as const }),
  );
  return table({ caption: LABEL.statements, columns, rows, searchable: true });
}

function plans(queries: readonly QuerySummary[]): Markup {
  const shown = queries.filter(({ plan, planError }) => plan !== null || planError !== null).slice(0, WITH_PLAN);
  if (shown.length === 0) return NOTHING;
  return html`<h3>Plans</h3>
<p class="quiet">${REMARK.planned}</p>
${shown.map(
  ({ text, plan, planError }) => html`<details><summary><code>${text}</code></summary>${
    plan
      ? html`<div class="scroll" tabindex="0" role="region" aria-label="Plan"><pre>${plan.map((line) => html`${line}\n`)}</pre></div>`
      : html`<p class="quiet">${planError}</p>`
  }</details>
`,
)}`;
}

function slowLog({ slowest, slowMs }: ReportDatabase): Markup {
  if (slowest.length === 0) return NOTHING;
  const rows = slowest.map(({ tSec, text, durationMs, rows: count, route, place }) => [
    html`${formatMoment(tSec)}`,
    html`${formatMs(durationMs)}`,
    html`<code>${text}</code>`,
    html`${count === null ? '' : formatCount(count)}`,
    html`${route ?? ''}`,
    html`<span class="place">${place ? formatPlace(place) : ''}</span>`,
  ]);
  const columns = [
    { head: 'when' },
    { head: 'took', align: 'right' },
    { head: 'statement' },
    { head: 'rows', align: 'right' },
    { head: 'request' },
    { head: 'line' },
  ] as const;
  return table({ caption: slowestOver(slowMs), columns, rows, searchable: true });
}
