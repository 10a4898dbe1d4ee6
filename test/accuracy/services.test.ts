import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { nodeVersion } from '../helpers/node-versions.ts';
import { findPostgres, startPostgres } from '../helpers/postgres.ts';
import { skipIfNotPublished } from '../helpers/published-packages.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { CASES } from './cases.ts';
import { type Route, SERVICES, type Service } from './services.ts';

const REQUESTS_PER_ROUTE = 12;

for (const service of SERVICES) {
  const faults = new Set(CASES.filter((one) => one.service === service.name).map(({ fault }) => fault));
  const hasDatabase = !service.needsPostgres || findPostgres() !== null;
  const skip = skipIfMissing('PostgreSQL', hasDatabase) || skipIfNotPublished(service.script);
  test(`${service.name} boots, answers every route and ends, with each of its faults`, { skip }, async (t) => {
    const env = await environmentFor(service, t);
    for (const fault of faults) await bootAnswerAndEnd(service, fault, env);
  });

  const oldest = nodeVersion(service.oldestNode);
  test(`${service.name} runs on Node ${service.oldestNode}`, { skip: skip || oldest.skip }, async (t) => {
    await bootAnswerAndEnd(service, 'none', await environmentFor(service, t), oldest.binary);
  });

  test(`${service.name} refuses an unknown fault and names those it has`, () => {
    const { status, stderr } = spawnSync(process.execPath, [service.script, '--fault', 'x'], { encoding: 'utf8' });
    assert.equal(status, 2);
    const known = stderr.split('known faults: ')[1]?.trim().split(', ') ?? [];
    assert.deepEqual(known.sort(), [...faults].sort());
  });
}

async function environmentFor(service: Service, t: TestContext): Promise<Record<string, string>> {
  if (!service.needsPostgres) return {};
  const database = await startPostgres();
  t.after(() => database.stop());
  return { DATABASE_URL: database.url };
}

async function bootAnswerAndEnd(
  { script, routes }: Service,
  fault: string,
  env: Record<string, string>,
  nodePath: string = process.execPath,
): Promise<void> {
  const service = await spawnService(script, { args: ['--fault', fault], env, nodePath });
  try {
    assert.equal(service.ready.pid, service.child.pid);
    for (const [name, route] of Object.entries(routes)) {
      const counts = Array.from({ length: REQUESTS_PER_ROUTE }, (_, index) => index + 1);
      const statuses = await Promise.all(counts.map((count) => ask(service.baseUrl, route, count)));
      assert.deepEqual(new Set(statuses), new Set([route.status ?? 200]), `${fault}, ${name}`);
    }
    assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
    assert.equal((await fetch(`${service.baseUrl}/nothing`)).status, 404);
  } finally {
    assert.equal(await service.stop(), 0, service.stderr());
  }
}

/** Sends a request as the load engine would, with a number in the place of every template. */
async function ask(baseUrl: string, { path, json }: Route, count: number): Promise<number> {
  const render = (text: string): string =>
    text
      .replaceAll(/"\{\{number\([^}]*\}\}"/g, String(count))
      .replaceAll('{{uuid}}', () => randomUUID())
      .replaceAll(/\{\{[^}]*\}\}/g, String(count));
  const response =
    json === undefined
      ? await fetch(baseUrl + render(path))
      : await fetch(baseUrl + render(path), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: render(JSON.stringify(json)),
        });
  await response.arrayBuffer();
  return response.status;
}
