import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TimelineEvent } from '../../src/model/report-document.ts';
import { breakAtGaps, isBreak } from '../../src/report/break-at-gaps.ts';
import { pageData } from '../../src/report/build-page-data.ts';
import { leakDocument } from '../helpers/report-document.ts';

const gap = (tSec: number, endSec: number): TimelineEvent => ({
  tSec,
  endSec,
  kind: 'gap',
  label: 'gap',
  detail: '',
  pauseMs: null,
});

test('a line is lifted where nothing was measured, and only there', () => {
  const points = [1, 2, 7, 8].map((tSec) => ({ tSec, value: tSec }));
  const broken = breakAtGaps(points, [gap(2.2, 6.8), gap(7.5, 8.5)]);
  assert.deepEqual(
    broken.map((point) => [point.tSec, isBreak(point)]),
    [
      [1, false],
      [2, false],
      [4.5, true],
      [7, false],
      [8, false],
    ],
  );
});

test('the charts of a page carry the break as a value that is not there', () => {
  const leak = leakDocument();
  const series = leak.series.map((one) => ({
    ...one,
    points: one.points.filter(({ tSec }) => tSec < 50 || tSec > 58),
  }));
  const gap = { tSec: 50.5, endSec: 57.5, kind: 'gap', label: 'gap', detail: 'no sample', pauseMs: null } as const;
  const { charts } = pageData({ ...leak, series, timeline: [...leak.timeline, gap] });
  assert.equal(charts.length, series.length);
  for (const { tSec, value } of charts) {
    assert.equal(tSec.length, value.length);
    const breaks = tSec.filter((_, index) => value[index] === null);
    assert.equal(breaks.filter((tSec) => tSec > 49 && tSec < 59).length, 1);
  }
});
