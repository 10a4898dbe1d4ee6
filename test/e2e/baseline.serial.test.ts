import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Soaks a fresh process of a build for some seconds; returns its run folder. */
async function soak(t: TestContext, folder: string, name: string, workUs: number): Promise<string> {
  const service = await spawnService('test/targets/pace-service.mjs', { args: ['--work-us', String(workUs)] });
  t.after(() => service.stop());
  const run = join(folder, name);
  const target = ['--pid', String(service.pid), '--url', service.baseUrl, '--scenario', join(folder, 'pace.yaml')];
  const where = ['--out', run, '--report-dir', join(folder, `report-${name}`)];
  const { stderr } = await runCli([
    'soak',
    ...target,
    '--seconds',
    '10',
    '--sample',
    '500ms',
    '--snapshots',
    '0',
    '--fail-on',
    'none',
    ...where,
  ]);
  await service.stop();
  assert.ok(readFileSync(join(run, 'requests.ndjson'), 'utf8').length > 0, stderr);
  return run;
}

test('real runs: repeats of one build are no regression, a build of five times the work is', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(
    join(folder, 'pace.yaml'),
    'name: pace\nload: { model: open, rate: 60/s }\ntasks: [ { request: { name: page, path: / } } ]\n',
  );
  const good = [await soak(t, folder, 'a', 800), await soak(t, folder, 'b', 800), await soak(t, folder, 'c', 800)];
  const slow = await soak(t, folder, 'slow', 6000);
  const cli = (words: readonly string[]): ReturnType<typeof runCli> => runCli(['baseline', ...words], { cwd: folder });

  const saved = await cli(['save', good[0] ?? '', good[1] ?? '']);
  assert.equal(saved.code, 0, saved.stderr);
  assert.equal((await cli(['save', good[0] ?? ''])).code, 2);
  const same = await cli(['compare', good[2] ?? '', '--json']);
  assert.equal(same.code, 0, same.stdout);
  assert.ok(
    JSON.parse(same.stdout).measures.some(({ key }: { key: string }) => key === 'latency.p50 page'),
    same.stdout,
  );

  const worse = await cli(['compare', slow, '--markdown', 'comment.md']);
  assert.equal(worse.code, 1, worse.stdout + worse.stderr);
  assert.match(worse.stdout, /(latency of page|CPU time a request) .*REGRESSION/);
  const comment = readFileSync(join(folder, 'comment.md'), 'utf8');
  assert.match(comment, /^### Regression: /);
  assert.match(comment, /### Soak of /);
});
