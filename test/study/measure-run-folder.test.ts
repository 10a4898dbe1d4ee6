import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRun } from '../../src/record/open-run.ts';
import { measureRunFolder } from '../../src/study/measure-run-folder.ts';
import { exampleManifest, exampleSample, temporaryFolder } from '../record/example-run.ts';

test('limits that a run breaks are told, those that it holds are not', async (context) => {
  const dir = join(temporaryFolder(context), 'run');
  const thresholds = { resources: ['rss<10MiB', 'heap<512MiB', 'db.connections<5'] };
  const recorder = await createRun(dir, exampleManifest({ thresholds }));
  for (let n = 0; n <= 60; n += 1) recorder.appendSample(exampleSample(n));
  await recorder.close();
  const { failed } = await measureRunFolder(dir, { onProgress: () => {}, toolVersion: '0.0.0' });
  // The run was recorded with --fail-on leak: told, and no failure of a comparison.
  assert.deepEqual(failed, [{ words: 'threshold rss max <10MiB', counts: false }]);
});
