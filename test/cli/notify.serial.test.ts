import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('soak --notify: a lost service is told at once and the end last; a receiver that fails changes nothing', async (t) => {
  const service = await spawnService('test/targets/busy-loop.mjs');
  t.after(() => service.stop());
  const messages: { event: string; text: string; exitCode?: number }[] = [];
  // The last message finds a receiver that refuses it.
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const message = JSON.parse(body);
    messages.push(message);
    response.writeHead(message.event === 'done' ? 400 : 204).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'profiler.config.yaml'), `notify: ${origin}/secret-path\n`);
  const words = [
    'soak',
    '--pid',
    String(service.pid),
    '--seconds',
    '12',
    '--snapshots',
    '0',
    '--annotations',
    'github',
  ];
  const { code, stdout, stderr } = await runCli(words, {
    cwd: folder,
    onStart: (_, err) => {
      const waiting = setInterval(() => {
        if (!err().includes('steady')) return;
        clearInterval(waiting);
        void service.stop('SIGKILL');
      }, 50);
      t.after(() => clearInterval(waiting));
    },
  });
  assert.equal(code, 4, stderr);
  assert.deepEqual([messages[0]?.event, messages.at(-1)?.event], ['target-lost', 'done'], JSON.stringify(messages));
  assert.equal(messages.at(-1)?.exitCode, 4);
  assert.match(messages.at(-1)?.text ?? '', /Report: reports\/.*index\.html/);
  assert.ok(stderr.includes(`The message "done" was not delivered to ${origin}: HTTP 400.`), stderr);
  assert.ok(!`${stdout}${stderr}`.includes('secret-path'));
  assert.doesNotMatch(stdout, /^::error/m);
});

test('check --annotations github --json: the document alone on stdout, the findings on stderr, also with --quiet', async (t) => {
  const folder = temporaryFolder(t);
  const run = resolve('test/fixtures/runs/leak');
  const words = ['check', run, '--annotations', 'github', '--json', '--quiet'];
  const { stdout, stderr } = await runCli(words, { cwd: folder });
  assert.equal(JSON.parse(stdout).verdict, 'inconclusive', stderr);
  assert.match(stderr, /^::notice file=server\.mjs,line=57,col=11,title=.*::/m);
});
