import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startLoad } from '../../src/load/load-client.ts';
import type { AnswerTraits, RequestInterval } from '../../src/model/requests.ts';
import { scenarioOf, sleep } from './target.ts';

const TEXT = JSON.stringify(Array.from({ length: 400 }, (_, id) => ({ id, name: `row ${id}` })));
const PACKED = gzipSync(TEXT);
/** What each answer was offered. */
const offers: Record<string, number> = {};

function answer(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  const offered = request.headers['accept-encoding'];
  if (offered !== undefined) offers[path] = (offers[path] ?? 0) + 1;
  if (path === '/moved') {
    response.writeHead(302, { location: '/login' }).end();
    return;
  }
  response.setHeader('content-type', 'application/json');
  if (path === '/closing') response.setHeader('connection', 'close');
  if (path === '/packed' && offered?.includes('gzip')) {
    response.setHeader('content-encoding', 'gzip').end(PACKED);
  } else response.end(TEXT);
}

const server = createServer(answer);
before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(() => void server.close());

async function traitsOf(tasks: string): Promise<AnswerTraits> {
  const intervals: RequestInterval[] = [];
  const load = await startLoad({
    scenario: scenarioOf('{ model: closed, users: 4 }', tasks),
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seed: 1,
    intervalMs: 100,
    onInterval: (batch) => intervals.push(...batch),
  });
  await load.start();
  while ((load.totals()?.completed ?? 0) < 300) await sleep(20);
  await load.stop();
  const keys = Object.keys(intervals[0]?.traits ?? {}) as (keyof AnswerTraits)[];
  const sum = (key: keyof AnswerTraits): number =>
    intervals.reduce((total, { traits }) => total + (traits?.[key] ?? 0), 0);
  return Object.fromEntries(keys.map((key) => [key, sum(key)])) as unknown as AnswerTraits;
}

test('sizes are counted, and now and then an answer is asked for compressed; what gzip would save is measured', async () => {
  const traits = await traitsOf('  - request: { path: /plain }');
  assert.equal(traits.bodyBytes, traits.answers * TEXT.length);
  assert.equal(traits.jsonAnswers, traits.answers);
  assert.equal(traits.compressible, offers['/plain']);
  assert.ok(Math.abs(traits.compressible - traits.answers / 20) <= 2, `${traits.compressible} of ${traits.answers}`);
  assert.equal(traits.compressed, 0);
  assert.equal(traits.sampleBytes, 3 * TEXT.length);
  assert.equal(traits.sampleGzipBytes, 3 * gzipSync(TEXT).length);
  assert.equal(traits.closed, 0);
  assert.ok(traits.connects <= 4, `${traits.connects} connections for 4 users`);
});

test('what comes compressed is counted as it came', async () => {
  const traits = await traitsOf('  - request: { path: /packed }');
  assert.ok(traits.compressible > 0);
  assert.equal(traits.compressed, traits.compressible);
  assert.equal(traits.sampleBytes, 0);
  const plain = traits.answers - traits.compressed;
  assert.equal(traits.bodyBytes, plain * TEXT.length + traits.compressed * PACKED.length);
});

test('a service that closes each connection is told from one that keeps them', async () => {
  const traits = await traitsOf('  - request: { path: /closing }');
  assert.equal(traits.closed, traits.answers);
  assert.ok(traits.connects >= traits.answers, `${traits.connects} connects for ${traits.answers} answers`);
  assert.ok(traits.connectMs > 0);
});

test('no offer is made where the body is looked at, nor where the scenario asks for something else', async () => {
  await traitsOf('  - request: { path: /checked }\n    expect: { body: [row] }');
  assert.equal(offers['/checked'], undefined);
  const traits = await traitsOf('  - request: { path: /own, headers: { accept-encoding: identity } }');
  assert.equal(traits.compressible, 0);
});

test('redirects are counted: the load does not follow them', async () => {
  const traits = await traitsOf('  - request: { path: /moved }');
  assert.ok(traits.answers > 0);
  assert.deepEqual([traits.redirects, traits.jsonAnswers, traits.bodyBytes], [traits.answers, 0, 0]);
  assert.equal((await traitsOf('  - request: { path: /plain }')).redirects, 0);
});
