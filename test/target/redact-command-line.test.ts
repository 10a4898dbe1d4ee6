import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactCommandLine } from '../../src/target/redact-command-line.ts';

const SECRETS = [
  ['--token=hunter2'],
  ['--token', 'hunter2'],
  ['--db-password', 'hunter2'],
  ['--dbPassword=hunter2'],
  ['-p', 'connect("hunter2")'],
  ['--eval=connect("hunter2")'],
  ['API_KEY=hunter2'],
  ['postgres://app:hunter2@db:5432/app?sslmode=require'],
  ['--database=postgres://app:hunter2@db/app'],
  ['https://hunter2@example.com/'],
  ['https://example.com/?a=1&access_token=hunter2&b=2'],
  ['--header=Authorization: Bearer hunter2.abc'],
  ['--header', 'Authorization: Basic hunter2=='],
  ['--config={"password": "hunter2"}'],
  ['--stripe=sk_live_hunter2'],
  ['--jwt=eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyIjoxfQ.hunter2'],
  ['ghp_hunter2hunter2hunter2hunter2hunter2'],
  ['--seed', 'hunter2hunter2hunter2hunter2hunter2'],
];

for (const argv of SECRETS) {
  test(`a secret is taken out of ${argv.join(' ').replaceAll('hunter2', '***')}`, () => {
    const redacted = redactCommandLine(['node', ...argv, 'server.js']).join(' ');
    assert.ok(!redacted.includes('hunter2'), redacted);
    assert.ok(redacted.startsWith('node ') && redacted.endsWith(' server.js'), redacted);
  });
}

test('a title that a program gave itself is read as the arguments that it holds', () => {
  for (const title of [
    'svc --token hunter2 -phunter2',
    'svc: worker -u app:hunter2',
    '--token=hunter2',
    'svc -p hunter2',
  ]) {
    const [shown = ''] = redactCommandLine([title]);
    assert.ok(!shown.includes('hunter2'), shown);
  }
  for (const title of ['orders-api', 'svc: worker 3 (idle)', '/srv/my app/bin/node', "it's a service"])
    assert.deepEqual(redactCommandLine([title]), [title]);
});

test('of a very long command line the beginning is kept', () => {
  const rest = Array.from({ length: 20_000 }, (_, index) => `--password=hunter${index}`);
  const shown = redactCommandLine(['node', 'server.js', ...rest]);
  assert.deepEqual(shown.slice(0, 2), ['node', 'server.js']);
  assert.equal(shown.length, 1_001);
  assert.equal(shown.at(-1), '[19002 more arguments]');
  assert.doesNotMatch(shown.join(' '), /hunter/);

  const title = redactCommandLine([`server ${'--token hunter2 '.repeat(20_000)}`]).join('');
  assert.ok(title.length < 20_000, `${title.length} characters`);
  assert.doesNotMatch(title, /hunter/);
});

test('what is no secret stays readable', () => {
  const argv = [
    'node',
    '--max-old-space-size=512',
    '--require',
    './tracing.js',
    '/srv/app/node_modules/some-package/dist/really/long/path/index.js',
    '--port=3000',
    '--url=postgres://db:5432/app',
    '--name',
    'orders-eu-west-1',
    '--inspect=127.0.0.1:9229',
    '-p',
    '3000',
  ];
  assert.deepEqual(redactCommandLine(argv), argv);
  assert.equal(redactCommandLine(['postgres://app:x@db/app'])[0], 'postgres://app:[redacted]@db/app');
});
