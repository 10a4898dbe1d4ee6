import type { ChangingLine } from '../../model/changing-line.ts';
import type { HeapFindingKind } from '../../model/finding-catalogue.ts';
import type { Holder } from '../../model/holder.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import type { CodeStatement } from '../../model/script-code.ts';
import type { Milliseconds } from '../../model/units.ts';
import type { ChangingLines } from './changing-lines.ts';
import type { CodeMap, InScript } from './code-map.ts';
import type { FrameFunction } from './frames.ts';
import { kindOfStatement, listens, startsTimer, waitsFor } from './kind-of-statement.ts';
import { lineOf } from './line-of.ts';
import { classPut, valueWeight } from './match-statements.ts';
import type { RunCode } from './run-code.ts';
import { isReplaced, sameStore } from './same-store.ts';
import { storeOf } from './store-of.ts';

/** Statements that keep what they are given; an assignment may be anything. */
const KEEPS = /^(?:push|unshift|set|add|\[\]=|spread|splice|append)$/;
const PER_CALL = 0.15;
const DEEPEST_CALLEE = 2;
const LEAST_CLASS = 0.5;
const PLAIN = /^(?:Map|Set|Array|Object$|\[|\{)/;

/** Why what is kept may have an end: a cache that fills looks like a leak until then. */
export interface MayEnd {
  /**
   * Its size is compared with a limit, its keys are so many, what is old goes, others make room, each is taken away by its
   * own key, or it is none of the program's own.
   */
  readonly why: 'limit' | 'keys' | 'expiry' | 'eviction' | 'removal' | 'package';
  /** The statement that says so. */
  readonly at: ChangingLine | null;
  /** Of a limit in the source. */
  readonly items?: number;
  readonly afterMs?: Milliseconds;
}

export interface LinesOnStacks {
  readonly lines: ChangingLines;
  /** The strongest reason first. */
  readonly mayEnd: readonly MayEnd[];
  /** Of what is kept; null if the source does not say. */
  readonly class: string | null;
  readonly kind: HeapFindingKind;
  /** What they are put into, as the source calls it; null if it has no name. */
  readonly holder: Holder | null;
}

/**
 * Where nobody knows the holder: the statement that keeps something in the functions that allocated what stays, in those
 * that they call, or in those that called them. `class`: of what piles up, where it is known.
 */
export function linesOnStacks(
  stacks: readonly { readonly stack: readonly SourcePlace[]; readonly shareOfGrowth: number }[],
  className: string | null,
  run: RunCode,
): LinesOnStacks | null {
  const { map: code } = run;
  const weights = weightsOf(stacks, run);
  const found = [...code.statements()]
    .filter((one) => one.item.act === 'add' && keeps(one, code))
    .flatMap((one) => {
      const weight = weights.get(`${one.script}/${one.item.in}`) ?? 0;
      if (weight <= 0) return [];
      const value = className === null ? 0 : valueWeight(code, one, { class: className, classLocation: null });
      const isOfClass = value >= LEAST_CLASS || isMadeBy(className, one.item);
      return [{ one, weight: weight + value, isOfClass, rank: rankOf(one, code) }];
    })
    .sort((a, b) => a.rank - b.rank || b.weight - a.weight);
  const sure = found.filter(({ isOfClass }) => isOfClass);
  const best = (sure.length > 0 ? sure : found)[0]?.one;
  if (!best) return null;
  const removers = sameStore(best, 'remove', code);
  const removed = removers.slice(0, 3).map((one) => lineOf(one, run));
  return {
    lines: { added: [lineOf(best, run)], removed },
    mayEnd: mayEnd(best, removers, run),
    class: classOfKept(best, code),
    kind: kindOfStatement(best.item),
    holder: storeOf(best, code),
  };
}

function weightsOf(
  stacks: readonly { readonly stack: readonly SourcePlace[]; readonly shareOfGrowth: number }[],
  run: RunCode,
): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { stack, shareOfGrowth } of stacks) {
    const own = stack
      .flatMap((place) => run.frames.functionOf(place) ?? [])
      .filter(({ script }) => run.map.isOwn(script));
    for (const [depth, frame] of own.entries()) {
      for (const [callee, steps] of reachedFrom(frame, run)) {
        const weight = shareOfGrowth * (1 - PER_CALL * (depth + steps));
        weights.set(callee, Math.max(weights.get(callee) ?? 0, weight));
      }
    }
  }
  return weights;
}

/** What waits for a promise keeps something where that promise was there before: others settle with their request. */
function keeps({ script, item }: InScript<CodeStatement>, code: CodeMap): boolean {
  if (waitsFor(item)) return item.on !== null && /^[vymi]/.test(item.on) && !isLocal(script, item, code);
  return KEEPS.test(item.how) || listens(item) || startsTimer(item);
}

function isLocal(script: number, { on, in: within }: CodeStatement, code: CodeMap): boolean {
  const [, id] = /^v(\d+)$/.exec(on ?? '') ?? [];
  return id !== undefined && code.scripts[script]?.variables[Number(id)]?.of === within;
}

/**
 * Stores first, then what waits for one promise, then for one that is replaced each time and listeners that are taken off
 * again, then what has so many keys.
 */
function rankOf(one: InScript<CodeStatement>, code: CodeMap): number {
  if (waitsFor(one.item)) return isReplaced(one, code) ? 2 : 1;
  if (listens(one.item) && isTakenOff(one, code)) return 2;
  return sameStore(one, 'bound', code).some(({ item }) => item.how === 'key') ? 3 : 0;
}

/** In the same function, and reached as often. */
function isTakenOff(one: InScript<CodeStatement>, code: CodeMap): boolean {
  return sameStore(one, 'remove', code).some(
    ({ script, item }) =>
      script === one.script &&
      item.in === one.item.in &&
      item.isAlways === one.item.isAlways &&
      item.event === one.item.event,
  );
}

/** Of objects of the language, the statement says by itself that it makes one. */
function isMadeBy(className: string | null, item: CodeStatement): boolean {
  if (className === 'Promise') return waitsFor(item);
  if (className === 'Timeout') return startsTimer(item);
  return className === 'Function' && (listens(item) || waitsFor(item) || startsTimer(item));
}

function classOfKept(one: InScript<CodeStatement>, code: CodeMap): string | null {
  if (startsTimer(one.item)) return 'Timeout';
  if (waitsFor(one.item)) return 'PromiseReaction';
  return listens(one.item) ? closurePut(one, code) : classPut(code, one);
}

/** `closure onSold`, as snapshots call it. */
function closurePut({ script, item }: InScript<CodeStatement>, code: CodeMap): string {
  const names = item.values.flatMap((value) => {
    const path = code.path(script, value);
    return path === null ? [] : [...code.origins(path).keys()].flatMap((one) => code.functionAt(one)?.item.name ?? []);
  });
  return `closure ${names.find((name) => name !== '') ?? '(anonymous)'}`;
}

function mayEnd(
  one: InScript<CodeStatement>,
  removers: readonly InScript<CodeStatement>[],
  run: RunCode,
): readonly MayEnd[] {
  const { item } = one;
  // Nobody keeps listeners up to a number.
  if (listens(item) || waitsFor(item)) return [];
  if (startsTimer(item)) {
    const { how, afterMs } = item;
    return how === 'setInterval' || afterMs === undefined ? [] : [{ why: 'expiry', at: lineOf(one, run), afterMs }];
  }
  const limits = sameStore(one, 'bound', run.map).map((bound): MayEnd => {
    const { how, items } = bound.item;
    const more = items === undefined ? {} : { items };
    return { why: how === 'key' ? 'keys' : 'limit', at: lineOf(bound, run), ...more };
  });
  const removals = removers.map((remover): MayEnd => {
    const { afterMs } = remover.item;
    const at = lineOf(remover, run);
    if (afterMs !== undefined) return { why: 'expiry', at, afterMs };
    return { why: isByKey(remover, run.map) ? 'removal' : 'eviction', at };
  });
  const foreign: MayEnd[] = isPlainStore(one, run) ? [] : [{ why: 'package', at: null }];
  return [...limits, ...removals, ...foreign];
}

/** `pending.delete(id)`, where somebody else says which: what makes room takes the key from the store itself. */
function isByKey({ script, item }: InScript<CodeStatement>, code: CodeMap): boolean {
  const [key] = item.values;
  const path = item.how !== 'delete' || key === undefined ? null : code.path(script, key);
  if (path === null) return false;
  return [...code.origins(path).keys()].every((origin) => !/ (?:\[\]|\.value)(?: |$)/.test(origin));
}

/**
 * A Map, a Set, an array or an object of the program itself. A package may have a bound that does not stand in the program.
 */
function isPlainStore({ script, item }: InScript<CodeStatement>, { map: code }: RunCode): boolean {
  const path = item.on === null ? null : code.path(script, item.on);
  if (path === null) return false;
  const made = [...code.origins(path).keys()].flatMap((origin) => code.madeAt(origin) ?? []);
  return made.some((name) => PLAIN.test(name));
}

/** The function itself, and the service's functions that it calls, with the number of calls to there. */
function reachedFrom(frame: FrameFunction, { map: code }: RunCode): Map<string, number> {
  const found = new Map([[`${frame.script}/${frame.id}`, 0]]);
  for (const [at, steps] of found) {
    if (steps >= DEEPEST_CALLEE) break;
    for (const callee of code.calledBy(at)) if (!found.has(callee)) found.set(callee, steps + 1);
  }
  return found;
}
