import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('report --editor: the links hold the folder of the service as it is, whatever it is called', async (t) => {
  const folder = realpathSync(temporaryFolder(t));
  const [run, service] = [join(folder, 'run'), join(folder, "a$& b$'")];
  cpSync('profiles/example', run, { recursive: true });
  mkdirSync(join(service, 'src'), { recursive: true });
  writeFileSync(join(service, 'package.json'), '{}');
  const manifest = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'));
  manifest.target.cwd = join(service, 'src');
  writeFileSync(join(run, 'run.json'), JSON.stringify(manifest));
  const written = await runCli(['report', run, '--report-dir', 'out', '--editor', 'vscode'], { cwd: folder });
  const page = readFileSync(join(folder, 'out', 'index.html'), 'utf8');
  const [, editor] = /"editor":("[^"]*")/.exec(page) ?? [];
  assert.ok(editor, written.stderr);
  assert.equal(JSON.parse(editor), `vscode://file${folder}/a$&%20b$'/{file}:{line}:{column}`);
  const plain = await runCli(['report', run, '--report-dir', 'plain'], { cwd: folder });
  assert.ok(!readFileSync(join(folder, 'plain', 'index.html'), 'utf8').includes('"editor":'), plain.stderr);
});

test('report --editor refuses what a browser would run or show itself', async (t) => {
  const folder = temporaryFolder(t);
  for (const editor of ['javascript:alert({path})', 'https://example.com/{path}', 'vscode://file', 'emacs']) {
    const { code, stderr } = await runCli(['report', 'run', '--editor', editor], { cwd: folder });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /is not an editor/);
  }
});
