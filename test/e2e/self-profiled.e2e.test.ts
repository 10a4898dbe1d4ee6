import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SERVICE = 'test/targets/self-profiled-service.mjs';

const SCENARIO = `name: samples
baseUrl: http://127.0.0.1:1
load: { model: closed, users: 2, thinkTime: 50ms }
tasks:
  - request: { name: samples, path: / }
`;

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

test('a service that samples itself and collects coverage keeps both over a soak and a CPU profile', async (t) => {
  const folder = temporaryFolder(t);
  const coverage = join(folder, 'coverage');
  const service = await spawnService(SERVICE, { env: { NODE_V8_COVERAGE: coverage } });
  t.after(() => service.stop('SIGKILL'));
  const ownSamples = async (): Promise<number> => Number(await (await fetch(service.baseUrl)).text());
  assert.ok((await ownSamples()) > 20);

  const run = join(folder, 'run');
  const scenario = join(folder, 'load.yaml');
  writeFileSync(scenario, SCENARIO);
  const words = ['soak', '--pid', String(service.pid), '--seconds', '10', '--snapshots', '0'];
  const load = ['--scenario', scenario, '--url', service.baseUrl];
  const { stderr } = await runCli([...words, ...load, '--out', run, '--report-dir', join(folder, 'report')]);
  assert.match(stderr, /allocations not sampled: the service samples its own allocations/);
  assert.match(stderr, /CPU not sampled: the service collects code coverage/);
  const { events, manifest } = await readRun(run);
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.detail] : []));
  assert.equal(notes.filter((note) => /^allocations not sampled: /.test(note)).length, 1);
  const refused = events.flatMap((event) => (event.type === 'capture-refused' ? [event.capture] : []));
  assert.deepEqual(refused, ['cpu-start']);
  const report = JSON.parse(readFileSync(join(folder, 'report', 'report.json'), 'utf8'));
  const { missing, notes: told } = report.completeness;
  assert.deepEqual(missing, [], 'what was left out to spare the service is no reason not to judge the run');
  assert.ok(
    told.some((note: string) => /^CPU windows are missing .*NODE_V8_COVERAGE/.test(note)),
    told.join('\n'),
  );
  assert.deepEqual([manifest.heapProfiles, manifest.cpuWindows], [[], []]);
  assert.ok((await ownSamples()) > 20, 'the sampling of the service was destroyed');

  const cpu = await runCli([
    'cpu',
    '--pid',
    String(service.pid),
    '--seconds',
    '1',
    '--out',
    join(folder, 'x.cpuprofile'),
  ]);
  assert.equal(cpu.code, 3, cpu.stderr);
  assert.match(cpu.stderr, /NODE_V8_COVERAGE/);

  await ownSamples();
  await service.stop();
  const [file = ''] = readdirSync(coverage);
  const { result } = JSON.parse(readFileSync(join(coverage, file), 'utf8')) as Coverage;
  const keepOne = result.flatMap(({ functions }) => functions).find(({ functionName }) => functionName === 'keepOne');
  assert.ok((keepOne?.ranges[0]?.count ?? 0) > 20_000, `calls that were counted: ${JSON.stringify(keepOne)}`);
});
