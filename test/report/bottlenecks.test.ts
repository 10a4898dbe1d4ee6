import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bottleneck } from '../../src/model/bottleneck.ts';
import type { ReportDocument } from '../../src/model/report-document.ts';
import { renderHtml } from '../../src/report/render-html.ts';
import { renderMarkdown } from '../../src/report/render-markdown.ts';
import { renderTerminal } from '../../src/report/render-terminal.ts';
import { pageAssets } from '../helpers/page-assets.ts';
import { healthyDocument } from '../helpers/report-document.ts';

const ONE: Bottleneck = {
  id: '1234567890',
  rule: 'sync-call',
  rank: 1,
  confidence: 'confirmed',
  title: '`renderTerms` calls `readFileSync` under load.',
  request: null,
  source: { file: 'src/terms.ts', line: 9, column: 0, function: 'renderTerms' },
  package: null,
  evidence: [{ what: '12 % of the busy time is spent in it.', file: 'cpu/4.cpuprofile' }],
  against: [],
  gain: 'The loop is free for 3 % more of the time.',
  recommendation: 'Read once at the start.',
  check: 'The flame graph no longer shows it.',
  verify: 'profiler soak --name terms',
};

function documentWith(bottlenecks: readonly Bottleneck[]): ReportDocument {
  const document = healthyDocument();
  const bottlenecksChecked = [
    { check: 'size of responses', status: 'ok', detail: '0 of 3 grow' },
    { check: 'connections kept alive', status: 'insufficient-data', detail: 'no load of ours' },
  ] as const;
  return { ...document, report: { ...document.report, bottlenecks, bottlenecksChecked } };
}

test('every report shows a bottleneck with its place, its gain and its page', () => {
  const document = documentWith([ONE, { ...ONE, rank: 2 }]);
  const markdown = renderMarkdown(document);
  const page = renderHtml({ document, ...pageAssets() });
  for (const text of [markdown, page]) {
    for (const part of ['renderTerms', 'src/terms.ts:9', ONE.gain, ONE.check, 'docs/bottlenecks/sync-call.md']) {
      assert.ok(text.includes(part), part);
    }
  }
  assert.ok(page.includes('href="#bottlenecks">bottlenecks (2)</a>'));
  const terminal = renderTerminal(document, { colour: false });
  assert.match(terminal, /1\. renderTerms calls readFileSync under load\.\n {3}Expected gain: The loop is free/);
});

test('that nothing was found is told with what was looked at, and what could not be seen', () => {
  const document = documentWith([]);
  for (const text of [renderMarkdown(document), renderHtml({ document, ...pageAssets() })]) {
    assert.match(text, /No bottleneck was found/);
    assert.match(text, /Checked, nothing found: size of responses/);
    assert.match(text, /Not seen: connections kept alive/);
  }
  assert.doesNotMatch(renderTerminal(document, { colour: false }), /Bottlenecks/);
});
