import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderAnnotations } from '../../src/report/render-annotations.ts';
import { renderSarif } from '../../src/report/render-sarif.ts';
import { hostileDocument } from '../helpers/hostile-document.ts';
import { HOSTILE_NAMES } from '../helpers/hostile-names.ts';
import { healthyDocument, leakDocument, RECORDED_LEAK } from '../helpers/report-document.ts';

/** As the runner of GitHub Actions reads a line: null where it is no command. */
function read(line: string): { level: string; properties: Record<string, string>; text: string } | null {
  const [, level = '', listed = '', text = ''] = /^::(\w+) (.*?)::(.*)$/.exec(line) ?? [];
  if (level === '') return null;
  const unescaped = (value: string): string =>
    value
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%3A', ':')
      .replaceAll('%2C', ',')
      .replaceAll('%25', '%');
  const pairs = listed.split(',').map((pair) => pair.split('=') as [string, string]);
  return {
    level,
    properties: Object.fromEntries(pairs.map(([key, value]) => [key, unescaped(value)])),
    text: unescaped(text),
  };
}

describe('annotations for GitHub Actions', () => {
  test('what fails the run is an error at its line, and each gate that failed one without a line', () => {
    const [finding, gate] = renderAnnotations(leakDocument().report).map(read);
    assert.deepEqual(
      { level: finding?.level, ...finding?.properties },
      { level: 'error', file: 'server.mjs', line: '53', col: '8', title: 'listener leak, confirmed' },
    );
    assert.ok(finding?.text.startsWith(RECORDED_LEAK.title), finding?.text);
    assert.deepEqual(gate?.properties, { title: 'gate leak' });
    assert.match(gate?.text ?? '', /threshold 0, measured 1/);
  });

  test('a finding that does not fail the run is a warning, one that is only possible a notice', () => {
    const { report } = leakDocument();
    const passed = { ...report, verdict: 'pass' as const, gates: [] };
    assert.equal(read(renderAnnotations(passed)[0] ?? '')?.level, 'warning');
    const findings = [{ ...RECORDED_LEAK, confidence: 'possible' as const }];
    assert.equal(read(renderAnnotations({ ...passed, findings })[0] ?? '')?.level, 'notice');
    assert.deepEqual(renderAnnotations(healthyDocument().report), []);
  });

  test('a line of a package or of Node is none of the repository: the finding stays, without a line, in SARIF too', () => {
    const { report, ...rest } = leakDocument();
    const { added: _, madeAt: __, ...subject } = RECORDED_LEAK.subject;
    const source = { file: 'lib/client.js', line: 526, column: 9, function: 'query' };
    const frame = { file: 'node:events', line: 1, column: 1, function: 'on', package: null };
    const finding = {
      ...RECORDED_LEAK,
      subject: { ...subject, source, package: 'pg@8.23.1' },
      allocatedAt: [{ share: 1, stack: [frame] }],
    };
    const moved = { ...report, findings: [finding] };
    assert.equal(read(renderAnnotations(moved)[0] ?? '')?.properties.file, undefined);
    const log = JSON.parse(renderSarif({ ...rest, report: moved }));
    assert.equal(log.runs[0].results[0].locations, undefined);
  });

  test('no name adds a line, ends a property or begins another command; ten of a level at most', () => {
    const { report } = hostileDocument();
    assert.ok(report.findings.length > 10 && HOSTILE_NAMES.length > 10);
    const lines = renderAnnotations(report);
    for (const line of lines) {
      assert.doesNotMatch(line, /[\r\n]/);
      const known = Object.keys(read(line)?.properties ?? {}).every((key) =>
        ['file', 'line', 'col', 'title'].includes(key),
      );
      assert.ok(known, line);
    }
    for (const level of ['error', 'warning', 'notice'])
      assert.ok(lines.filter((line) => line.startsWith(`::${level} `)).length <= 10);
  });
});
