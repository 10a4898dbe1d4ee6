import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLeakKind } from '../../src/model/finding-catalogue.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { nodeVersion } from '../helpers/node-versions.ts';
import { findPostgres, startPostgres } from '../helpers/postgres.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { soakInFolder } from './soak-in-folder.ts';

interface Case {
  readonly name: string;
  readonly script: string;
  readonly fault: string;
  readonly scenario: string;
  /** In class, holder or path of the first finding. */
  readonly named: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'Express',
    script: 'test/targets/express-service.mjs',
    fault: 'leak-map',
    scenario: 'test/targets/scenarios/express-service.yaml',
    named: /Session/,
  },
  {
    name: 'plain http',
    script: 'test/targets/http-service.mjs',
    fault: 'leak-listener',
    scenario: 'test/targets/scenarios/http-service.yaml',
    named: /listener|priceChange|PriceBoard/i,
  },
];

for (const major of [20, 24]) {
  for (const { name, script, fault, scenario, named } of CASES) {
    const node = nodeVersion(major);
    test(`a ${name} service on Node ${major} that is already running`, { skip: node.skip }, async (t) => {
      const service = await spawnService(script, { args: ['--fault', fault], nodePath: node.binary });
      t.after(() => service.stop());
      const before = listeningPorts(service);
      const { code, stderr, report } = await soakInFolder(t, [
        'soak',
        '--pid',
        String(service.pid),
        '--seconds',
        '45',
        '--scenario',
        scenario,
        '--url',
        service.baseUrl,
      ]);
      assert.equal(code, 1, stderr);
      const [first] = report().findings;
      assert.ok(first && isLeakKind(first.kind), JSON.stringify(first));
      assert.match(`${first.subject.class} ${first.subject.holder} ${first.subject.path.join(' ')}`, named);
      assert.match(first.subject.source?.file ?? '', new RegExp(`${script.split('/').at(-1)}$`));
      await assertUntouched(service, before);
    });
  }
}

test('the reference service on a real PostgreSQL', {
  skip: skipIfMissing('PostgreSQL', findPostgres() !== null),
}, async (t) => {
  const cluster = await startPostgres();
  t.after(() => cluster.stop());
  const service = await spawnService('dist/src/demo/main.js', {
    args: ['--fault', 'leak-closure'],
    env: { DATABASE_URL: cluster.url },
  });
  t.after(() => service.stop());
  const before = listeningPorts(service);
  const { code, stderr, report } = await soakInFolder(t, [
    'soak',
    '--port',
    String(service.port),
    '--seconds',
    '45',
    '--scenario',
    'evidence-archive',
    '--url',
    service.baseUrl,
    '--rate',
    '120/s',
  ]);
  assert.equal(code, 1, stderr);
  const [first] = report().findings;
  assert.equal(first?.subject.source?.file, 'src/demo/services/receipt-outbox.ts', JSON.stringify(first));
  await assertUntouched(service, before);
});

function listeningPorts(service: RunningService): number[] {
  return (readProcessFacts(service.pid)?.listening ?? []).map(({ port }) => port).sort();
}

/** The process lives, answers, and listens where it listened before: no inspector is left open. */
async function assertUntouched(service: RunningService, portsBefore: readonly number[]): Promise<void> {
  assert.equal(service.child.exitCode, null);
  assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
  assert.deepEqual(listeningPorts(service), portsBefore);
}
