import type { Finding } from '../model/finding.ts';
import type { Gate } from '../model/report.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { type Answer, answersOf, findingWord } from '../words/report/answers.ts';
import { dataFacts, runFacts, verdictWord } from '../words/report/facts.ts';
import { headline, whereWords } from '../words/report/headline.ts';
import { bottlenecksFound, checksWith, everythingElse, LABEL, moreInReport } from '../words/report/labels.ts';
import { plural } from '../words/terms.ts';
import { markdownCode, markdownProse, markdownText } from './markdown-text.ts';
import { html } from './markup.ts';
import { gateTable } from './render-markdown.ts';

/** What a reviewer reads without scrolling away. */
export const MOST_LINES = 60;
/** GitHub refuses a comment longer than 65,536 characters. */
const MAX_LENGTH = 60_000;
const MOST_GATES = 8;
const MOST_SHORT = 5;
const MOST_BOTTLENECKS = 3;
const PATH_STEPS = 6;

/** Answers behind the fold: the reader who doubts opens it. */
const FOLDED: readonly Answer['question'][] = ['Since when', 'How sure'];

/**
 * report.md, and a comment for a pull request: the answer first, in at most 60 lines. `everything` is the command that
 * writes the rest; null where nobody knows the run's folder.
 */
export function renderPullRequestComment(document: ReportDocument, everything: string | null = null): string {
  const top = [...title(document), ...verdict(document), ...gates(document)];
  const bottom = [...bottlenecks(document), ...rest(document), '', everythingElse(everything)];
  const lines = [...top, ...suspects(document, MOST_LINES - top.length - bottom.length), ...bottom];
  return `${whole(lines).join('\n')}\n`;
}

/** Whole lines alone: half a line may end within code, and what follows would be read as Markdown. */
function whole(lines: readonly string[]): string[] {
  let length = 0;
  const kept = lines.filter((line) => {
    length += line.length + 1;
    return length <= MAX_LENGTH;
  });
  return kept.length === lines.length ? kept : [...kept, '', '(cut)'];
}

function title(document: ReportDocument): string[] {
  const { report } = document;
  const name = markdownText(report.run.target.name);
  return [
    `# ${LABEL.soakReport}: ${name}: ${verdictWord(document)} (exit ${report.exitCode})`,
    '',
    `${runFacts(document).map(markdownProse).join(' | ')} | ${markdownProse(dataFacts(document))}`,
  ];
}

/** What the first suspect says below is not said twice: here it is what leaks alone. */
function verdict(document: ReportDocument): string[] {
  const { words, detail, sentences, limits } = headline(document);
  const [top] = document.report.findings;
  const below = top ? answersOf(top, document).flatMap(({ text }) => [text, whereWords(text)]) : [];
  const own = sentences.filter((sentence, i) => i === 0 || !below.includes(sentence));
  const facts = [...limits, ...own].map((sentence) => `- ${markdownProse(sentence)}`);
  const heading = `**${words}**${detail === '' ? '' : `: ${markdownText(detail)}`}`;
  return ['', heading, ...(facts.length > 0 ? ['', ...facts] : [])];
}

/** Those that failed first: what passed may be left out. */
function gates(document: ReportDocument): string[] {
  const { report } = document;
  if (report.gates.length === 0) return [];
  const order: readonly Gate['status'][] = ['fail', 'unknown', 'pass'];
  const sorted = [...report.gates].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const shown = sorted.slice(0, MOST_GATES);
  const table = gateTable({ ...document, report: { ...report, gates: shown } }).split('\n');
  const left = sorted.length - shown.length;
  return ['', ...table, ...(left > 0 ? ['', moreInReport(plural(left, 'more gate'))] : [])];
}

/** As many as there is room for, in full; the others with their title. */
function suspects(document: ReportDocument, room: number): string[] {
  const { findings } = document.report;
  const lines: string[] = [];
  let next = 0;
  for (const finding of findings) {
    const full = suspect(finding, document);
    if (lines.length + full.length + shortLines(findings.slice(next + 1)).length > room) break;
    lines.push(...full);
    next += 1;
  }
  return [...lines, ...shortLines(findings.slice(next))];
}

function shortLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const shown = findings
    .slice(0, MOST_SHORT)
    .map((one) => `- ${findingWord(one.kind)} ${one.rank}: ${markdownProse(one.title)} (${one.confidence})`);
  const left = findings.length - shown.length;
  return ['', ...shown, ...(left > 0 ? [`- ${moreInReport(`${left} more`)}`] : [])];
}

function suspect(finding: Finding, document: ReportDocument): string[] {
  const { kind, rank, subject, verify, id } = finding;
  const answers = answersOf(finding, document);
  const line = ({ question, text }: Answer): string => `- **${question}**: ${markdownProse(text)}`;
  const open = answers.filter(({ question }) => !FOLDED.includes(question)).map(line);
  const path = subject.path.slice(0, PATH_STEPS).map(markdownProse).join(' → ');
  const folded = [
    ...answers.filter(({ question }) => FOLDED.includes(question)).map(line),
    ...(path === '' ? [] : [`- **${LABEL.keptAlive}**: ${path}${subject.path.length > PATH_STEPS ? ' → …' : ''}`]),
    ...finding.against.slice(0, 2).map((reason) => `- **${LABEL.whyNot}**: ${markdownProse(reason)}`),
    `- **${LABEL.findingId}**: ${markdownCode(id)}`,
  ];
  return [
    '',
    `## ${findingWord(kind)} ${rank}: ${markdownCode(subject.class)} (${kind}, ${finding.confidence})`,
    '',
    ...open,
    ...(verify === '' ? [] : [`- **${LABEL.checkFix}**: ${markdownCode(verify)}`]),
    '',
    html`<details><summary>${LABEL.whyAndSince}</summary>`.markup,
    '',
    ...folded,
    '',
    '</details>',
  ];
}

function bottlenecks({ report }: ReportDocument): string[] {
  const found = report.bottlenecks ?? [];
  if (found.length === 0) return [];
  const titles = found.slice(0, MOST_BOTTLENECKS).map(({ title }) => markdownProse(title));
  return ['', `${bottlenecksFound(found.length)}: ${titles.join('; ')}${found.length > titles.length ? '; …' : ''}.`];
}

/** What was looked at and is well, and what nobody can say: names alone. */
function rest({ report }: ReportDocument): string[] {
  const named = (status: 'ok' | 'insufficient-data'): string =>
    report.checked
      .filter((one) => one.status === status)
      .map(({ check }) => markdownText(check))
      .join(', ');
  const lines = [checksWith('ok', named('ok')), checksWith('insufficient-data', named('insufficient-data'))].filter(
    (line) => line !== null,
  );
  return lines.length === 0 ? [] : ['', ...lines.map((line) => `- ${line}`)];
}
