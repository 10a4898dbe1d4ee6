import type { Check } from '../check.ts';
import type { CountedResource } from '../counted-leak.ts';
import { countedCheck } from './counted-check.ts';

const LEAST_GAIN = 10;

const of = (metric: 'file' | 'pipe' | 'anon' | 'other'): CountedResource => ({
  metric: `process.fds.${metric}`,
  kind: 'fd-leak',
  leastGain: LEAST_GAIN,
  followsLoad: false,
});

/** Open files, pipes and the rest. Leaked descriptors leave no trace in the heap once their stream was collected. */
export const descriptors: Check = countedCheck('descriptors', [of('file'), of('pipe'), of('anon'), of('other')]);
