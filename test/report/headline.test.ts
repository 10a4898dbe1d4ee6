import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { renderHtml } from '../../src/report/render-html.ts';
import { renderJunit } from '../../src/report/render-junit.ts';
import { renderMarkdown } from '../../src/report/render-markdown.ts';
import { renderPullRequestComment } from '../../src/report/render-pull-request-comment.ts';
import { renderSarif } from '../../src/report/render-sarif.ts';
import { renderTerminal } from '../../src/report/render-terminal.ts';
import { headline } from '../../src/words/report/headline.ts';
import { healthyDocument, leakDocument, RECORDED_LEAK, scarceDocument } from '../helpers/report-document.ts';

function withReport(change: Partial<Report>) {
  const leak = leakDocument();
  return headline({ ...leak, report: { ...leak.report, ...change } });
}

const likely: Finding = { ...RECORDED_LEAK, confidence: 'likely' };
const possible: Finding = { ...RECORDED_LEAK, confidence: 'possible' };
const slower: Finding = { ...RECORDED_LEAK, kind: 'latency-degradation' };

describe('the headline says what the verdict rests on', () => {
  test('a confirmed leak, a likely one, a degradation', () => {
    assert.equal(withReport({}).words, 'LEAK CONFIRMED');
    assert.equal(withReport({ findings: [likely] }).words, 'LEAK LIKELY');
    assert.equal(withReport({ findings: [likely] }).detail, '1 suspect, confidence medium');
    assert.equal(withReport({ findings: [slower] }).words, 'DEGRADATION CONFIRMED');
  });

  test('a failed gate without a finding names the gate', () => {
    const { words, detail } = withReport({
      findings: [],
      gates: [{ name: 'rss max', limit: '512MiB', measured: 6e8, unit: 'bytes', status: 'fail' }],
    });
    assert.equal(words, 'GATE FAILED');
    assert.equal(detail, 'rss max (threshold 512MiB)');
  });

  test('what is missing begins with a capital, but a file keeps its name', () => {
    const completeness = {
      missing: ['heap/1.heapsnapshot is missing', 'samples.ndjson is missing', 'no request was seen'],
      notes: [],
      gaps: [],
      snapshots: { planned: 1, taken: 1, refused: 0, failed: 0 },
    };
    assert.deepEqual(withReport({ completeness }).limits, [
      'heap/1.heapsnapshot is missing.',
      'samples.ndjson is missing.',
      'No request was seen.',
    ]);
  });

  test('a leak that is only possible does not turn a pass into a fail, nor into silence', () => {
    const { words, tone } = withReport({ verdict: 'pass', exitCode: 0, findings: [possible] });
    assert.deepEqual([words, tone], ['NO LEAK PROVEN', 'warn']);
  });

  test('a confirmed leak that no gate asks for (`--fail-on slo`) is still a confirmed leak', () => {
    const { words, detail, tone } = withReport({ verdict: 'pass', exitCode: 0 });
    assert.deepEqual([words, tone], ['LEAK CONFIRMED', 'bad']);
    assert.match(detail, /confidence high; --fail-on excludes it, so it does not fail the run/);
    const { sentences } = withReport({ verdict: 'pass', exitCode: 0, findings: [slower] });
    assert.equal(sentences[0], slower.title);
  });

  test('nothing found names the smallest leak that could have been seen', () => {
    const { words, sentences } = headline(healthyDocument());
    assert.equal(words, 'NO LEAK DETECTED');
    assert.match(sentences.join(' '), /smallest leak this run could detect: [\d.]+ MB\/h/);
  });

  test('too little data is said once for all checks that share the reason', () => {
    const scarce = scarceDocument();
    const detail = 'the run ended 4.1 s after its start; at least 30 s are needed';
    const checked = scarce.report.checked.map((row) => ({ ...row, status: 'insufficient-data' as const, detail }));
    const { words, sentences } = headline({ ...scarce, report: { ...scarce.report, checked } });
    assert.equal(words, 'NOT ENOUGH DATA TO JUDGE');
    assert.equal(sentences.filter((sentence) => sentence.includes('at least 30 s are needed')).length, 1);
  });

  test('what is missing of a run stands beside every verdict, in every form of the report', () => {
    const missing = ['values from inside the service are missing for 31 m 00 s of 48 m 00 s'];
    const notes = ['3 of 5 heap snapshots failed'];
    const snapshots = { planned: 5, taken: 2, refused: 0, failed: 3 };
    const completeness = { missing, notes, gaps: [], snapshots };
    for (const whole of [leakDocument(), healthyDocument(), scarceDocument()]) {
      const document = { ...whole, report: { ...whole.report, completeness } };
      const { limits } = headline(document);
      assert.deepEqual(limits, [
        'Values from inside the service are missing for 31 m 00 s of 48 m 00 s.',
        '3 of 5 heap snapshots failed.',
      ]);
      const page = renderHtml({ document, script: '', style: '', sha256Base64: () => '' });
      const texts = [
        renderTerminal(document, { colour: false, width: 120 }),
        renderMarkdown(document),
        renderPullRequestComment(document),
        page,
      ];
      for (const text of texts) {
        assert.match(text, /Values from inside the service are missing for 31 m 00 s of 48 m 00 s/);
        assert.match(text, /3 of 5 heap snapshots failed/);
      }
      assert.match(renderJunit(document), /errors="1"[\s\S]*<testcase classname="run" name="complete"><error/);
      assert.match(renderSarif(document), /"executionSuccessful": false/);
    }
  });

  test('a run that is whole and cannot be judged is an error to a build server, too', () => {
    const whole = healthyDocument();
    const gates = whole.report.gates.map((gate) => (gate.name === 'leak' ? { ...gate, status: 'unknown' } : gate));
    const report = { ...whole.report, gates, verdict: 'inconclusive', exitCode: 5 } as typeof whole.report;
    assert.match(renderJunit({ ...whole, report }), /errors="1"[\s\S]*<error message="not enough data to judge leak"/);
    assert.match(renderSarif({ ...whole, report }), /"executionSuccessful": false/);
    // A gate that this run does not measure takes nothing from a pass.
    const passed = { ...whole, report: { ...report, verdict: 'pass', exitCode: 0 } as typeof report };
    assert.match(renderJunit(passed), /errors="0"/);
    assert.doesNotMatch(renderSarif(passed), /executionSuccessful/);
  });
});
