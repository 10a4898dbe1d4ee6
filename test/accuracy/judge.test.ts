import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { type AccuracyCase, healthy, leak } from './accuracy-case.ts';
import { judge } from './judge.ts';
import { type Row, tableOf } from './table.ts';

const CASE = leak('express-shop/cart-map at carts', {
  about: 'carts',
  kinds: ['js-heap-leak'],
  names: ['Cart'],
  files: ['lib/carts.mjs'],
});
const HEALTHY = healthy('express-shop at carts', 'carts');

interface Said extends Partial<Pick<Finding, 'kind' | 'confidence' | 'rank'>> {
  readonly class?: string;
  readonly file?: string;
}

function finding({
  kind = 'js-heap-leak',
  confidence = 'likely',
  rank = 1,
  class: name = 'Cart',
  file,
}: Said): Finding {
  const source = file === undefined ? null : { file, line: 1, column: 1, function: 'open' };
  return {
    id: `${kind}-${rank}`,
    kind,
    confidence,
    severity: 'major',
    rank,
    title: name,
    subject: { class: name, holder: 'a holder', path: [], source, package: null },
    growth: null,
    evidence: [],
    against: [],
    recommendation: '',
    verify: '',
  };
}

test('right: the culprit is first, of a right kind, in the right file', () => {
  const { isRight, isFileRight, falseAlarms } = judge(CASE, { findings: [finding({ file: 'src/lib/carts.mjs' })] });
  assert.deepEqual({ isRight, isFileRight, falseAlarms }, { isRight: true, isFileRight: true, falseAlarms: [] });
});

test('a file of a package is right in that package alone', () => {
  const one = { ...CASE, files: ['index.js of p-map'] };
  const isFileRight = (owner: string | null): boolean | null => {
    const { subject, ...rest } = finding({ file: 'index.js' });
    return judge(one, { findings: [{ ...rest, subject: { ...subject, package: owner } }] }).isFileRight;
  };
  assert.deepEqual([isFileRight('p-map@7.0.2'), isFileRight('router@2.3.0'), isFileRight(null)], [true, false, false]);
});

test('what is only possible is not found, and does not accuse', () => {
  const findings = [finding({ confidence: 'possible' })];
  assert.equal(judge(CASE, { findings }).isFound, false);
  assert.equal(judge(HEALTHY, { findings }).isRight, true);
});

test('found, but another is accused first', () => {
  const findings = [finding({ rank: 2 }), finding({ rank: 1, class: 'Socket', kind: 'socket-leak' })];
  const { isFound, isNamedFirst, falseAlarms } = judge(CASE, { findings });
  assert.deepEqual([isFound, isNamedFirst, falseAlarms.length], [true, false, 1]);
});

test('the right thing under a wrong kind is named, not found', () => {
  const { isFound, isNamedFirst } = judge(CASE, { findings: [finding({ kind: 'timer-leak' })] });
  assert.deepEqual([isFound, isNamedFirst], [false, true]);
});

test('a healthy service may be accused neither of a leak nor of degrading; hot functions and limits are its own', () => {
  assert.equal(judge(HEALTHY, { findings: [finding({})] }).isRight, false);
  assert.equal(judge(HEALTHY, { findings: [finding({ kind: 'latency-degradation' })] }).isRight, false);
  assert.equal(judge(HEALTHY, { findings: [finding({ kind: 'hot-function' })] }).isRight, true);
});

test('the table counts what was found, named and accused, and says what a report said', () => {
  const run = { target: { node: 'v22.1.0' } } as Report['run'];
  const row = (one: AccuracyCase, findings: readonly Finding[]): Row => ({
    one,
    repeat: 1,
    result: { key: '', tool: '', exitCode: 0, report: { run, verdict: 'pass', findings, checked: [] } },
  });
  const table = tableOf([
    row(CASE, [finding({ file: 'src/lib/carts.mjs' })]),
    row(CASE, [finding({ confidence: 'possible' })]),
    row(HEALTHY, []),
    row(HEALTHY, [finding({ kind: 'fd-leak' })]),
  ]);
  assert.match(table, /found as a right kind.* \| 1 of 2 \(50 %\) \|/);
  assert.match(table, /healthy services accused \| 1 of 2 \(50 %\) \|/);
  assert.match(
    table,
    /cart-map \| carts \(Express 5\) \| v22\.1\.0 \| 150\/s \| yes \| yes \| yes \| likely js-heap-leak: Cart in a holder, carts\.mjs:1/,
  );
  assert.match(table, /\*\*no\*\* \| \*\*no\*\* \| possible js-heap-leak: Cart/);
  assert.match(table, /healthy-carts .* \| \*\*no\*\* \| likely fd-leak: Cart/);
});
