import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('instances that change one file at once lose nothing of one another', async (t) => {
  const file = join(temporaryFolder(t), 'baseline.json');
  writeFileSync(file, '[]');
  const module = join(dirname(dirname(import.meta.dirname)), 'src/cli/while-alone.js');
  const program = `import { readFileSync, writeFileSync } from 'node:fs';
    import { whileAlone } from ${JSON.stringify(module)};
    const [file, own] = process.argv.slice(1);
    for (let n = 0; n < 5; n += 1)
      await whileAlone(file, async () => {
        const runs = JSON.parse(readFileSync(file, 'utf8'));
        await new Promise((resolve) => setTimeout(resolve, 20));
        writeFileSync(file, JSON.stringify([...runs, own + n]));
      });`;
  const ends = ['a', 'b', 'c'].map((own) =>
    once(spawn(process.execPath, ['--input-type=module', '-e', program, file, own], { stdio: 'inherit' }), 'exit'),
  );
  for (const [code] of await Promise.all(ends)) assert.equal(code, 0);
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).length, 15);
});
