import type { Checked } from '../../model/report.ts';
import type { ReportDocument } from '../../model/report-document.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { formatMoment, formatMs } from '../../words/figures.ts';
import { LABEL, REMARK } from '../../words/report/labels.ts';
import { html, type Markup, NOTHING, proseMarkup } from '../markup.ts';
import { nothing, section } from './measured-sections.ts';
import { table } from './table.ts';

const STATUS: Readonly<Record<Checked['status'], readonly [string, string, string]>> = {
  ok: ['ok', '✓', 'pass'],
  finding: ['finding', '✕', 'fail'],
  'insufficient-data': [LABEL.notEnoughData, '?', 'unknown'],
};

export function checkedSection({ report }: ReportDocument): Markup {
  if (report.checked.length === 0) return NOTHING;
  const rows = report.checked.map(({ check, status, detail }) => {
    const [word, mark, tone] = STATUS[status];
    return [
      html`${check}`,
      html`<span class="status ${tone}"><span aria-hidden="true">${mark}</span> ${word}</span>`,
      proseMarkup(detail),
    ];
  });
  const columns = [{ head: 'check' }, { head: 'result' }, { head: 'detail' }];
  return section('checked', LABEL.checked, table({ caption: 'Checks', columns, rows, searchable: true }));
}

export function eventsSection({ timeline }: ReportDocument): Markup {
  if (timeline.length === 0) return section('events', 'Events', nothing(REMARK.noEvent));
  const rows = timeline.map(({ tSec, endSec, kind, label, detail, pauseMs }) => [
    html`${formatMoment(tSec)}${endSec - tSec >= 1 ? ` to ${formatMoment(endSec)}` : ''}`,
    html`${kind}`,
    html`${label}`,
    proseMarkup(detail),
    html`${pauseMs === null ? '' : formatMs(pauseMs)}`,
  ]);
  const columns = [
    { head: 'when' },
    { head: 'kind' },
    { head: 'what' },
    { head: 'detail' },
    { head: 'pause', align: 'right' },
  ] as const;
  return section('events', 'Events', table({ caption: LABEL.eventsOfRun, columns, rows, searchable: true }));
}

export function filesSection({ files }: ReportDocument): Markup {
  if (files.length === 0) return section('files', 'Files', nothing(REMARK.noFile));
  const rows = files.map(({ path, what, sizeBytes, sensitive }) => [
    html`<code>${path}</code>`,
    html`${what}${sensitive ? html` <strong class="secret">${REMARK.secrets}</strong>` : NOTHING}`,
    html`${sizeBytes === null ? '' : formatBytes(sizeBytes)}`,
  ]);
  const columns = [{ head: 'file' }, { head: LABEL.whatItIs }, { head: 'size', align: 'right' }] as const;
  return section('files', 'Files', table({ caption: LABEL.filesOfRun, columns, rows, searchable: true }));
}

export function methodSection({ notes, method, cost }: ReportDocument): Markup {
  const rows = cost.map(({ what, count, totalPauseMs, longestPauseMs }) => [
    html`${what}`,
    html`${formatCount(count)}`,
    html`${formatMs(totalPauseMs)}`,
    html`${formatMs(longestPauseMs)}`,
  ]);
  const columns = ['capture', 'count', LABEL.pausesInAll, 'longest'].map((head, i) =>
    i === 0 ? { head } : { head, align: 'right' as const },
  );
  return section(
    'method',
    LABEL.method,
    html`${notes.length === 0 ? NOTHING : html`<h3>${LABEL.limitsOfData}</h3><ul>${notes.map((note) => html`<li>${proseMarkup(note)}</li>`)}</ul>`}
<dl class="method">${method.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${rows.length === 0 ? NOTHING : table({ caption: LABEL.ownCost, columns, rows })}`,
  );
}
