import type { Finding } from '../model/finding.ts';
import type { Gate } from '../model/report.ts';
import type { ReportDocument } from '../model/report-document.ts';
import { whyNoPass } from '../words/completeness.ts';
import { formatValue } from '../words/figures.ts';
import { formatPlace, placeOfFinding } from '../words/place.ts';
import { answersOf } from '../words/report/answers.ts';
import { possible, REMARK } from '../words/report/labels.ts';
import { html, type Markup, NOTHING } from './markup.ts';
import { prosePieces } from './prose.ts';

/**
 * junit.xml: one testcase a gate and one a finding. A finding that is only possible does not fail the run, so its
 * testcase is skipped with the reason, as is a gate that could not be measured. A run that is not whole, or cannot be
 * judged, is an error: else a build server would take it for passed.
 */
export function renderJunit(document: ReportDocument): string {
  const { gates, findings, run } = document.report;
  const missing = whyNoPass(document.report);
  const failures =
    gates.filter(({ status }) => status === 'fail').length +
    findings.filter(({ confidence }) => confidence !== 'possible').length;
  const skipped =
    gates.filter(({ status }) => status === 'unknown').length +
    findings.filter(({ confidence }) => confidence === 'possible').length;
  const seconds = (run.durationMs / 1000).toFixed(3);
  const cases = [
    ...(missing.length === 0 ? [] : [missingCase(missing)]),
    ...gates.map(gateCase),
    ...findings.map((finding) => findingCase(finding, document)),
  ];
  return `${
    html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${`soak of ${run.target.name}`}" tests="${cases.length}" failures="${failures}" skipped="${skipped}" errors="${missing.length === 0 ? 0 : 1}" time="${seconds}" timestamp="${run.startedAt}">
${cases}  </testsuite>
</testsuites>
`.markup
  }`;
}

/** Whether a text is as a whole what `renderJunit` makes: this one suite, and none of another tool beside it. */
export function isJunit(text: string): boolean {
  const suites = text.match(/<testsuite[\s>]/g) ?? [];
  return (
    suites.length === 1 &&
    /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites>\n {2}<testsuite name="soak of [^"]*" tests=/.test(text) &&
    text.endsWith('  </testsuite>\n</testsuites>\n')
  );
}

function missingCase(missing: readonly string[]): Markup {
  const text = missing.join('; ');
  return html`    <testcase classname="run" name="complete"><error message="${text}" type="incomplete">${text}</error></testcase>
`;
}

function gateCase({ name, limit, measured, unit, status }: Gate): Markup {
  const text = `measured ${formatValue(measured, unit)}, threshold ${limit}`;
  const outcome =
    status === 'fail'
      ? html`<failure message="${text}" type="gate">${text}</failure>`
      : status === 'unknown'
        ? html`<skipped message="${REMARK.notMeasured}"/>`
        : NOTHING;
  return html`    <testcase classname="gate" name="${name}">${outcome}</testcase>
`;
}

function findingCase(finding: Finding, document: ReportDocument): Markup {
  const place = placeOfFinding(finding);
  const at = place ? html` file="${place.file}" line="${place.line}"` : NOTHING;
  const text = answersOf(finding, document).map(
    ({ question, text }) => html`${question}: ${plain(text)}
`,
  );
  const outcome =
    finding.confidence === 'possible'
      ? html`<skipped message="${possible(plain(finding.title))}"/>`
      : html`<failure message="${plain(finding.title)}" type="${finding.kind}">${
          place
            ? html`${formatPlace(place)}
`
            : NOTHING
        }${text}</failure>`;
  return html`    <testcase classname="${`finding.${finding.kind}`}" name="${`${finding.id} ${plain(finding.title)}`}"${at}>${outcome}</testcase>
`;
}

function plain(sentence: string): string {
  return prosePieces(sentence)
    .map(({ text }) => text)
    .join('');
}
