import type { Gate } from '../../model/report.ts';
import type { ReportDocument } from '../../model/report-document.ts';
import { formatValue } from '../../words/figures.ts';
import { dataFacts, runFacts, verdictWord } from '../../words/report/facts.ts';
import { type Headline, headline } from '../../words/report/headline.ts';
import { LABEL, REMARK } from '../../words/report/labels.ts';
import { html, type Markup, NOTHING, proseMarkup } from '../markup.ts';
import { table } from './table.ts';

const MARKS: Readonly<Record<Headline['tone'], string>> = { bad: '✕', warn: '!', good: '✓', unknown: '?' };

/** Title and verdict: what a reader sees first. */
export function verdictSection(document: ReportDocument): Markup {
  const { tone, words, detail, sentences, limits } = headline(document);
  const { report } = document;
  // The sentences of a failed run are the answers of its first finding, which is right below.
  const told = report.findings.length > 0 ? sentences.slice(0, 1) : sentences;
  return html`<section id="verdict" aria-labelledby="verdict-title">
<h1 id="verdict-title">${LABEL.soakReport}: ${report.run.target.name}</h1>
<p class="facts">${runFacts(document).map((fact) => html`<span>${proseMarkup(fact)}</span>`)}</p>
<div class="banner ${tone}">
<span class="mark" aria-hidden="true">${MARKS[tone]}</span>
<div><p class="words">${words} <span class="exit">${verdictWord(document).toLowerCase()}, exit code ${report.exitCode}</span></p>
${detail === '' ? NOTHING : html`<p class="detail">${detail}</p>`}
${[...limits, ...told].map((sentence) => html`<p>${proseMarkup(sentence)}</p>`)}</div>
</div>
</section>`;
}

export function gatesSection(document: ReportDocument): Markup {
  const { gates } = document.report;
  const rows = gates.map(({ name, limit, measured, unit, status }) => [
    html`${name}`,
    html`${limit}`,
    html`${formatValue(measured, unit)}`,
    statusMark(status),
  ]);
  const columns = [
    { head: 'gate' },
    { head: 'threshold', align: 'right' },
    { head: 'measured', align: 'right' },
    { head: 'result' },
  ] as const;
  return html`<section id="gates" aria-labelledby="gates-title">
<h2 id="gates-title">Gates</h2>
<p class="quiet">Data: ${proseMarkup(dataFacts(document))}</p>
${gates.length === 0 ? html`<p>${REMARK.noGate}</p>` : table({ caption: LABEL.gatesTable, columns, rows })}
</section>`;
}

const RESULTS: Readonly<Record<Gate['status'], readonly [word: string, mark: string]>> = {
  pass: ['pass', '✓'],
  fail: ['FAIL', '✕'],
  unknown: ['unknown', '?'],
};

function statusMark(status: Gate['status']): Markup {
  const [word, mark] = RESULTS[status];
  return html`<span class="status ${status}"><span aria-hidden="true">${mark}</span> ${word}</span>`;
}
