import { isFunctionClass, shapeKeys } from '../../model/class-name.ts';
import type { HeapSuspect } from '../../model/heap-growth.ts';
import { ANY_ENDING, type CodeStatement } from '../../model/script-code.ts';
import type { CodeMap, InScript, ProgramPath } from './code-map.ts';
import { isOfContainer } from './fits.ts';
import { holderPaths, nameOfHolder } from './holder-paths.ts';
import { pathOf } from './import-paths.ts';
import { openedPaths, opensHandle } from './opened-handles.ts';

export interface MatchedStatement extends InScript<CodeStatement> {
  /** From 0 to about 2: how surely it is this holder that the statement changes, and what leaks that it puts there. */
  readonly weight: number;
}

/** Steps between two names of one object: each makes it less sure. */
const PER_STEP = 0.03;
const BY_NAME = { sameScript: 0.45, elsewhere: 0.3 };
const BY_VALUE = -0.1;
const LEAST = 0.28;

/** Statements that may add to the suspect's holder, or take from it; the surest first. */
export function matchStatements(code: CodeMap, suspect: HeapSuspect, act: CodeStatement['act']): MatchedStatement[] {
  const { holder } = suspect;
  const held = new Map<ProgramPath, number>();
  const ways =
    holder.container === 'handles'
      ? openedPaths(code, holder.class)
      : waysTo(holderPaths(code, holder, suspect.anchorLocation));
  for (const [at, path] of ways.entries()) {
    for (const [origin, steps] of code.origins(path)) {
      const distance = steps + Math.min(at, 6);
      if (distance < (held.get(origin) ?? Number.POSITIVE_INFINITY)) held.set(origin, distance);
    }
  }
  const found: MatchedStatement[] = [];
  for (const one of code.statements()) {
    if (one.item.act !== act || !isOfContainer(act, one.item.how, holder.container)) continue;
    const place = weightOf(code, one, suspect, held);
    const isAsked = place >= LEAST || code.isOwn(one.script) || isScriptOf(code, one.script, suspect.classLocation);
    const value = act === 'add' && isAsked ? valueWeight(code, one, suspect) : 0;
    // If the holder cannot be followed, what is added may still identify it.
    const isByValue = place < LEAST && value >= SAME_CLASS && isSameEventOf(one.item, suspect);
    if (place >= LEAST || isByValue) found.push({ ...one, weight: (isByValue ? BY_VALUE : place) + value });
  }
  return found.filter(({ weight }) => weight >= LEAST).sort((a, b) => b.weight - a.weight);
}

/** What is known by a name may be put there by a key: `tables.tag` is made by `tables[kind] = {}`. */
function waysTo(paths: readonly ProgramPath[]): ProgramPath[] {
  const byKey = paths.filter((path) => / \.[^# ]+$/.test(path) && !/\/m \.[^ ]+$/.test(path));
  return [...paths, ...byKey.map((path) => path.replace(/ \.[^ ]+$/, ' []'))];
}

function weightOf(
  code: CodeMap,
  { script, item }: InScript<CodeStatement>,
  suspect: HeapSuspect,
  held: ReadonlyMap<ProgramPath, number>,
): number {
  const { holder } = suspect;
  if (holder.container === 'timers') return LIKE_TIMERS;
  if (holder.container === 'handles' && item.act === 'add')
    return opensHandle(code, { script, item }, holder.class) ? LIKE_HANDLES : 0;
  if (holder.container === 'listeners' && !isSameEvent(item.event, holder.event)) return 0;
  const on = item.on === null ? null : code.path(script, item.on);
  const byPath = on === null ? 0 : pathWeight(code, on, held);
  const isChain = holder.container === 'chain' && item.how === '.=';
  return Math.max(byPath * (isChain ? 0.8 : 1), nameWeight(code, script, item, suspect));
}

function isScriptOf(code: CodeMap, script: number, location: HeapSuspect['classLocation']): boolean {
  return location !== null && pathOf(location.scriptUrl) === pathOf(code.scripts[script]!.url);
}

function isSameEventOf({ event }: CodeStatement, { holder }: HeapSuspect): boolean {
  return holder.container !== 'listeners' || isSameEvent(event, holder.event);
}

function isSameEvent(event: string | undefined, wanted: string | null): boolean {
  if (wanted === null || event === undefined) return true;
  return event.endsWith(ANY_ENDING) ? wanted.startsWith(event.slice(0, -ANY_ENDING.length)) : event === wanted;
}

function pathWeight(code: CodeMap, on: ProgramPath, held: ReadonlyMap<ProgramPath, number>): number {
  let best = 0;
  for (const [origin, steps] of code.origins(on)) {
    const distance = held.get(origin);
    if (distance === undefined || isVague(origin)) continue;
    best = Math.max(best, 1 - PER_STEP * (steps + distance));
  }
  return best;
}

/** All that a module exports, the global object, what a package gives: reached from everywhere. */
function isVague(path: ProgramPath): boolean {
  return /^(?:g|gmodule|\d+\/m|package:\S+)$/.test(path);
}

/** Where values cannot be followed, the same name in the same file is a hint. */
function nameWeight(code: CodeMap, script: number, { on }: CodeStatement, suspect: HeapSuspect): number {
  const name = nameOfHolder(suspect.holder);
  if (name === null || on === null) return 0;
  const last = on.split(' ').at(-1) ?? '';
  const own = /^v\d+$/.test(last) ? code.scripts[script]?.variables[Number(last.slice(1))]?.name : last.slice(1);
  if (own !== name && decodeURIComponent(own ?? '') !== name) return 0;
  const at = suspect.anchorLocation;
  return at && pathOf(at.scriptUrl) === pathOf(code.scripts[script]!.url) ? BY_NAME.sameScript : BY_NAME.elsewhere;
}

/** Node keeps the timer, and no variable of the program leads to it: every statement about timers fits alike. */
const LIKE_TIMERS = 0.3;
/** It opens such a handle, but not necessarily this one. */
const LIKE_HANDLES = 0.6;
const SAME_FUNCTION = 0.9;
const SAME_CLASS = 0.5;
const OTHER_CLASS = -0.2;

/** How well what the statement adds matches the class that accumulates. */
export function valueWeight(
  code: CodeMap,
  { script, item }: InScript<CodeStatement>,
  {
    class: name,
    classLocation,
    holder,
  }: Pick<HeapSuspect, 'class' | 'classLocation'> & Partial<Pick<HeapSuspect, 'holder'>>,
): number {
  let isOther = false;
  for (const value of item.values) {
    const path = code.path(script, value);
    if (path === null) continue;
    for (const origin of code.origins(path).keys()) {
      const target = code.functionAt(origin);
      if (target && classLocation && isCode(name, holder)) {
        const { start } = target.item;
        const isSame =
          pathOf(classLocation.scriptUrl) === pathOf(code.scripts[target.script]!.url) &&
          start.line0 === classLocation.line0 &&
          start.column0 === classLocation.column0;
        if (isSame) return SAME_FUNCTION;
        isOther = true;
      }
      const made = classOf(code, origin);
      if (made === null) continue;
      if (isSameClass(made, name)) return SAME_CLASS;
      isOther = true;
    }
  }
  return isOther ? OTHER_CLASS : 0;
}

/** Of what the statement puts there, as the source has it: `Cart`, `Object {id, url}`; null if that does not tell. */
export function classPut(code: CodeMap, { script, item }: InScript<CodeStatement>): string | null {
  const origins = item.values.flatMap((value) => {
    const path = code.path(script, value);
    return path === null ? [] : [...code.origins(path)];
  });
  const made = origins
    .sort(([, a], [, b]) => a - b)
    .flatMap(([origin]) => classOf(code, origin) ?? [])
    .filter((name) => name !== '');
  const name = made.find((one) => /^\w+$/.test(one) && one !== 'Array') ?? made[0] ?? null;
  return name?.startsWith('{') ? `Object ${name}` : name;
}

/** What piles up is a function, or calls one: a timer, a listener, a reaction. */
function isCode(name: string, holder: HeapSuspect['holder'] | undefined): boolean {
  return isFunctionClass(name) || ['timers', 'listeners', 'promise'].includes(holder?.container ?? '');
}

/** `Cart` of `3/c5 ~`, `{id, url}` and `Map` of what was made; null for what has no class of its own. */
function classOf(code: CodeMap, path: ProgramPath): string | null {
  if (path.endsWith(' ~')) return code.functionAt(path.slice(0, -2))?.item.name ?? null;
  const made = code.madeAt(path);
  return made === REMAINDER ? null : made;
}

/** A number, as the syntax notes it for keys. */
const REMAINDER = '%';

/** Snapshots call a plain object `Object {id, url, …}`. */
function isSameClass(made: string, name: string): boolean {
  if (made === name) return true;
  const keys = shapeKeys(name);
  if (keys === null || !made.startsWith('{')) return name === 'Object' && made.startsWith('{');
  const own = made.slice(1, -1).split(', ');
  return keys.every((key) => own.includes(key));
}
