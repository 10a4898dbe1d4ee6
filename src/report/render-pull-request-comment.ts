import type { Finding } from '../model/finding.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { answersOf } from '../words/report/answers.ts';
import { verdictWord } from '../words/report/facts.ts';
import { headline } from '../words/report/headline.ts';
import { moreInReport } from '../words/report/labels.ts';
import { markdownProse, markdownText } from './markdown-text.ts';
import { html } from './markup.ts';
import { gateTable } from './render-markdown.ts';

/** Suspects that a comment spells out; the report has them all. */
const SHOWN = 3;
/** GitHub refuses a comment longer than 65,536 characters. */
const MAX_LENGTH = 60_000;

/** A comment for a pull request: the verdict, the gates, the first suspects folded. */
export function renderPullRequestComment(document: ReportDocument): string {
  const { words, detail, limits } = headline(document);
  const { findings, run } = document.report;
  const suspects = findings.slice(0, SHOWN).map((finding) => {
    const answers = answersOf(finding, document).map(
      ({ question, text }) => `- **${question}**: ${markdownProse(text)}`,
    );
    return `${summary(finding)}\n\n${answers.join('\n')}\n\n</details>`;
  });
  const more = findings.length > SHOWN ? moreInReport(`${findings.length - SHOWN} more`) : '';
  const comment = [
    `### Soak of ${markdownText(run.target.name)}: ${verdictWord(document)}`,
    `**${words}**${detail === '' ? '' : `: ${markdownText(detail)}`}`,
    limits.map(markdownProse).join('\n\n'),
    gateTable(document),
    ...suspects,
    more,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
  return `${comment.length > MAX_LENGTH ? `${comment.slice(0, MAX_LENGTH)}\n\n(cut)` : comment}\n`;
}

/** The line that unfolds. It stands in HTML, where Markdown's escapes do nothing, so it is escaped as HTML. */
function summary({ rank, subject, confidence }: Finding): string {
  return html`<details><summary>${rank}. <code>${subject.class}</code> (${confidence})</summary>`.markup;
}
