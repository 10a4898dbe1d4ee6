import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectNoLeak, expectSlo, soak } from '../../src/testing/index.ts';
import { spawnService } from '../helpers/spawn-service.ts';

const SCENARIO = 'test/targets/scenarios/http-service.yaml';

test('soak, expectNoLeak and expectSlo from a test file: a leak is named, limits are held', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs', { args: ['--fault', 'leak-listener'] });
  t.after(() => service.stop());
  const result = await soak({ pid: service.pid, scenario: SCENARIO, url: service.baseUrl, seconds: 30 });
  assert.throws(() => expectNoLeak(result), { name: 'AssertionError', message: /listener|priceChange|PriceBoard/i });
  assert.equal(result.folder, null);
  expectSlo(result, { '*': ['errors<50%', 'p(50)<20s'], resources: ['rss<8GB'] });
  assert.throws(() => expectSlo(result, { '*': ['rate>1000000/s'] }), /all requests rate is .* threshold >1000000\/s/);
  assert.throws(() => expectSlo(result, { nobody: ['p(95)<1s'] }), /was not measured/);
  assert.throws(() => expectSlo(result, { '*': ['q95<1s'] }), /q95/);
});

test('what cannot be soaked is said before anything is touched', async () => {
  await assert.rejects(soak({}), /one service/);
  await assert.rejects(soak({ pid: process.pid }), /this tool itself|process of the test/);
  await assert.rejects(soak({ pid: 1, seconds: 1 }), /too short to find anything/);
});
