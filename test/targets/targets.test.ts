import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { spawnService } from '../helpers/spawn-service.ts';

interface Target {
  readonly script: string;
  readonly faults: readonly string[];
  readonly request: (baseUrl: string) => Promise<Response>;
  readonly status: number;
}

const TARGETS: readonly Target[] = [
  {
    script: 'test/targets/express-service.mjs',
    faults: ['none', 'leak-map'],
    request: (baseUrl) =>
      fetch(`${baseUrl}/visits`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"user":"a"}',
      }),
    status: 201,
  },
  {
    script: 'test/targets/http-service.mjs',
    faults: ['none', 'leak-listener', 'leak-array'],
    request: (baseUrl) => fetch(`${baseUrl}/quotes?article=7`),
    status: 200,
  },
];

for (const { script, faults, request, status } of TARGETS) {
  for (const fault of faults) {
    test(`${script} with fault ${fault} boots, answers and ends`, async () => {
      const service = await spawnService(script, { args: ['--fault', fault] });
      try {
        assert.equal(service.ready.pid, service.child.pid);
        for (let count = 0; count < 20; count++) {
          const response = await request(service.baseUrl);
          assert.equal(response.status, status);
          await response.json();
        }
        assert.equal((await fetch(`${service.baseUrl}/health`)).status, 200);
        assert.equal((await fetch(`${service.baseUrl}/nothing`)).status, 404);
      } finally {
        assert.equal(await service.stop(), 0);
      }
    });
  }

  test(`${script} refuses an unknown fault`, () => {
    const { status: code, stderr } = spawnSync(process.execPath, [script, '--fault', 'x'], { encoding: 'utf8' });
    assert.equal(code, 2);
    assert.match(stderr, /known faults: none/);
  });
}
