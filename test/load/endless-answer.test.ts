import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Answer, type BodyUse, Connection } from '../../src/load/connection.ts';

const MB = 1024 * 1024;

/** Streams zeros until it was `bytes`, or for ever; tells when the client went away before the end. */
async function startStream(t: TestContext, bytes: number) {
  const chunk = Buffer.alloc(64 * 1024, 'a');
  let gone = (): void => {};
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const write = (response: ServerResponse, sent: number): void => {
    if (response.destroyed) gone();
    else if (sent >= bytes) response.end();
    else if (response.write(chunk)) setImmediate(write, response, sent + chunk.length);
    else response.once('drain', () => write(response, sent + chunk.length));
  };
  const server = createServer((_, response) => write(response.once('close', gone), 0));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const connection = new Connection(
    { origin: `http://127.0.0.1:${port}`, timeoutMs: 60_000, insecureTls: false },
    () => {},
  );
  t.after(() => connection.destroy());
  const ask = (use: BodyUse): Promise<Answer> =>
    new Promise((resolve) =>
      connection.send({ method: 'GET', path: '/', headers: {}, body: null } as never, use, resolve),
    );
  return { ask, left, connection };
}

test('an answer without an end that is kept for checks is cut, and the connection is closed', async (t) => {
  const { ask, left, connection } = await startStream(t, Number.POSITIVE_INFINITY);
  const answer = await ask('checks');
  assert.deepEqual([answer.error, answer.status, answer.body.length], ['invalid answer', 200, 0]);
  assert.ok(answer.bodyBytes < 20 * MB, `${answer.bodyBytes}`);
  assert.ok(!connection.isUsable);
  await left;
});

test('a long answer that nobody checks is read to its end and not kept', async (t) => {
  const { ask, connection } = await startStream(t, 20 * MB);
  for (const use of ['sample', 'none'] as const) {
    const answer = await ask(use);
    assert.deepEqual([answer.error, answer.status, answer.body.length], [null, 200, 0]);
    assert.equal(answer.bodyBytes, 20 * MB);
  }
  assert.ok(connection.isUsable);
});

test('an answer of some MB is kept for checks', async (t) => {
  const { ask } = await startStream(t, 5 * MB);
  const answer = await ask('checks');
  assert.deepEqual([answer.error, answer.body.length], [null, 5 * MB]);
});
