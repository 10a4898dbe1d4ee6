import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** What to send for one call; a list is sent as it stands. */
type Answer = (call: {
  readonly id: number;
  readonly method: string;
  readonly params: object;
}) => readonly (string | Buffer)[];

const json = (value: unknown): string => JSON.stringify(value);
const ok = (id: number, result: unknown): string => json({ id, result });

/** Something that looks like an inspector until it is asked. */
async function startStrange(t: TestContext, answer: Answer): Promise<string> {
  const http = createServer((_, response) => {
    const { port } = http.address() as AddressInfo;
    response.end(json([{ webSocketDebuggerUrl: `ws://127.0.0.1:${port}/some-id` }]));
  });
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (text) => {
      for (const frame of answer(JSON.parse(String(text)))) socket.send(frame);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.close();
    http.closeAllConnections();
  });
  return `127.0.0.1:${(http.address() as AddressInfo).port}`;
}

const self = { pid: 4_000_000, version: 'v22.0.0', argv: ['node'], cwd: '/', name: 'strange', startTicks: 1 };

/** Each is what stands behind the address in place of an inspector. */
const STRANGERS: Readonly<Record<string, Answer>> = {
  'text that is no JSON': () => ['hello'],
  'bytes that are no text': () => [Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  'JSON that is no message': () => ['null', '[]', '7', '"x"', '{}'],
  'an answer with an id of another type': ({ id }) => [json({ id: String(id), result: {} })],
  'an answer without a result': ({ id }) => [json({ id })],
  'a result that is no object': ({ id }) => [ok(id, 'yes')],
  'a result without a value': ({ id }) => [ok(id, {})],
  'a value of another shape': ({ id }) => [ok(id, { result: { value: 7 } })],
  'an error without a message': ({ id }) => [json({ id, error: 5 })],
  'an event with parameters that are none': ({ id }) => [
    json({ method: 'Runtime.consoleAPICalled', params: 3 }),
    ok(id, {}),
  ],
  'names out of the prototype': ({ id }) => [
    `{"id":${id},"__proto__":{"result":{}},"result":{"result":{"value":{"pid":"constructor"}}}}`,
  ],
  'a process that says who it is, and nothing else': ({ id, method }) => [
    ok(id, method === 'Runtime.evaluate' ? { result: { value: self } } : {}),
  ],
};

for (const [what, answer] of Object.entries(STRANGERS)) {
  test(`attaching to ${what} ends with exit code 3`, async (t) => {
    const address = await startStrange(t, answer);
    const { code, stderr } = await runCli(['heap', 'snapshot', '--inspect', address], { cwd: temporaryFolder(t) });
    assert.ok(code === 3 || code === 4, `exit code ${code}: ${stderr}`);
    assert.doesNotMatch(stderr, /defect of the tool|\n\s+at /);
  });
}

test('a snapshot without content is no snapshot', async (t) => {
  const memory = { heapUsed: 1, external: 1, arrayBuffers: 1 };
  const sample = { monoMs: 1, unavailable: [], live: [], memory, external: 1, spaces: [['old_space', 1000]] };
  const address = await startStrange(t, ({ id, method, params }) => {
    if (/readRegistry/.test(json(params))) return [ok(id, { result: { value: null } })];
    if (method === 'Runtime.evaluate') return [ok(id, { result: { value: { ...self, ...sample, outcome: 'ran' } } })];
    return [ok(id, method === 'Runtime.getHeapUsage' ? { usedSize: 1000 } : {})];
  });
  const { code, stderr } = await runCli(['heap', 'snapshot', '--inspect', address, '--force'], {
    cwd: temporaryFolder(t),
  });
  assert.equal(code, 3, stderr);
  assert.match(stderr, /no heap snapshot/);
});
