import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Comparison } from '../../src/model/baseline.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findPostgres, type PostgresCluster, startPostgres } from '../helpers/postgres.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { soakInFolder } from './soak-in-folder.ts';

const skip = skipIfMissing('PostgreSQL', findPostgres() !== null);

test('three good runs are a baseline: one more passes, a build with a slow query does not', { skip }, async (t) => {
  const cluster = await startPostgres();
  t.after(() => cluster.stop());
  const folder = mkdtempSync(join(tmpdir(), 'profiler-baseline-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = ['--file', join(folder, 'baseline.json')];
  const comment = join(folder, 'comment.md');

  const good = [await record(t, cluster), await record(t, cluster), await record(t, cluster)];
  const saved = await runCli(['baseline', 'save', ...good, ...file]);
  assert.equal(saved.code, 0, saved.stderr);

  const again = await runCli(['baseline', 'compare', await record(t, cluster), ...file, '--json']);
  const { findings, measures } = JSON.parse(again.stdout) as Comparison;
  assert.equal(again.code, 0, JSON.stringify(findings));
  assert.ok(measures.length >= 8, `${measures.length} figures were compared`);

  const slow = await record(t, cluster, 'slow-query');
  const worse = await runCli(['baseline', 'compare', slow, ...file, '--markdown', comment]);
  assert.equal(worse.code, 1, worse.stdout + worse.stderr);
  assert.match(worse.stdout, /ledger/);
  assert.match(readFileSync(comment, 'utf8'), /^<!-- [^\n]* -->\n### Regression[\s\S]*\*\*REGRESSION\*\*/);
});

/** One soak of a fresh service; returns its run folder. */
async function record(t: TestContext, cluster: PostgresCluster, fault?: string): Promise<string> {
  const service = await spawnService('dist/src/demo/main.js', {
    env: { DATABASE_URL: cluster.url },
    args: fault ? ['--fault', fault] : [],
  });
  try {
    const where = ['--port', String(service.port), '--url', service.baseUrl];
    const load = ['--scenario', 'soak', '--users', '20', '--seconds', '30', '--snapshots', '0'];
    const { code, runDir, stderr } = await soakInFolder(t, ['soak', ...where, ...load]);
    assert.ok([0, 1, 5].includes(code ?? -1), stderr);
    return runDir;
  } finally {
    await service.stop();
  }
}
