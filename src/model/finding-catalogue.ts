import type { CheckId } from './check-id.ts';
import type { ChartedMetric } from './metric-catalogue.ts';

export const FINDING_KINDS = [
  'js-heap-leak',
  'external-memory-leak',
  'native-memory-leak',
  'memory-fragmentation',
  'fd-leak',
  'socket-leak',
  'timer-leak',
  'listener-leak',
  'promise-leak',
  'thread-leak',
  'pool-exhaustion',
  'latency-degradation',
  'throughput-degradation',
  'error-rate-degradation',
  'event-loop-degradation',
  'cpu-degradation',
  'gc-pressure',
  'hot-function',
  'slow-query',
  'n-plus-one-query',
  'slo-breach',
  'breaking-point',
  'regression',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** The gates of a run, as `--fail-on` names them. */
export const GATE_NAMES = ['leak', 'slo', 'degradation'] as const;
export type GateName = (typeof GATE_NAMES)[number];

/** Culprits before symptoms: of findings that are equally sure, this comes first in a report. */
export const FINDING_ORDER = [
  /** A thread costs megabytes, descriptors and ports, so it comes before anything else that accumulates. */
  'threads',
  'leak',
  'query',
  'cpu',
  'symptom',
  'limit',
  'cost',
  'hot function',
] as const;

/** What a report has to know of a kind of finding, apart from its words. */
export interface FindingKindInfo {
  /**
   * The gate that it fails. Of `slo` the limit itself is the gate, and the finding says so. Null: none.
   * What it is called (`Suspect`, or `Finding`) and its family in SARIF follow from the gate.
   */
  readonly gate: GateName | null;
  readonly order: (typeof FINDING_ORDER)[number];
  /**
   * The checks of a soak that can find it: it is gone only where one of them ran again and could judge. Null: none (it
   * comes of a comparison, or of a load test), so no soak can say that it is gone.
   */
  readonly checks: readonly [CheckId, ...CheckId[]] | null;
  /** The series that shows it, where no snapshot has counted its objects; null: a picture would say nothing. */
  readonly picture: ChartedMetric | null;
  /** Something holds what stays: where no line is known, the report says that too. */
  readonly isHeld: boolean;
  /** Where it is minor it is there to be known, and no fault: it comes after all that is possible. */
  readonly isNoteWhenMinor: boolean;
}

const leak = { gate: 'leak', order: 'leak', isHeld: true, isNoteWhenMinor: false } as const;
const degradation = { gate: 'degradation', order: 'symptom', isHeld: false, isNoteWhenMinor: false } as const;
const other = { gate: null, isHeld: false, isNoteWhenMinor: false } as const;

/**
 * Every kind of finding, a row each: whatever differs by kind is read from here, or from a table of words that the compiler
 * keeps complete (`words/advice.ts`, `words/checks/heap-title.ts`). docs/extending.md explains how to add one.
 */
const FINDINGS: Readonly<Record<FindingKind, FindingKindInfo>> = {
  'js-heap-leak': { ...leak, checks: ['JS heap', 'metrics of the service'], picture: 'heap.live' },
  'external-memory-leak': { ...leak, checks: ['external memory', 'JS heap'], picture: 'heap.external' },
  'native-memory-leak': { ...leak, checks: ['native memory'], picture: 'process.rss' },
  'memory-fragmentation': { ...other, order: 'cost', checks: ['native memory'], picture: 'process.rss' },
  'fd-leak': { ...leak, checks: ['descriptors'], picture: 'process.fds' },
  'socket-leak': { ...leak, checks: ['sockets', 'JS heap'], picture: 'resources.sockets' },
  'timer-leak': { ...leak, checks: ['timers', 'JS heap'], picture: 'resources.timers' },
  'listener-leak': { ...leak, checks: ['JS heap'], picture: null },
  'promise-leak': { ...leak, checks: ['JS heap'], picture: null },
  'thread-leak': { ...leak, order: 'threads', checks: ['threads', 'JS heap'], picture: 'process.threads' },
  'pool-exhaustion': {
    ...leak,
    isHeld: false,
    checks: ['connection pool', 'pools', 'metrics of the service'],
    picture: null,
  },
  'latency-degradation': { ...degradation, checks: ['latency', 'metrics of the service'], picture: null },
  'throughput-degradation': { ...degradation, checks: ['throughput', 'metrics of the service'], picture: null },
  'error-rate-degradation': { ...degradation, checks: ['errors', 'metrics of the service'], picture: null },
  'event-loop-degradation': { ...degradation, checks: ['event loop'], picture: 'loop.delay.p99' },
  'cpu-degradation': { ...degradation, order: 'cpu', checks: ['CPU a request'], picture: 'process.cpu' },
  'gc-pressure': {
    ...other,
    order: 'cost',
    isNoteWhenMinor: true,
    checks: ['garbage collection'],
    picture: 'gc.major.time',
  },
  'hot-function': {
    ...other,
    order: 'hot function',
    isNoteWhenMinor: true,
    checks: ['hot functions'],
    picture: null,
  },
  'slow-query': { ...other, order: 'query', checks: ['slow queries'], picture: null },
  'n-plus-one-query': { ...other, order: 'query', checks: ['queries in a loop'], picture: null },
  'slo-breach': { ...other, gate: 'slo', order: 'limit', checks: ['limits'], picture: null },
  'breaking-point': { ...other, order: 'limit', checks: null, picture: null },
  regression: { ...other, order: 'symptom', checks: null, picture: null },
};

/** Reports of later versions may have kinds that this one does not know. */
const UNKNOWN: FindingKindInfo = { ...other, order: 'cost', checks: null, picture: null };

export function findingInfo(kind: FindingKind): FindingKindInfo {
  return Object.hasOwn(FINDINGS, kind) ? FINDINGS[kind] : UNKNOWN;
}

export function isLeakKind(kind: FindingKind): boolean {
  return findingInfo(kind).gate === 'leak';
}

export function isDegradationKind(kind: FindingKind): boolean {
  return findingInfo(kind).gate === 'degradation';
}

/** The page of the documentation that explains it; a test wants each to be there. */
export function findingPage(kind: FindingKind): string {
  return `docs/findings/${kind}.md`;
}

/** Kinds of findings that the heap can name. */
export type HeapFindingKind = Extract<
  FindingKind,
  | 'js-heap-leak'
  | 'external-memory-leak'
  | 'socket-leak'
  | 'timer-leak'
  | 'listener-leak'
  | 'promise-leak'
  | 'thread-leak'
>;
