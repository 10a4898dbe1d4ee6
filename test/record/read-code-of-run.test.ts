import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCodeOfRun } from '../../src/record/read-code-of-run.ts';
import { readManifest } from '../../src/record/read-manifest.ts';

const RUN = 'test/fixtures/runs/leak';

test('a run whose code.json is gone is read without it', async () => {
  const manifest = await readManifest(RUN);
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  assert.ok((await readCodeOfRun({ dir: RUN, manifest }, note)) !== null);
  assert.deepEqual(notes, []);
  const gone = { ...manifest, code: { file: 'sources/gone.json' } };
  assert.equal(await readCodeOfRun({ dir: RUN, manifest: gone }, note), null);
  assert.deepEqual(notes, ['sources/gone.json was left out: it is missing']);
});
