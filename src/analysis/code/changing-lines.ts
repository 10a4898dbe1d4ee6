import type { ChangingLine } from '../../model/changing-line.ts';
import type { HeapSuspect } from '../../model/heap-growth.ts';
import type { CodeMap } from './code-map.ts';
import { shareOnStacks } from './frames.ts';
import { lineOf } from './line-of.ts';
import { type MatchedStatement, matchStatements } from './match-statements.ts';
import { otherValue } from './other-value.ts';
import { ownCalls } from './own-calls.ts';
import type { RunCode } from './run-code.ts';

export interface ChangingLines {
  /** Likeliest first; the service's own before those of packages. */
  readonly added: readonly ChangingLine[];
  readonly removed: readonly ChangingLine[];
}

const MOST_ADDED = 3;
const MOST_REMOVED = 5;
/** Of the surest: others are as good as certainly something else. */
const NEARLY = 0.7;
const ON_STACK = 0.35;
const AT_TOP = -0.25;
const NEVER_RAN = -0.6;

/** The statements that put a suspect's objects where they stay, and those that could take them away. */
export function changingLines(suspect: HeapSuspect, run: RunCode): ChangingLines {
  const code = run.map;
  const adders = matchStatements(code, suspect, 'add')
    .map((one) => ({ ...one, weight: one.weight + witnesses(one, run) }))
    .sort((a, b) => b.weight - a.weight);
  const best = adders[0]?.weight ?? 0;
  const likely = adders.filter(({ weight }) => weight >= NEARLY * best).slice(0, MOST_ADDED);
  const own = likely.filter(({ script }) => code.isOwn(script));
  const ofPackages = likely.filter(({ script }) => !code.isOwn(script));
  const isOfPackage = likely[0] !== undefined && !code.isOwn(likely[0].script);
  const callers = isOfPackage ? ownCalls(likely[0]!, run) : [];
  const added = [...callers, ...own.map((one) => lineOf(one, run)), ...ofPackages.map((one) => lineOf(one, run))];
  const removers = matchStatements(code, suspect, 'remove').filter(({ script }) =>
    likely.length === 0 ? code.isOwn(script) : likely.some((one) => isSamePackage(code, one.script, script)),
  );
  const most = removers[0]?.weight ?? 0;
  const removed = removers.filter(({ weight }) => weight >= NEARLY * most).slice(0, MOST_REMOVED);
  return {
    added: distinct(added).slice(0, MOST_ADDED + 1),
    removed: distinct(
      removed.map((one) => {
        const other = likely[0] ? otherValue(likely[0], one, code) : null;
        return { ...lineOf(one, run), ...(other ? { otherValue: other } : {}) };
      }),
    ),
  };
}

function isSamePackage(code: CodeMap, a: number, b: number): boolean {
  const nameOf = (script: number): string =>
    /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(code.scripts[script]?.url ?? '')?.[0] ?? '';
  return nameOf(a) === nameOf(b);
}

/** What was seen of the statement's function while the service ran. */
function witnesses({ script, item }: MatchedStatement, { map: code, frames }: RunCode): number {
  const inside = code.scripts[script]?.functions[item.in];
  if (!inside) return AT_TOP;
  const neverRan = inside.runs === 0 ? NEVER_RAN : 0;
  return ON_STACK * shareOnStacks(frames, script, item.in) + neverRan;
}

function distinct(lines: readonly ChangingLine[]): ChangingLine[] {
  const seen = new Set<string>();
  return lines.filter(({ file, line, package: owner }) => {
    const key = `${owner} ${file}:${line}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
