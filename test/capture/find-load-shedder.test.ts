import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findLoadShedder } from '../../src/capture/find-load-shedder.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { startInspected } from './inspected-child.ts';

test('a package that sheds load by the delay of the event loop is found among what the program has loaded', async (t) => {
  const folder = temporaryFolder(t);
  const loadAfter = async (file: string): Promise<string | null> => {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    const { session } = await startInspected(
      t,
      `require(${JSON.stringify(path)}); setInterval(() => {}, 1000); console.log('ready');`,
    );
    return await findLoadShedder(session);
  };
  assert.equal(await loadAfter('node_modules/overload-protection/index.js'), 'overload-protection');
  assert.equal(await loadAfter('node_modules/@fastify/under-pressure/index.js'), '@fastify/under-pressure');
  assert.equal(await loadAfter('lib/overload-protection/index.js'), null);
});
