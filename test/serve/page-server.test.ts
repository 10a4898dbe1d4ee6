import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exploreHeaps } from '../../src/browse/explore-heaps.ts';
import { type PageServer, servePages } from '../../src/serve/page-server.ts';
import { snapshotText } from '../heap/build-snapshot.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** As a program asks that is no browser: any path, any header, also twice. */
function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string | string[]> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, setHost: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('pages on loopback', () => {
  let folder: string;
  let server: PageServer;
  let port: number;
  let host: string;
  let cookie: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-server-'));
    const file = join(folder, 'a.heapsnapshot');
    writeFileSync(
      file,
      snapshotText({ nodes: [{}, { name: 'Order', type: 3, size: 40 }], edges: [[0, 2, 'order', 1]] }),
    );
    server = await exploreHeaps([file], { port: 0, salvage: false });
    const url = new URL(server.url);
    port = Number(url.port);
    host = `127.0.0.1:${port}`;
    const entered = await ask(port, url.pathname + url.search, { headers: { host } });
    assert.equal(entered.status, 200);
    cookie = String(entered.headers['set-cookie']?.[0]).split(';')[0]!;
  });

  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the printed address gives a strict cookie, and with it pages and figures are served', async () => {
    const url = new URL(server.url);
    assert.equal(url.hostname, '127.0.0.1');
    assert.equal(url.searchParams.get('open')?.replaceAll('-', '').length, 32, '128 bits');
    const entered = await ask(port, url.pathname + url.search, { headers: { host, 'sec-fetch-site': 'cross-site' } });
    assert.match(String(entered.headers['set-cookie']), /; HttpOnly; SameSite=Strict; Path=\/$/);
    const page = await ask(port, '/', { headers: { host, cookie } });
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; script-src 'self'/);
    assert.equal(page.headers['access-control-allow-origin'], undefined);
    assert.equal(page.headers['cross-origin-resource-policy'], 'same-origin');
    const origin = `http://${host}`;
    const heaps = await ask(port, '/api/heaps', { headers: { host, cookie, origin, 'sec-fetch-site': 'same-origin' } });
    assert.equal(JSON.parse(heaps.body)[0].name, 'a.heapsnapshot');
    assert.doesNotMatch(heaps.body, new RegExp(folder), 'no path of the machine is told');
    const overview = await ask(port, '/api/heap/h1/overview', { headers: { host: `localhost:${port}`, cookie } });
    assert.ok(JSON.parse(overview.body).classes.some((row: { class: string }) => row.class === 'Order'));
    assert.equal((await ask(port, '/', { method: 'HEAD', headers: { host, cookie } })).body, '');
  });

  test('who has no right to it is refused, whatever is tried', async () => {
    const good = { host, cookie };
    const guess = `${cookie.split('=')[0]}=00000000-00000000-00000000-00000000`;
    const tries: [string, string, Parameters<typeof ask>[2]][] = [
      ...[
        'evil.example',
        `evil.example:${port}`,
        '127.0.0.1',
        `127.0.0.1:${port + 1}`,
        `0.0.0.0:${port}`,
        `localhost6:${port}`,
      ]
        .concat([`127.0.0.1.evil.example:${port}`, `[::1]:${port}`, `localhost.:${port}`, ` ${host}x`, ''])
        .map((name): [string, string, Parameters<typeof ask>[2]] => [
          `host ${name}`,
          '/',
          { headers: { cookie, host: name } },
        ]),
      ['no host', '/', { headers: { cookie } }],
      ...[
        'http://evil.example',
        'null',
        `https://${host}`,
        `http://localhost:${port}`,
        `http://127.0.0.1:${port + 1}`,
        '',
      ].map((origin): [string, string, Parameters<typeof ask>[2]] => [
        `origin ${origin}`,
        '/api/heaps',
        { headers: { ...good, origin } },
      ]),
      ...['cross-site', 'same-site', 'other'].map((site): [string, string, Parameters<typeof ask>[2]] => [
        `fetch site ${site}`,
        '/api/heaps',
        { headers: { ...good, 'sec-fetch-site': site } },
      ]),
      ['no cookie', '/', { headers: { host } }],
      ['no cookie, figures', '/api/heap/h1/overview', { headers: { host } }],
      ['no cookie, script', '/app.js', { headers: { host } }],
      ['another cookie', '/', { headers: { host, cookie: 'profiler=1' } }],
      ['a guess', '/', { headers: { host, cookie: guess } }],
      ['an empty token', '/', { headers: { host, cookie: `${cookie.split('=')[0]}=` } }],
      ['a token that is cut', '/', { headers: { host, cookie: cookie.slice(0, -1) } }],
      ['a token that is longer', '/', { headers: { host, cookie: `${cookie}0` } }],
      ['cookie of another port', '/', { headers: { host, cookie: cookie.replace(String(port), String(port + 1)) } }],
      ['a wrong address', '/?open=00000000-00000000-00000000-00000000', { headers: { host } }],
      ['an empty address', '/?open=', { headers: { host } }],
      ...['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'].map(
        (method): [string, string, Parameters<typeof ask>[2]] => [method, '/api/heaps', { method, headers: good }],
      ),
      ...[
        '/../package.json',
        '/..%2fpackage.json',
        '/%2e%2e/package.json',
        '/api/heap/..',
        '/api/heap/../../etc/passwd/x',
        '//evil.example/',
      ]
        .concat([
          '/app.js/../app.css',
          '/api\\heaps',
          '/api/heap/h1/overview?file=/etc/passwd?',
          '/.env',
          '/api/heap/h2/overview',
          '/api',
        ])
        .concat([
          '/api/heap/%00/overview',
          '/app.js.map',
          '/api/heap//overview',
          `http://evil.example/`,
          `/${'a'.repeat(5000)}`,
        ])
        .map((path): [string, string, Parameters<typeof ask>[2]] => [path, path, { headers: good }]),
    ];
    assert.ok(tries.length >= 40, `${tries.length} tries`);
    for (const [name, path, options] of tries) {
      const { status, body, headers } = await ask(port, path, options);
      assert.ok(status >= 400 && status < 500, `${name}: ${status} ${body.slice(0, 100)}`);
      assert.equal(headers['set-cookie'], undefined, name);
    }
    assert.equal((await ask(port, '/', { headers: good })).status, 200, 'and the reader is still served');
  });

  test('a file cannot be asked for, only what was named on the command line', async () => {
    const { status, body } = await ask(port, '/api/heap/h1/overview?file=/etc/passwd', { headers: { host, cookie } });
    assert.equal(status, 200);
    assert.doesNotMatch(body, /root:/);
  });
});

test('HEAD of a stream of events begins none', async (t) => {
  let begun = 0;
  const server = await servePages(async () => ({
    type: 'events',
    run: async () => {
      begun += 1;
    },
  }));
  t.after(() => server.close());
  const { port, pathname, search } = new URL(server.url);
  const host = `127.0.0.1:${port}`;
  const entered = await ask(Number(port), pathname + search, { headers: { host } });
  const cookie = String(entered.headers['set-cookie']?.[0]).split(';')[0] ?? '';
  const { status, headers } = await ask(Number(port), '/', { method: 'HEAD', headers: { host, cookie } });
  assert.deepEqual([status, headers['content-type'], begun], [200, 'text/event-stream; charset=utf-8', 0]);
  await ask(Number(port), '/', { headers: { host, cookie } });
  assert.equal(begun, 1);
});
