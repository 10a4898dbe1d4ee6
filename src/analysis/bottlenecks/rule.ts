import type { Bottleneck, BottleneckRule } from '../../model/bottleneck.ts';
import type { Finding } from '../../model/finding.ts';
import type { Share } from '../../model/units.ts';
import type { FindingDraft } from '../check.ts';
import type { RunView } from '../run-view.ts';

/** A finding with what it is about as data. */
export type RankedFinding = Finding & Pick<FindingDraft, 'objects'>;

/** A bottleneck before all of a report are ranked. */
export interface BottleneckDraft extends Omit<Bottleneck, 'rank' | 'verify' | 'rule'> {
  /** How much of what is spent (time of the main thread, bytes sent, connections) it is about: the order of the list. */
  readonly weight: Share;
}

export interface RuleContext extends RunView {
  /** What has a finding already is no bottleneck of its own. */
  readonly findings: readonly RankedFinding[];
}

export interface RuleResult {
  readonly drafts: readonly BottleneckDraft[];
  /** What was looked at; "nothing was seen" is an answer. */
  readonly detail: string;
  readonly isSeen: boolean;
}

/** One way in which services waste time, in a file of its own. Silent where it is not sure. */
export interface Rule {
  readonly rule: BottleneckRule;
  readonly run: (context: RuleContext) => RuleResult;
}

export function unseen(detail: string): RuleResult {
  return { drafts: [], detail, isSeen: false };
}

export function seen(drafts: readonly BottleneckDraft[], detail: string): RuleResult {
  return { drafts, detail, isSeen: true };
}
