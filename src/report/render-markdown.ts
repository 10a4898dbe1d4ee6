import type { Finding } from '../model/finding.ts';
import { findingPage } from '../model/finding-catalogue.ts';
import { printable } from '../model/printable.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { formatBytes, formatCount } from '../model/units.ts';
import { figure, formatMoment, formatMs, formatValue, percent } from '../words/figures.ts';
import { formatPlace } from '../words/place.ts';
import { answersOf, findingWord } from '../words/report/answers.ts';
import { bottleneckAnswers, bottleneckPage, quietRules } from '../words/report/bottleneck-answers.ts';
import { dataFacts, runFacts, verdictWord } from '../words/report/facts.ts';
import { headline } from '../words/report/headline.ts';
import { explainedIn, heapGrowth, LABEL, REMARK } from '../words/report/labels.ts';
import { missedColumns } from '../words/report/missed.ts';
import { capital, lowerFirst } from '../words/terms.ts';
import { markdownQueries } from './markdown-queries.ts';
import { markdownCode, markdownProse, markdownTable, markdownText } from './markdown-text.ts';
import { sourceLines } from './source-lines.ts';

/** Rows of a ranked table; the rest is in report.json and on the page. */
const TOP = 10;

/** report.md: the answer on the first page, the evidence after it. */
export function renderMarkdown(document: ReportDocument): string {
  const sections = [
    title(document),
    verdict(document),
    ...document.report.findings.map((finding) => findingSection(finding, document)),
    bottleneckSection(document),
    checkedSection(document),
    timelineSection(document),
    cpuSection(document),
    latencySection(document),
    markdownQueries(document),
    heapSection(document),
    methodSection(document),
    filesSection(document),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function title(document: ReportDocument): string {
  const { report } = document;
  return [
    `# ${LABEL.soakReport}: ${markdownText(report.run.target.name)}: ${verdictWord(document)} (exit ${report.exitCode})`,
    runFacts(document).map(markdownProse).join(' | '),
    `Data: ${markdownProse(dataFacts(document))}`,
  ].join('\n\n');
}

function verdict(document: ReportDocument): string {
  const { words, detail, sentences, limits } = headline(document);
  const lines = ['## Verdict', `**${words}**${detail === '' ? '' : `: ${markdownText(detail)}`}`];
  lines.push([...limits, ...sentences].map(markdownProse).join('\n\n'));
  lines.push(gateTable(document));
  return lines.filter((line) => line !== '').join('\n\n');
}

export function gateTable({ report }: ReportDocument): string {
  if (report.gates.length === 0) return '';
  const rows = report.gates.map(({ name, limit, measured, unit, status }) => [
    markdownText(name),
    markdownText(limit),
    markdownText(formatValue(measured, unit)),
    status === 'fail' ? '**FAIL**' : status,
  ]);
  return markdownTable(['gate', 'threshold', 'measured', 'result'], 'lrrl', rows);
}

function findingHeading({ kind, rank, subject }: Finding): string {
  return `${findingWord(kind)} ${rank}: ${markdownCode(subject.class)} (${kind})`;
}

function findingSection(finding: Finding, document: ReportDocument): string {
  const answers = answersOf(finding, document).map(({ question, text }) => `- **${question}**: ${markdownProse(text)}`);
  const { path } = finding.subject;
  return [
    `## ${findingHeading(finding)}`,
    answers.join('\n'),
    path.length === 0 ? '' : `${LABEL.keptAlive}:\n\n${path.map(pathStep).join('\n')}`,
    ...sourceBlocks(finding),
    allocations(finding),
    list(
      LABEL.why,
      finding.evidence.map(({ what, file }) => (file ? `${what} (${file})` : what)),
    ),
    list(LABEL.whyNot, finding.against),
    finding.verify === '' ? '' : `${LABEL.checkFix}: ${markdownCode(finding.verify)}`,
    markdownProse(explainedIn(findingPage(finding.kind))),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function pathStep(step: string, depth: number): string {
  return `${'  '.repeat(Math.min(depth, 8))}- ${markdownProse(step)}`;
}

/** Indented by four spaces: always code, whatever it contains. */
function sourceBlocks(finding: Finding): string[] {
  return sourceLines(finding).map(
    ({ title, lines }) => `${markdownText(title)}:\n\n${lines.map((line) => `    ${line}`).join('\n')}`,
  );
}

function allocations({ allocatedAt = [] }: Finding): string {
  if (allocatedAt.length === 0) return '';
  const lines = allocatedAt.slice(0, 5).map(({ share, stack }) => {
    const frames = stack.slice(0, 5).map((frame) => markdownCode(`${frame.function} ${formatPlace(frame)}`));
    return `- ${percent(share)}: ${frames.join(' ← ')}`;
  });
  return `${LABEL.allocatedAt} (${LABEL.shareOfLive}):\n\n${lines.join('\n')}`;
}

function list(heading: string, sentences: readonly string[]): string {
  if (sentences.length === 0) return '';
  return `${heading}:\n\n${sentences.map((sentence) => `- ${markdownProse(sentence)}`).join('\n')}`;
}

function bottleneckSection({ report }: ReportDocument): string {
  const { bottlenecks } = report;
  if (!bottlenecks) return '';
  const cards = bottlenecks.map((one) =>
    [
      `### ${one.rank}. ${markdownProse(one.title)}`,
      bottleneckAnswers(one)
        .map(({ question, text }) => `- **${question}**: ${markdownProse(text)}`)
        .join('\n'),
      list(
        LABEL.why,
        one.evidence.map(({ what, file }) => (file ? `${what} (${file})` : what)),
      ),
      list(LABEL.whyNot, one.against),
      markdownProse(explainedIn(bottleneckPage(one.rule))),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
  const none = bottlenecks.length === 0 ? [REMARK.noBottleneck] : [];
  return ['## Bottlenecks', ...none, ...cards, ...quietRules(report).map(markdownProse)].join('\n\n');
}

function checkedSection({ report }: ReportDocument): string {
  if (report.checked.length === 0) return '';
  const rows = report.checked.map(({ check, status, detail }) => [
    markdownText(check),
    status === 'insufficient-data' ? LABEL.notEnoughData : status,
    markdownProse(detail),
  ]);
  return `## ${LABEL.checked}\n\n${markdownTable(['check', 'result', 'detail'], 'lll', rows)}`;
}

function timelineSection({ timeline }: ReportDocument): string {
  if (timeline.length === 0) return '';
  const rows = timeline.map(({ tSec, endSec, label, detail, pauseMs }) => [
    endSec - tSec >= 1 ? `${formatMoment(tSec)} to ${formatMoment(endSec)}` : formatMoment(tSec),
    markdownText(label),
    markdownProse(detail),
    pauseMs === null ? '' : formatMs(pauseMs),
  ]);
  return `## Events\n\n${markdownTable(['when', 'what', 'detail', 'pause'], 'rllr', rows)}`;
}

function cpuSection({ hotFunctions }: ReportDocument): string {
  if (hotFunctions.length === 0) return '';
  const rows = hotFunctions
    .slice(0, TOP)
    .map((hot) => [
      markdownCode(hot.name),
      hot.place === null ? 'native' : markdownCode(formatPlace(hot.place)),
      percent(hot.selfShare),
      percent(hot.totalShare),
      hot.firstSelfShare === null || hot.lastSelfShare === null
        ? ''
        : `${percent(hot.firstSelfShare)} → ${percent(hot.lastSelfShare)}`,
    ]);
  const heads = ['function', 'line', 'self', 'total', LABEL.selfByWindow];
  return `## CPU: hottest functions\n\n${markdownTable(heads, 'llrrr', rows)}`;
}

function latencySection({ report }: ReportDocument): string {
  if (report.requests.length === 0) return '';
  const missed = missedColumns(report.requests);
  const rows = report.requests.map((request) => [
    markdownText(request.name),
    formatCount(request.count),
    formatCount(request.errors),
    ...missed.map((key) => formatCount(request[key])),
    figure(request.ratePerSecond),
    ...[request.p50Ms, request.p95Ms, request.p99Ms, request.maxMs].map(formatMs),
  ]);
  const heads = ['request', 'count', 'errors', ...missed, 'a second', 'p50', 'p95', 'p99', 'max'];
  const alignment = `l${'r'.repeat(heads.length - 1)}`;
  return `## Latency\n\n${REMARK.fromSendTime}\n\n${markdownTable(heads, alignment, rows)}`;
}

function heapSection({ heap }: ReportDocument): string {
  if (!heap || heap.classes.length === 0) return '';
  const rows = heap.classes
    .slice(0, TOP)
    .map((growth) => [
      markdownCode(growth.class),
      growth.counts.map(formatCount).join(' → '),
      growth.retainedBytes.map(formatBytes).join(' → '),
    ]);
  return `## Heap: ${lowerFirst(LABEL.classesThatGrew)}\n\n${markdownText(heapGrowth(heap))}\n\n${markdownTable(['class', LABEL.objectsBySnapshot, 'retained'], 'lrr', rows)}`;
}

function methodSection({ notes, method, cost }: ReportDocument): string {
  const costRows = cost.map(({ what, count, totalPauseMs, longestPauseMs }) => [
    markdownText(what),
    formatCount(count),
    formatMs(totalPauseMs),
    formatMs(longestPauseMs),
  ]);
  return [
    `## ${LABEL.method}`,
    notes.map((note) => `- ${markdownProse(note)}`).join('\n'),
    method.map(({ name, value }) => `- ${markdownText(name)}: ${markdownText(value)}`).join('\n'),
    cost.length === 0
      ? ''
      : `${LABEL.ownCost}:\n\n${markdownTable(['capture', 'count', LABEL.pausesInAll, 'longest'], 'lrrr', costRows)}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function filesSection({ files }: ReportDocument): string {
  if (files.length === 0) return '';
  const lines = files.map(({ path, what, sizeBytes, sensitive }) => {
    const size = sizeBytes === null ? '' : `, ${formatBytes(sizeBytes)}`;
    const warning = sensitive ? ` **${capital(REMARK.secrets)}.**` : '';
    return `- ${markdownCode(printable(path))}: ${markdownText(what)}${size}.${warning}`;
  });
  return `## Files\n\n${lines.join('\n')}`;
}
