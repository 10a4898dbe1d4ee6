import assert from 'node:assert/strict';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readProcessStats } from '../../src/format/clinic/process-stat.ts';
import { readRun } from '../../src/record/read-run.ts';
import { planClinicWindow } from '../../src/soak/plan-clinic-window.ts';
import { planPhases } from '../../src/soak/plan-phases.ts';
import { startClinicReadings } from '../../src/soak/record-clinic-window.ts';
import { attach } from '../../src/target/attach.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { runCli } from '../helpers/run-cli.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('soak --clinic-window: doctor gets readings every 10 ms and collections, from the middle of the run', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs', { nodeArgs: ['--max-semi-space-size=1'] });
  t.after(() => service.stop());
  const folder = temporaryFolder(t);
  const run = join(folder, 'run');
  const recorded = new AbortController();
  const load = requestUntil(service.baseUrl, recorded.signal);
  const soak = await runCli([
    ...['soak', '--pid', String(service.pid), '--seconds', '16', '--snapshots', '0', '--clinic-window', '6s'],
    ...['--out', run, '--report-dir', join(folder, 'report'), '--fail-on', 'none', '--quiet'],
  ]);
  recorded.abort();
  await load;
  assert.ok([0, 5].includes(soak.code ?? -1), soak.stderr);
  assertLeftAlone(service);

  const { manifest, events, damage } = await readRun(run);
  const window = manifest.clinicWindow;
  assert.ok(window, soak.stderr);
  assert.deepEqual(damage, []);
  const steady = events.filter((event) => event.type === 'phase' && event.phase === 'steady');
  assert.ok(steady[0] && window.startMonoMs > steady[0].monoMs);
  assert.ok(steady[1] && window.endMonoMs < steady[1].monoMs);
  // What the service does in the window is no doing of ours: only its begin and its end are captures.
  const captured = events.flatMap((event) =>
    event.type === 'capture' && event.capture === 'clinic-window' ? [event.cost] : [],
  );
  assert.deepEqual(
    captured.map(({ endMonoMs, startMonoMs }) => endMonoMs <= window.startMonoMs || startMonoMs >= window.endMonoMs),
    [true, true],
  );
  assert.equal(lstatSync(join(run, window.file)).mode & 0o777, 0o600);

  const exported = await runCli(['export', run, '--to', 'clinic-doctor', '--json'], { cwd: folder });
  assert.equal(exported.code, 0, exported.stderr);
  assert.doesNotMatch(exported.stderr, /counted but not traced/);
  const entry: string = JSON.parse(exported.stdout).files[0];
  const part = (name: string): Buffer => readFileSync(`${entry}/${service.pid}.clinic-doctor-${name}`);
  const stats = readProcessStats(part('processstat'));
  // 600 on a machine with nothing else to do.
  assert.ok(stats.length >= 200, `${stats.length} readings`);
  const { traceEvents } = JSON.parse(part('traceevent').toString());
  assert.ok(traceEvents.length > 0, 'collections were traced');
  const flame = await runCli(['export', run, '--to', 'clinic-flame', '--json'], { cwd: folder });
  assert.equal(flame.code, 0, flame.stderr);
  // Elsewhere in the run there are none of these.
  const start = await runCli(['export', run, '--to', 'clinic-doctor', '--from', '1s', '--for', '2s', '--out', 'b'], {
    cwd: folder,
  });
  assert.equal(start.code, 2);
});

test('a window that cannot begin leaves no tracing in the service', async (t) => {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  const attachment = await attach(facts);
  t.after(() => attachment.detach());
  const { session } = attachment;
  await session.evaluate("void (process.cpuUsage = () => { throw new Error('no usage here'); })");
  await assert.rejects(startClinicReadings(session), /no usage here/);
  // One session has one tracing: a second would be refused.
  await session.call('NodeTracing.start', { traceConfig: { includedCategories: ['v8'] } });
  assert.equal(await session.evaluate("globalThis[Symbol.for('soak-profiler')].processStats"), undefined);
});

test('the window lies in the middle of the longest stretch without a snapshot', () => {
  const overnight = planPhases(8 * 3_600_000, 5, true);
  const night = planClinicWindow(overnight, 60_000);
  assert.equal(night.toMs - night.fromMs, 60_000);
  assert.ok(Math.abs((night.fromMs + night.toMs) / 2 / overnight.steadyMs - 0.5) < 0.01);
  // A stretch that is shorter than the window is filled.
  const minute = planPhases(60_000, 5, true);
  const short = planClinicWindow(minute, 60_000);
  assert.ok(Math.abs(short.toMs - short.fromMs - minute.steadyMs / 3) < 1);
});

test('a window that Clinic could not analyse is refused before anything is attached to', async () => {
  const { code, stderr } = await runCli(['soak', '--pid', '1', '--clinic-window', '5m']);
  assert.equal(code, 2);
  assert.match(stderr, /more than Clinic can analyse/);
});

async function requestUntil(url: string, end: AbortSignal): Promise<void> {
  while (!end.aborted) await (await fetch(`${url}/quotes`)).arrayBuffer();
}
