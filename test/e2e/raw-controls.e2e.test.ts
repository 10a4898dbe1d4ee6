import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

// `cat` acts on them: escape sequences, their one-character forms (C1), carriage returns, what turns text around.
const RAW =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const EVIL = 'quote \u001b]0;PWNED\u0007 \u009b31m \r \u202egnp';
/** As V8 of the service gives them: names of functions and sources. */
const OF_V8 = /^run\/(heap|cpu|sources)\//;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

test('no file that is written for people or other tools holds a raw control character of a name', async (t) => {
  const folder = temporaryFolder(t);
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const scenario = join(folder, 'scenario.json');
  const tasks = [{ request: { name: EVIL, path: '/quotes', headers: { 'x-evil': EVIL.replace('\r', '') } } }];
  const load = { model: 'open', rate: '20/s', duration: '1m' };
  // JSON escapes what is below a blank only.
  writeFileSync(scenario, JSON.stringify({ name: EVIL, baseUrl: service.baseUrl, load, tasks }));
  const out = join(folder, 'out');
  const run = join(out, 'run');
  const soak = ['soak', '--pid', String(service.pid), '--scenario', scenario, '--seconds', '10', '--snapshots', '0'];
  const recorded = await runCli([...soak, '--out', run, '--report-dir', join(out, 'report')]);
  assert.match(recorded.stderr, /analysing/);
  for (const to of ['csv', 'ndjson', 'openmetrics', 'k6', 'locust', 'jmeter', 'gatling']) {
    const isSeries = ['csv', 'ndjson', 'openmetrics'].includes(to);
    const { code, stderr } = await runCli(['export', isSeries ? run : scenario, '--to', to, '--out', join(out, to)]);
    assert.equal(code, 0, `${to}: ${stderr}`);
  }
  const files = filesBelow(out).filter((file) => !OF_V8.test(file));
  for (const wanted of ['run/run.json', 'run/requests.ndjson', 'report/report.json', 'report/index.html', 'jmeter'])
    assert.ok(files.includes(wanted), files.join(' '));
  const texts = new Map(files.map((file) => [file, readFileSync(join(out, file), 'utf8')]));
  assert.ok([...texts.values()].filter((text) => text.includes('PWNED')).length >= 9, 'the name is written');
  const raw = [...texts].flatMap(([file, text]) => {
    const at = RAW.exec(text);
    return at ? [`${file}: ${JSON.stringify(text.slice(Math.max(0, at.index - 40), at.index + 20))}`] : [];
  });
  assert.deepEqual(raw, []);
});
