import type { ReportDocument } from '../model/report-document.ts';
import { verdictWord } from '../words/report/facts.ts';
import { pageData, scriptJson } from './build-page-data.ts';
import { checkedSection, eventsSection, filesSection, methodSection } from './html/background-sections.ts';
import { bottleneckSection } from './html/bottleneck-section.ts';
import { type Explanations, findingsSection } from './html/finding-section.ts';
import { cpuSection, heapSection, latencySection, timelineSection } from './html/measured-sections.ts';
import { type PageAssets, pageShell } from './html/page-shell.ts';
import { querySection } from './html/query-section.ts';
import { gatesSection, verdictSection } from './html/verdict-section.ts';
import { html, type Markup } from './markup.ts';

export type { PageAssets } from './html/page-shell.ts';

const LINKS = [
  'verdict',
  'leaks',
  'bottlenecks',
  'timeline',
  'cpu',
  'latency',
  'queries',
  'heap',
  'events',
  'files',
  'method',
];

/**
 * index.html: the whole report in one file. Verdict, findings and tables are there without a script; the script adds
 * charts, flame graphs and search to it.
 */
export function renderHtml({
  document,
  explanations = new Map(),
  editor = null,
  ...assets
}: PageAssets & {
  readonly document: ReportDocument;
  readonly explanations?: Explanations;
  /** Address of a line in an editor: see `PageData`. */
  readonly editor?: string | null;
}): string {
  const body = html`${header(document)}
<main>
${verdictSection(document)}
${findingsSection(document, explanations)}
${bottleneckSection(document)}
${gatesSection(document)}
${checkedSection(document)}
${timelineSection(document)}
${cpuSection(document)}
${latencySection(document)}
${querySection(document)}
${heapSection(document)}
${eventsSection(document)}
${filesSection(document)}
${methodSection(document)}
</main>`;
  const title = `${verdictWord(document)}: ${document.report.run.target.name}, soak report`;
  return pageShell(
    { title, body, data: scriptJson({ ...pageData(document), ...(editor === null ? {} : { editor }) }) },
    assets,
  );
}

function header({ report, database }: ReportDocument): Markup {
  const words: Readonly<Record<string, string>> = {
    leaks: `findings (${report.findings.length})`,
    bottlenecks: `bottlenecks (${report.bottlenecks?.length ?? 0})`,
  };
  const isThere: Readonly<Record<string, boolean>> = {
    leaks: report.findings.length > 0,
    bottlenecks: report.bottlenecks !== undefined,
    queries: database !== undefined,
  };
  const shown = LINKS.filter((id) => isThere[id] ?? true);
  const links = shown.map((id) => html`<a href="#${id}">${words[id] ?? id}</a>`);
  return html`<header><nav aria-label="Sections">${links}</nav><div data-mount="search"></div></header>`;
}
