import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findPostgres, type PostgresCluster, startPostgres } from '../helpers/postgres.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { ApiClient, captureIds } from './api-client.ts';

const PAGE = 10;

describe('on a real PostgreSQL', { skip: skipIfMissing('PostgreSQL', findPostgres() !== null) }, () => {
  let cluster: PostgresCluster;
  let database: pg.Client;

  before(async () => {
    cluster = await startPostgres(['shared_preload_libraries=pg_stat_statements']);
    database = new pg.Client({ connectionString: cluster.url });
    await database.connect();
    await database.query('create extension pg_stat_statements');
  });
  after(async () => {
    await database?.end();
    await cluster?.stop();
  });

  async function withService(
    faults: string,
    use: (api: ApiClient, token: string, service: RunningService) => Promise<void>,
  ): Promise<void> {
    const args = faults === '' ? [] : ['--fault', faults];
    const service = await spawnService('dist/src/demo/main.js', { args, env: { DATABASE_URL: cluster.url } });
    try {
      assert.equal(service.ready.embeddedDatabase, undefined);
      const api = new ApiClient(service.baseUrl);
      await use(api, await api.enroll(), service);
    } finally {
      assert.equal(await service.stop(), 0);
    }
  }

  /** Statements of one page of the ledger, by what pg_stat_statements counted. */
  async function statementsOfOnePage(api: ApiClient, token: string): Promise<{ calls: number; meanMs: number }[]> {
    await database.query('select pg_stat_statements_reset()');
    assert.equal((await api.get(`/ledger/entries?limit=${PAGE}`, token)).status, 200);
    const { rows } = await database.query<{ calls: string; mean_exec_time: number }>(
      `select calls, mean_exec_time from pg_stat_statements where query ~ 'limit|from devices' order by calls desc`,
    );
    return rows.map(({ calls, mean_exec_time }) => ({ calls: Number(calls), meanMs: mean_exec_time }));
  }

  test('two services may start at once; a page takes two queries, none of them slow', async () => {
    await Promise.all([
      withService('', async (api, token) => {
        await api.lockProofs(token, captureIds('real', PAGE));
        const statements = await statementsOfOnePage(api, token);
        assert.deepEqual(
          statements.map(({ calls }) => calls),
          [1, 1],
        );
      }),
      withService('', async (api) => assert.equal((await api.get('/health')).status, 200)),
    ]);
  });

  test('n-plus-one asks for the device of each entry', async () => {
    await withService('n-plus-one', async (api, token) => {
      await api.lockProofs(token, captureIds('n', PAGE));
      const statements = await statementsOfOnePage(api, token);
      assert.deepEqual(
        statements.map(({ calls }) => calls),
        [PAGE, 1],
      );
    });
  });

  test('slow-query is slow in the database', async () => {
    await withService('slow-query', async (api, token) => {
      await api.lockProofs(token, captureIds('slow', PAGE));
      const slowest = Math.max(...(await statementsOfOnePage(api, token)).map(({ meanMs }) => meanMs));
      assert.ok(slowest >= 100, `${slowest} ms`);
    });
  });

  test('pool-leak leaves one connection in use for each 100 proofs; without it none', async () => {
    for (const [faults, expected] of [
      ['pool-leak', 2],
      ['', 0],
    ] as const) {
      await withService(faults, async (api, token) => {
        for (let round = 0; round < 20; round++) {
          await Promise.all(captureIds(`r${round}`, 10).map((id) => api.lockProofs(token, [id])));
        }
        const { text } = await api.get('/metrics');
        assert.equal(Number(/^db_connections_active (\d+)$/m.exec(text)?.[1]), expected);
      });
    }
  });

  test('batch writes what it collected at the latest when the service ends', async () => {
    await withService('batch', async (api, token) => {
      await api.lockProofs(token, captureIds('batch', 5));
    });
    const { rows } = await database.query<{ lines: string }>('select sum(line_count) as lines from audit_batches');
    assert.equal(Number(rows[0]?.lines), 5);
  });
});
