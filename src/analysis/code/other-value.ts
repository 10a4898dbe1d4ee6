import type { ChangingLine } from '../../model/changing-line.ts';
import type { CodePath, CodeStatement } from '../../model/script-code.ts';
import type { CodeMap, InScript } from './code-map.ts';

/** What takes out the very value that it is given, by what puts it in. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  add: ['delete'],
  on: ['off', 'removeListener'],
  once: ['off', 'removeListener'],
  addListener: ['off', 'removeListener'],
  addEventListener: ['removeEventListener'],
};
const VARIABLE = /^v(\d+)$/;
const VARIABLE_OR_FUNCTION = /^[vf]\d+$/;

/**
 * A statement that is given another value than the one that was put in takes out nothing: `clients.add(gzip)` and, when that client goes,
 * `clients.delete(res)`. Told only where both stand in one function, and a parameter of it (or a function that is written there) is taken
 * out: each name is known to be of another value then. Null else.
 */
export function otherValue(
  added: InScript<CodeStatement>,
  removed: InScript<CodeStatement>,
  code: CodeMap,
): NonNullable<ChangingLine['otherValue']> | null {
  const { script, item: adds } = added;
  const { item: removes } = removed;
  if (script !== removed.script || !TAKES[adds.how]?.includes(removes.how) || adds.event !== removes.event) return null;
  const [put, ...more] = adds.values;
  const [taken, ...others] = removes.values;
  if (put === undefined || taken === undefined || more.length > 0 || others.length > 0) return null;
  if (!VARIABLE_OR_FUNCTION.test(put) || !isInside(removes.in, adds.in, code, script)) return null;
  // What a call gave, or a callback gets, may be anything.
  const isGiven = /^f\d+$/.test(taken) || isParameter(taken, added, code);
  if (!isGiven || !areApart(put, taken, added, code)) return null;
  return { removed: nameOf(taken, removed, code), added: nameOf(put, added, code) };
}

function isParameter(path: CodePath, { script, item }: InScript<CodeStatement>, code: CodeMap): boolean {
  const value = code.path(script, path);
  const origins = value === null ? null : code.origins(value);
  const params = code.scripts[script]?.functions[item.in]?.params ?? [];
  return params.some((param) => origins?.has(code.path(script, param) ?? ''));
}

/** The same function, or one that is written in it. */
function isInside(inner: number, outer: number, code: CodeMap, script: number): boolean {
  const functions = code.scripts[script]?.functions ?? [];
  for (let at = inner; at >= 0; ) {
    if (at === outer) return true;
    const next = functions[at]?.outer ?? -1;
    // A run folder may come from elsewhere: outer ones have lower numbers, or none.
    at = next < at ? next : -1;
  }
  return false;
}

/** Neither may be the other, nor does what is taken out come from the holder. */
function areApart(put: string, taken: string, { script, item }: InScript<CodeStatement>, code: CodeMap): boolean {
  const [one, other, holder] = [put, taken, item.on].map((path) => (path === null ? null : code.path(script, path)));
  if (one == null || other == null || holder == null) return false;
  const [ofOne, ofOther, ofHolder] = [one, other, holder].map((path) => [...code.origins(path).keys()]);
  const isKnown = (path: string): boolean => ofOne!.includes(path) || ofHolder!.some((at) => path.startsWith(at));
  return !ofOther!.some(isKnown);
}

/** As the line has it; null where a compiler renamed it, or it has no name. */
function nameOf(path: string, { script, item }: InScript<CodeStatement>, code: CodeMap): string | null {
  const number = VARIABLE.exec(path)?.[1];
  const name = number === undefined ? '' : (code.scripts[script]?.variables[Number(number)]?.name ?? '');
  const words = item.text.excerpt.split(/[^\p{ID_Continue}$]+/u);
  return name !== '' && words.includes(name) ? name : null;
}
