import type { Check } from '../check.ts';
import { jsHeap } from './js-heap.ts';

/** In order: causes before symptoms, since a later check may see that an earlier one has explained what it found. */
export const CHECKS: readonly Check[] = [jsHeap];
