import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { followRun } from '../../src/browse/follow-run.ts';
import { METRICS } from '../../src/model/metric-catalogue.ts';
import type { LiveEvent } from '../../src/model/run-pages.ts';
import { lockRun } from '../../src/record/run-lock.ts';
import { OPEN, writeManyRuns } from './many-runs.ts';

const { title: LIVE } = METRICS['heap.live'];

test('a metric that few samples have is told of as it comes', async (t) => {
  const runs = writeManyRuns(0);
  t.after(() => runs.remove());
  const dir = join(runs.profiles, OPEN);
  const journal = join(dir, 'samples.ndjson');
  const lines = readFileSync('test/fixtures/runs/leak/samples.ndjson', 'utf8').trim().split('\n');
  const withLive = lines.flatMap((line, index) => (line.includes('"heap.live"') ? [index] : []));
  // Up to a sample without it, then on to the next that has it.
  const next = withLive.find((at, index) => index >= 2 && at - withLive[index - 1]! > 1)!;
  writeFileSync(journal, `${lines.slice(0, next).join('\n')}\n`);
  const lock = await lockRun(dir);
  t.after(() => lock.release());
  const left = new AbortController();
  t.after(() => left.abort());
  const told: LiveEvent[] = [];
  await followRun(
    dir,
    0,
    (event) => {
      if (event.type !== 'samples') return;
      told.push(event);
      if (told.length === 1) appendFileSync(journal, `${lines[next]}\n`);
      else left.abort();
    },
    left.signal,
  );
  const series = told.map((event) => (event.type === 'samples' ? event.series : []));
  const live = series.map((all) => all.find(({ title }) => title === LIVE));
  assert.ok((live[0]?.tSec.length ?? 0) > 1);
  assert.deepEqual([live[1]?.tSec.length, live[1]?.unit], [1, 'bytes']);
});
