import type { CodeBound, HeapSuspect } from '../../model/heap-growth.ts';
import { lineOf } from './line-of.ts';
import { type MatchedStatement, matchStatements } from './match-statements.ts';
import type { RunCode } from './run-code.ts';

/** Of the surest: others are as good as certainly about something else. */
const NEARLY = 0.7;

/**
 * What the program says of how much its holder keeps: a size that it holds the holder against, where something removes from it,
 * and the age or delay that all that removes asks for.
 */
export function codeBounds(suspect: HeapSuspect, run: RunCode): CodeBound[] {
  const removers = nearly(matchStatements(run.map, suspect, 'remove'));
  if (removers.length === 0) return [];
  const scripts = new Set(removers.map(({ script }) => script));
  const sizes = nearly(matchStatements(run.map, suspect, 'bound')).filter(({ script }) => scripts.has(script));
  const largest = sizes.reduce<MatchedStatement | null>(
    (best, one) => ((one.item.items ?? 0) > (best?.item.items ?? 0) ? one : best),
    null,
  );
  const items: CodeBound[] = largest
    ? [{ unit: 'items', value: largest.item.items ?? 0, line: lineOf(largest, run) }]
    : [];
  // One that asks for no age may come at any time.
  const soonest = removers.reduce((best, one) => ((one.item.afterMs ?? 0) < (best.item.afterMs ?? 0) ? one : best));
  const { afterMs } = soonest.item;
  return afterMs === undefined ? items : [...items, { unit: 'ms', value: afterMs, line: lineOf(soonest, run) }];
}

function nearly(matched: readonly MatchedStatement[]): readonly MatchedStatement[] {
  const most = matched[0]?.weight ?? 0;
  return matched.filter(({ weight }) => weight >= NEARLY * most);
}
