import type { Check } from '../check.ts';
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
import { nativeMemory } from './native-memory.ts';
import { pools } from './pools.ts';
import { sockets } from './sockets.ts';
import { threads } from './threads.ts';
import { throughput } from './throughput.ts';
import { timers } from './timers.ts';

/** In order: causes before symptoms, since a later check may see that an earlier one has explained what it found. */
export const CHECKS: readonly Check[] = [
  jsHeap,
  externalMemory,
  pools,
  threads,
  descriptors,
  sockets,
  timers,
  nativeMemory,
  cpuPerRequest,
  eventLoop,
  latency,
  errorRate,
  throughput,
  gcShare,
  hotFunctions,
  limitsHeld,
  coverage,
];
