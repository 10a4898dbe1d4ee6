import type { Confidence } from '../../model/finding.ts';
import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { AfterCollection } from './after-collection.ts';
import type { GrowthBehaviour } from './growth-tests.ts';

export interface JudgedSuspect {
  readonly suspect: HeapSuspect;
  readonly behaviour: GrowthBehaviour;
  readonly confidence: Confidence;
  /** The series that shows it: the heap, or the buffers outside it. */
  readonly line: AfterCollection;
  readonly against: readonly string[];
  /** This run cannot show whether it leaks: not a pass. */
  readonly isOpen?: true;
}
