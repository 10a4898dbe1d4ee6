import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeHeapSnapshot } from 'node:v8';
import { findScriptUrls } from '../../src/soak/find-script-urls.ts';

test('names the scripts of a real snapshot', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'profiler-urls-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = writeHeapSnapshot(join(folder, 'a.heapsnapshot'));
  const urls = await findScriptUrls(file);
  assert.ok(urls.includes(import.meta.url), `${import.meta.url} is not among ${urls.length} URLs`);
  assert.ok(!urls.some((url) => url.startsWith('node:')));
});

test('finds a URL wherever the chunks of the file are cut', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'profiler-urls-'));
  t.after(() => rm(folder, { recursive: true }));
  const url = 'file:///srv/app/dist/queue.js';
  for (const offset of [-40, -31, -30, -15, -1, 0, 1]) {
    const file = join(folder, 'cut.heapsnapshot');
    await writeFile(file, `${' '.repeat((4 << 20) + offset)}"${url}",\n"/not/a/script.txt"`);
    assert.deepEqual(await findScriptUrls(file), [url]);
  }
});
