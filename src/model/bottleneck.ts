import type { Confidence, Evidence, FindingSubject } from './finding.ts';

export const BOTTLENECK_RULES = [
  'sync-call',
  'big-json',
  'no-keep-alive',
  'no-compression',
  'no-paging',
  'cache-never-hits',
] as const;

export type BottleneckRule = (typeof BOTTLENECK_RULES)[number];

/**
 * Something that makes the service slower or dearer than it need be, and was so from the start: no leak, no
 * degradation, never a reason to fail a run. What blocks the event loop or keeps the collector busy is a finding
 * (`hot-function`, `gc-pressure`).
 */
export interface Bottleneck {
  /** Stable across runs. */
  readonly id: string;
  readonly rule: BottleneckRule;
  /** From 1, the largest expected gain first. */
  readonly rank: number;
  readonly confidence: Confidence;
  readonly title: string;
  /** Name of the request; null if it is no matter of one request. */
  readonly request: string | null;
  readonly source: FindingSubject['source'];
  readonly package: string | null;
  readonly evidence: readonly Evidence[];
  readonly against: readonly string[];
  /** What the change should bring, from what was measured. */
  readonly gain: string;
  readonly recommendation: string;
  /** How to see whether it helped. */
  readonly check: string;
  readonly verify: string;
}
