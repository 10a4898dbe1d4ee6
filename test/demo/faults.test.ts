import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { PendingAudits } from '../../src/demo/audit/pending-audits.ts';
import { LedgerEvents } from '../../src/demo/events/ledger-events.ts';
import { PayloadStaging } from '../../src/demo/evidence/payload-staging.ts';
import { RetentionPolicy } from '../../src/demo/evidence/retention-policy.ts';
import type { FaultName, Faults } from '../../src/demo/faults.ts';
import type { RequestContext } from '../../src/demo/http/request-context.ts';
import type { Receipt } from '../../src/demo/services/proof-locker.ts';
import { ProofSealer, type SealedProof } from '../../src/demo/services/proof-sealer.ts';
import { ReceiptOutbox } from '../../src/demo/services/receipt-outbox.ts';
import { ReceiptReminders } from '../../src/demo/services/receipt-reminders.ts';
import { RevocationRules } from '../../src/demo/services/revocation-rules.ts';
import { ShutdownSignal } from '../../src/demo/services/shutdown-signal.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { collectGarbage, countRetained } from '../helpers/retention.ts';

/** Each test runs a module as 300 requests would, with its fault and without: what it keeps, exactly. */
const REQUESTS = 300;

const only = (name: FaultName): Faults => new Set([name]);
const NONE: Faults = new Set();

function context(index: number): RequestContext {
  return {
    requestId: `req-${index}`,
    deviceId: 'device-1',
    userAgent: 'test',
    remoteAddress: '127.0.0.1',
    receivedAtMs: 0,
    body: { capture_id: `c-${index}` },
  };
}

function proof(index: number): SealedProof {
  return { deviceId: 'device-1', captureId: `c-${index}`, digest: 'd', payload: '{}', statement: '{}' };
}

function receipt(index: number): Receipt {
  return { entry_id: index, capture_id: `c-${index}`, digest: 'd', retention_days: 1, risk: 0, checkpoint: null };
}

test('leak-map keeps one audit record a request', async () => {
  const retained = (faults: Faults): Promise<number> => {
    const audits = new PendingAudits(faults);
    return countRetained(REQUESTS, (index) => {
      const record = audits.open(context(index), proof(index));
      audits.settle(record);
      return record;
    }).finally(() => audits.settle(audits.open(context(0), proof(0))));
  };
  assert.equal(await retained(only('leak-map')), REQUESTS);
  assert.equal(await retained(NONE), 0);
});

test('leak-closure keeps the context of each request; without it the last hundred', async () => {
  const retained = (faults: Faults): Promise<number> => {
    const outbox = new ReceiptOutbox(() => undefined, faults);
    return countRetained(REQUESTS, (index) => {
      const request = context(index);
      outbox.enqueue(request, receipt(index));
      outbox.flush();
      return request;
    }).finally(() => outbox.flush());
  };
  assert.equal(await retained(only('leak-closure')), REQUESTS);
  assert.equal(await retained(NONE), 100);
});

test('an outbox sends each receipt once', () => {
  let sent = 0;
  const outbox = new ReceiptOutbox(() => sent++, NONE);
  for (let index = 0; index < 7; index++) {
    outbox.enqueue(context(index), receipt(index));
    outbox.flush();
  }
  assert.equal(sent, 7);
});

test('leak-listener adds one listener a request', () => {
  const listeners = (faults: Faults): number => {
    const events = new LedgerEvents(faults);
    for (let index = 0; index < REQUESTS; index++) events.watchCheckpoint(context(index)).stop();
    return events.listenerCount('checkpoint');
  };
  assert.equal(listeners(only('leak-listener')), REQUESTS);
  assert.equal(listeners(NONE), 0);
});

test('a watch sees the first checkpoint of its time', () => {
  const events = new LedgerEvents(NONE);
  const watch = events.watchCheckpoint({ ...context(0), receivedAtMs: 10 });
  for (const atMs of [5, 15, 25]) events.emit('checkpoint', { entryId: atMs, atMs });
  assert.equal(watch.seen()?.entryId, 15);
});

test('leak-timer leaves one reminder a request', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const reminded = (faults: Faults): number => {
    const overdue: string[] = [];
    const reminders = new ReceiptReminders(faults);
    for (let index = 0; index < REQUESTS; index++) reminders.schedule(proof(index), (id) => overdue.push(id))();
    t.mock.timers.tick(6 * 3_600_000);
    return overdue.length;
  };
  assert.equal(reminded(only('leak-timer')), REQUESTS);
  assert.equal(reminded(NONE), 0);
});

/** Twice, because V8 frees array buffers some time after the collection that found them dead. */
async function arrayBufferBytes(): Promise<number> {
  for (let collection = 0; collection < 2; collection++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return process.memoryUsage().arrayBuffers;
}

test('leak-buffer keeps 4 KiB outside the heap a request', async () => {
  const blocks = 10 * REQUESTS;
  const grownBlocks = async (faults: Faults): Promise<number> => {
    const before = await arrayBufferBytes();
    const staging = new PayloadStaging(faults);
    for (let index = 0; index < blocks; index++) staging.stage(proof(index));
    const after = await arrayBufferBytes();
    staging.stage(proof(0));
    return (after - before) / 4096;
  };
  // Other buffers of this process come and go: a tenth is left for them.
  assert.ok((await grownBlocks(only('leak-buffer'))) > 0.9 * blocks);
  assert.ok((await grownBlocks(NONE)) < 0.1 * blocks);
});

test('leak-promise keeps the result of each request', async () => {
  const retained = (faults: Faults): Promise<number> => {
    const shutdown = new ShutdownSignal(faults);
    return countRetained(REQUESTS, (index) => shutdown.guard(async () => receipt(index))).finally(() =>
      shutdown.close(),
    );
  };
  assert.equal(await retained(only('leak-promise')), REQUESTS);
  assert.equal(await retained(NONE), 0);
});

test('work is refused once the service closes', async () => {
  const shutdown = new ShutdownSignal(NONE);
  assert.equal(await shutdown.guard(async () => 1), 1);
  shutdown.close();
  await assert.rejects(
    shutdown.guard(async () => 1),
    { statusCode: 503 },
  );
});

const DESCRIPTORS = '/proc/self/fd';
const countDescriptors = (): number => readdirSync(DESCRIPTORS).length;

test('leak-fd leaves one descriptor for each tenth proof', {
  skip: skipIfMissing(DESCRIPTORS, process.platform === 'linux'),
}, async () => {
  const opened = async (faults: Faults): Promise<number> => {
    const policy = await RetentionPolicy.create(faults);
    const before = countDescriptors();
    for (let index = 0; index < REQUESTS; index++) assert.equal(await policy.retentionDaysForNextProof(), 3650);
    const after = countDescriptors();
    await policy.remove();
    return after - before;
  };
  assert.equal(await opened(only('leak-fd')), REQUESTS / 10);
  assert.equal(await opened(NONE), 0);
});

test('event-loop-block costs far more than sealing does', () => {
  const cpuMicros = (faults: Faults): number => {
    const sealer = new ProofSealer(faults);
    const before = process.cpuUsage();
    for (let index = 0; index < 51; index++) sealer.seal(context(index), { capture_id: `c-${index}` });
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cpuMicros(NONE);
  assert.ok(cpuMicros(only('event-loop-block')) > 3 * cpuMicros(NONE));
});

test('cpu-creep compares all revoked devices once more with each refresh', () => {
  const compared = (faults: Faults): number => {
    const rules = new RevocationRules(faults);
    for (let second = 0; second < 9; second++) rules.refresh();
    let count = 0;
    const device = {
      toString: () => {
        count++;
        return 'device-1';
      },
    };
    assert.equal(rules.isRevoked(device as unknown as string), false);
    return count;
  };
  assert.equal(compared(only('cpu-creep')), 80);
  assert.equal(compared(NONE), 8);
});

test('a revoked device is known', () => {
  assert.equal(new RevocationRules(NONE).isRevoked('Revoked-Device-7'), true);
});
