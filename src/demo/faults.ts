/**
 * What can be switched wrong in the service, as data. A test or a demo reads here what a good report should say.
 * The healthy ones are look-alikes: they grow, and stop, expire or flush within seconds, at 50 to 300 requests per second.
 */
export const FAULT_NAMES = [
  'leak-map',
  'leak-closure',
  'leak-listener',
  'leak-timer',
  'leak-buffer',
  'leak-fd',
  'leak-promise',
  'slow-query',
  'n-plus-one',
  'pool-leak',
  'event-loop-block',
  'cpu-creep',
  'cache-bounded',
  'cache-ttl',
  'warm-up',
  'batch',
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];
export type Faults = ReadonlySet<FaultName>;

export interface Fault {
  readonly name: FaultName;
  readonly description: string;
  readonly healthy: boolean;
  /** The finding kinds that name it rightly, the best first; empty for what is healthy. */
  readonly findingKinds: readonly string[];
  /** Where the mistake stands, from the root of the project; for a look-alike, where its memory is held. */
  readonly file: string;
  /** Words of which the subject of a finding should hold at least one: class, field, or function. */
  readonly names: readonly string[];
  /** Requests to /lock-proof (or /ledger/entries for queries) for each time it strikes. */
  readonly everyRequests: number;
  /** The embedded database has one session and shows no clients: these are judged on a real PostgreSQL only. */
  readonly needsRealDatabase: boolean;
}

interface Details extends Pick<Fault, 'findingKinds' | 'file' | 'names'> {
  readonly everyRequests?: number;
  readonly needsRealDatabase?: boolean;
}

function fault(name: FaultName, description: string, details: Details): Fault {
  const healthy = details.findingKinds.length === 0;
  return { name, description, healthy, everyRequests: 1, needsRealDatabase: false, ...details };
}

export const FAULTS: readonly Fault[] = [
  fault('leak-map', 'Audit records stay in a Map after their request, about 1 KB each.', {
    findingKinds: ['js-heap-leak'],
    file: 'src/demo/audit/pending-audits.ts',
    names: ['AuditRecord', 'pending'],
  }),
  fault('leak-closure', 'Delivered receipts keep their closures, and with them the whole request.', {
    findingKinds: ['js-heap-leak'],
    file: 'src/demo/services/receipt-outbox.ts',
    names: ['RequestContext', 'delivered', 'deliver'],
  }),
  fault('leak-listener', 'A listener for checkpoints is added by each request and not removed.', {
    findingKinds: ['listener-leak', 'js-heap-leak'],
    file: 'src/demo/events/ledger-events.ts',
    names: ['checkpoint', 'LedgerEvents', 'onCheckpoint'],
  }),
  fault('leak-timer', 'The reminder of each proof, six hours ahead, is never cleared.', {
    findingKinds: ['timer-leak', 'js-heap-leak'],
    file: 'src/demo/services/receipt-reminders.ts',
    names: ['Timeout', 'remind'],
  }),
  fault('leak-buffer', 'The sealed payload of each proof, 4 KiB outside the heap, stays staged after its upload.', {
    findingKinds: ['external-memory-leak'],
    file: 'src/demo/evidence/payload-staging.ts',
    names: ['ArrayBuffer', 'Buffer', 'staged'],
  }),
  fault('leak-fd', 'The policy file is opened for each tenth proof and not closed.', {
    findingKinds: ['fd-leak'],
    file: 'src/demo/evidence/retention-policy.ts',
    names: ['file', 'retention-policy'],
    everyRequests: 10,
  }),
  fault('leak-promise', 'Each proof races a promise that settles at shutdown only, and leaves its reactions there.', {
    findingKinds: ['promise-leak', 'js-heap-leak'],
    file: 'src/demo/services/shutdown-signal.ts',
    names: ['PromiseReaction', 'Promise', 'closing'],
  }),
  fault('slow-query', 'Each page of the ledger waits 120 ms in the database.', {
    findingKinds: ['slow-query'],
    file: 'src/demo/db/ledger-repository.ts',
    names: ['pg_sleep', 'ledger_entries'],
    needsRealDatabase: true,
  }),
  fault('n-plus-one', 'The device of each entry of a page is read by a query of its own.', {
    findingKinds: ['n-plus-one-query'],
    file: 'src/demo/db/ledger-repository.ts',
    names: ['devices'],
    needsRealDatabase: true,
  }),
  fault('pool-leak', 'Each 100th proof takes a connection for a spot check and does not give it back.', {
    findingKinds: ['pool-exhaustion'],
    file: 'src/demo/db/spot-check.ts',
    names: ['Client', 'pool', 'Pool'],
    everyRequests: 100,
    needsRealDatabase: true,
  }),
  fault('event-loop-block', 'Each 50th proof derives a key synchronously, which stops the event loop.', {
    findingKinds: ['hot-function', 'event-loop-degradation'],
    file: 'src/demo/services/proof-sealer.ts',
    names: ['pbkdf2Sync', 'rotateKey'],
    everyRequests: 50,
  }),
  fault('cpu-creep', 'Each refresh appends the same revoked devices again: the search takes longer every second.', {
    findingKinds: ['cpu-degradation', 'latency-degradation', 'hot-function'],
    file: 'src/demo/services/revocation-rules.ts',
    names: ['isRevoked', 'localeCompare', 'revoked'],
  }),
  fault('cache-bounded', 'A cache of receipts that is full after 400 proofs.', {
    findingKinds: [],
    file: 'src/demo/cache/lru-cache.ts',
    names: ['CachedReceipt'],
  }),
  fault('cache-ttl', 'A cache of recent proofs whose entries live 4 s.', {
    findingKinds: [],
    file: 'src/demo/cache/ttl-cache.ts',
    names: ['RecentProof'],
  }),
  fault('warm-up', 'Scoring tables that the first 40 proofs build, one each.', {
    findingKinds: [],
    file: 'src/demo/services/risk-tables.ts',
    names: ['RiskTable'],
  }),
  fault('batch', 'Audit lines that are collected and written every 3 s.', {
    findingKinds: [],
    file: 'src/demo/audit/audit-batch.ts',
    names: ['AuditLine'],
  }),
];
