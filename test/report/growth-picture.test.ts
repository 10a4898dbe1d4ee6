import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/model/finding.ts';
import { growthPicture } from '../../src/report/html/growth-picture.ts';
import { leakDocument, RECORDED_LEAK } from '../helpers/report-document.ts';

const { countSeries, ...uncounted } = RECORDED_LEAK;

test('a leak that snapshots counted shows the counts', () => {
  const { markup } = growthPicture(RECORDED_LEAK, leakDocument());
  const [, label] = markup.match(/aria-label="Objects of closure onRate by snapshot: ([^"]+)"/) ?? [];
  const counts = [...(label ?? '').matchAll(/([\d,]+) at /g)].map(([, count]) => Number(count?.replace(',', '')));
  assert.deepEqual(counts, countSeries);
  assert.equal(counts.length, leakDocument().snapshots.length);
});

test('a leak that was only sampled shows its series with both ends', () => {
  const fds: Finding = { ...uncounted, kind: 'fd-leak' };
  const points = leakDocument().series.find(({ name }) => name === 'process.fds')?.points ?? [];
  const label = growthPicture(fds, leakDocument()).markup.match(/aria-label="Open descriptors: (\d+) at .*, (\d+) at /);
  assert.deepEqual([label?.[1], label?.[2]], [points.at(0)?.value, points.at(-1)?.value].map(String));
});

test('a finding without a series shows nothing rather than an empty picture', () => {
  assert.equal(growthPicture({ ...uncounted, kind: 'slow-query' }, leakDocument()).markup, '');
});
