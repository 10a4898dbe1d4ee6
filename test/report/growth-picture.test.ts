import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../src/model/finding.ts';
import { growthPicture } from '../../src/report/html/growth-picture.ts';
import { leakDocument, PENDING_LEAK } from '../helpers/report-document.ts';

const { countSeries, ...uncounted } = PENDING_LEAK;

test('a leak that snapshots counted shows the counts', () => {
  const { markup } = growthPicture(PENDING_LEAK, leakDocument());
  assert.match(
    markup,
    /aria-label="Objects of OrderAudit by snapshot: 12 at 8 s, 980 at 24 s, 1,861 at 38 s, 2,742 at 58 s"/,
  );
  assert.equal(countSeries?.length, 4);
});

test('a leak that was only sampled shows its series with both ends', () => {
  const fds: Finding = { ...uncounted, kind: 'fd-leak' };
  assert.match(growthPicture(fds, leakDocument()).markup, /aria-label="Open descriptors: 31 at 0 s, 31 at 1 m 00 s"/);
});

test('a finding without a series shows nothing rather than an empty picture', () => {
  assert.equal(growthPicture({ ...uncounted, kind: 'slow-query' }, leakDocument()).markup, '');
});
