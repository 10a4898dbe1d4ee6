import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { ApiClient, captureIds } from './api-client.ts';

describe('evidence archive on its embedded database', () => {
  let service: RunningService;
  let api: ApiClient;

  before(async () => {
    service = await spawnService('dist/src/demo/main.js', { env: { DATABASE_URL: undefined } });
    api = new ApiClient(service.baseUrl);
  });
  after(async () => service?.stop());

  test('is healthy', async () => {
    const { status, body } = await api.get('/health');
    assert.equal(status, 200);
    assert.equal(body.status, 'ok');
  });

  test('enrols a device, again as well, and both tokens are good', async () => {
    const tokens = [await api.enroll('twice'), await api.enroll('twice')];
    assert.notEqual(tokens[0], tokens[1]);
    for (const token of tokens) assert.equal((await api.get('/ledger/entries', token)).status, 200);
  });

  test('locks a proof and finds it in the ledger', async () => {
    const token = await api.enroll('device-locking');
    const metadata = { camera: 'front', exposure: 0.5, flash: false };
    const proof = { capture_id: 'capture-a', captured_at: '2026-01-02T03:04:05Z', metadata };
    const { status, body } = await api.post('/lock-proof', proof, token);
    assert.equal(status, 201);
    assert.equal(body.capture_id, 'capture-a');
    assert.match(String(body.digest), /^[0-9a-f]{64}$/);
    assert.equal(body.retention_days, 3650);

    const page = (await api.get('/ledger/entries?limit=1', token)).body;
    const [entry] = page.entries as Record<string, unknown>[];
    assert.equal(entry?.entry_id, body.entry_id);
    assert.equal(entry?.digest, body.digest);
    assert.equal(entry?.device_id, 'device-locking');
    assert.ok(Date.parse(String(entry?.device_enrolled_at)) > 0);
  });

  test('pages through the ledger, newest first, without gap or overlap', async () => {
    const token = await api.enroll('device-paging');
    const receipts = await api.lockProofs(token, captureIds('paged', 7));
    const seen: unknown[] = [];
    for (const page of [1, 2, 3]) {
      const { body } = await api.get(`/ledger/entries?page=${page}&limit=3`, token);
      assert.equal(body.page, page);
      assert.equal(body.limit, 3);
      seen.push(...(body.entries as { entry_id: number }[]).map(({ entry_id }) => entry_id));
    }
    const newestFirst = receipts.map(({ entry_id }) => entry_id).reverse();
    assert.deepEqual(seen.slice(0, 7), newestFirst);
    assert.equal(new Set(seen).size, seen.length);
    assert.equal((await api.get('/ledger/entries?limit=3', token)).body.has_more, true);
    const beyond = (await api.get('/ledger/entries?page=1000&limit=3', token)).body;
    assert.deepEqual([beyond.has_more, beyond.entries], [false, []]);
  });

  test('answers 401 without a token, with a bad one and with one that nobody was given', async () => {
    for (const token of [undefined, 'x', 'never-given-to-anybody', 'spaces are not a token']) {
      for (const answer of [
        await api.post('/lock-proof', { capture_id: 'c' }, token),
        await api.get('/ledger/entries', token),
      ]) {
        assert.equal(answer.status, 401);
        assert.equal(answer.body.error, 'unauthorized');
        assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      }
    }
  });

  test('answers 400 to what does not fit the schema', async () => {
    const token = await api.enroll();
    for (const body of [
      {},
      { capture_id: '' },
      { capture_id: 'c', captured_at: 'yesterday' },
      { capture_id: 'c', extra: 1 },
    ]) {
      const answer = await api.post('/lock-proof', body, token);
      assert.deepEqual([answer.status, answer.body.error], [400, 'bad_request'], JSON.stringify(body));
    }
    assert.equal((await api.post('/device/enroll', { device_id: 'd' })).status, 400);
    for (const query of ['page=0', 'limit=101', 'limit=x', 'order=asc']) {
      assert.equal((await api.get(`/ledger/entries?${query}`, token)).status, 400, query);
    }
    assert.equal((await api.get('/nothing-here')).status, 404);
  });

  test('serves many at once: more than the pool has connections', async () => {
    const token = await api.enroll('device-crowd');
    const answers = await Promise.all(
      captureIds('crowd', 100).map((capture_id) => api.post('/lock-proof', { capture_id }, token)),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
    assert.equal(new Set(answers.map(({ body }) => body.entry_id)).size, 100);
  });

  test('shows metrics by method, route and status, of the pool and of the cache', async () => {
    const token = await api.enroll('device-metrics');
    await api.lockProofs(token, ['m-1', 'm-2']);
    await api.get('/somewhere/else');
    const { status, text, headers } = await api.get('/metrics');
    assert.equal(status, 200);
    assert.match(headers.get('content-type') ?? '', /^text\/plain/);
    const value = (series: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1],
      );
    const labels = 'method="POST",route="/lock-proof",status="201"';
    assert.ok(value(`http_requests_total{${labels}}`) >= 2);
    assert.equal(
      value(`http_request_duration_seconds_count{${labels}}`),
      value(`http_requests_total{${labels}}`),
      'each request is in the histogram',
    );
    assert.ok(value('http_requests_total{method="GET",route="unmatched",status="404"}') >= 1);
    assert.equal(value('db_connections_active'), 0);
    assert.ok(value('db_connections_total') >= 1);
    assert.ok(value('cache_hits_total') >= 1);
    assert.ok(value('cache_misses_total') >= 1);
  });
});
