import type { FlameTimeline } from '../model/flame.ts';
import type { PageData } from '../model/page-data.ts';
import type { ReportFlame } from '../model/report-document.ts';
import { formatFlameValue, percent } from '../words/figures.ts';
import { formatPlace } from '../words/place.ts';
import { functionsOf, LABEL, REMARK } from '../words/report/labels.ts';
import { pageFlame, pageTimeline, scriptJson } from './build-page-data.ts';
import { flameTotals } from './flame-totals.ts';
import { type PageAssets, pageShell } from './html/page-shell.ts';
import { table } from './html/table.ts';
import { html } from './markup.ts';

export interface FlamePage extends PageAssets {
  readonly title: string;
  /** One graph or several to choose from; a difference is one whose root is a FlameDiffNode. */
  readonly flames: readonly ReportFlame[];
  /** The samples of the only graph in order of time; left out where they have none. */
  readonly timeline?: FlameTimeline | null;
}

const ROWS = 50;

/** A page with only flame graphs, and a table of the functions by self time. */
export function renderFlameHtml({ title, flames, timeline = null, ...assets }: FlamePage): string {
  const graphs = timeline
    ? [
        ...flames.map((flame) => pageFlame({ ...flame, title: LABEL.heaviestFirst })),
        pageTimeline(timeline, { id: 'time', title: LABEL.inTime, detail: REMARK.inTime }),
      ]
    : flames.map(pageFlame);
  const data: PageData = { charts: [], latency: [], bands: [], marks: [], flames: graphs, windows: [] };
  const tables = flames.map(({ title: name, root, unit = 'microseconds' }) => {
    const rows = flameTotals(root)
      .slice(0, ROWS)
      .map((total) => [
        html`<code>${total.name}</code>`,
        html`<span class="place">${total.place === null ? 'native' : formatPlace(total.place)}</span>`,
        html`${formatFlameValue(total.self, unit)}`,
        html`${percent(total.self / Math.max(1, root.value))}`,
      ]);
    const columns = [
      { head: 'function' },
      { head: 'line' },
      { head: 'self', align: 'right' },
      { head: 'share', align: 'right' },
    ] as const;
    return html`<details><summary>${functionsOf(name)}</summary>${table({ caption: functionsOf(name), columns, rows, searchable: true })}</details>`;
  });
  const body = html`<header><nav aria-label="Sections"><a href="#cpu">flame graph</a></nav><div data-mount="search"></div></header>
<main class="wide"><section id="cpu" aria-labelledby="cpu-title"><h1 id="cpu-title">${title}</h1>
<div data-mount="flames"></div>
<noscript><p class="quiet">${REMARK.flameNeedsScript}</p></noscript>
${tables}</section></main>`;
  return pageShell({ title, body, data: scriptJson(data) }, assets);
}
