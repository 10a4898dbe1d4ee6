import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRun } from '../../src/record/read-run.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const SERVICE = 'test/targets/self-profiled-service.mjs';

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
  const words = ['soak', '--pid', String(service.pid), '--seconds', '10', '--snapshots', '0', '--load', 'none'];
  const { stderr } = await runCli([...words, '--out', run, '--report-dir', join(folder, 'report')]);
  assert.match(stderr, /allocations not sampled: the service samples its own allocations/);
  assert.match(stderr, /CPU not sampled: the service collects code coverage/);
  const { events, manifest } = await readRun(run);
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.detail] : []));
  assert.equal(notes.filter((note) => /^(allocations|CPU) not sampled: /.test(note)).length, 2);
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
