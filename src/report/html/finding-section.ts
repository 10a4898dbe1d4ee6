import type { Finding } from '../../model/finding.ts';
import { findingPage } from '../../model/finding-catalogue.ts';
import type { ReportDocument } from '../../model/report-document.ts';
import { percent } from '../../words/figures.ts';
import { formatPlace } from '../../words/place.ts';
import { answersOf, findingWord } from '../../words/report/answers.ts';
import { explainedIn, LABEL } from '../../words/report/labels.ts';
import { html, type Markup, NOTHING, proseMarkup } from '../markup.ts';
import { sourceLines } from '../source-lines.ts';
import { explanation } from './explanation.ts';
import { growthPicture } from './growth-picture.ts';

/** Pages of docs/findings by their path; empty if the caller has none at hand. */
export type Explanations = ReadonlyMap<string, string>;

export function findingsSection(document: ReportDocument, explanations: Explanations): Markup {
  return html`<div id="leaks">${document.report.findings.map((finding) => findingCard(finding, document, explanations))}</div>`;
}

/** The address of a finding is its id, which is the same from run to run: a link to it holds for the next report too. */
function findingCard(finding: Finding, document: ReportDocument, explanations: Explanations): Markup {
  const { id, rank, kind, subject, confidence } = finding;
  const word = findingWord(kind);
  const answers = answersOf(finding, document).map(
    ({
      question,
      text,
    }) => html`<dt>${question}</dt><dd${question === LABEL.whatToChange ? html` class="change"` : NOTHING}>${proseMarkup(text)}</dd>
`,
  );
  return html`<section class="card" id="finding-${id}" aria-labelledby="finding-${rank}-title">
<h2 id="finding-${rank}-title"><a class="permalink" href="#finding-${id}">${word} ${rank}</a> <code>${subject.class}</code> <span class="tag ${confidence}">${confidence}</span> <span class="tag">${kind.replaceAll('-', ' ')}</span></h2>
<div class="pair">
<dl class="answers">${answers}</dl>
${aside(finding, document)}
</div>
${sources(finding)}
${allocations(finding)}
<div class="columns">${reasons(LABEL.why, finding.evidence.map(evidenceLine))}${reasons(LABEL.whyNot, finding.against.map(proseMarkup))}</div>
${finding.verify === '' ? NOTHING : html`<p class="verify">${LABEL.checkFix}: <code data-copy>${finding.verify}</code></p>`}
${explained(findingPage(kind), explanations)}
</section>`;
}

function explained(page: string, explanations: Explanations): Markup {
  const text = explanations.get(page);
  return text === undefined
    ? html`<p class="quiet">${proseMarkup(explainedIn(page))}</p>`
    : html`<details><summary>${LABEL.explained}</summary>${explanation(text)}</details>`;
}

/** Next to the answers: the growth as a picture, and what retains the objects. */
function aside(finding: Finding, document: ReportDocument): Markup {
  const parts = [growthPicture(finding, document), retainingPath(finding)].filter(({ markup }) => markup !== '');
  return parts.length === 0 ? NOTHING : html`<div class="aside">${parts}</div>`;
}

/** Deeper steps are not indented any further: a long chain would leave no room for its own text. */
const DEEPEST = 10;

function retainingPath({ subject }: Finding): Markup {
  if (subject.path.length === 0) return NOTHING;
  const steps = subject.path.map((step) => html`<li>${proseMarkup(step)}`);
  const innermost = html`${steps.slice(DEEPEST).map((step) => html`${step}</li>`)}`;
  const nested = steps.slice(0, DEEPEST).reduceRight<Markup>((inner, step) => {
    const list = inner.markup === '' ? NOTHING : html`<ul>${inner}</ul>`;
    return html`${step}${list}</li>`;
  }, innermost);
  return html`<div class="path"><h3>${LABEL.keptAlive}</h3><ul>${nested}</ul></div>`;
}

function sources(finding: Finding): Markup {
  const blocks = sourceLines(finding);
  if (blocks.length === 0) return NOTHING;
  return html`<div class="columns">${blocks.map(
    ({ title, lines }) =>
      html`<div><h3>${title}</h3><div class="scroll" tabindex="0" role="region" aria-label="${title}"><pre>${lines.map((line) => html`${line}\n`)}</pre></div></div>`,
  )}</div>`;
}

function allocations({ allocatedAt = [] }: Finding): Markup {
  if (allocatedAt.length === 0) return NOTHING;
  const lines = allocatedAt
    .slice(0, 5)
    .map(
      ({ share, stack }) =>
        html`<li><strong>${percent(share)}</strong> ${stack
          .slice(0, 6)
          .map(
            (frame, i) =>
              html`${i === 0 ? '' : ' ← '}<code>${frame.function}</code> <span class="place">${formatPlace(frame)}</span>`,
          )}</li>`,
    );
  return html`<div class="allocations"><h3>${LABEL.allocatedAt} <span class="quiet">${LABEL.shareOfLive}</span></h3><ul>${lines}</ul></div>`;
}

export function evidenceLine({ what, file }: Finding['evidence'][number]): Markup {
  return html`${proseMarkup(what)}${file === null ? NOTHING : html` <span class="place">${file}</span>`}`;
}

export function reasons(heading: string, lines: readonly Markup[]): Markup {
  if (lines.length === 0) return NOTHING;
  return html`<div><h3>${heading}</h3><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></div>`;
}
