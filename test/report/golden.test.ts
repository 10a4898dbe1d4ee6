import '../helpers/program-name.ts';

import { describe, test } from 'node:test';
import { renderJson } from '../../src/report/render-json.ts';
import { renderJunit } from '../../src/report/render-junit.ts';
import { renderMarkdown } from '../../src/report/render-markdown.ts';
import { renderPullRequestComment } from '../../src/report/render-pull-request-comment.ts';
import { renderSarif } from '../../src/report/render-sarif.ts';
import { renderTerminal } from '../../src/report/render-terminal.ts';
import { assertGolden } from '../helpers/golden.ts';
import { healthyDocument, leakDocument, scarceDocument } from '../helpers/report-document.ts';

const DOCUMENTS = { leak: leakDocument(), healthy: healthyDocument(), scarce: scarceDocument() };

describe('the texts of a report read as they are meant to', () => {
  for (const [name, document] of Object.entries(DOCUMENTS)) {
    test(`${name}: Markdown`, () => assertGolden(`report-${name}.md`, renderMarkdown(document)));
    test(`${name}: JUnit`, () => assertGolden(`report-${name}.junit.xml`, renderJunit(document)));
    test(`${name}: terminal`, () => assertGolden(`report-${name}.txt`, renderTerminal(document, { colour: false })));
  }
  test('leak: report.json', () => assertGolden('report-leak.json', renderJson(DOCUMENTS.leak)));
  test('leak: SARIF', () => assertGolden('report-leak.sarif', renderSarif(DOCUMENTS.leak)));
  test('leak: comment', () => assertGolden('report-leak-comment.md', renderPullRequestComment(DOCUMENTS.leak)));
  test('leak: terminal in colour', () =>
    assertGolden('report-leak-colour.txt', renderTerminal(DOCUMENTS.leak, { colour: true, width: 100 })));
});
