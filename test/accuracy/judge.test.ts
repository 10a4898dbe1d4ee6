import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/model/finding.ts';
import { healthy, leak } from './accuracy-case.ts';
import { judge } from './judge.ts';

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

test('the right thing under a wrong kind is not found', () => {
  const { isFound, isNamedFirst } = judge(CASE, { findings: [finding({ kind: 'timer-leak' })] });
  assert.deepEqual([isFound, isNamedFirst], [false, false]);
});

test('a healthy service may be accused neither of a leak nor of degrading; hot functions and limits are its own', () => {
  assert.equal(judge(HEALTHY, { findings: [finding({})] }).isRight, false);
  assert.equal(judge(HEALTHY, { findings: [finding({ kind: 'latency-degradation' })] }).isRight, false);
  assert.equal(judge(HEALTHY, { findings: [finding({ kind: 'hot-function' })] }).isRight, true);
});
