import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createHostClock } from '../../src/capture/host-clock.ts';
import type { ProfilerError } from '../../src/model/errors.ts';
import { EXIT } from '../../src/model/exit-codes.ts';
import type { SoakTarget } from '../../src/soak/soak-target.ts';
import { TargetKeeper, type TargetKeeperOptions } from '../../src/soak/target-keeper.ts';
import { attach } from '../../src/target/attach.ts';
import type { Attachment } from '../../src/target/attachment.ts';
import { poll } from '../../src/target/poll.ts';
import { readProcessFacts } from '../../src/target/process-facts.ts';
import { assertLeftAlone } from '../helpers/assert-left-alone.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';

test('an inspector that is lost while the instruments are set up is attached to again', async (t) => {
  const { service, target } = await startTarget(t, (attachment, attempt) => {
    if (attempt === 1) attachment.session.disconnect();
  });
  const notes: string[] = [];
  const keeper = await TargetKeeper.attach(target, keeperOptions(notes));
  assert.ok(keeper.instruments);
  assert.ok((await keeper.readInside(5_000))['heap.used']);
  await keeper.close();
  assert.match(notes.join('\n'), /attaching again, the inspector was lost/);
  assertLeftAlone(service);
});

test('what is asked while nobody can look inside does not blind the rest of the run', async (t) => {
  const { service, target } = await startTarget(t, () => {});
  const keeper = await TargetKeeper.attach(target, keeperOptions());
  keeper.instruments?.attachment.session.disconnect();
  assert.ok(await poll(() => keeper.instruments === null || null, 5_000));
  assert.deepEqual(await keeper.readInside(100), {});
  assert.ok(await poll(() => keeper.instruments, 10_000), 'attached to again');
  assert.ok((await keeper.readInside(5_000))['heap.used']);
  await keeper.close();
  assertLeftAlone(service);
});

test('one that is lost again and again ends in a clear error, and nothing stays behind', async (t) => {
  const { service, target } = await startTarget(t, (attachment) => attachment.session.disconnect());
  await assert.rejects(
    TargetKeeper.attach(target, keeperOptions()),
    ({ exitCode, message }: ProfilerError) => exitCode === EXIT.targetLost && /went away in the middle/.test(message),
  );
  assertLeftAlone(service);
});

test('a service that dies while the instruments are set up: exit code 4', async (t) => {
  const { service, target } = await startTarget(t, () => void service.stop('SIGKILL'));
  await assert.rejects(
    TargetKeeper.attach(target, keeperOptions()),
    ({ exitCode, message }: ProfilerError) => exitCode === EXIT.targetLost && message.includes(String(service.pid)),
  );
});

/** A target whose attachment something happens to before it is used. */
async function startTarget(
  t: TestContext,
  disturb: (attachment: Attachment, attempt: number) => void,
): Promise<{ service: RunningService; target: SoakTarget }> {
  const service = await spawnService('test/targets/http-service.mjs');
  t.after(() => service.stop());
  const facts = readProcessFacts(service.pid);
  assert.ok(facts);
  let attempts = 0;
  const target: SoakTarget = {
    facts: { ...facts, nodeVersion: process.version },
    process: facts,
    attach: async () => {
      const attachment = await attach(facts);
      attempts += 1;
      disturb(attachment, attempts);
      return attachment;
    },
  };
  return { service, target };
}

function keeperOptions(notes: string[] = []): TargetKeeperOptions {
  return {
    runId: 'keeper',
    sampleMs: 1_000,
    cpuIntervalUs: 1_000,
    heapIntervalBytes: 512 * 1024,
    probes: true,
    clock: createHostClock(),
    log: {
      event: (event) => {
        if (event.type === 'note') notes.push(event.detail);
      },
      say: () => {},
    },
    returnTimeoutMs: 1_000,
    onSegment: () => {},
    onGone: () => {},
    stop: new AbortController().signal,
  };
}
