import type { Bottleneck } from '../../model/bottleneck.ts';
import type { Checked } from '../../model/report.ts';
import { RULE_NAMES } from '../../words/bottlenecks/rule-names.ts';
import type { RunView } from '../run-view.ts';
import { verifyLine } from '../verify-line.ts';
import { bigJson } from './big-json.ts';
import { cacheNeverHits } from './cache-never-hits.ts';
import { noCompression } from './no-compression.ts';
import { noKeepAlive } from './no-keep-alive.ts';
import { noPaging } from './no-paging.ts';
import type { RankedFinding, Rule } from './rule.ts';
import { syncCalls } from './sync-calls.ts';

const RULES: readonly Rule[] = [syncCalls, bigJson, noKeepAlive, noCompression, noPaging, cacheNeverHits];

/** What makes the service slower or dearer than it need be, the largest gain first, and what was looked at. */
export function findBottlenecks(
  view: RunView,
  findings: readonly RankedFinding[],
): { readonly bottlenecks: readonly Bottleneck[]; readonly checked: readonly Checked<string>[] } {
  const results = RULES.map(({ rule, run }) => ({ rule, result: run({ ...view, findings }) }));
  const verify = verifyLine(view);
  const bottlenecks = results
    .flatMap(({ rule, result }) => result.drafts.map((draft) => ({ rule, draft })))
    .sort((a, b) => b.draft.weight - a.draft.weight)
    .map(({ rule, draft: { weight: _, ...draft } }, index) => ({ ...draft, rule, rank: index + 1, verify }));
  return {
    bottlenecks,
    checked: results.map(({ rule, result: { drafts, detail, isSeen } }) => ({
      check: RULE_NAMES[rule],
      status: drafts.length > 0 ? 'finding' : isSeen ? 'ok' : 'insufficient-data',
      detail,
    })),
  };
}
