import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { redactAddress } from '../../src/redact/redact-address.ts';
import { redactArguments } from '../../src/redact/redact-arguments.ts';
import { redactMessage, redactText } from '../../src/redact/redact-text.ts';
import { isSecretLabel, redacted } from '../../src/redact/redact-values.ts';
import { isSecretName } from '../../src/redact/secret-names.ts';
import {
  INNOCENT_ADDRESSES,
  INNOCENT_ARGUMENTS,
  INNOCENT_TEXTS,
  ISSUED,
  RANDOM_VALUES,
  SECRET_ADDRESSES,
  SECRET_ARGUMENTS,
  SECRET_MESSAGES,
  SECRET_PATHS,
  SECRET_TEXTS,
} from './secrets.ts';

/** A secret that has no form of its own, in the ways in which people choose one. */
const MARKERS = ['hunter2xyz', 'Tr0ub4dorX', 'correcthorsebattery7', 'S3CR3TMARK3R'];

/** Some are known only where nothing else stands around them. */
function isKnownAsText(text: string): boolean {
  return MARKERS.every((marker) => !redactText(`next ${text.replaceAll(/\bS\b/g, marker)} page`).includes(marker));
}

describe('what is secret goes', () => {
  for (const text of [...SECRET_TEXTS, ...SECRET_MESSAGES]) {
    test(text, () => {
      for (const marker of MARKERS) {
        const planted = text.replaceAll(/\bS(?![a-z])|(?<=[-_?])S\b/g, marker);
        assert.ok(planted.includes(marker), planted);
        const shown = SECRET_MESSAGES.includes(text) ? redactMessage(planted) : redactText(planted);
        assert.ok(!shown.includes(marker), shown);
        assert.equal(redactMessage(shown), shown, 'to redact twice changes nothing');
        assert.equal(redactMessage(planted).includes(marker), false);
      }
    });
  }

  for (const text of SECRET_ADDRESSES) {
    test(`address: ${text}`, () => {
      for (const marker of MARKERS) {
        const planted = text.replaceAll(/\bS\b/g, marker);
        const shown = redactAddress(planted);
        assert.ok(planted.includes(marker) && !shown.includes(marker), shown);
        assert.equal(redactAddress(shown), shown, 'to redact twice changes nothing');
        assert.equal(redactMessage(shown), shown);
      }
    });
  }

  const quoted = ['{"password":"S","a":1}', '{"db":{"token": "S"}}', 'Authorization: Bearer S', "const api_key='S'"];
  for (const text of [...SECRET_ADDRESSES, ...quoted].filter(isKnownAsText)) {
    test(`percent-encoded: ${text}`, () => {
      for (const marker of MARKERS) {
        const encoded = encodeURIComponent(text.replaceAll(/\bS\b/g, marker));
        for (const inside of [encoded, encodeURIComponent(encoded), encoded.toLowerCase()]) {
          const planted = `GET /login?next=${inside}&page=2`;
          const shown = redactText(planted);
          assert.ok(!shown.toLowerCase().includes(marker.toLowerCase()), shown);
          assert.ok(shown.startsWith('GET /login?next=') && shown.endsWith('&page=2'), shown);
          assert.equal(redactText(shown), shown, 'to redact twice changes nothing');
        }
      }
    });
  }

  ISSUED.forEach((issue, i) => {
    test(`token of a known form, ${i}`, () => {
      const marker = 'hunter2xyz42';
      for (const around of ['X', 'error: X', '"X"', 'a, X, b', 'https://h/X/y']) {
        const shown = redactText(around.replace('X', () => issue(marker)));
        assert.ok(!/hunter2xyz42/i.test(shown), shown);
      }
    });
  });

  for (const path of SECRET_PATHS) {
    test(path, () => {
      for (const value of RANDOM_VALUES) {
        const shown = redactText(path.replace(/\bS\b/, value));
        assert.equal(shown, path.replace(/\bS\b/, '[redacted]'));
      }
    });
  }

  for (const words of SECRET_ARGUMENTS) {
    test(words.join(' '), () => {
      for (const marker of MARKERS) {
        const planted = words.map((word) => word.replaceAll(/\bS(?![a-zA-Z])|(?<=(?:^|\s)-p)S\b/g, marker));
        assert.ok(planted.join(' ').includes(marker));
        const shown = redactArguments(['node', 'server.js', ...planted, 'last.txt']);
        assert.ok(!shown.join(' ').includes(marker), shown.join(' '));
        assert.equal(shown.at(-1), 'last.txt');
        assert.deepEqual(redactArguments(shown), shown, 'to redact twice changes nothing');
      }
    });
  }
});

describe('what is no secret stays', () => {
  for (const text of INNOCENT_TEXTS) {
    test(text, () => {
      assert.equal(redactText(text), text);
      if (!/: (?:Map|Array)/.test(text)) assert.equal(redactMessage(text), text);
    });
  }
  for (const text of INNOCENT_ADDRESSES)
    test(`address: ${text}`, () => {
      assert.equal(redactAddress(text), text);
    });
  for (const words of INNOCENT_ARGUMENTS) {
    test(words.join(' '), () => {
      const argv = ['node', 'server.js', ...words];
      assert.deepEqual(redactArguments(argv), argv);
    });
  }
});

test('names', () => {
  for (const name of ['password', 'DB_PASSWORD', 'dbPassword', 'apiKey', 'X-Api-Key', 'session', 'authHeaderValue'])
    assert.ok(isSecretName(name), name);
  for (const name of [
    'monkey',
    'tokenTtl',
    'passwordFile',
    'keyspace',
    'author',
    'compass',
    'passenger',
    'primary_key',
  ])
    assert.ok(!isSecretName(name), name);
});

test('labels of metrics: what says who, or is a key', () => {
  for (const [name, value] of [
    ['token', 'abc'],
    ['user', 'anna@example.com'],
    ['user_id', '0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e'],
    ['account', '123456789012'],
    ['object', '507f1f77bcf86cd799439011'],
    ['client', 'aB3dE5fG7hI9jK1lM3nO5'],
    ['url', 'https://u:p@h/x'],
    ['key', 'user:1'],
    ['user', 'a%40corp.example'],
    ['email', 'x@localhost'],
    ['phone', '5551234'],
    ['iban', 'DE02'],
    ['client_ip', '10.0.0.7'],
  ] as const)
    assert.ok(isSecretLabel(name, value), `${name} ${value}`);
  for (const [name, value] of [
    ['method', 'GET'],
    ['route', '/users/:id'],
    ['status', '200'],
    ['le', '0.005'],
    ['quantile', '0.99'],
    ['queue', 'outgoing'],
    ['pod', 'orders-7d9f8b6c5d-x2x4z'],
    ['instance', '10.0.0.1:3000'],
    ['version', 'v22.11.0'],
    ['space', 'large_object'],
  ] as const)
    assert.ok(!isSecretLabel(name, value), `${name} ${value}`);
});

test('plain data: texts and keys, at any depth; the rest as it was', () => {
  const bytes = new Uint8Array([1, 2]);
  const value = { a: ['token=hunter2', 1, null], 'PASSWORD=hunter2': { bytes, rows: [1, 2, 3] } };
  assert.deepEqual(redacted(value), {
    a: ['token=[redacted]', 1, null],
    'PASSWORD=[redacted]': { bytes, rows: [1, 2, 3] },
  });
});

test('the time grows with the text and no faster: what begins like a secret and never ends', () => {
  const texts: readonly ((size: number) => string)[] = [
    (size) => 'a:'.repeat(size),
    (size) => '"a":"'.repeat(size),
    (size) => 'https://'.repeat(size),
    (size) => '-'.repeat(size),
    (size) => 'http://a:b '.repeat(size / 5),
    (size) => '//a:'.repeat(size),
    (size) => 'a=\\"'.repeat(size),
    (size) => `Bearer ${'a'.repeat(size)}`,
    (size) => `password="${'\\'.repeat(size)}`,
    (size) => 'a_'.repeat(size),
    (size) => '://a@'.repeat(size),
    (size) => 'token is '.repeat(size / 5),
    (size) => 'secret:'.repeat(size / 5),
    (size) => `cookie=${'a;'.repeat(size)}`,
    (size) => 'tokens: ["a",'.repeat(size / 10),
    (size) => '/a@b.'.repeat(size),
    (size) => '<token a '.repeat(size / 5),
    (size) => '%25'.repeat(size),
    (size) => '%22token%22%3A%22'.repeat(size / 5),
    (size) => '-----BEGIN PRIVATE KEY-----'.repeat(size / 10),
    (size) => 'mysql -u '.repeat(size / 5),
    (size) => `sqlcmd ${'a '.repeat(size)}`,
    (size) => 'token a1'.repeat(size / 5),
    (size) => 'a_b'.repeat(size),
    (size) => `password ${'a'.repeat(size)}`,
    (size) => '/reset/'.repeat(size / 5),
    (size) => 'redis:a:'.repeat(size / 5),
    (size) => 'a:b1'.repeat(size),
  ];
  for (const make of texts) {
    const [short, long] = [10_000, 80_000].map((size) => leastCpuMs(() => redactMessage(make(size))));
    // Eight times the text; where each character looks at all others it would be sixty-four times.
    assert.ok(long! < 20 * Math.max(short!, 2), `${make(4)}: ${short} and ${long} ms`);
  }
});

/** Of several turns: others on the machine only make it more. */
function leastCpuMs(work: () => void): number {
  const turns = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...turns);
}
