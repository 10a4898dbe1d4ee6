import type { Check } from '../check.ts';
import type { CountedResource } from '../counted-leak.ts';
import { countedCheck } from './counted-check.ts';

const LEAST_GAIN = 10;

const of = (metric: 'file' | 'pipe' | 'anon' | 'other', noun: string, nouns: string): CountedResource => ({
  metric: `process.fds.${metric}`,
  kind: 'fd-leak',
  noun,
  nouns,
  leastGain: LEAST_GAIN,
  followsLoad: false,
});

/** Open files, pipes and the rest. Leaked descriptors leave no trace in the heap once their stream was collected. */
export const descriptors: Check = countedCheck('descriptors', [
  of('file', 'open file', 'open files'),
  of('pipe', 'open pipe', 'open pipes'),
  of('anon', 'epoll or event descriptor', 'epoll and event descriptors'),
  of('other', 'open device or directory', 'open devices and directories'),
]);
