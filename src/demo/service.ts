import fastify, { type FastifyInstance } from 'fastify';
import type pg from 'pg';
import { AuditBatch } from './audit/audit-batch.ts';
import { PendingAudits } from './audit/pending-audits.ts';
import { createPool } from './db/create-pool.ts';
import { DeviceRepository } from './db/device-repository.ts';
import { LedgerRepository } from './db/ledger-repository.ts';
import { migrate } from './db/migrate.ts';
import { SpotCheck } from './db/spot-check.ts';
import { LedgerEvents } from './events/ledger-events.ts';
import { PayloadStaging } from './evidence/payload-staging.ts';
import { RetentionPolicy } from './evidence/retention-policy.ts';
import type { Faults } from './faults.ts';
import { answerError } from './http/answer-error.ts';
import { ServiceMetrics } from './metrics/demo-metrics.ts';
import { enrollRoute } from './routes/enroll.ts';
import { healthRoute } from './routes/health.ts';
import { ledgerEntriesRoute } from './routes/ledger-entries.ts';
import { lockProofRoute } from './routes/lock-proof.ts';
import { metricsRoute } from './routes/metrics.ts';
import { Enrollment } from './services/enrollment.ts';
import { Periodic } from './services/periodic.ts';
import { ProofLocker, type ProofLockerParts } from './services/proof-locker.ts';
import { ProofSealer } from './services/proof-sealer.ts';
import { ReceiptMemory } from './services/receipt-memory.ts';
import { ReceiptOutbox } from './services/receipt-outbox.ts';
import { ReceiptReminders } from './services/receipt-reminders.ts';
import { RevocationRules } from './services/revocation-rules.ts';
import { RiskTables } from './services/risk-tables.ts';
import { ShutdownSignal } from './services/shutdown-signal.ts';

export interface Service {
  readonly app: FastifyInstance;
  /** Answers what is under way, then closes the pool. */
  close(): Promise<void>;
}

const OUTBOX_INTERVAL_MS = 250;
const SWEEP_INTERVAL_MS = 1_000;
const RULES_INTERVAL_MS = 1_000;
const BATCH_INTERVAL_MS = 3_000;
const CHECKPOINT_INTERVAL_MS = 5_000;

/** Puts the parts together. Rejects when the database does not answer. */
export async function createService(databaseUrl: string, faults: Faults): Promise<Service> {
  const app = createApp();
  const pool = await createPool(databaseUrl, (error) => app.log.error({ err: error }, 'a connection was lost'));
  await migrate(pool);

  const metrics = new ServiceMetrics();
  metrics.observePool(pool);
  metrics.observeRequestsOf(app);

  const enrollment = new Enrollment(new DeviceRepository(pool), metrics);
  const parts = await createParts(app, pool, faults, metrics);
  const periodic = startPeriodicWork(app, parts);

  healthRoute(app);
  metricsRoute(app, metrics);
  enrollRoute(app, enrollment);
  lockProofRoute(app, enrollment, new ProofLocker(parts));
  ledgerEntriesRoute(app, enrollment, parts.ledger);

  return {
    app,
    async close() {
      parts.shutdown.close();
      periodic.stop();
      await app.close();
      await parts.auditBatch?.flush();
      await parts.retention.remove();
      await endPool(pool);
    },
  };
}

function createApp(): FastifyInstance {
  const app = fastify({
    logger: { level: 'warn', stream: process.stderr },
    forceCloseConnections: 'idle',
    ajv: { customOptions: { removeAdditional: false, allowUnionTypes: true } },
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'not_found', message: 'there is nothing at this path' }),
  );
  return app;
}

async function createParts(
  app: FastifyInstance,
  pool: pg.Pool,
  faults: Faults,
  metrics: ServiceMetrics,
): Promise<ProofLockerParts> {
  return {
    ledger: new LedgerRepository(pool, faults),
    spotCheck: new SpotCheck(pool, faults),
    events: new LedgerEvents(faults),
    audits: new PendingAudits(faults),
    auditBatch: faults.has('batch') ? new AuditBatch(pool) : null,
    staging: new PayloadStaging(faults),
    retention: await RetentionPolicy.create(faults),
    sealer: new ProofSealer(faults),
    memory: new ReceiptMemory(faults),
    outbox: new ReceiptOutbox((delivery) => metrics.countDelivery(delivery), faults),
    reminders: new ReceiptReminders(faults),
    revocations: new RevocationRules(faults),
    risks: new RiskTables(faults),
    shutdown: new ShutdownSignal(faults),
    metrics,
    onOverdue: (captureId) => app.log.warn({ captureId }, 'nobody took this receipt'),
  };
}

function startPeriodicWork(app: FastifyInstance, parts: ProofLockerParts): Periodic {
  const { outbox, memory, revocations, auditBatch, events, ledger } = parts;
  const periodic = new Periodic((error) => app.log.error({ err: error }, 'periodic work failed'));
  periodic.every(OUTBOX_INTERVAL_MS, () => outbox.flush());
  periodic.every(SWEEP_INTERVAL_MS, () => memory.sweep());
  periodic.every(RULES_INTERVAL_MS, () => revocations.refresh());
  if (auditBatch !== null) periodic.every(BATCH_INTERVAL_MS, () => auditBatch.flush());
  periodic.every(CHECKPOINT_INTERVAL_MS, async () => {
    events.emit('checkpoint', { entryId: await ledger.lastEntryId(), atMs: Date.now() });
  });
  return periodic;
}

/** A pool waits at its end for connections that were never released: longer than this is not worth it. */
const POOL_END_TIMEOUT_MS = 1_000;

async function endPool(pool: pg.Pool): Promise<void> {
  await Promise.race([pool.end(), new Promise((resolve) => setTimeout(resolve, POOL_END_TIMEOUT_MS))]);
}
