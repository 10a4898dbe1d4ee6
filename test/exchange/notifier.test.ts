import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNotifier } from '../../src/exchange/notifier.ts';
import type { Notice } from '../../src/model/notice.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const RUN = { service: 'orders', runId: 'night' };
const DONE: Notice = { ...RUN, event: 'done', text: 'Soak of orders: PASSED.' };

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A receiver that gives these answers in turn, then 200; `hang` answers never. */
async function receiver(
  t: TestContext,
  answers: readonly (number | 'hang')[] = [],
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const answer = answers[received.length] ?? 200;
    received.push({ method: request.method, path: request.url, headers: request.headers, body: JSON.parse(body) });
    if (answer !== 'hang') response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end('ok');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

function sendAll(
  to: string,
  notices: readonly Notice[],
  deadlineMs: number = 10_000,
  settleMs: number = 30_000,
): Promise<string[]> {
  const failures: string[] = [];
  const notifier = createNotifier({
    to,
    deadlineMs,
    settleMs,
    onFailure: (event, where, why) => failures.push(`${event} ${where} ${why}`),
  });
  for (const notice of notices) notifier.send(notice);
  return notifier.settle().then(() => failures);
}

describe('messages to an address', () => {
  test('each is a POST with JSON, in the order in which they were sent', async (t) => {
    const { url, received } = await receiver(t);
    const lost: Notice = { ...RUN, event: 'target-lost', text: 'Soak of orders: the service was lost (exited).' };
    assert.deepEqual(await sendAll(`${url}/services/T0/B0`, [lost, { ...DONE, exitCode: 4 }]), []);
    assert.deepEqual(
      received.map(({ method, path, body }) => [method, path, body]),
      [
        ['POST', '/services/T0/B0', { schema: 'profiler-notice/1', ...lost }],
        ['POST', '/services/T0/B0', { schema: 'profiler-notice/1', ...DONE, exitCode: 4 }],
      ],
    );
    assert.equal(received[0]?.headers['content-type'], 'application/json');
  });

  test('secrets are taken out, and a name calls nobody in a chat', async (t) => {
    const { url, received } = await receiver(t);
    const text = 'postgres://app:hunter2secret@db/orders failed: <!channel> @here';
    assert.deepEqual(await sendAll(url, [{ ...DONE, text }]), []);
    const sent = JSON.stringify(received[0]?.body);
    assert.doesNotMatch(sent, /hunter2secret|<!channel|@here/);
    assert.match(sent, /redacted/);
  });

  test('a name and a password in the address become basic authentication', async (t) => {
    const { url, received } = await receiver(t);
    assert.deepEqual(await sendAll(url.replace('//', '//bot:p%40ss@'), [DONE]), []);
    assert.equal(received[0]?.headers.authorization, `Basic ${Buffer.from('bot:p@ss').toString('base64')}`);
  });

  test('a `%` that is no escape stays in the password: a browser takes such an address, too', async (t) => {
    const { url, received } = await receiver(t);
    assert.deepEqual(await sendAll(url.replace('//', '//bot:100%25%@'), [DONE]), []);
    assert.equal(received[0]?.headers.authorization, `Basic ${Buffer.from('bot:100%%').toString('base64')}`);
  });

  test('an answer of 503 is followed by a second attempt; one of 404 or a redirect is not', async (t) => {
    const { url, received } = await receiver(t, [503, 200, 404, 302]);
    const origin = url;
    const failures = await sendAll(`${url}/hooks/xoxb-1234567890`, [DONE, DONE, DONE]);
    assert.deepEqual(failures, [`done ${origin} HTTP 404`, `done ${origin} HTTP 302`]);
    assert.equal(received.length, 4);
  });

  test('one that never answers ends at the deadline, and the next one is sent', async (t) => {
    const { url, received } = await receiver(t, ['hang']);
    assert.deepEqual(await sendAll(url, [DONE, DONE], 500), [`done ${url} no answer within 0.5 s`]);
    assert.equal(received.length, 2);
  });

  test('the end of a run does not wait for all that hang: those that are left are told as such', async (t) => {
    const { url } = await receiver(t, ['hang', 'hang']);
    const why = `done ${url} it was still waiting 0.3 s after the end of the run`;
    assert.deepEqual(await sendAll(url, [DONE, DONE], 100_000, 300), [why, why]);
  });

  test('nobody there: told with the host alone, since the path of a webhook is its password', async () => {
    const failures = await sendAll('http://127.0.0.1:9/services/secret-path', [DONE]);
    assert.equal(failures.length, 1);
    assert.match(failures[0] ?? '', /^done http:\/\/127\.0\.0\.1:9 /);
    assert.doesNotMatch(failures.join(), /secret-path/);
  });

  test('a service that is lost again and again is told of ten times', async (t) => {
    const { url, received } = await receiver(t);
    const lost: Notice = { ...RUN, event: 'target-lost', text: 'lost' };
    await sendAll(url, [...Array.from({ length: 15 }, () => lost), DONE]);
    assert.equal(received.length, 11);
  });

  test('an address that is none is refused without being repeated', () => {
    assert.throws(
      () => createNotifier({ to: 'https://:secret', onFailure: () => {} }),
      (error: Error) => /cannot be read/.test(error.message) && !/secret/.test(error.message),
    );
  });
});

describe('messages to a command', () => {
  test('it gets the JSON on stdin and the text in its environment, and nothing of it is a command', async (t) => {
    const folder = temporaryFolder(t);
    const text = '$(touch pwned) `touch pwned`; touch pwned';
    const out = join(folder, 'out');
    const line = `cd '${folder}' && cat > out && printf '%s %s' "$PROFILER_EVENT" "$PROFILER_TEXT" >> out`;
    assert.deepEqual(await sendAll(line, [{ ...DONE, text }]), []);
    const [json = '', words] = readFileSync(out, 'utf8').split('\n');
    assert.deepEqual(JSON.parse(json), { schema: 'profiler-notice/1', ...DONE, text });
    assert.equal(words, `done ${text}`);
    assert.equal(existsSync(join(folder, 'pwned')), false);
  });

  test('a name cannot move the cursor of a terminal, and one with a NUL is told, too', async (t) => {
    const out = join(temporaryFolder(t), 'out');
    const text = 'class \u0000\u001b[2J\nsecond line';
    assert.deepEqual(await sendAll(`printf %s "$PROFILER_TEXT" > '${out}'`, [{ ...DONE, text }]), []);
    assert.equal(readFileSync(out, 'utf8'), 'class \\u0000\\u001b[2J\\u000asecond line');
  });

  test('one that cannot be started, for want of descriptors, does not end the tool', () => {
    const script = `
      import { openSync } from 'node:fs';
      import { createNotifier } from ${JSON.stringify(new URL('../../src/exchange/notifier.js', import.meta.url))};
      const onFailure = (event, to, why) => process.stdout.write([event, to, why].join(' '));
      const notifier = createNotifier({ to: 'true', onFailure });
      try { for (;;) openSync('/dev/null'); } catch {}
      notifier.send(${JSON.stringify(DONE)});
      await notifier.settle();`;
    const words = ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
    const { status, stdout, stderr } = spawnSync('sh', words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^done the command .*EMFILE/);
  });

  test('one that fails, or reads nothing, is told and does no harm', async () => {
    assert.deepEqual(await sendAll('exit 3', [DONE]), ['done the command it ended with exit code 3']);
  });

  test('one that takes too long is killed, with what it started', async (t) => {
    const folder = temporaryFolder(t);
    const line = `cd '${folder}'; sleep 1000 & echo $! > pid; wait`;
    // On a busy machine the first deadline may end before the command has started anything.
    for (let deadlineMs = 1000; !existsSync(join(folder, 'pid')); deadlineMs *= 2) {
      const failures = await sendAll(line, [DONE], deadlineMs);
      assert.deepEqual(failures, [`done the command no answer within ${deadlineMs / 1000} s`]);
    }
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    for (;;) {
      try {
        // A zombie that nobody has waited for yet is dead.
        if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) break;
      } catch {
        break;
      }
      await sleep(20);
    }
  });
});
