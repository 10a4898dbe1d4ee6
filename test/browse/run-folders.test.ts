import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RunFolders } from '../../src/browse/run-folders.ts';
import { HEALTHY, LEAK, writeManyRuns } from './many-runs.ts';

test('a report that somebody changed leaves its own run without one, and the list whole', async (t) => {
  const runs = writeManyRuns(0);
  t.after(() => runs.remove());
  const file = join(runs.reports, LEAK, 'report.json');
  const { run: _, ...changed } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  for (const content of [changed, null, [], { ...changed, run: null }, { ...changed, run: {}, gates: {} }]) {
    writeFileSync(file, JSON.stringify(content));
    const list = await new RunFolders(runs.profiles, runs.reports).list();
    const states = new Map(list.map(({ id, state }) => [id, state]));
    assert.equal(states.get(LEAK), 'not-reported', JSON.stringify(content).slice(0, 40));
    assert.equal(states.get(HEALTHY), 'reported');
  }
});
