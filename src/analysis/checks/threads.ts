import type { Check } from '../check.ts';
import { countedCheck } from './counted-check.ts';

/** Workers that are not ended. A worker costs 5 to 10 MB of memory and four descriptors. */
export const threads: Check = countedCheck('threads', [
  {
    metric: 'process.threads',
    kind: 'thread-leak',
    leastGain: 3,
    followsLoad: false,
  },
]);
