import type { Check } from '../check.ts';
import { connectionPool } from './connection-pool.ts';
import { coverage } from './coverage.ts';
import { cpuPerRequest } from './cpu-per-request.ts';
import { descriptors } from './descriptors.ts';
import { errorRate } from './error-rate.ts';
import { eventLoop } from './event-loop.ts';
import { externalMemory } from './external-memory.ts';
import { gcShare } from './gc-share.ts';
import { hotFunctions } from './hot-functions.ts';
import { jsHeap } from './js-heap.ts';
import { latency } from './latency.ts';
import { limitsHeld } from './limits-held.ts';
import { nPlusOneQueries } from './n-plus-one-queries.ts';
import { nativeMemory } from './native-memory.ts';
import { pools } from './pools.ts';
import { serviceMetrics } from './service-metrics.ts';
import { slowQueries } from './slow-queries.ts';
import { sockets } from './sockets.ts';
import { threads } from './threads.ts';
import { throughput } from './throughput.ts';
import { timers } from './timers.ts';

/** In order: causes before symptoms, since a later check may see that an earlier one has explained what it found. */
export const CHECKS: readonly Check[] = [
  jsHeap,
  externalMemory,
  connectionPool,
  pools,
  threads,
  descriptors,
  sockets,
  timers,
  nativeMemory,
  nPlusOneQueries,
  slowQueries,
  cpuPerRequest,
  eventLoop,
  latency,
  errorRate,
  serviceMetrics,
  throughput,
  gcShare,
  hotFunctions,
  limitsHeld,
  coverage,
];
