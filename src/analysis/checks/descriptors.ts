import type { Check } from '../check.ts';
import { countedCheck } from './counted-check.ts';

const of = (metric: 'file' | 'pipe' | 'anon' | 'other', noun: string, leastGain: number) =>
  ({ metric: `process.fds.${metric}`, kind: 'fd-leak', noun, leastGain, followsLoad: false }) as const;

/** Open files, pipes and the rest. Leaked descriptors leave no trace in the heap once their stream was collected. */
export const descriptors: Check = countedCheck('descriptors', [
  of('file', 'open file', 10),
  of('pipe', 'open pipe', 10),
  of('anon', 'epoll or event descriptor', 10),
  of('other', 'open device or directory', 10),
]);
