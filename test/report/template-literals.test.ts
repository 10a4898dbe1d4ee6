import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangingLine } from '../../src/model/changing-line.ts';
import { markdownProse } from '../../src/report/markdown-text.ts';
import { prosePieces } from '../../src/report/prose.ts';
import { caseAdvice } from '../../src/words/case-advice.ts';
import { code } from '../../src/words/terms.ts';

const NAMES = ['client.off(`quote:all`, onQuote)', '`whole`', '`at the start` + x', 'x + `at the end`', 'plain'];

test('a template literal keeps its quotes in every kind of report, so that it can be searched for', () => {
  for (const name of NAMES) {
    const sentence = `${code('a.js:1')} ${code(name)} adds one; ${code('b.js')} too.`;
    const names = prosePieces(sentence).flatMap((piece) => (piece.code ? [piece.text] : []));
    assert.deepEqual(names, ['a.js:1', name, 'b.js'], sentence);
    assert.ok(markdownProse(sentence).includes(name), markdownProse(sentence));
  }
});

const line = (name: string, runs?: number) => ({
  file: 'a.js',
  line: 1,
  column: 1,
  function: name,
  package: null,
  excerpt: `${name}()`,
  ...(runs === undefined ? {} : { runs }),
});

test('advice says whether what removes is not reached, or runs and removes too few, where calls were counted', () => {
  const advice = (added: ChangingLine, removed: ChangingLine): string =>
    caseAdvice({
      kind: 'js-heap-leak',
      holder: 'Map `a`',
      subject: '`B`',
      added: [added],
      removed: [removed],
      brokenBound: null,
    }) ?? '';
  assert.match(advice(line('add', 100), line('drop', 40)), /is not reached often enough: .* 40 times .* 100 times/);
  assert.match(advice(line('add', 100), line('drop', 101)), / runs, and removes too few: .*101 times/);
  // Of what stands behind a condition nobody knows whether it ran.
  const behindCondition = { ...line('drop', 101), isConditional: true as const };
  assert.match(advice(line('add', 100), behindCondition), / removes too few: .*101 times.* only on a condition/);
  assert.match(advice(line('add', 100), line('add', 100)), /is in the function that adds \(called 100 times/);
  assert.match(advice(line('add', 100), line('drop', 0)), /did not run while calls were counted/);
  assert.match(advice(line('add'), line('drop')), /calls were not counted/);
});
