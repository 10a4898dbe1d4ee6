import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNKNOWN } from '../../src/model/finding.ts';
import { whichLine } from '../../src/words/report/answers.ts';
import { RECORDED_LEAK } from '../helpers/report-document.ts';

const holder = { file: 'lib/queue.js', line: 4, column: 3, function: 'Queue' };
const { madeAt: _, added: __, removed: ___, ...subjectOfLeak } = RECORDED_LEAK.subject;
const lineOf = (subject: Partial<typeof RECORDED_LEAK.subject>) =>
  whichLine({ ...RECORDED_LEAK, allocatedAt: [], subject: { ...subjectOfLeak, ...subject } });

test('the line that makes what stays comes first, then that of its holder', () => {
  const madeAt = { file: 'lib/queue.js', line: 9, column: 5, function: 'push', package: null };
  assert.equal(
    lineOf({ source: holder, madeAt }),
    '`lib/queue.js:9:5` in `push`; its holder is created at `lib/queue.js:4:3` in `Queue`',
  );
});

test('where only the holder is known, the line is not passed off as the one to change', () => {
  assert.match(
    lineOf({ source: holder, isSourceOfHolder: true }) ?? '',
    /`lib\/queue\.js:4:3` .*where its holder is created/,
  );
});

test('where nobody knows the holder, the place where the objects are made is not passed off as its', () => {
  const added = [{ ...holder, line: 7, package: null, excerpt: 'looks.push(look)' }];
  const words = lineOf({ source: holder, holder: UNKNOWN, added, removed: [] }) ?? '';
  assert.match(words, /looks\.push\(look\).*the objects are allocated at `lib\/queue\.js:4:3`/);
  assert.doesNotMatch(words, /its holder/);
});

test('a leak without any line says so', () => {
  assert.match(lineOf({ source: null }) ?? '', /^Not known/);
});
