import type { CheckId } from '../model/check-id.ts';
import type { Finding, FindingKind } from '../model/finding.ts';

/**
 * Which checks of a soak can find each kind of finding. A finding is gone only where such a check ran again and could
 * judge. Null: no check of a soak finds it (it comes of a comparison, or of a load test), so no soak can say that it is gone.
 * The compiler refuses a new kind without its row.
 */
export const CHECKS_OF_KIND: Readonly<Record<FindingKind, readonly [CheckId, ...CheckId[]] | null>> = {
  'js-heap-leak': ['JS heap', 'metrics of the service'],
  'external-memory-leak': ['external memory', 'JS heap'],
  'native-memory-leak': ['native memory'],
  'memory-fragmentation': ['native memory'],
  'fd-leak': ['descriptors'],
  'socket-leak': ['sockets', 'JS heap'],
  'timer-leak': ['timers', 'JS heap'],
  'listener-leak': ['JS heap'],
  'promise-leak': ['JS heap'],
  'thread-leak': ['threads', 'JS heap'],
  'pool-exhaustion': ['connection pool', 'pools', 'metrics of the service'],
  'latency-degradation': ['latency', 'metrics of the service'],
  'throughput-degradation': ['throughput', 'metrics of the service'],
  'error-rate-degradation': ['errors', 'metrics of the service'],
  'event-loop-degradation': ['event loop'],
  'cpu-degradation': ['CPU a request'],
  'gc-pressure': ['garbage collection'],
  'hot-function': ['hot functions'],
  'slow-query': ['slow queries'],
  'n-plus-one-query': ['queries in a loop'],
  'slo-breach': ['limits'],
  'breaking-point': null,
  regression: null,
};

/** The checks that must have judged a run before it can say that this finding is gone: the one that found it, else all that could. */
export function checksThatFind({ kind, foundBy }: Pick<Finding, 'kind' | 'foundBy'>): readonly CheckId[] {
  const able: readonly CheckId[] = CHECKS_OF_KIND[kind] ?? [];
  if (foundBy !== undefined && able.includes(foundBy)) return [foundBy];
  // What the service says of itself is read only where that is asked for: without it, it found nothing.
  return able.filter((check) => check !== 'metrics of the service');
}
