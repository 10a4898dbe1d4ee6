import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HOSTILE_NAMES } from '../helpers/hostile-names.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../record/example-run.ts';

// All but the line ends and tabs of ours.
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\ufffd/;

test('no name reaches the terminal as anything but text, by whatever way it is written', async () => {
  const printer = fileURLToPath(new URL('./print-names.js', import.meta.url));
  const words = [printer, JSON.stringify(HOSTILE_NAMES.filter((name) => name.length < 5000))];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { maxBuffer: 1e8 });
  assert.ok(stdout.length > 10_000 && stderr.length > 5000);
  assert.equal(CONTROLS.exec(stdout)?.[0], undefined);
  assert.equal(CONTROLS.exec(stderr)?.[0], undefined);
  const documents = stdout.split('\n').filter((line) => line.startsWith('{"name":'));
  assert.deepEqual(
    documents.map((line) => JSON.parse(line).name),
    HOSTILE_NAMES.filter((name) => name.length < 5000),
    'JSON is exact',
  );
});

test('a service whose package.json, arguments and title attack the terminal: doctor, top, cpu, heap, soak, errors', async (t) => {
  const folder = temporaryFolder(t);
  const evil = 'evil\u001b]0;PWNED\u0007\n\u001b[2JPASSED \u202egnp\u009b31m';
  const app = join(folder, 'app \u001b]0;FOLDER\u0007');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: evil, type: 'module' }));
  writeFileSync(
    join(app, 'main.mjs'),
    `import http from 'node:http';
     class Evil {}
     Object.defineProperty(Evil, 'name', { value: ${JSON.stringify(evil)} });
     const kept = [];
     const busy = { [${JSON.stringify(evil)}]() { for (let i = 0; i < 1e6; i += 1) kept.length; kept.push(new Evil()); } };
     setInterval(busy[${JSON.stringify(evil)}], 20);
     const server = http.createServer((request, response) => response.end()).listen(0, '127.0.0.1', () => {
       console.log(JSON.stringify({ listening: { host: '127.0.0.1', port: server.address().port }, pid: process.pid }));
     });`,
  );
  const service = await spawnService(join(app, 'main.mjs'), { args: [evil] });
  t.after(() => service.stop());
  const pid = String(service.pid);
  const runs: readonly (readonly string[])[] = [
    ['doctor', '--pid', pid],
    ['top', '--pid', pid, '--json', '--help'],
    ['cpu', '--pid', pid, '--seconds', '1', '--out', join(folder, 'a')],
    ['cpu', '--pid', pid, '--seconds', '1', '--out', join(folder, 'b'), '--json'],
    ['heap', 'snapshot', '--pid', pid, '--out', join(folder, 'a.heapsnapshot')],
    ['heap', 'summary', join(folder, 'a.heapsnapshot')],
    ['heap', 'retainers', join(folder, 'a.heapsnapshot'), '--class', 'Evil'],
    ['soak'],
    [
      'soak',
      '--pid',
      pid,
      '--seconds',
      '10',
      '--snapshots',
      '0',
      '--out',
      join(folder, `run${evil}`),
      '--report-dir',
      join(folder, 'r'),
    ],
    ['report', join(folder, evil)],
    ['heap', 'summary', join(folder, evil)],
    ['load', evil],
    ['config', 'check', '--config', evil],
    ['soak', '--hours', evil],
    [evil],
    ['soak', `--${evil}`],
    ['soak', '--', evil],
  ];
  const failing = `setTimeout(() => { throw new Error(${JSON.stringify(`password=hunter2 ${evil}`)}); }, 1500)`;
  const crashed = await runCli(['top', '--pid', pid], {
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(failing)}` },
  });
  assert.match(crashed.stderr, /defect of the tool.*\n.*password=\[redacted\] evil\\u001b/);
  assert.equal(CONTROLS.exec(crashed.stderr)?.[0], undefined, crashed.stderr);
  for (const words of runs) {
    const { stdout, stderr } = await runCli(words, { env: { FORCE_COLOR: '0' } });
    const name = JSON.stringify(words.slice(0, 3));
    assert.ok(stdout + stderr !== '', name);
    assert.equal(CONTROLS.exec(stdout)?.[0], undefined, `${name} ${JSON.stringify(stdout)}`);
    assert.equal(CONTROLS.exec(stderr)?.[0], undefined, `${name} ${JSON.stringify(stderr)}`);
    const isNamedByUser = words.some((word) => word.includes(evil));
    if (!isNamedByUser) assert.doesNotMatch(stdout + stderr, /^PASSED |^\\u001b\[2JPASSED/m, name);
  }
});
