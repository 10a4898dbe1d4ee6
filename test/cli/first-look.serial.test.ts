import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readScenario } from '../../src/load/scenario-files.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('doctor gives Node, memory, the cost of a snapshot, back ends and the next command, and does not touch the service', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const words = ['--port', String(service.port)];
  const outside = await runCli(['doctor', ...words]);
  assert.equal(outside.code, 0, outside.stderr);
  const { stdout } = outside;
  assert.match(stdout, new RegExp(`Node +${process.version}; memory \\d`));
  assert.match(stdout, /snapshot +pauses the service for at most .* and takes up to .* more memory; 10 s are allowed/);
  assert.match(stdout, /attach +possible: \d+ checks, no trouble/);
  assert.match(stdout, /back ends +usable: inspector; could be added: v8-profiler-next, heapdump/);
  assert.match(stdout, new RegExp(`Next:\n  profiler soak --port ${service.port} --minutes 5\n$`));
  assert.ok(stdout.split('\n').length <= 10, stdout);
  assert.doesNotMatch(stdout, /signal-caught/);

  const asked = await runCli(['doctor', ...words, '--attach', '--json']);
  const { snapshot, heapBytes, next } = JSON.parse(asked.stdout);
  assert.equal(snapshot.by, 'heap');
  assert.ok(heapBytes > 1e6 && snapshot.pauseMs > 0 && snapshot.extraBytes > 0, asked.stdout);
  assert.match(next, /soak --port/);
  assert.match((await runCli(['doctor', ...words, '--all'])).stdout, /ok +signal-caught: /);
  assertLeftAlone(service);
});

test('load --init takes the routes that the service serves, without values and without what it always refuses', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const folder = temporaryFolder(t);
  const stop = new AbortController();
  const asking = (async () => {
    for (let n = 0; !stop.signal.aborted; n += 1)
      for (const path of ['/health', `/quotes?article=${n}`, `/nowhere/${1000 + n}`])
        await fetch(service.baseUrl + path).then((answer) => answer.text());
  })();
  const words = ['load', '--init', 'seen.yaml', '--port', String(service.port), '--duration', '2s'];
  const made = await runCli(words, { cwd: folder });
  stop.abort();
  await asking;
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /requests of 3 routes were seen/);
  const { scenario, text } = readScenario(join(folder, 'seen.yaml'));
  assert.equal(scenario.baseUrl, `http://127.0.0.1:${service.port}`);
  assert.deepEqual(scenario.tasks.map(({ request }) => request.name).sort(), ['GET /health', 'GET /quotes']);
  assert.doesNotMatch(text, /nowhere|article|home|items/);
  assertLeftAlone(service);
});

test('load --init says where no request came, and writes examples', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const folder = temporaryFolder(t);
  const words = ['load', '--init', '--port', String(service.port), '--duration', '500ms'];
  const made = await runCli(words, { cwd: folder });
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /no request came/);
  assert.match(readFileSync(join(folder, 'scenario.yaml'), 'utf8'), /These are examples/);
});
