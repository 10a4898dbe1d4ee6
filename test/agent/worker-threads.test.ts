import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { EXIT } from '../../src/model/exit-codes.ts';
import { recordCpu } from '../../src/session/record-cpu.ts';
import { takeOneSnapshot } from '../../src/session/take-one-snapshot.ts';
import { summariseSnapshot } from '../../src/snapshot-stream/summarise-snapshot.ts';
import { attach } from '../../src/target/attach.ts';
import { threadsOf } from '../../src/target/diagnose.ts';
import { explainFailure } from '../../src/target/explain-failure.ts';
import { poll } from '../../src/target/poll.ts';
import { inThread } from '../../src/target/thread-attachment.ts';
import { nodeVersions } from '../helpers/node-versions.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { ask, doorOf, startWithAgent } from './start-with-agent.ts';

const TIMEOUT = { timeout: 60_000 };
const SERVICE = 'worker-threads.mjs';
const ADDING = 1;
const WAITING = 2;

const cpuOptions = (durationMs: number, stop = new AbortController().signal) => ({
  ...{ durationMs, intervalUs: 1_000, maxPauseMs: null, name: 'test' },
  ...{ clock: createHostClock(), note: () => {}, stop },
});

for (const { major, binary, skip } of nodeVersions()) {
  test(`a worker thread is profiled, and its heap read, on Node ${major}`, { skip, ...TIMEOUT }, async (context) => {
    const { target } = await startWithAgent(context, SERVICE, { binary });
    const before = await ask(target, '/self');
    const known = await threadsOf(target.facts);
    assert.deepEqual(
      known?.map(({ id, name }) => [id, name]),
      [
        [ADDING, 'adding'],
        [WAITING, 'waiting'],
      ],
    );
    const attachment = await attach(target.facts);
    const thread = await inThread(attachment, ADDING);
    assert.equal(thread.thread?.name, 'adding');

    const { profile } = await recordCpu(thread, cpuOptions(400));
    const names = profile.nodes.map(({ callFrame }) => callFrame.functionName);
    assert.ok(names.includes('addUpInThread'), 'what the thread does');

    const path = join(temporaryFolder(context), 'thread.heapsnapshot');
    const { nodes } = await takeOneSnapshot(thread, {
      ...{ path, maxPauseMs: null, force: true, clock: createHostClock(), onEstimate: () => {} },
    });
    const summary = await summariseSnapshot(path);
    assert.equal(summary.nodes, nodes);
    assert.equal(summary.constructors.find((one) => one.class === 'KeptByThread')?.count, 1_000);

    assert.deepEqual(await thread.detach(), { inspectorClosed: true, problems: [] });
    assert.ok(await poll(async () => ((await ask(target, '/self')) === before ? true : null), 5_000));
    const door = doorOf(target.facts);
    assert.ok(await poll(() => (readdirSync(dirname(door)).join() === basename(door) ? true : null), 5_000));
    assert.equal(target.stderr(), '', 'the log of the service is as it was');
  });

  test(`a thread, and a service, may end while a thread is profiled: Node ${major}`, {
    skip,
    ...TIMEOUT,
  }, async (context) => {
    const { target, base } = await startWithAgent(context, SERVICE, { binary });
    const attachment = await attach(target.facts);
    const waiting = await inThread(attachment, WAITING);
    const recording = recordCpu(waiting, cpuOptions(30_000)).catch((error: unknown) => error);
    // What the thread is asked for is heard behind the start of its profiler, or before: both end the recording.
    await ask(target, '/end');
    const error = explainFailure(await recording, waiting);
    assert.ok(error instanceof ProfilerError);
    assert.equal(error.code, 'thread-ended');
    assert.equal(error.exitCode, EXIT.targetLost);
    assert.ok(attachment.session.isOpen, 'the service goes on, and we with it');

    await inThread(attachment, ADDING);
    const exited = once(target.child, 'exit');
    attachment.session.evaluate('process.exit(7)').catch(() => {});
    assert.deepEqual(await exited, [7, null]);
    assert.deepEqual(readdirSync(base), []);
  });
}

test(
  'doctor lists the threads, and a thread that is not there is answered with those that are',
  TIMEOUT,
  async (context) => {
    const { target } = await startWithAgent(context, SERVICE);
    const pid = String(target.facts.pid);
    const env = { TMPDIR: dirname(dirname(doorOf(target.facts))) };
    const doctor = await runCli(['doctor', '--pid', pid], { env });
    assert.match(doctor.stdout, /--thread 1 {2}worker thread 1 "adding", file:.*worker-threads\.mjs\n/);
    const cpu = await runCli(['cpu', '--pid', pid, '--thread', '99', '--seconds', '1'], { env });
    assert.equal(cpu.code, EXIT.attachFailed);
    assert.match(cpu.stderr, /no worker thread 99[\s\S]*--thread 2 {4}worker thread 2 "waiting"/);
    const clinic = await runCli(['cpu', '--pid', pid, '--thread', '1', '--clinic'], { env });
    assert.equal(clinic.code, EXIT.usage);
  },
);
