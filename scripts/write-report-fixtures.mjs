// Records the runs that the tests of reports read, and writes them to test/fixtures/runs: a service with a leak, the same
// service without it, and one that is gone after four seconds. The heap snapshots are compared once; what came out is kept
// (growth.json), they are not. It takes four minutes, and needs a quiet machine:
//   npm run build && node scripts/write-report-fixtures.mjs [--folder /srv/quotes]
// FOLDER is where the service is copied to and started: its path stands in the fixtures.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { scriptNames } from '../dist/src/format/script-names.js';
import { readSourceMaps } from '../dist/src/record/read-profiles.js';
import { readRun } from '../dist/src/record/read-run.js';
import { readHeapGrowth } from '../dist/src/study/analyse-run.js';

const { values } = parseArgs({ options: { folder: { type: 'string', default: '/srv/quotes' } } });
const folder = values.folder;
const port = 3000;
const fixtures = 'test/fixtures/runs';
const limits = { quote: ['p(95)<1s'], '*': ['errors<1%'], resources: ['rss<512MB'] };

mkdirSync(folder, { recursive: true });
cpSync('test/targets/http-service.mjs', join(folder, 'server.mjs'));
cpSync('test/targets/scenarios/http-service.yaml', join(folder, 'load.yaml'));
writeFileSync(join(folder, 'package.json'), '{"name":"quotes","version":"1.0.0","type":"module"}\n');
writeFileSync(join(folder, 'slo.json'), JSON.stringify(limits));

await record('leak', { args: ['--fault', 'leak-listener'] });
await record('healthy', {});
await record('scarce', { livesMs: 4_000 });

async function record(name, { args = [], livesMs }) {
  const service = spawn(process.execPath, ['server.mjs', '--port', String(port), ...args], {
    cwd: folder,
    stdio: 'pipe',
  });
  await once(service.stdout, 'data');
  const runDir = join(folder, 'runs', name);
  rmSync(runDir, { recursive: true, force: true });
  const words = ['soak', '--port', String(port), '--seconds', '60', '--scenario', 'load.yaml', '--rate', '60'];
  const outputs = [
    '--fail-on',
    'leak,slo',
    '--slo',
    'slo.json',
    '--out',
    `runs/${name}`,
    '--report-dir',
    `reports/${name}`,
    '--force',
  ];
  const tool = spawn(process.execPath, [resolve('dist/src/cli/main.js'), ...words, ...outputs], {
    cwd: folder,
    stdio: 'inherit',
  });
  const ended = once(tool, 'exit');
  if (livesMs !== undefined) {
    while (!existsSync(join(runDir, 'samples.ndjson'))) await sleep(50);
    await sleep(livesMs);
    service.kill('SIGKILL');
  }
  await ended;
  service.kill('SIGKILL');
  await keep(name, runDir);
}

async function keep(name, runDir) {
  const run = await readRun(runDir);
  const scripts = scriptNames(run.manifest.scripts, await readSourceMaps(run, () => undefined));
  const { growth, error } = await readHeapGrowth(run, scripts, () => undefined);
  if (error !== null) throw new Error(error);
  const kept = join(fixtures, name);
  rmSync(kept, { recursive: true, force: true });
  cpSync(runDir, kept, { recursive: true, filter: (file) => !file.endsWith('.heapsnapshot') });
  writeFileSync(join(kept, 'growth.json'), `${JSON.stringify(growth)}\n`);
}
