import type { ChangingLine } from '../../model/changing-line.ts';
import type { SourcePlace } from '../../model/profiles.ts';
import type { CodeStatement } from '../../model/script-code.ts';
import type { ChangingLines } from './changing-lines.ts';
import type { InScript } from './code-map.ts';
import type { FrameFunction } from './frames.ts';
import { lineOf } from './line-of.ts';
import { classPut, valueWeight } from './match-statements.ts';
import type { RunCode } from './run-code.ts';

/** Statements that keep what they are given; an assignment may be anything. */
const KEEPS =
  /^(?:push|unshift|set|add|\[\]=|spread|splice|append|on|once|addListener|addEventListener|setInterval|setTimeout)$/;
const PER_CALL = 0.15;
const DEEPEST_CALLEE = 2;
const LEAST_CLASS = 0.5;

/** Nobody keeps these up to a number. */
const IS_NO_STORE = /^(?:on|once|addListener|addEventListener|setInterval|setTimeout)$/;
/** `if (cache.size < 500)`, `MAX_ENTRIES`. */
const LIMIT = /\.(?:size|length)\s*[<>]=?|[<>]=?\s*[\w.#]+\.(?:size|length)\b|\b(?:max|limit|capacity)/i;
const PLAIN = /^(?:Map|Set|Array|Object$|\[|\{)/;

export interface LinesOnStacks {
  readonly lines: ChangingLines;
  /**
   * Why what is kept there may have an end: a cache that fills looks like a leak until then. Something takes away from it, a limit is
   * asked for beside the statement, or it is none of the program's own. Null where nothing says so.
   */
  readonly mayBeBounded: 'removal' | 'limit' | 'package' | null;
  /** Of what is kept; null where the source does not tell. */
  readonly class: string | null;
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
  const weights = new Map<string, number>();
  for (const { stack, shareOfGrowth } of stacks) {
    const own = stack.flatMap((place) => run.frames.functionOf(place) ?? []).filter(({ script }) => code.isOwn(script));
    for (const [depth, frame] of own.entries()) {
      for (const [callee, steps] of reachedFrom(frame, run)) {
        const weight = shareOfGrowth * (1 - PER_CALL * (depth + steps));
        weights.set(callee, Math.max(weights.get(callee) ?? 0, weight));
      }
    }
  }
  const found = [...code.statements()]
    .filter(({ item }) => item.act === 'add' && KEEPS.test(item.how))
    .flatMap((one) => {
      const weight = weights.get(`${one.script}/${one.item.in}`) ?? 0;
      if (weight <= 0) return [];
      const value = className === null ? 0 : valueWeight(code, one, { class: className, classLocation: null });
      return [{ one, weight: weight + value, isOfClass: value >= LEAST_CLASS }];
    })
    .sort((a, b) => b.weight - a.weight);
  const sure = found.filter(({ isOfClass }) => isOfClass);
  const best = (sure.length > 0 ? sure : found)[0];
  if (!best) return null;
  const removed = removersLike(best.one, run);
  const isStore = !IS_NO_STORE.test(best.one.item.how);
  const mayBeBounded = isStore ? boundOf(best.one, removed, run) : null;
  const put = IS_NO_STORE.test(best.one.item.how) ? null : classPut(code, best.one);
  return { lines: { added: [lineOf(best.one, run)], removed }, mayBeBounded, class: put };
}

function boundOf(
  one: InScript<CodeStatement>,
  removed: readonly ChangingLine[],
  run: RunCode,
): LinesOnStacks['mayBeBounded'] {
  if (removed.length > 0) return 'removal';
  if (one.item.text.lines.some((line) => LIMIT.test(line))) return 'limit';
  return isPlainStore(one, run) ? null : 'package';
}

/** A Map, a Set, an array or an object of the program itself. A package may have a bound that does not stand in the program. */
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

/** Statements that take from what the other one adds to. */
function removersLike({ script, item }: InScript<CodeStatement>, run: RunCode): ChangingLine[] {
  const { map: code } = run;
  const path = item.on === null ? null : code.path(script, item.on);
  if (path === null) return [];
  const origins = code.origins(path);
  return [...code.statements()]
    .filter((one) => {
      if (one.item.act !== 'remove' || one.item.on === null) return false;
      const on = code.path(one.script, one.item.on);
      return on !== null && [...code.origins(on).keys()].some((origin) => origins.has(origin) && origin.includes('/'));
    })
    .slice(0, 3)
    .map((one) => lineOf(one, run));
}
