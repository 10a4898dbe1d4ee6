import type { Bottleneck } from '../../model/bottleneck.ts';
import type { ReportDocument } from '../../model/report-document.ts';
import { bottleneckAnswers, bottleneckPage, quietRules } from '../../words/report/bottleneck-answers.ts';
import { explainedIn, LABEL, REMARK } from '../../words/report/labels.ts';
import { html, type Markup, NOTHING, proseMarkup } from '../markup.ts';
import { evidenceLine, reasons } from './finding-section.ts';
import { nothing, section } from './measured-sections.ts';

/** What makes the service slower or more expensive than necessary: the largest gain first, and what was looked at. */
export function bottleneckSection({ report }: ReportDocument): Markup {
  const { bottlenecks } = report;
  if (!bottlenecks) return NOTHING;
  const quiet = quietRules(report).map((sentence) => html`<p class="quiet">${proseMarkup(sentence)}</p>`);
  const cards =
    bottlenecks.length === 0
      ? nothing(REMARK.noBottleneck)
      : html`<p>${REMARK.bottlenecks}</p>
${bottlenecks.map(card)}`;
  return section('bottlenecks', 'Bottlenecks', html`${cards}${quiet}`);
}

function card(one: Bottleneck): Markup {
  const answers = bottleneckAnswers(one).map(
    ({
      question,
      text,
    }) => html`<dt>${question}</dt><dd${question === LABEL.whatToChange ? html` class="change"` : NOTHING}>${proseMarkup(text)}</dd>
`,
  );
  return html`<article class="card" id="bottleneck-${one.rank}" aria-labelledby="bottleneck-${one.rank}-title" data-bottleneck="${one.id}">
<h3 class="title" id="bottleneck-${one.rank}-title"><a class="permalink" href="#bottleneck-${one.rank}">${one.rank}.</a> ${proseMarkup(one.title)} <span class="tag ${one.confidence}">${one.confidence}</span> <span class="tag">${one.rule.replaceAll('-', ' ')}</span></h3>
<dl class="answers">${answers}</dl>
<div class="columns">${reasons(LABEL.why, one.evidence.map(evidenceLine))}${reasons(LABEL.whyNot, one.against.map(proseMarkup))}</div>
<p class="quiet">${proseMarkup(explainedIn(bottleneckPage(one.rule)))}</p>
</article>`;
}
